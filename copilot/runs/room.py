"""A full disk under the database: what has to be written then is written once there is room again."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from django.db import OperationalError, models
from django.db.models import F

ROOM_SECONDS = 60.0  # how long a worker waits for room on the disk, to say that it had none
MOST_ATTEMPTS = 30  # of a row whose attempts a full disk ended


def once_there_is_room(write: Callable[[], Any], *, patience: float | None = None) -> None:
    """Write, again every second while that fails; OperationalError after `patience` seconds (None: a minute)."""
    until = monotonic() + (ROOM_SECONDS if patience is None else patience)
    while True:
        try:
            write()
        except OperationalError:
            if monotonic() >= until:
                raise
            sleep(1)
            continue
        return


def grant_attempt(rows: models.Manager[Any], row_id: UUID, owner: str, **fields: Any) -> bool:
    """Grant another attempt for the one that the disk ended, and write `fields`; whether `owner` still held the row."""
    held = rows.filter(id=row_id, owner=owner, max_attempts__lt=MOST_ATTEMPTS)
    return bool(held.update(max_attempts=F("max_attempts") + 1, **fields))
