"""The doorbell of learning jobs; the row is the truth, so a lost message loses nothing."""

from __future__ import annotations

from uuid import UUID

import structlog

from copilot.celery import app

log = structlog.get_logger(__name__)


def ring_worker(job_id: UUID) -> None:
    """Tell a worker that a job waits. Never raises: without a broker the worker finds it by looking."""
    try:
        app.send_task("learning.execute", args=[str(job_id)], retry=False)
    except Exception as error:  # whatever the transport raises, the row is already safe
        log.warning("queue.unreachable", job_id=str(job_id), error=str(error))
