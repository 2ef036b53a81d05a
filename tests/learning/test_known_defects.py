"""Defects of the published research code, by the number under which they are known; none of them is ours."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from copilot.drafting.base import InsightText
from copilot.evaluation.attempt import judge
from copilot.evaluation.experience import Experience
from copilot.evaluation.problems import Problem
from copilot.learning import evolve
from copilot.learning.bench import LineBench
from copilot.learning.budget import Budget
from copilot.learning.cases import Task
from copilot.learning.checks import examine
from copilot.learning.conditions import REPEATS, StoredUses, choose, score
from copilot.learning.curator import Condition, CuratorError
from copilot.learning.learn import Desk
from copilot.learning.replay import changed_content
from copilot.learning.replies import read_merge, read_verdicts
from copilot.learning.storing import keep_trials, label_mates
from copilot.learning.trials import Attempts, prove
from copilot.library import past, prepared, taxonomy
from copilot.library.insights import Reach
from copilot.library.models import InsightVersion, TrialRecord
from copilot.library.ranking.words import counted
from copilot.library.states import State
from solvers.result import Result, SolutionStatus, TerminationCondition
from tests.learning.stage import LESSON, TASK, DecidedBench, alternating, case, curator, helped_by, row, text_of
from tests.learning.test_evolve import used
from tests.library.cast import CONSERVATION, KNAPSACK, approved, draft, released


class Vouching:
    """A drafter that every insight convinces."""

    name = "vouching"

    def choose_insights(self, text: str, insights: Sequence[InsightText], should_stop: object) -> tuple[str, ...]:
        return tuple(one.key for one in insights)


PRESENT = Condition("boxes", "")
USES = StoredUses(helped=("boxes",) * 4, missed=("tanks",))
BENCH = DecidedBench(alternating)


@pytest.mark.django_db
def test_one_a_merge_deletes_no_label_mates() -> None:
    parents = [approved(KNAPSACK, title=str(number)) for number in range(5)]
    maker, _ = curator({"merge": [1, 2], "insight": row(replace(LESSON, labels=KNAPSACK.labels))})
    child = evolve.merged(parents, Desk(BENCH, maker, Reach(), {}, lambda kept: None, lambda sentence: None))
    assert child
    assert InsightVersion.objects.filter(state="active").count() == 5, "nothing is deleted when a merge is written"
    InsightVersion.objects.filter(id=child.id).update(state=State.ACTIVE)
    child.refresh_from_db()
    evolve.retire_parents(child)
    states = [InsightVersion.objects.get(id=parent.id).state for parent in parents]
    assert states == ["retired", "retired", "active", "active", "active"]


@pytest.mark.django_db
def test_two_a_new_label_is_stored_with_the_insight() -> None:
    draft(LESSON)
    assert taxonomy.find(LESSON.labels[0])


@pytest.mark.django_db
def test_three_learnt_labels_are_read_when_a_request_is_served() -> None:
    version = approved(replace(KNAPSACK, labels=(("Domain Modeling", "Quarrying"),)))
    release = released("with-labels", version)
    index = prepared.index_of(release).index
    assert index.best(counted("quarrying"), 1)[0][1] > 0
    past.forget()
    shown = Experience((release,), Vouching()).insights("Plan the quarrying of stone.")  # type: ignore[arg-type]
    assert [one.key for one in shown] == [str(version.id)], "and when drafts are evaluated"


def test_four_a_merge_has_labels() -> None:
    with pytest.raises(CuratorError, match="no labels"):
        read_merge('{"merge": [1, 2], "insight": {"applies_when": "a", "explanation": "b"}}', 2)


def test_five_whoever_merges_reads_the_parents_in_full() -> None:
    maker, model = curator({"merge": []})
    assert maker.merge([LESSON, CONSERVATION]) is None
    asked = str(model.asked)
    assert LESSON.explanation in asked
    assert CONSERVATION.wrong in asked


def test_six_successes_count_as_positives() -> None:
    assert score(PRESENT, USES, lambda condition, text, repeat: text == "boxes").value == pytest.approx(0.8)


def test_seven_the_baseline_is_measured_repeatedly_and_on_enough_uses() -> None:
    asked: list[tuple[Condition, int]] = []

    def retrieves(condition: Condition, text: str, repeat: int) -> bool:
        asked.append((condition, repeat))
        return True

    assert choose(PRESENT, [Condition("all", "")], USES, retrieves).accepted is None
    assert {repeat for condition, repeat in asked if condition == PRESENT} == set(range(REPEATS))
    assert "needed" in choose(PRESENT, [], StoredUses(("boxes",)), retrieves).why


def test_eight_labels_can_be_refined_too() -> None:
    moved = changed_content(LESSON, Condition("Tanks.", "", (("Domain Modeling", "Blending"),)))
    assert moved.labels == (("Domain Modeling", "Blending"),)
    assert changed_content(LESSON, PRESENT).labels == LESSON.labels


@pytest.mark.django_db
@pytest.mark.parametrize("is_better", [True, False])
def test_nine_a_refusal_bumps_no_version_and_a_new_one_keeps_the_old(is_better: bool) -> None:
    version = approved(CONSERVATION)
    released("r1", version)
    for number, outcome in enumerate(("positive",) * 4 + ("negative",)):
        used(version, outcome, f"Goods travel through a network of nodes, case {number}.")
    other = {"applies_when": CONSERVATION.applies_when, "not_when": "Nodes rest.", "labels": []}
    before = [{"apply": [1]}] * 10
    after = [{"apply": [1]}] * 8 + [{"apply": [] if is_better else [1]}] * 2
    maker, _ = curator({"conditions": [other]}, *before, *after, calls=50)
    found = evolve.evolve(version.insight, Desk(BENCH, maker, Reach(), {}, lambda kept: None, lambda sentence: None))
    found.write()
    assert version.insight.versions.count() == 1 + is_better
    kept = version.insight.versions.get(number=1)
    assert (kept.not_when, kept.uses.count()) == (CONSERVATION.not_when, 5), "the old text keeps its own evidence"
    if is_better:
        source = version.insight.versions.get(number=2).source
        assert source["after"]["score"] > source["before"]["score"], "what was measured is stored with the new version"


@pytest.mark.django_db
def test_ten_a_merge_is_checked_without_its_parents() -> None:
    parent = draft(LESSON)
    mates = [mate for one, mate in label_mates(LESSON, Reach()) if one.insight_id != parent.insight_id]
    assert examine(LESSON, source="", mates=mates, bench=BENCH)[0]


def test_eleven_an_unknown_state_of_a_use_says_nothing() -> None:
    reply = '{"verdicts": {"1": "postive", "2": "invalid"}}'
    assert read_verdicts(reply, ["a", "b"]) == {"b": "invalid"}


def test_twelve_a_reply_that_cannot_be_read_is_one_error_of_one_kind() -> None:
    for reply in ("", "[]", '{"verdicts": []}', '{"verdicts": null}'):
        with pytest.raises(CuratorError):
            read_verdicts(reply, ["a"])


def test_thirteen_one_insight_that_is_not_judged_leaves_the_others() -> None:
    assert read_verdicts('{"verdicts": {"2": "unretrieved", "3": 7}}', ["a", "b", "c"]) == {"b": "unretrieved"}


def test_fourteen_a_program_cannot_print_its_own_value() -> None:
    given = Result(
        TerminationCondition.OPTIMAL, SolutionStatus.OPTIMAL, "highs", objective_value=5.0, message="Optimal value: 4"
    )
    assert judge(TASK.problem, given) == "wrong"


def test_fifteen_a_broken_drafter_ends_one_attempt_and_says_nothing_of_the_insight() -> None:
    class Broken:
        name = "broken"

        def draft(self, *given: object) -> None:
            raise AttributeError("stderr")

    bench = LineBench(Broken(), None, None, Budget(9))  # type: ignore[arg-type]
    tried = bench.attempt(TASK, (), 0)
    assert tried.correct is None
    assert "stderr" in tried.reason


def test_sixteen_the_command_runs_as_it_is_documented() -> None:
    with pytest.raises(CommandError, match="Name a"):
        call_command("library", "learn", "absent.jsonl", stdout=io.StringIO())


@pytest.mark.django_db
def test_seventeen_tasks_named_by_number_can_be_learnt_from() -> None:
    task = Task(Problem("17", "complexor", "Pack.", answer=1.0))
    bench = DecidedBench(helped_by("a"))
    (proof,) = prove(task, [text_of("a")], Attempts(bench), range(5))
    version = draft(LESSON)
    keep_trials(version, proof.records, {"a": str(version.id)}, bench)
    assert set(TrialRecord.objects.values_list("task_key", flat=True)) == {"complexor:17"}


def test_eighteen_a_second_question_is_never_the_first_again() -> None:
    maker, model = curator("junk", {"insights": []})
    assert maker.extract(case()) == ()
    assert model.asked[0] != model.asked[1]
    assert "junk" in str(model.asked[1])


def test_an_insight_is_not_proven_by_trying_again_until_it_works() -> None:
    (proof,) = prove(TASK, [text_of("a")], Attempts(DecidedBench(lambda shown, seed: True)), range(5))
    assert not proof.is_proven, "the control arm is as good"
