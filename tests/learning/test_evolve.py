"""Refinement by measurement, diagnosis, merges and the effect in real runs."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.learning import effect, evolve, services
from copilot.learning.conditions import StoredUses, choose, score
from copilot.learning.curator import Condition
from copilot.learning.effect import Effect, counted
from copilot.learning.learn import Desk
from copilot.learning.posterior import Rate
from copilot.learning.storing import as_text, label_mates, store
from copilot.learning.trials import Attempts, prove
from copilot.library import taxonomy
from copilot.library.insights import Reach
from copilot.library.models import Episode, InsightUse, InsightVersion, TrialRecord
from copilot.library.states import State
from tests.learning.stage import LESSON, TASK, DecidedBench, alternating, case, curator, helped_by, row
from tests.library.cast import CONSERVATION, KNAPSACK, approved, released

PRESENT, WIDER = Condition("boxes", ""), Condition("boxes or tanks", "rent")
USES = StoredUses(helped=("boxes",) * 3, misled=("rent boxes",), missed=("tanks",) * 2)


def by_words(condition: Condition, text: str, repeat: int) -> bool:
    wanted = any(word in text for word in condition.applies_when.split(" or "))
    return wanted and not (condition.not_when and condition.not_when in text)


def used(version: InsightVersion, outcome: str, text: str, **given: Any) -> Episode:
    episode = Episode.objects.create(origin="run", run_id=uuid.uuid4(), text=text, **given)
    InsightUse.objects.create(
        episode=episode, version=version, insight_id=version.insight_id, role="shown", outcome=outcome
    )
    return episode


def desk(*replies: Any, **given: Any) -> Desk:
    maker, _ = curator(*replies, calls=200)
    return Desk(DecidedBench(alternating), maker, Reach(), {}, lambda kept: None, lambda sentence: None)


def test_a_condition_is_taken_when_its_measured_score_rises() -> None:
    choice = choose(PRESENT, [Condition("tanks", ""), WIDER], USES, by_words)
    assert choice.accepted == WIDER
    assert choice.before
    assert choice.before.value == pytest.approx(0.5)
    assert choice.after
    assert choice.after.value == 1.0


def test_the_present_condition_is_measured_and_its_successes_count() -> None:
    assert score(PRESENT, USES, by_words).kept == 1.0
    assert score(PRESENT, USES, lambda *given: False).value == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("others", "uses", "why"),
    [
        ([PRESENT], USES, "None of 1"),
        ([Condition("tanks", "")], replace(USES, helped=("boxes",)), "Only 4"),
        ([Condition("tanks", "")], replace(USES, missed=("tanks",) * 20), "1 lose"),
    ],
)
def test_a_condition_is_refused(others: list[Condition], uses: StoredUses, why: str) -> None:
    choice = choose(PRESENT, others, uses, by_words)
    assert choice.accepted is None
    assert why in choice.why


@pytest.mark.django_db
@pytest.mark.parametrize("named", [True, False])
def test_a_refinement_is_a_new_version_and_only_when_it_is_better(named: bool) -> None:
    version = approved(CONSERVATION)
    released("r1", version)
    text = "Water flows through a network of pipes; store some from one period to the next."
    for number, outcome in enumerate(("positive",) * 4 + ("negative",) * 2):
        told = text if outcome == "negative" else "Goods travel through a network of nodes."
        used(version, outcome, f"{told} Case {number}.")
    better = {"applies_when": CONSERVATION.applies_when, "not_when": "Water is stored.", "labels": []}
    # Before: told of every task that it applies. After: kept from those on which it misled, where `named` says so.
    before, after = [{"apply": [1]}] * 12, [{"apply": [1]}] * 8 + [{"apply": [] if named else [1]}] * 4
    found = evolve.evolve(version.insight, desk({"conditions": [better]}, *before, *after))
    assert found.result["before"] == {"score": pytest.approx(4 / 6, abs=1e-3), "kept": 1.0}
    written = found.write()
    newest = version.insight.versions.order_by("-number").first()
    assert newest
    assert bool(written) == named
    assert (newest.number, newest.state) == ((2, "draft") if named else (1, "active"))
    assert set(InsightUse.objects.values_list("version", flat=True)) == {version.id}, "the evidence stays with its text"


@pytest.mark.django_db
def test_one_waiting_job_per_insight_and_none_without_need() -> None:
    version, idle = approved(CONSERVATION), approved(KNAPSACK)
    for outcome in ("positive", "positive", "negative", "unretrieved", "unretrieved"):
        used(version, outcome, "Goods travel.")
    first, second = (services.evolve_all(actor=None) for _ in range(2))
    assert [job.insight for job in first.jobs.all()] == [version.insight]
    assert not second.jobs.exists()
    assert not evolve.needs_work(idle.insight)


@pytest.mark.django_db
def test_a_diagnosis_takes_known_words_and_leaves_the_rest_unknown(alice: User) -> None:
    one, other = approved(CONSERVATION), approved(KNAPSACK)
    episode = used(one, "", "Goods travel.", workspace=workspace_of(alice))
    InsightUse.objects.create(episode=episode, version=other, insight_id=other.insight_id, role="shown")
    maker, _ = curator({"verdicts": {"1": "negative", "2": "posituve", "9": "positive"}})
    evolve.diagnose(episode, case(), maker)
    assert sorted(episode.uses.values_list("outcome", flat=True)) == ["", "negative"]


@pytest.mark.django_db
def test_a_merge_retires_its_parents_and_no_other_label_mate() -> None:
    texts = ("Items share one capacity.", "A budget limits the chosen items.", "Every chosen item takes room.")
    versions = [approved(KNAPSACK, title=text[:20], explanation=text) for text in texts]
    merged = replace(LESSON, labels=KNAPSACK.labels, explanation="One row sums what the chosen ones take.")
    maker, model = curator({"merge": [1, 2], "insight": row(merged)})
    child = evolve.merged(versions, replace(desk(), curator=maker))
    assert child
    assert all(text in str(model.asked) for text in texts)
    assert evolve.retire_parents(child) == 0, "nothing is retired before a person has approved the merge"
    InsightVersion.objects.filter(id=child.id).update(state=State.ACTIVE)
    child.refresh_from_db()
    assert evolve.retire_parents(child) == 2
    states = [InsightVersion.objects.get(id=version.id).state for version in versions]
    assert states == ["retired", "retired", "active"]
    assert list(child.labels.values_list("name", flat=True)) == ["Knapsack Constraints"]


def test_a_merge_without_labels_is_sent_back() -> None:
    maker, model = curator(
        {"merge": [1, 2], "insight": row(replace(LESSON, labels=()))}, {"merge": [1, 2], "insight": row(LESSON)}
    )
    merge = maker.merge([LESSON, KNAPSACK])
    assert merge
    assert merge.content.labels == LESSON.labels
    assert model.asked[0] != model.asked[1]


@pytest.mark.django_db
def test_a_new_label_is_found_again() -> None:
    bench = DecidedBench(helped_by(LESSON.digest()))
    proofs = prove(TASK, [as_text(LESSON)], Attempts(bench), range(5))
    (version,) = store([LESSON], proofs, reach=Reach(), bench=bench, model_id="scripted", source={})
    assert taxonomy.find(("DOMAIN modeling", "packaging", "bin packings"))
    assert [one.id for one, _ in label_mates(LESSON, Reach())] == [version.id]
    assert (version.state, TrialRecord.objects.filter(version=version).count()) == ("verified", len(proofs[0].records))


@pytest.mark.django_db
def test_harm_suspends_and_an_old_verdict_weighs_less() -> None:
    harmful, useful = approved(CONSERVATION), approved(KNAPSACK)
    for version, outcome in ((harmful, "negative"), (useful, "positive")):
        for _ in range(6):
            used(version, outcome, "Goods travel.", accepted=outcome == "positive")
    assert effect.suspend_harmful() == [harmful.id]
    harmful.refresh_from_db()
    assert harmful.state == "suspended"
    assert not effect.suspend_harmful()
    now = timezone.now()
    old = [("shown", "negative", False, now - timedelta(days=720), "a")] * 6
    assert counted(old, now).hurt == pytest.approx(6 / 16)
    assert counted(old, now, model_id="b").hurt == pytest.approx(3 / 16), "and that of another model half of it"
    assert counted(old, now, model_id="a").hurt == pytest.approx(6 / 16)
    assert not counted(old, now).harm()


def test_drafts_that_do_better_without_it_are_harm() -> None:
    assert "better without" in Effect(Rate(2, 20), Rate(9, 10), 0, 0).harm()
    assert not Effect(Rate(2, 20), Rate(3, 4), 0, 0).harm()
    assert Effect(Rate(15, 20), Rate(4, 10), 6, 1).to_json()["lift"]["probability"] > 0.8


@pytest.mark.django_db
def test_trials_with_another_model_are_outdated() -> None:
    version = approved(CONSERVATION)
    TrialRecord.objects.create(version=version, arm="with", task_key="a", model_id="old", solver="highs 1.9")
    assert effect.outdated("new", "highs 1.9") == [version]
    assert effect.outdated("old", "highs 2.0") == [version]
    assert not effect.outdated("old", "highs 1.9")
