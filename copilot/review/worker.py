"""What a worker process does for the review: looks for comparisons whose doorbell or worker was lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from celery.signals import worker_init, worker_shutdown
from django.db.models import F

from copilot.review import work
from copilot.review.models import Comparison, Status
from copilot.runs.reaper import Duty, Reaper

_reapers: list[Reaper] = []


def _waiting(overdue: datetime) -> UUID | None:
    rows = Comparison.objects.claimable().filter(queued_at__lt=overdue, attempt__lt=F("max_attempts"))
    return rows.order_by("queued_at").values_list("id", flat=True).first()


def _hopeless() -> list[UUID]:
    spent = Comparison.objects.claimable().filter(status=Status.RUNNING, attempt__gte=F("max_attempts"))
    return list(spent.values_list("id", flat=True))


COMPARISONS = Duty(_waiting, _hopeless, work.close_lost, work.carry_out)


@worker_init.connect
def begin(**_: Any) -> None:
    """Start looking."""
    reaper = Reaper(COMPARISONS)
    reaper.start()
    _reapers.append(reaper)


@worker_shutdown.connect
def end(**_: Any) -> None:
    """Stop looking; a comparison in progress keeps its lease until the process ends."""
    while _reapers:
        _reapers.pop().stop()
