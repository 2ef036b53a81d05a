"""First-order LP on the CPU: HiGHS's primal-dual hybrid gradient method, labelled by what its residuals say.

It has no interrupt hook at all, so cancelling it means ending its process, and it is known to call points optimal that
are not (Netlib's pilot87 at 1e-4): never show its label without `solvers.verdict`.
"""

from __future__ import annotations

import importlib.util
import math
import re
import threading
import time
from dataclasses import replace
from typing import Any

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.console import captured
from solvers.highs_engine import solve_with_highs
from solvers.instance import Instance, Sense
from solvers.result import Progress, Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition

NAME = "pdlp"
METHODS = ("choose", "pdlp", "hipdlp")  # HiGHS's own names; choose is pdlp, which knows infeasible instances
INTERVAL_SECONDS = 0.2
UNSURE = "kUnknown"  # the raw status with which HiGHS takes back its own claim
_ITERATION = re.compile(r"^\s+(\d+)\s+[+-]\d\.\d+e[+-]\d+\s")


class Pdlp:
    """PDLP from the HiGHS wheel, CPU build: no basis, no ranging, continuous instances only."""

    name = NAME
    capabilities = frozenset({Capability.LINEAR, Capability.DUALS})

    def availability(self) -> Availability:
        """Look for the library without importing it."""
        if importlib.util.find_spec("highspy") is None:
            return Availability(AvailabilityState.ABSENT, "PDLP comes with HiGHS, which is not installed.")
        return Availability(AvailabilityState.READY, "on the CPU")

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process.

        `options.method` is choose, pdlp (cuPDLP-C) or hipdlp: the newer one is often several times faster to high
        accuracy, and runs to its time limit where there is no solution.
        """
        settled = settled_early(instance, self)
        if settled is not None:
            return settled
        if options.method not in METHODS:
            refusal = f"PDLP has no method {options.method!r}; choose one of {', '.join(METHODS)}."
            return Result(TerminationCondition.ERROR, SolutionStatus.NO_SOLUTION, solver=NAME, message=refusal)
        listener = _Listener(report)
        with captured(listener.hear):
            result = _run(instance, options, listener.report, should_stop)
            left = options.time_limit_seconds - result.seconds
            if result.raw_status == UNSURE and options.presolve and left > 0 and not should_stop():
                # Undoing presolve often spoils the duals of small instances: the same method without it.
                again = replace(options, presolve=False, time_limit_seconds=left)
                result = _run(instance, again, listener.report, should_stop)
        listener.flush()
        return _turned_back(result) if instance.sense is Sense.MAXIMIZE else result


def _run(instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    return solve_with_highs(
        _minimising(instance),
        solver=NAME,
        settings={
            "solver": "hipdlp" if options.method == "hipdlp" else "pdlp",
            "kkt_tolerance": options.first_order_tolerance,
        },
        options=options,
        report=report,
        should_stop=should_stop,
    )


class _Listener:
    """Turns the table that cuPDLP-C prints on standard output into progress; it has no callback of its own."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._iterations: int | None = None
        self._held: list[str] = []
        self._sent_at = -math.inf

    def report(self, progress: Progress) -> None:
        """Pass on what HiGHS reports, from its own thread, with the lines held back so far."""
        with self._lock:
            self._sent_at = time.monotonic()
            log, self._held = "".join(self._held) + progress.log, []
            self._report(replace(progress, iterations=progress.iterations or self._iterations, log=log))

    def flush(self) -> None:
        """Report the lines still held back."""
        if self._held:
            self.report(Progress("first_order", elapsed_seconds=time.monotonic() - self._started))

    def hear(self, line: str) -> None:
        """Take one printed line."""
        iteration = _ITERATION.match(line)
        self._held.append(line)
        if iteration:
            self._iterations = int(iteration.group(1))
        if time.monotonic() - self._sent_at >= INTERVAL_SECONDS:
            self.report(Progress("first_order", elapsed_seconds=time.monotonic() - self._started))


def _minimising(instance: Instance) -> Instance:
    # HiGHS 1.15 returns duals of the wrong sign when PDLP follows its presolve on a maximisation.
    if instance.sense is Sense.MINIMIZE:
        return instance
    return replace(instance, sense=Sense.MINIMIZE, cost=-instance.cost, objective_offset=-instance.objective_offset)


def _turned_back(result: Result) -> Result:
    def negated(value: Any) -> Any:
        return None if value is None else -value

    names = ("objective_value", "objective_bound", "row_dual", "reduced_cost")
    return replace(result, **{name: negated(getattr(result, name)) for name in names})
