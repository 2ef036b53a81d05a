"""Celery tasks: an id in, one call."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from copilot.review import work


@shared_task(name="review.execute")
def execute(comparison_id: str) -> None:
    """Doorbell: compare if nobody holds it, and look at other data; a second delivery does nothing."""
    work.carry_out(UUID(comparison_id))
