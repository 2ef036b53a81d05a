"""Turns the table that a solver prints while it runs into progress, for those that have no callback of their own."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from solvers.result import Progress, Report

INTERVAL_SECONDS = 0.2


class Listener:
    """Hears printed lines, from any thread, and reports them at most five times a second.

    `iteration` is the pattern of a line of the table; its first group is the number of the iteration. `value` reads the
    objective from such a line, where the table has one worth showing.
    """

    def __init__(
        self,
        report: Report,
        iteration: re.Pattern[str],
        *,
        phase: str = "first_order",
        value: Callable[[re.Match[str]], float | None] | None = None,
    ) -> None:
        self._report, self._pattern, self._phase, self._read = report, iteration, phase, value
        self._value: float | None = None
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._iterations: int | None = None
        self._held: list[str] = []
        self._sent_at = -math.inf

    def report(self, progress: Progress) -> None:
        """Pass on what the library itself reports, with the lines held back so far."""
        with self._lock:
            self._sent_at = time.monotonic()
            log, self._held = "".join(self._held) + progress.log, []
            self._report(replace(progress, iterations=progress.iterations or self._iterations, log=log))

    @property
    def iterations(self) -> int | None:
        """The number in the last line of the table, None before the first."""
        return self._iterations

    def flush(self) -> None:
        """Report the lines still held back."""
        if self._held:
            self._say()

    def hear(self, line: str) -> None:
        """Take one printed line."""
        iteration = self._pattern.match(line)
        self._held.append(line)
        if iteration:
            self._iterations = int(iteration.group(1))
            self._value = self._read(iteration) if self._read else None
        if time.monotonic() - self._sent_at >= INTERVAL_SECONDS:
            self._say()

    def _say(self) -> None:
        elapsed = time.monotonic() - self._started
        self.report(Progress(self._phase, elapsed_seconds=elapsed, objective_value=self._value))
