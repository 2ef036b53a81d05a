"""Backends that behave in one known way each, for races whose end is known beforehand; all solve `workshop()`.

`enter` puts them into the table of this process and of every child that it starts.
"""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

import numpy as np
import pytest

from solvers import process
from solvers.base import Availability, AvailabilityState, Capability, Solver
from solvers.instance import Instance
from solvers.registry import SOLVERS
from solvers.result import Progress, Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition

T = TerminationCondition
BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from tests.solvers import racers; racers.register();"
    "from solvers.child import main; main(*map(int, sys.argv[2:]))"
)
LONG = 60.0


class Racer:
    """A backend that does one thing."""

    capabilities = frozenset(Capability)

    def __init__(self, name: str) -> None:
        self.name = name

    def availability(self) -> Availability:
        return Availability(AvailabilityState.READY)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        report(Progress("simplex", 0.0, iterations=1, log=f"{self.name} begins\n"))
        return getattr(self, f"_{self.name.replace('-', '_')}")(instance, options, report, should_stop)

    def _right(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        time.sleep(0.3)
        return answer([30.0, 40.0], duals=[5.0, 25.0])

    def _slow(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        until = time.monotonic() + LONG
        while not should_stop() and time.monotonic() < until:
            time.sleep(0.02)
        return Result(T.INTERRUPTED, SolutionStatus.NO_SOLUTION, solver=self.name, message="Stopped on request.")

    def _deaf(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        report(Progress("simplex", 0.1, incumbent=np.array([10.0, 10.0])))
        ctypes.PyDLL(None).sleep(int(LONG))  # holds Python's lock: neither flag nor signal is heard
        raise AssertionError("unreachable")

    def _stubborn(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        ctypes.CDLL(None).puts(b"held back by C")  # in C's own buffer until somebody flushes it
        time.sleep(LONG)
        raise AssertionError("unreachable")

    def _wrong(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        return answer([0.0, 80.0], duals=[5.0, 25.0])

    def _broken(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        return answer([900.0, 900.0], duals=[5.0, 25.0])

    def _crash(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        os.abort()

    def _greedy(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        if options.memory_limit_bytes < 4 << 30:
            raise MemoryError
        return answer([30.0, 40.0], duals=[5.0, 25.0])

    def _no(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        return Result(T.INFEASIBLE, SolutionStatus.NO_SOLUTION, solver=self.name, message="No point.")

    _mpax = _no  # the name of a first-order method, whose word is no proof

    def _highs(self, instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        report(Progress("presolve", 0.0))
        if options.presolve:
            return self._slow(instance, options, report, should_stop)
        return answer([30.0, 40.0], duals=[5.0, 25.0])


def answer(x: list[float], *, duals: list[float]) -> Result:
    """What a backend says when it claims an optimum of `workshop()`."""
    return Result(
        T.OPTIMAL,
        SolutionStatus.OPTIMAL,
        solver="",
        message="Proved optimal.",
        objective_value=70 * x[0] + 40 * x[1],
        x=np.array(x),
        row_dual=np.array(duals),
    )


NAMES = ("right", "slow", "deaf", "stubborn", "wrong", "broken", "crash", "greedy", "no", "mpax")


def register() -> None:
    """Add every racer to the table of this process."""
    SOLVERS.update({name: Racer(name) for name in (*NAMES, "highs")})


def enter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the racers run, here and in every child, until the test ends."""
    monkeypatch.setattr(process, "_BOOT", BOOT)
    monkeypatch.setattr(process, "ROOT", str(Path(__file__).resolve().parents[2]))
    for name in (*NAMES, "highs"):
        racer: Solver = Racer(name)
        monkeypatch.setitem(SOLVERS, name, racer)
