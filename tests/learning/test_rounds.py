"""What learning does unasked: corrections decided, harm suspended after each settled run, outdated evidence renewed."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.learning import corrections, effect, learn, renewal, rounds, services, work
from copilot.learning.bench import solver_used
from copilot.learning.corrections import Kind
from copilot.learning.learn import Desk
from copilot.learning.models import LearningCycle, LearningJob, LearningRound
from copilot.learning.storing import as_text, store
from copilot.learning.trials import Attempts, prove
from copilot.library import insights, moves, uses
from copilot.library.access import LibraryRefused
from copilot.library.insights import Provenance, Reach, content_of
from copilot.library.models import AuditEntry, InsightVersion, TrialRecord
from copilot.library.states import State
from copilot.runs.lease import Lease
from tests.learning.stage import LESSON, TASK, DecidedBench, alternating, curator, helped_by
from tests.learning.test_corrections import corrected
from tests.learning.test_evolve import used
from tests.library.cast import CONSERVATION, approved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connected(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": "new:model", "LEARNING_CALLS": 1_000}
    monkeypatch.setattr(Lease, "_watch", lambda held: None)
    monkeypatch.setattr(work, "drafter", lambda: None)


# The rounds


def test_a_duty_is_done_once_in_its_time_by_whoever_comes_first() -> None:
    assert rounds.is_due("a", rounds.HOUR)
    assert not rounds.is_due("a", rounds.HOUR)
    assert rounds.is_due("b", rounds.HOUR)
    LearningRound.objects.filter(name="a").update(done_at=timezone.now() - timedelta(hours=2))
    assert [rounds.is_due("a", rounds.HOUR) for _ in range(3)] == [True, False, False]


def test_harm_is_seen_after_the_run_that_shows_it() -> None:
    version, other = approved(CONSERVATION), approved(LESSON)
    rounds.after_settled()  # from now on
    for _ in range(6):
        episode = used(version, "", "Goods travel.")
        used(other, "negative", "Boxes.")  # never settled: nobody looks at it yet
        uses.settle(episode.run_id, accepted=False, outcomes={version.id: "negative"})
        rounds.after_settled()
    states = {one.id: one.state for one in InsightVersion.objects.all()}
    assert states == {version.id: "suspended", other.id: "active"}
    assert AuditEntry.objects.get(verb="moved to suspended").reason.startswith("It misled")
    assert effect.suspend_harmful() == [other.id], "the hourly look sees what no run has settled"


def test_one_look_decides_about_corrections(alice: User) -> None:
    run = corrected(alice)
    correction = corrections.note(run, actor=alice, words="Wrong.", kind=Kind.VERDICT)
    rounds.look()
    correction.refresh_from_db()
    assert correction.status == "learning"
    assert LearningJob.objects.get().subject == f"correction:{run.version_id}"


def test_a_broken_look_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(rounds, "close_old_connections", lambda: None)
    duties = rounds.Rounds(every_seconds=0.01)

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            duties.stop()
        raise DatabaseError("away") if len(looks) == 1 else RuntimeError("broken")

    monkeypatch.setattr(rounds, "look", look)
    duties.start()
    duties._thread.join(timeout=5)
    assert len(looks) == 3


# Renewal


def learnt(alice: User | None = None) -> InsightVersion:
    """A verified insight that a job learnt with another model, and the job that holds its task."""
    workspace = workspace_of(alice) if alice else None
    cycle = LearningCycle.objects.create(kind="learn", budget_calls=10, workspace=workspace)
    LearningJob.objects.create(cycle=cycle, subject=TASK.key, payload=services._payload(TASK.problem), status="done")
    bench = DecidedBench(helped_by(LESSON.digest()), model_id="old:model")
    proofs = prove(TASK, [as_text(LESSON)], Attempts(bench), range(5))
    source = {"cycle": str(cycle.id), "task": "D002", "suite": "logior"}
    (version,) = store([LESSON], proofs, reach=Reach(workspace), bench=bench, model_id="old:model", source=source)
    return version


def activated(version: InsightVersion) -> InsightVersion:
    moves.move(version.id, State.VERIFIED, State.IN_REVIEW, actor=None)
    InsightVersion.objects.filter(id=version.id).update(state=State.ACTIVE)
    version.refresh_from_db()
    return version


def benched(judge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def bench(drafter: Any, sandbox: Any, limits: Any, budget: Any, **kwargs: Any) -> DecidedBench:
        made = DecidedBench(judge, model_id="new:model")
        made.budget = budget  # type: ignore[attr-defined]
        return made

    monkeypatch.setattr(work, "LineBench", bench)


def renewed(version: InsightVersion, judge: Any, monkeypatch: pytest.MonkeyPatch) -> LearningJob:
    benched(judge, monkeypatch)
    job = services.renew_outdated(actor=None).jobs.get()
    work.execute(job.id)
    job.refresh_from_db()
    version.refresh_from_db()
    return job


def helps(shown: frozenset[str], seed: int) -> bool:
    return bool(shown)


def harms(shown: frozenset[str], seed: int) -> bool:
    return not shown


def test_evidence_of_another_model_or_solver_is_outdated(settings: Any) -> None:
    version = learnt()
    assert renewal.outdated_now() == [version]
    assert TrialRecord.objects.filter(solver=solver_used("highs")).exists()
    settings.COPILOT["LLM"] = "old:model"
    assert not renewal.outdated_now()
    TrialRecord.objects.update(solver="highs 1.0")
    assert renewal.outdated_now() == [version]
    settings.COPILOT["LLM"] = ""
    assert not renewal.outdated_now(), "without a model there is nothing to renew it with"


def test_what_still_helps_keeps_its_state_and_has_new_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    version = activated(learnt())
    job = renewed(version, helps, monkeypatch)
    assert (job.status, job.result["proven"], version.state) == ("done", True, "active"), job.closing_message
    assert not renewal.outdated_now()
    assert TrialRecord.objects.filter(version=version, model_id="new:model", arm="without").exists()


@pytest.mark.parametrize(
    ("is_active", "judge", "state"),
    [(False, alternating, "draft"), (True, harms, "suspended"), (True, alternating, "active")],
)
def test_what_helps_no_more(is_active: bool, judge: Any, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    version = activated(learnt()) if is_active else learnt()
    renewed(version, judge, monkeypatch)
    assert version.state == state
    assert AuditEntry.objects.filter(verb="not confirmed").exists() == (state == "active")


def test_a_refined_version_is_tried_on_the_task_of_its_ancestor(alice: User) -> None:
    version = learnt(alice)
    child = insights.add_version(version.insight, content_of(version), Provenance(), parents=[version])
    task = renewal.task_of(child)
    assert task
    assert task.key == TASK.key
    assert renewal.task_of(approved(CONSERVATION)) is None


def test_outdated_evidence_is_renewed_once_within_the_allowance(settings: Any) -> None:
    version = learnt()
    settings.COPILOT["LEARNING_CALLS"] = renewal.CALLS - 1
    assert renewal.begin_outdated() == []
    settings.COPILOT["LEARNING_CALLS"] = renewal.CALLS
    (cycle,) = renewal.begin_outdated()
    assert (cycle.is_automatic, cycle.budget_calls, cycle.jobs.get().insight) == (True, renewal.CALLS, version.insight)
    assert renewal.begin_outdated() == []
    work.close(cycle.jobs.get().id, work.Status.FAILED, "The budget of this cycle is spent.")
    assert renewal.begin_outdated() == [], "not every hour anew: a person may retry it"


def test_without_a_task_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    version = learnt()
    LearningJob.objects.all().delete()
    assert renewed(version, helps, monkeypatch).result == {"outcome": renewal.NO_TASK}
    assert renewal.begin_outdated() == []


def test_the_command_renews_and_counts(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    version = learnt()
    benched(helps, monkeypatch)
    out = io.StringIO()
    call_command("library", "stats", "--json", stdout=out)
    assert json.loads(out.getvalue())["outdated_evidence"] == 1
    out = io.StringIO()
    call_command("library", "renew", "--json", stdout=out)
    assert json.loads(out.getvalue())["jobs"][0]["subject"] == str(version.id)
    settings.COPILOT["LLM"] = ""
    with pytest.raises(LibraryRefused, match="language model"):
        services.renew_outdated(actor=None)


def test_a_renewal_makes_no_attempt_twice_and_uses_fresh_seeds() -> None:
    version = learnt()
    maker, _ = curator()
    bench = DecidedBench(helps)
    desk = Desk(bench, maker, Reach(), {}, lambda kept: None, lambda sentence: None)
    cycle = LearningCycle.objects.create(kind="renew", budget_calls=9)
    payload = {"version": str(version.id)}
    job = LearningJob.objects.create(cycle=cycle, subject="x", insight=version.insight, payload=payload)
    renewal.renew(job, desk)
    first = len(bench.asked)
    renewal.renew(job, desk)
    assert (first, len(bench.asked)) == (2 * len(renewal.TRIED), first)
    assert not set(learn.TRIED) & {seed for _, seed in bench.asked}
