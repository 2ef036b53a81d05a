"""Evolution as jobs: failed uses diagnosed, conditions refined, kept answers reused, merges and what they retire."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.drafting.agent import LlmDrafter
from copilot.drafting.llm import LlmSettings
from copilot.learning import corrections, diagnosis, effect, evolve, services, work
from copilot.learning.corrections import Kind
from copilot.learning.models import LearningCycle, LearningJob
from copilot.library import releases
from copilot.library.models import Episode, InsightUse, InsightVersion, Lineage
from copilot.library.states import State
from copilot.runs.lease import Lease
from copilot.runs.models import Run
from tests.drafting.scripted import ScriptedChatModel
from tests.learning.stage import LESSON, DecidedBench, alternating, row
from tests.learning.test_corrections import corrected
from tests.library.cast import CONSERVATION, KNAPSACK, approved, released

pytestmark = pytest.mark.django_db


class Curating(ScriptedChatModel):
    """Replies by the kind of question: a number of times, then it has nothing more to say."""

    by_kind: dict[str, list[Any]] = {}
    counts: dict[str, int] = {}

    def _stream(self, messages: list[Any], *args: Any, **kwargs: Any) -> Any:
        rules = str(messages[0].content)
        words = {
            "diagnose": "You judge",
            "conditions": "You rewrite",
            "merge": "whether numbered lessons",
            "extract": "short lessons",
        }
        kind = next((name for name, said in words.items() if said in rules), "applies")
        self.counts[kind] = self.counts.get(kind, 0) + 1
        given = self.by_kind.get(kind, [{"insights": []}] if kind == "extract" else [])
        self.replies = [given[min(self.counts[kind], len(given)) - 1] if given else {"apply": []}]
        return super()._stream(messages, *args, **kwargs)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Curating:
    model = Curating(replies=[], asked=[], methods=[], by_kind={}, counts={})
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model", "LEARNING_CALLS": 1_000}
    given = LlmSettings("scripted:model", timeout_seconds=5, max_retries=0, method="prompt_only")
    monkeypatch.setattr(Lease, "_watch", lambda held: None)
    monkeypatch.setattr(work, "drafter", lambda: LlmDrafter(given, model))
    monkeypatch.setattr(work, "chat_model", lambda: model)

    def bench(drafter: Any, sandbox: Any, limits: Any, budget: Any, **kwargs: Any) -> DecidedBench:
        made = DecidedBench(alternating)
        made.budget = budget  # type: ignore[attr-defined]
        return made

    monkeypatch.setattr(work, "LineBench", bench)
    return model


def shown_at(run: Run, version: InsightVersion, role: str = "shown", **fields: Any) -> InsightUse:
    fields_of = {"origin": "run", "workspace": run.workspace, "text": run.request_text, "accepted": False}
    episode, _ = Episode.objects.get_or_create(run_id=run.id, defaults=fields_of)
    use: InsightUse = InsightUse.objects.create(
        episode=episode, version=version, insight_id=version.insight_id, role=role, **fields
    )
    return use


def done(cycle: LearningCycle, **given: Any) -> LearningJob:
    job = cycle.jobs.get(**given)
    work.execute(job.id)
    job.refresh_from_db()
    return job


def wrong_run(actor: User) -> Run:
    """The run whose version a later one, solved and checked, has corrected."""
    run = corrected(actor)
    corrections.note(run, actor=actor, words="Boxes are rented once.", kind=Kind.VERDICT)
    return Run.objects.get(version=run.base)


# Diagnosis


def test_a_correction_tells_of_what_the_wrong_draft_was_shown(model: Curating, alice: User) -> None:
    run = wrong_run(alice)
    used, unshown, held = approved(CONSERVATION), approved(KNAPSACK), approved(LESSON)
    shown_at(run, used)
    shown_at(run, unshown, "candidate", rank=2)
    shown_at(run, held, "held_out", rank=3)
    model.by_kind = {"diagnose": [{"verdicts": {"1": "negative", "2": "unretrieved", "3": "positive"}}]}
    corrections.settle_waiting()
    job = done(LearningCycle.objects.get())
    assert job.status == "done", job.closing_message
    assert job.result["uses"] == {str(used.id): "negative", str(unshown.id): "unretrieved"}
    outcomes = dict(InsightUse.objects.values_list("version", "outcome"))
    assert outcomes == {used.id: "negative", unshown.id: "unretrieved", held.id: ""}, "nobody saw what was held out"
    asked = str(model.asked[-1][-1].content)
    assert asked.count(diagnosis.NOT_SHOWN) == 1
    assert "Boxes are rented once." in asked


def test_junk_about_uses_does_not_lose_what_was_learnt(model: Curating, alice: User) -> None:
    run = wrong_run(alice)
    use = shown_at(run, approved(CONSERVATION))
    model.by_kind = {"diagnose": ["As a language model, I"]}
    corrections.settle_waiting()
    job = done(LearningCycle.objects.get())
    assert job.status == "done"
    assert job.result["uses"] == "The reply is no JSON object."
    model.by_kind = {"diagnose": [{"verdicts": {"1": "irrelevant"}}]}
    assert evolve.needs_work(use.insight), "it is asked again when the insight evolves"
    job = done(services.evolve_all(actor=None))
    assert job.result["diagnosed"] == 1
    use.refresh_from_db()
    assert use.outcome == "irrelevant"
    assert not evolve.needs_work(use.insight)


def test_a_run_that_nobody_corrected_is_not_guessed_about(model: Curating, alice: User) -> None:
    run = Run.objects.get(version=corrected(alice).base)
    use = shown_at(run, approved(CONSERVATION))
    assert diagnosis.case_of_correction(use.episode) is None
    assert not evolve.needs_work(use.insight)


# Refinement


def uses_of(version: InsightVersion) -> None:
    for number, outcome in enumerate(("positive",) * 4 + ("negative",) * 2):
        told = "Water is stored" if outcome == "negative" else "Goods travel through a network of nodes"
        episode = Episode.objects.create(origin="run", run_id=uuid.uuid4(), text=f"{told}, case {number}.")
        InsightUse.objects.create(
            episode=episode, version=version, insight_id=version.insight_id, role="shown", outcome=outcome
        )


def refining(model: Curating) -> None:
    better = {"applies_when": CONSERVATION.applies_when, "not_when": "Water is stored.", "labels": []}
    model.by_kind = {"conditions": [{"conditions": [better]}], "applies": [{"apply": [1]}] * 20 + [{"apply": []}]}


def test_a_killed_evolution_asks_only_for_the_rest(model: Curating) -> None:
    version = approved(CONSERVATION)
    released("r1", version)
    uses_of(version)
    refining(model)
    job = done(services.evolve_all(actor=None, calls=9))
    assert (job.status, job.closing_message) == ("failed", "The budget of this cycle is spent.")
    assert version.insight.versions.count() == 1
    before = dict(model.counts)
    assert before == {"conditions": 1, "applies": 8}
    services.retry(job, more_calls=100)
    work.execute(job.id)
    job.refresh_from_db()
    assert job.status == "done", job.closing_message
    assert model.counts["conditions"] == 1, "what was paid for is kept"
    distinct = 2 * 2 * 6  # the present condition and another, at two repeats on six tasks
    assert model.counts["applies"] <= distinct
    assert len(job.kept["retrieved"]) == distinct
    assert json.dumps(job.result["after"])
    assert version.insight.versions.count() == 2
    assert version.insight.versions.order_by("-number").first().state == "draft"


def test_one_job_per_insight_and_progress_is_told(model: Curating, monkeypatch: pytest.MonkeyPatch) -> None:
    version = approved(CONSERVATION)
    released("r1", version)
    uses_of(version)
    refining(model)
    told: list[str] = []
    monkeypatch.setattr(work, "_desk", lambda *given, make=work._desk: _listening(make(*given), told))
    cycle = services.evolve_all(actor=None)
    assert not services.evolve_all(actor=None).jobs.exists()
    done(cycle)
    assert told[:2] == ["Asking for other conditions", "Measuring 1 conditions on 6 uses"]


def _listening(desk: Any, told: list[str]) -> Any:
    tell = desk.tell

    def telling(sentence: str) -> None:
        told.append(sentence)
        tell(sentence)

    desk.tell = telling
    return desk


# Merges


def alike() -> list[InsightVersion]:
    texts = ("Items are chosen under one budget.", "Items are chosen under one weight.")
    return [approved(replace(KNAPSACK, applies_when=f"{KNAPSACK.applies_when} {text}"), title=text) for text in texts]


def evolving(model: Curating, version: InsightVersion) -> LearningJob:
    cycle = LearningCycle.objects.create(kind="evolve", budget_calls=50)
    job = LearningJob.objects.create(cycle=cycle, subject=str(version.insight_id), insight=version.insight)
    work.execute(job.id)
    job.refresh_from_db()
    return job


def test_near_label_mates_are_merged_into_a_draft_once(model: Curating) -> None:
    first, other = alike()
    united = replace(LESSON, labels=KNAPSACK.labels)
    model.by_kind = {"merge": [{"merge": [1, 2], "insight": row(united)}]}
    job = evolving(model, first)
    assert job.result["merge"] == "A draft says what 2 insights say."
    child = InsightVersion.objects.get(id=job.result["merged"])
    assert (child.state, child.origin) == ("draft", "merged")
    assert {link.parent for link in Lineage.objects.filter(child=child)} == {first, other}
    assert "near enough" in evolving(model, first).result["merge"], "they are not asked about twice"
    assert model.counts == {"merge": 1}


def test_parents_stay_until_the_merge_serves_instead_of_them(model: Curating) -> None:
    first, other = alike()
    released("r1", first, other)
    model.by_kind = {"merge": [{"merge": [1, 2], "insight": row(replace(LESSON, labels=KNAPSACK.labels))}]}
    child = InsightVersion.objects.get(id=evolving(model, first).result["merged"])
    assert evolve.retire_merged() == 0
    InsightVersion.objects.filter(id=child.id).update(state=State.ACTIVE)
    child.refresh_from_db()
    assert evolve.retire_merged() == 0, "it is active, and no run is shown it yet"
    released("r2", child)
    assert releases.active() == child.releases.get()
    assert evolve.retire_merged() == 2
    assert set(InsightVersion.objects.values_list("state", flat=True)) == {"active", "retired"}
    assert evolve.retire_merged() == 0


def test_what_says_something_else_is_left_alone(model: Curating) -> None:
    first, _ = alike()
    model.by_kind = {"merge": [{"merge": []}]}
    job = evolving(model, first)
    assert job.result["merge"] == "It says something else than 1 label-mates."
    assert InsightVersion.objects.count() == 2
    assert not effect.suspend_harmful()
