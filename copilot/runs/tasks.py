"""Celery tasks: an id in, one call to the line."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from copilot.runs import pipeline


@shared_task(name="runs.execute")
def execute(run_id: str) -> None:
    """Doorbell: take the run down the line if nobody holds it; a second delivery does nothing."""
    pipeline.execute(UUID(run_id))
