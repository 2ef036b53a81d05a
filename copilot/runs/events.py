"""The closed set of event types and the only code that writes events; the bell after each is only a hint."""

from __future__ import annotations

import enum
import math
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from copilot.runs import bell
from copilot.runs.models import Lifecycle, Run, RunEvent

Payload = dict[str, Any]


class EventType(enum.StrEnum):
    """What can happen to a run, in the order of the line."""

    RUN_QUEUED = "run.queued"
    RUN_WAITING = "run.waiting"
    RUN_STARTED = "run.started"
    RUN_RECOVERED = "run.recovered"
    RUN_CANCEL_REQUESTED = "run.cancel_requested"
    DRAFT_STARTED = "draft.started"
    INSIGHTS_CHOSEN = "insights.chosen"
    INSIGHTS_ADOPTED = "insights.adopted"
    DRAFT_ATTEMPT = "draft.attempt"
    DRAFT_PARTIAL = "draft.partial"
    DRAFT_FORMULATED = "draft.formulated"
    DRAFT_PROPOSED = "draft.proposed"
    DRAFT_TRIED = "draft.tried"
    DRAFT_QUESTION = "draft.question"
    DRAFT_ANSWERED = "draft.answered"
    DRAFT_OFFERED = "draft.offered"
    DRAFT_ABSTAINED = "draft.abstained"
    DRAFT_REPAIR = "draft.repair"
    DRAFT_HANDED_OVER = "draft.handed_over"
    BUILD_STARTED = "build.started"
    BUILD_FAILED = "build.failed"
    INSTANCE_BUILT = "instance.built"
    CHECKS_FINISHED = "checks.finished"
    DIFF_COMPUTED = "diff.computed"
    VERSION_SAVED = "version.saved"
    SCENARIO_APPLIED = "scenario.applied"
    SOLVE_STARTED = "solve.started"
    SOLVE_PROGRESS = "solve.progress"
    SOLUTION_FOUND = "solution.found"
    POOL_KEPT = "pool.kept"
    SOLVE_FINISHED = "solve.finished"
    EXPLAIN_STARTED = "explain.started"
    EXPLAIN_PROGRESS = "explain.progress"
    RESULT_EXPLAINED = "result.explained"
    RUN_FINISHED = "run.finished"


class LeaseLost(Exception):
    """Another worker owns the run now; whoever sees this stops without a further write."""


def record(run_id: UUID, event_type: EventType, payload: Payload | None = None, *, owner: str | None = None) -> int:
    """Append one event and ring the bell after commit; returns its sequence number.

    `owner` fences the write: LeaseLost is raised when the run has another owner by now.
    """
    with transaction.atomic():
        rows = Run.objects.filter(id=run_id) if owner is None else Run.objects.filter(id=run_id, owner=owner)
        if not rows.update(last_sequence=F("last_sequence") + 1):
            raise LeaseLost(str(run_id))
        sequence = Run.objects.values_list("last_sequence", flat=True).get(id=run_id)
        RunEvent.objects.create(run_id=run_id, sequence=sequence, type=event_type, payload=plain(payload or {}))
        transaction.on_commit(lambda: bell.ring(run_id))
    return sequence


def advance(
    run_id: UUID,
    old: tuple[Lifecycle, ...],
    new: Lifecycle,
    event_type: EventType | None = None,
    payload: Payload | None = None,
    *,
    owner: str | None = None,
    **fields: Any,
) -> bool:
    """Move the lifecycle from one of `old` to `new` by compare-and-set, with its event in the same transaction.

    The only writer of `Run.lifecycle`. Returns whether this call won.
    """
    if new not in (Lifecycle.QUEUED, Lifecycle.RUNNING, Lifecycle.CANCELLING):
        fields |= {"finished_at": timezone.now(), "lease_until": None}
    with transaction.atomic():
        rows = Run.objects.filter(id=run_id, lifecycle__in=old)
        if owner is not None:
            rows = rows.filter(owner=owner)
        if not rows.update(lifecycle=new, **fields):
            return False
        if event_type is not None:
            record(run_id, event_type, payload)
    return True


def plain(value: Any) -> Any:
    """The value as JSON knows it: infinite and undefined numbers, which a solver may report, become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def after(run_id: UUID, sequence: int, *, limit: int = 500) -> list[RunEvent]:
    """The events of a run that follow `sequence`, in order."""
    return list(RunEvent.objects.filter(run_id=run_id, sequence__gt=sequence).order_by("sequence")[:limit])
