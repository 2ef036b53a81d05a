"""The doorbell: tells a worker that a run waits. The row is the truth, so a lost message loses nothing."""

from __future__ import annotations

from uuid import UUID

import structlog

from copilot.celery import app
from copilot.runs import events
from copilot.runs.events import EventType
from copilot.runs.models import RunEvent

log = structlog.get_logger(__name__)
WAITING = (
    "The job queue cannot be reached just now. Your message is stored; the run starts by itself as soon as it can."
)


def ring(task: str, row_id: UUID) -> bool:
    """Tell a worker that a row waits for `task`; False where the broker is away. Never raises, never hangs."""
    try:
        app.send_task(task, args=[str(row_id)], retry=False)
    except Exception as error:  # whatever the transport raises, the row is already safe
        log.warning("queue.unreachable", task=task, row_id=str(row_id), error=str(error))
        return False
    return True


def ring_worker(run_id: UUID) -> bool:
    """Send the doorbell; when the broker is away the run stays queued and says so. Never raises, never hangs."""
    if ring("runs.execute", run_id):
        return True
    if not RunEvent.objects.filter(run_id=run_id, type=EventType.RUN_WAITING).exists():
        events.record(run_id, EventType.RUN_WAITING, {"message": WAITING})
    return False
