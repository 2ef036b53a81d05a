"""Verbs that would store something twice if two said them at once: the second waits until the first has committed."""

from __future__ import annotations

import hashlib

from django.db import connection


def alone_at(what: str) -> None:
    """Wait until nobody else is at it, and keep others waiting until this transaction ends, however it ends.

    Called inside a transaction. SQLite lets one writer in at a time as it is.
    """
    if connection.vendor == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"library: {what}".encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
