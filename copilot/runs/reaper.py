"""Brings back runs (and other rows under a lease) whose doorbell or worker was lost; closes those out of attempts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from celery.signals import worker_init, worker_shutdown
from django.db import DatabaseError, close_old_connections
from django.db.models import F, QuerySet
from django.utils import timezone

from copilot.runs import events, pipeline
from copilot.runs.events import EventType
from copilot.runs.models import HELD, Lifecycle, Run

log = structlog.get_logger(__name__)
LOST = (
    "The worker that held this run was lost, and so were the ones that tried it again. Nothing you wrote is lost: "
    "press Retry. If it happens again, lower the time or memory limits."
)


@dataclass(frozen=True, slots=True)
class Duty:
    """Rows that are worked on under a lease: which wait since before a moment, which are beyond help, what to do."""

    waiting: Callable[[datetime], UUID | None]
    hopeless: Callable[[], list[UUID]]
    close: Callable[[UUID], None]
    execute: Callable[[UUID], None]


def duty_on(
    rows: Callable[[], QuerySet[Any]], *, close: Callable[[UUID], None], execute: Callable[[UUID], None]
) -> Duty:
    """The duty on a table of jobs: `rows` are those that may be claimed, with `queued_at`, `status` and attempts."""

    def waiting(overdue: datetime) -> UUID | None:
        found = rows().filter(queued_at__lt=overdue, attempt__lt=F("max_attempts"))
        return found.order_by("queued_at").values_list("id", flat=True).first()

    def hopeless() -> list[UUID]:
        return list(rows().filter(status="running", attempt__gte=F("max_attempts")).values_list("id", flat=True))

    return Duty(waiting, hopeless, close, execute)


class Reaper:
    """A thread of the worker: gives overdue rows to this process and closes those out of attempts."""

    def __init__(self, duty: Duty | None = None, *, every_seconds: float = 2.0, patience_seconds: float = 3.0) -> None:
        self._duty = duty or RUNS
        self._every = every_seconds
        self._patience = patience_seconds
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reaped")
        self._taken: set[UUID] = set()
        self._thread = threading.Thread(target=self._loop, name="reaper", daemon=True)

    def start(self) -> None:
        """Begin watching the queue."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; runs in progress keep their lease until the process ends."""
        self._over.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def sweep(self) -> list[UUID]:
        """One look: close hopeless rows, return those that this process is going to take."""
        for row_id in self._duty.hopeless():
            self._duty.close(row_id)
        if self._taken:
            return []
        found = self._duty.waiting(timezone.now() - timedelta(seconds=self._patience))
        if found is None:
            return []
        self._taken.add(found)
        self._pool.submit(self._execute, found)
        return [found]

    def _execute(self, row_id: UUID) -> None:
        try:
            self._duty.execute(row_id)
        finally:
            self._taken.discard(row_id)

    def _loop(self) -> None:
        while not self._over.wait(self._every):
            try:
                self.sweep()
            except DatabaseError as error:
                log.warning("reaper.database", error=str(error))
            finally:
                close_old_connections()


def watch_in_worker(duty: Duty) -> None:
    """Have every worker process look after the duty's rows from its start to its end."""
    reapers: list[Reaper] = []

    def begin(**_: Any) -> None:
        reapers.append(Reaper(duty))
        reapers[-1].start()

    def end(**_: Any) -> None:
        while reapers:
            reapers.pop().stop()

    worker_init.connect(begin, weak=False)
    worker_shutdown.connect(end, weak=False)


def _waiting(overdue: datetime) -> UUID | None:
    runs = Run.objects.claimable().filter(created_at__lt=overdue, attempt__lt=F("max_attempts"))
    return runs.order_by("created_at").values_list("id", flat=True).first()


def _hopeless() -> list[UUID]:
    exhausted = Run.objects.claimable().filter(lifecycle__in=HELD, attempt__gte=F("max_attempts"))
    return list(exhausted.values_list("id", flat=True))


def _close(run_id: UUID) -> None:
    cancelling = Run.objects.filter(id=run_id, lifecycle=Lifecycle.CANCELLING).exists()
    new, message = (Lifecycle.CANCELLED, "Cancelled.") if cancelling else (Lifecycle.FAILED, LOST)
    payload = {"lifecycle": new, "message": message}
    if events.advance(run_id, HELD, new, EventType.RUN_FINISHED, payload, closing_message=message):
        Run.objects.filter(id=run_id).update(owner="")


RUNS = Duty(_waiting, _hopeless, _close, lambda run_id: pipeline.execute(run_id))
