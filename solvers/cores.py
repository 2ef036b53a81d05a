"""Counts the cores that the solves of this process keep busy, so that their races share the machine."""

from __future__ import annotations

import os
import threading

_lock = threading.Lock()
_busy = 0


def count() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def take(wanted: int, *, limit: int | None = None) -> bool:
    """Reserve `wanted` cores and say whether that worked; without a `limit` it always does."""
    global _busy
    with _lock:
        if limit is not None and _busy + wanted > limit:
            return False
        _busy += wanted
        return True


def give(wanted: int) -> None:
    """Return what `take` reserved."""
    global _busy
    with _lock:
        _busy -= wanted
