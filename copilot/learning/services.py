"""The verbs that doors may say about learning: begin a cycle, stop or retry a job, and read what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import may_write
from copilot.drafting.base import Table
from copilot.evaluation.problems import Problem
from copilot.learning import evolve, queue, renewal, suites, work
from copilot.learning.allowance import open_cycle
from copilot.learning.models import ATTEMPTS, WAITING, GateSuite, LearningCycle, LearningJob, Status
from copilot.library.access import LibraryRefused, check_curate
from copilot.library.models import Insight, LibraryRelease, Scope
from copilot.runs.models import ModelVersion

CALLS = 200  # default budget of a cycle
GATE_CALLS = 2_000
SEEDS_MOST = 10
NO_LLM = "No language model is connected, so nothing can be tried. Set COPILOT_LLM and restart."
TASKS_MOST = 1_000
CELLS_MOST = 20_000  # of the tables of one task: they are kept with its job
Kind = LearningCycle.Kind


@transaction.atomic
def learn_from(
    problems: Sequence[Problem], *, actor: User | None, workspace: Workspace | None = None, calls: int = CALLS
) -> LearningCycle:
    """A cycle with one job per task whose answer is known and whose tables are small. Raises LibraryRefused."""
    check_curate(actor, workspace)
    known = [problem for problem in problems if problem.is_judged and _cells(problem) <= CELLS_MOST]
    if not known:
        raise LibraryRefused(f"None of the tasks has a known answer and tables of at most {CELLS_MOST:,} cells.")
    if len(known) > TASKS_MOST:
        raise LibraryRefused(f"There are {len(known):,} tasks; a cycle takes at most {TASKS_MOST:,}.")
    cycle = open_cycle(Kind.LEARN, actor=actor, workspace=workspace, calls=calls)
    _queue([LearningJob(cycle=cycle, subject=f"{one.suite}:{one.id}"[:140], payload=_payload(one)) for one in known])
    return cycle


@transaction.atomic
def learn_from_correction(
    before: ModelVersion,
    after: ModelVersion,
    *,
    words: str,
    answer: float,
    actor: User,
    tables: Sequence[Table] = (),
    calls: int = CALLS,
    is_automatic: bool = False,
) -> LearningCycle:
    """A cycle of one job: a user corrected `before` into `after`, whose optimum is `answer`; what comes of it
    are drafts of their workspace. Raises LibraryRefused.

    The task is what `before` was written for, without the correction: a lesson has to lead to the right model there.
    """
    if before.workspace_id != after.workspace_id or not may_write(actor, after.workspace):
        raise LibraryRefused("You may not learn from a model of that workspace.")
    cycle = open_cycle(Kind.LEARN, actor=actor, workspace=after.workspace, calls=calls, is_automatic=is_automatic)
    payload = _payload(Problem(str(after.id), "correction", before.request_text, answer, tables=tuple(tables)))
    payload |= {
        "reference": {"text": after.program, "data": after.data},
        "failed": {"text": before.program, "data": before.data},
        "correction": words,
        "source": {"before": str(before.id), "after": str(after.id)},
    }
    _queue([LearningJob(cycle=cycle, subject=f"correction:{after.id}", payload=payload)])
    return cycle


def evolve_all(
    *, actor: User | None, workspace: Workspace | None = None, calls: int = CALLS, insights: Iterable[Insight] = ()
) -> LearningCycle:
    """A cycle with one job per insight whose condition misled or missed; one that has a job waiting is left out."""
    check_curate(actor, workspace)
    scope = Scope.WORKSPACE if workspace else Scope.GLOBAL
    found = list(insights) or list(Insight.objects.filter(scope=scope, workspace=workspace).order_by("id"))
    cycle = open_cycle(Kind.EVOLVE, actor=actor, workspace=workspace, calls=calls)
    for insight in found:
        if evolve.needs_work(insight):
            try:
                with transaction.atomic():
                    _queue([LearningJob(cycle=cycle, subject=str(insight.id), insight=insight)])
            except IntegrityError:  # a job of another cycle is on it
                continue
    return cycle


def renew_outdated(*, actor: User | None, workspace: Workspace | None = None, calls: int = CALLS) -> LearningCycle:
    """A cycle with one job per version whose evidence is of another language model or solver. Raises LibraryRefused."""
    check_curate(actor, workspace)
    if not settings.COPILOT["LLM"]:
        raise LibraryRefused(NO_LLM)
    versions = [one for one in renewal.outdated_now() if one.insight.workspace == workspace]
    return renewal.begin(versions, actor=actor, workspace=workspace, calls=calls)


@transaction.atomic
def open_gate(
    release: LibraryRelease,
    suite: GateSuite,
    *,
    actor: User | None,
    against: LibraryRelease | None,
    seeds: Sequence[int] = (0,),
    calls: int = GATE_CALLS,
) -> LearningCycle:
    """A cycle of one job: replay a suite with the release and with `against` (None: no library) and compare.

    Raises LibraryRefused.
    """
    check_curate(actor, release.workspace)
    if not settings.COPILOT["LLM"]:
        raise LibraryRefused(NO_LLM)
    if release.status == LibraryRelease.Status.FAILED:
        raise LibraryRefused("This release failed the gate already, and that verdict stands.")
    if against == release:
        raise LibraryRefused("A release is compared with another one, or with none.")
    if not 0 < len(seeds) <= SEEDS_MOST:
        raise LibraryRefused(f"A gate tries each problem at 1 to {SEEDS_MOST} seeds.")
    cycle = open_cycle(Kind.GATE, actor=actor, workspace=release.workspace, calls=calls)
    payload = {"release": str(release.id), "against": str(against.id) if against else "", "seeds": list(seeds)}
    _queue(
        [LearningJob(cycle=cycle, subject=f"{release.name} on {suite.name}"[:140], gate_suite=suite, payload=payload)]
    )
    return cycle


def cancel(job: LearningJob) -> None:
    """Stop a job that waits; asking twice changes nothing."""
    if LearningJob.objects.filter(id=job.id, status=Status.QUEUED).exists():
        work.close(job.id, Status.CANCELLED, work.STOPPED)
    LearningJob.objects.filter(id=job.id, status__in=WAITING).update(cancel_requested="discard")


def retry(job: LearningJob, *, more_calls: int = 0) -> None:
    """Queue a job that failed or was stopped once more; what it paid for is used again."""
    rows = LearningJob.objects.filter(id=job.id, status__in=(Status.FAILED, Status.CANCELLED))
    fresh = {"attempt": 0, "max_attempts": ATTEMPTS, "cancel_requested": "", "closing_message": "", "owner": ""}
    with transaction.atomic():
        if rows.update(status=Status.QUEUED, queued_at=timezone.now(), **fresh):
            cycle = LearningCycle.objects.select_for_update().get(id=job.cycle_id)
            cycle.budget_calls += more_calls
            cycle.save(update_fields=["budget_calls"])
            transaction.on_commit(lambda: queue.ring_worker(job.id))


def told(cycle: LearningCycle) -> dict[str, Any]:
    """What became of a cycle, as plain JSON."""
    cycle.refresh_from_db()
    jobs = list(cycle.jobs.all())
    return {
        "cycle": str(cycle.id),
        "kind": cycle.kind,
        "calls": {"budget": cycle.budget_calls, "spent": cycle.spent_calls},
        "tokens": cycle.spent_tokens,
        "jobs": [
            {
                "subject": job.subject,
                "status": job.status,
                "progress": job.progress,
                "message": job.closing_message,
                "result": job.result,
            }
            for job in jobs
        ],
    }


def _queue(jobs: list[LearningJob]) -> None:
    LearningJob.objects.bulk_create(jobs)
    for job in jobs:
        transaction.on_commit(lambda job_id=job.id: queue.ring_worker(job_id))  # type: ignore[misc]


def _cells(problem: Problem) -> int:
    return sum(table.row_count * len(table.columns) for table in problem.tables)


def _payload(problem: Problem) -> dict[str, Any]:
    return {
        "id": problem.id,
        "suite": problem.suite,
        "text": problem.text,
        "answer": problem.answer,
        "status": problem.status,
        "accepted": list(problem.accepted),
        "tables": suites.problem_json(problem)["tables"],
        "source": {"suite": problem.suite, "task": problem.id},
    }
