"""Trials again, where the language model or the solver is another one than those that the evidence was made with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from copilot.accounts.models import User, Workspace
from copilot.learning import queue
from copilot.learning.allowance import may_spend, open_cycle
from copilot.learning.bench import solver_used
from copilot.learning.cases import Task, task_from
from copilot.learning.effect import HARM, outdated
from copilot.learning.learn import Desk, Learnt, attempts_of
from copilot.learning.models import LearningCycle, LearningJob
from copilot.learning.storing import as_text, keep_trials
from copilot.learning.trials import SEEDS, Proof, prove
from copilot.library import audit, moves
from copilot.library.insights import content_of
from copilot.library.models import InsightVersion, Lineage
from copilot.library.states import State

TRIED = range(2_000, 2_000 + SEEDS + 1)  # seeds of their own, beside those of learning
CALLS = 60  # of one version: two arms at each seed
AT_ONCE = 10  # versions in one automatic cycle
SOLVER = "highs"
_GENERATIONS = 5
NO_TASK = "No task with a known answer is kept for it, so it cannot be tried again."


def task_of(version: InsightVersion) -> Task | None:
    """The task that a version was learnt from, or that one of its ancestors was; None where none is kept."""
    generation = [version]
    for _ in range(_GENERATIONS):
        for one in generation:
            if (payload := _payload_of(one)) is not None:
                return task_from(payload)
        links = Lineage.objects.filter(child__in=generation, child__insight__workspace=version.insight.workspace)
        generation = [link.parent for link in links.select_related("parent__insight")]
        generation = [one for one in generation if one.insight.workspace_id == version.insight.workspace_id]
    return None


def outdated_now() -> list[InsightVersion]:
    """Versions whose trials say nothing of the language model and the solver in use."""
    return outdated(settings.COPILOT["LLM"], solver_used(SOLVER)) if settings.COPILOT["LLM"] else []


@transaction.atomic
def begin(
    versions: Sequence[InsightVersion],
    *,
    actor: User | None,
    workspace: Workspace | None,
    calls: int,
    is_automatic: bool = False,
) -> LearningCycle:
    """A cycle with a job for each version that has a task; an insight that has a job waiting is left out."""
    cycle = open_cycle(
        LearningCycle.Kind.RENEW, actor=actor, workspace=workspace, calls=calls, is_automatic=is_automatic
    )
    for version in versions:
        payload = {"version": str(version.id), **_used()}
        job = LearningJob(cycle=cycle, subject=str(version.id), insight=version.insight, payload=payload)
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:
            continue
        transaction.on_commit(lambda key=job.id: queue.ring_worker(key))  # type: ignore[misc]
    return cycle


@transaction.atomic
def begin_outdated() -> list[LearningCycle]:
    """Queue what is outdated and was not tried yet with what is in use now, within each library's daily allowance."""
    used = {f"payload__{name}": value for name, value in _used().items()}
    done = LearningJob.objects.filter(cycle__kind=LearningCycle.Kind.RENEW, **used)
    known = set(done.values_list("payload__version", flat=True))
    due: dict[Workspace | None, list[InsightVersion]] = {}
    for version in outdated_now():
        if str(version.id) not in known and task_of(version) is not None:
            due.setdefault(version.insight.workspace, []).append(version)
    begun = []
    for workspace, versions in due.items():
        chosen = versions[:AT_ONCE]
        while chosen and not may_spend(workspace, CALLS * len(chosen)):
            chosen.pop()
        if chosen:
            calls = CALLS * len(chosen)
            begun.append(begin(chosen, actor=None, workspace=workspace, calls=calls, is_automatic=True))
    return begun


def renew(job: LearningJob, desk: Desk) -> Learnt:
    """Try a version again with and without. It keeps its state where it helps; see `_write` for where it does not."""
    version = InsightVersion.objects.select_related("insight__workspace").get(id=job.payload["version"])
    task = task_of(version)
    if task is None:
        return Learnt({"outcome": NO_TASK})
    desk.tell("Trying it with and without")
    text = as_text(content_of(version))
    (proof,) = prove(task, [text], attempts_of(desk), TRIED)
    told = {"outcome": proof.why, "proven": proof.is_proven}
    return Learnt(told, lambda: _write(version, proof, text.key, desk))


def _write(version: InsightVersion, proof: Proof, key: str, desk: Desk) -> dict[str, Any]:
    """The trials; a verified version that is not proven is a draft again, an active one that does harm is suspended,
    and any other active one stays, with a note in the log for whoever curates it."""
    keep_trials(version, proof.records, {key: str(version.id)}, desk.bench)
    version.refresh_from_db()
    if proof.is_proven or proof.against_none is None:
        return {"state": version.state}
    if version.state == State.VERIFIED:
        moves.move(version.id, State.VERIFIED, State.DRAFT, actor=None, reason=proof.why)
    elif version.state == State.ACTIVE and 1.0 - proof.against_none.probability >= HARM:
        moves.move(version.id, State.ACTIVE, State.SUSPENDED, actor=None, reason=proof.why)
    else:
        audit.note("not confirmed", version, actor=None, workspace=version.insight.workspace, reason=proof.why)
    version.refresh_from_db()
    return {"state": version.state}


def _used() -> dict[str, str]:
    return {"model": settings.COPILOT["LLM"], "solver": solver_used(SOLVER)}


def _payload_of(version: InsightVersion) -> dict[str, Any] | None:
    cycle, task = version.source.get("cycle"), version.source.get("task")
    if not cycle or not task:
        return None
    keys = {task, f"{version.source.get('suite', '')}:{task}"}
    jobs = LearningJob.objects.filter(cycle_id=cycle, cycle__kind=LearningCycle.Kind.LEARN)
    return next((job.payload for job in jobs if task_from(job.payload).key in keys), None)
