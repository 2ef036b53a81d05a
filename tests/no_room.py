"""A disk under the database that is full, and has room again: SQLite's file is given a limit, and filled up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from copilot.runs import room as rooms

EMPTY = 1 << 30  # pages: no limit


def limit(pages: int) -> None:
    """Let the file have so many pages."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages}")


def fill() -> None:
    """Let the file grow no further, and use up what is free inside it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)")
        cursor.execute("PRAGMA max_page_count = 1")  # becomes what the file has
        for size in (1 << 20, 1 << 14, 1 << 11, 100):
            with pytest.raises(OperationalError, match="full"):
                _pour(cursor, size)


def _pour(cursor: Any, size: int) -> None:
    for _ in range(10_000):
        cursor.execute("INSERT INTO ballast VALUES (zeroblob(%s))", [size])


@pytest.fixture
def room(transactional_db: None) -> Any:
    """Give the room back, whatever the test did."""
    if connection.vendor != "sqlite":
        pytest.skip(f"NOT VERIFIED on {connection.vendor}: only SQLite's file can be given a limit from here")
    yield
    limit(EMPTY)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS ballast")
    connection.close()


def on_pause(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> list[float]:
    """Pauses in wait for room take no time, and at the third of them something happens; returns the pauses."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            then()

    monkeypatch.setattr(rooms, "sleep", pause)
    return pauses
