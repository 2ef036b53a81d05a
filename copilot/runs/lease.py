"""Holding a run: claim by compare-and-set, renew while working, see the cancel flag, stop when another took over."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, models, transaction
from django.db.models import F
from django.utils import timezone

from copilot.runs import events
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.models import Lifecycle, Run
from copilot.runs.room import grant_attempt

log = structlog.get_logger(__name__)
WATCH_SECONDS = 0.2
NO_ROOM = (
    "The disk under the database had no room, so the work stopped there. Nothing that was stored is lost; the run goes "
    "on by itself as soon as there is room."
)


def claim(run_id: UUID) -> Lease | None:
    """Become the run's only owner, or None when it is finished, held by a live worker, or out of attempts."""
    owner = uuid.uuid4().hex
    now = timezone.now()
    claimed = (
        Run.objects.claimable()
        .filter(id=run_id, attempt__lt=F("max_attempts"))
        .update(owner=owner, attempt=F("attempt") + 1, lease_until=lease_end(), heartbeat_at=now)
    )
    if not claimed:
        return None
    run = Run.objects.get(id=run_id)
    first = run.attempt == 1
    started = {"started_at": now} if first else {}
    event = EventType.RUN_STARTED if first else EventType.RUN_RECOVERED
    if run.lifecycle in (Lifecycle.QUEUED, Lifecycle.RUNNING):
        old = (Lifecycle.QUEUED, Lifecycle.RUNNING)
        events.advance(run_id, old, Lifecycle.RUNNING, event, {"attempt": run.attempt}, owner=owner, **started)
    return Lease(run_id, owner)


def excuse(run_id: UUID, owner: str) -> None:
    """Note that the disk ended this attempt, and grant another in its place; it begins when the lease has run out."""
    with transaction.atomic():
        if grant_attempt(Run.objects, run_id, owner):
            events.record(run_id, EventType.RUN_WAITING, {"message": NO_ROOM, "cause": "disk"}, owner=owner)


def lease_end() -> datetime:
    """Until when a lease that begins or is renewed now holds."""
    return timezone.now() + timedelta(seconds=settings.COPILOT["LEASE_SECONDS"])


class Lease:
    """A held run; a watcher thread renews it and reads the cancel flag while the `with` block runs.

    `rows` are the rows of another table that is worked on in the same way, with the same columns for it.
    """

    def __init__(self, run_id: UUID, owner: str, rows: models.Manager[Any] = Run.objects) -> None:
        self.run_id = run_id
        self.owner = owner
        self._rows = rows
        self._cancelled = threading.Event()
        self._lost = threading.Event()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name=f"lease-{run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join(timeout=5)

    @property
    def cancelled(self) -> bool:
        """Whether a person asked for a stop."""
        return self._cancelled.is_set()

    def should_stop(self) -> bool:
        """Whether work in progress is to end now: a person asked, or another worker took over."""
        return self._cancelled.is_set() or self._lost.is_set()

    def check(self) -> None:
        """Raise LeaseLost or Cancelled when there is no point in going on."""
        if self._lost.is_set():
            raise LeaseLost(str(self.run_id))
        if self._cancelled.is_set():
            raise Cancelled

    def _watch(self) -> None:
        renew_every = settings.COPILOT["LEASE_SECONDS"] / 4
        renewed = time.monotonic()
        while not self._over.wait(WATCH_SECONDS):
            try:
                if time.monotonic() - renewed >= renew_every:
                    self._renew()
                    renewed = time.monotonic()
                if self._rows.filter(id=self.run_id, owner=self.owner).exclude(cancel_requested="").exists():
                    self._cancelled.set()
            except DatabaseError as error:  # busy or away: the lease decides in the end
                log.warning("lease.database", run_id=str(self.run_id), error=str(error))
                close_old_connections()
        connection.close()

    def _renew(self) -> None:
        held = self._rows.filter(id=self.run_id, owner=self.owner)
        if not held.update(lease_until=lease_end(), heartbeat_at=timezone.now()):
            self._lost.set()


class Cancelled(Exception):
    """A person asked for a stop."""
