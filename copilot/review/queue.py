"""The doorbell of comparisons; the row is the truth, so a lost message loses nothing."""

from __future__ import annotations

from uuid import UUID

import structlog

from copilot.celery import app

log = structlog.get_logger(__name__)


def ring_worker(comparison_id: UUID) -> None:
    """Tell a worker that a comparison waits. Never raises: without a broker the worker finds it by looking."""
    try:
        app.send_task("review.execute", args=[str(comparison_id)], retry=False)
    except Exception as error:  # whatever the transport raises, the row is already safe
        log.warning("queue.unreachable", comparison_id=str(comparison_id), error=str(error))
