"""Celery tasks: an id in, one call."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from copilot.learning import work


@shared_task(name="learning.execute")
def execute(job_id: str) -> None:
    """Doorbell: do the job if nobody holds it; a second delivery does nothing."""
    work.execute(UUID(job_id))
