"""How long a comparison may take; a spent budget is an answer of its own, never a guess."""

from __future__ import annotations

import time
from collections.abc import Callable


class BudgetSpent(Exception):
    """The time is up, or somebody asked to stop; the text says which."""


class Budget:
    """A deadline in seconds from now, and a wish to stop that is asked for on the way."""

    def __init__(self, seconds: float, should_stop: Callable[[], bool] = lambda: False) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._should_stop = should_stop

    @property
    def left_seconds(self) -> float:
        """Seconds left, never negative."""
        return max(self._end - time.monotonic(), 0.0)

    def is_spent(self) -> bool:
        """Whether `check` would raise."""
        return time.monotonic() > self._end or self._should_stop()

    def check(self) -> None:
        """Raise BudgetSpent when there is no time left."""
        if time.monotonic() > self._end:
            raise BudgetSpent(f"The time for the comparison ({self.seconds:g} s) was up")
        if self._should_stop():
            raise BudgetSpent("The comparison was stopped")
