"""How long an explanation may take: seconds, solves, and the wish to stop, asked before every solve."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from solvers import runner
from solvers.instance import Instance
from solvers.result import Result, ShouldStop, SolveOptions

SolveInstance = Callable[[Instance], Result]
LEAST_SECONDS = 0.5


class BudgetSpent(Exception):
    """The explanation ended early; the text is the reason, for the user."""


class Budget:
    """Counts down while an explanation runs; one budget may be shared by several explanations."""

    def __init__(self, *, seconds: float = 30.0, solves: int = 200, should_stop: ShouldStop = lambda: False) -> None:
        self._started = time.monotonic()
        self._seconds, self._limit, self._should_stop = seconds, solves, should_stop
        self.solves = 0
        self.notes: list[str] = []  # what could not be asked, and why

    @property
    def spent_seconds(self) -> float:
        """Seconds since the budget was made."""
        return time.monotonic() - self._started

    @property
    def left_seconds(self) -> float:
        """Seconds left, never negative."""
        return max(self._seconds - self.spent_seconds, 0.0)

    def over(self) -> str:
        """Return why nothing more may be solved, or an empty string."""
        if self._should_stop():
            return "The search was stopped on request."
        if self.is_out_of_time():
            return f"The time set aside for it ({self._seconds:g} s) was used up."
        if self.solves >= self._limit:
            return f"The number of solves set aside for it ({self._limit}) was used up."
        return ""

    def is_out_of_time(self) -> bool:
        """Whether the seconds are used up, whatever the number of solves."""
        return self.spent_seconds >= self._seconds

    def should_stop(self) -> bool:
        """Whether a solve that is under way should end; its own count does not end it."""
        return self._should_stop() or self.is_out_of_time()

    def spend(self, solve: SolveInstance, instance: Instance) -> Result:
        """Solve `instance` and count it; raises BudgetSpent when nothing is left."""
        reason = self.over()
        if reason:
            raise BudgetSpent(reason)
        self.solves += 1
        return solve(instance)


def through_runner(budget: Budget, *, options: SolveOptions | None = None, solver: str = "auto") -> SolveInstance:
    """Return a solve through the runner whose time limit is what is left of the budget, and that stops with it."""
    given = options or SolveOptions(time_limit_seconds=10.0)

    def solve(instance: Instance) -> Result:
        seconds = min(given.time_limit_seconds, max(budget.left_seconds, LEAST_SECONDS))
        limited = replace(given, time_limit_seconds=seconds, proof_seconds=0.0)  # a step on the way, not an answer
        return runner.solve(instance, solver=solver, options=limited, should_stop=budget.should_stop)

    return solve
