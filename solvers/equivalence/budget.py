"""How long a comparison may take; a spent budget is an answer of its own, never a guess."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ASKED_EVERY = 0.1  # seconds between two questions whether somebody wants to stop: the answer may come from far away


class BudgetSpent(Exception):
    """The time is up, or somebody asked to stop; the text says which."""


class Budget:
    """A deadline in seconds from now, a wish to stop that is asked for on the way, and word of how far things are.

    `report` gets the stage and the share of the whole that is done before it (0 to 1, never less than before).
    """

    def __init__(
        self,
        seconds: float = math.inf,
        should_stop: Callable[[], bool] = lambda: False,
        report: Callable[[str, float], None] | None = None,
    ) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._should_stop = should_stop
        self._report = report
        self._asked = -math.inf
        self._share = 0.0

    @property
    def left_seconds(self) -> float:
        """Seconds left, never negative."""
        return max(self._end - time.monotonic(), 0.0)

    def is_spent(self) -> bool:
        """Whether `check` would raise."""
        return time.monotonic() > self._end or self._should_stop()

    def check(self) -> None:
        """Raise BudgetSpent when there is no time left."""
        now = time.monotonic()
        if now > self._end:
            raise BudgetSpent(f"The time for the comparison ({self.seconds:g} s) was up")
        if now - self._asked >= ASKED_EVERY:
            self._asked = now
            if self._should_stop():
                raise BudgetSpent("The comparison was stopped")

    def enter(self, stage: str, share: float) -> None:
        """Say that a stage begins, unless there is no time left for it."""
        self.check()
        self._share = max(self._share, share)  # a second attempt starts over, the share does not
        if self._report is not None:
            self._report(stage, self._share)


def memory_free() -> float:
    """Return how many bytes can be taken without swapping, as far as the system says; infinity where it does not."""
    free = math.inf
    with suppress(OSError, ValueError, IndexError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    with suppress(OSError, ValueError):  # the ceiling of a container
        limit, used = (int(Path(f"/sys/fs/cgroup/memory.{name}").read_text()) for name in ("max", "current"))
        free = min(free, limit - used)
    return free
