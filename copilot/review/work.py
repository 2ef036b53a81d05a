"""Doing a comparison: take its row under a lease, compare, keep the answer. A second taker does nothing."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError
from django.db.models import F
from django.utils import timezone

from copilot.errors import is_full
from copilot.review.models import Comparison, Status
from copilot.runs import versions
from copilot.runs.events import LeaseLost, plain
from copilot.runs.lease import Cancelled, Lease, lease_end
from copilot.runs.room import grant_attempt, once_there_is_room
from solvers.equivalence.apart import ApartError, Stopped, report_apart
from solvers.equivalence.corrections import CorrectionRefused
from solvers.equivalence.report import Options, Report, report
from solvers.instance import Instance, InstanceError

log = structlog.get_logger(__name__)
SMALL_NONZEROS = 20_000  # of the larger model: compared at once in this process, else in one of its own
LOST = (
    "The worker that compared these models was lost, and so were the ones that tried again. Nothing is lost: try again."
)
STOPPED = "Stopped before there was an answer."
NO_ROOM = "waiting for room on the disk"
UNEXPECTED = "Something broke on our side. It is in the log under this comparison's id. Try again."


def execute(comparison_id: UUID, *, patience: float | None = None) -> None:
    """Compare if nobody else is on it; ends with the row closed, held by another, or to be taken up again.

    Where the disk is full, `patience` is how many seconds to wait for room, to say so (None: a minute).
    """
    with structlog.contextvars.bound_contextvars(comparison_id=str(comparison_id)):
        try:
            held = claim(comparison_id)
            if held is not None:
                with held:
                    _under(held, patience)
        except OperationalError as error:  # locked, away or full: the row stays as it is
            log.warning("comparison.database_away", error=str(error))


def _under(held: Lease, patience: float | None) -> None:
    """Do the work; an attempt that a full disk ended does not count."""
    try:
        _close_with_reason(held)
    except OperationalError as error:
        if not is_full(error):
            raise
        log.error("comparison.disk_full", error=str(error))
        excuse = partial(grant_attempt, Comparison.objects, held.run_id, held.owner, progress=NO_ROOM)
        once_there_is_room(excuse, patience=patience)


def carry_out(comparison_id: UUID) -> None:
    """All that a worker does: compare, and look at other data."""
    execute(comparison_id)
    explain(comparison_id)


def explain(comparison_id: UUID) -> None:
    """Add what other data say of two versions, and where each change comes from; a second time changes nothing."""
    found = Comparison.objects.select_related("first_version", "second_version").get(id=comparison_id)
    first, second = found.first_version, found.second_version
    if found.status != Status.DONE or found.step is not None or first is None or second is None:
        return
    result = found.result or {}
    flat = {**result["diff"], "verdict": result["verdict"], "shift": result["shift"]}
    told = plain(versions.explained(flat, first, second, should_stop=lambda: False))
    step = {"families": told["families"], "parametric": told["parametric"]}
    Comparison.objects.filter(id=comparison_id).update(step=step)


def claim(comparison_id: UUID) -> Lease | None:
    """Become the only one at work, or None when it is closed, held by a live worker, or out of attempts."""
    owner, now = uuid.uuid4().hex, timezone.now()
    rows = Comparison.objects.claimable().filter(id=comparison_id, attempt__lt=F("max_attempts"))
    claimed = rows.update(
        owner=owner,
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        lease_until=lease_end(),
        heartbeat_at=now,
        started_at=now,
        progress="reading",
    )
    return Lease(comparison_id, owner, Comparison.objects) if claimed else None


def close(comparison_id: UUID, status: Status, message: str = "", *, owner: str | None = None, **fields: Any) -> bool:
    """End a comparison that waits; returns whether this call won."""
    rows = Comparison.objects.filter(id=comparison_id, status__in=(Status.QUEUED, Status.RUNNING))
    if owner is not None:
        rows = rows.filter(owner=owner)
    closed = rows.update(
        status=status, closing_message=message, finished_at=timezone.now(), lease_until=None, progress="", **fields
    )
    return bool(closed)


def close_lost(comparison_id: UUID) -> None:
    """Give up a comparison whose workers were lost too often."""
    close(comparison_id, Status.FAILED, LOST)


def _close_with_reason(held: Lease) -> None:
    try:
        held.check()
        found = _compared(held)
        kept = {"result": plain(found.result), "certificate": found.certificate, "changes": found.changes}
        close(held.run_id, Status.DONE, owner=held.owner, **kept)
    except (Cancelled, Stopped):
        if held.cancelled:
            close(held.run_id, Status.CANCELLED, STOPPED, owner=held.owner)
    except (ApartError, CorrectionRefused, InstanceError) as error:
        close(held.run_id, Status.FAILED, str(error), owner=held.owner)
    except LeaseLost as error:
        log.warning("comparison.left", error=str(error))
    except OperationalError:
        raise
    except Exception:
        log.exception("comparison.unexpected")
        close(held.run_id, Status.FAILED, UNEXPECTED, owner=held.owner)


def _compared(held: Lease) -> Report:
    found = Comparison.objects.select_related("first_version", "first_file", "second_version", "second_file")
    comparison = found.get(id=held.run_id)
    options = Options.from_json(comparison.options)
    first, second = (bytes(side.instance) for side in (comparison.first, comparison.second))
    if comparison.nonzeros <= SMALL_NONZEROS:
        models = Instance.from_bytes(first), Instance.from_bytes(second)
        answer = report(*models, options, should_stop=held.should_stop)
        held.check()
        return answer
    return report_apart(
        first,
        second,
        options,
        memory_bytes=settings.COPILOT["SOLVE_MEMORY_MB"] << 20,
        should_stop=held.should_stop,
        tell=lambda phase: _tell(held, phase),
    )


def _tell(held: Lease, phase: str) -> None:
    Comparison.objects.filter(id=held.run_id, owner=held.owner).update(progress=phase)
