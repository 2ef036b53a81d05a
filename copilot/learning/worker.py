"""What a worker process does for learning: looks for jobs whose doorbell or worker was lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from celery.signals import worker_init, worker_shutdown
from django.db.models import F

from copilot.learning import work
from copilot.learning.models import LearningJob, Status
from copilot.runs.reaper import Duty, Reaper

_reapers: list[Reaper] = []


def _waiting(overdue: datetime) -> UUID | None:
    rows = LearningJob.objects.claimable().filter(queued_at__lt=overdue, attempt__lt=F("max_attempts"))
    return rows.order_by("queued_at").values_list("id", flat=True).first()


def _hopeless() -> list[UUID]:
    spent = LearningJob.objects.claimable().filter(status=Status.RUNNING, attempt__gte=F("max_attempts"))
    return list(spent.values_list("id", flat=True))


JOBS = Duty(_waiting, _hopeless, work.close_lost, work.execute)


@worker_init.connect
def begin(**_: Any) -> None:
    """Start looking."""
    reaper = Reaper(JOBS)
    reaper.start()
    _reapers.append(reaper)


@worker_shutdown.connect
def end(**_: Any) -> None:
    """Stop looking; a job in progress keeps its lease until the process ends."""
    while _reapers:
        _reapers.pop().stop()
