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

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.console import captured
from solvers.first_order import minimising, turned_back
from solvers.highs_engine import solve_with_highs
from solvers.instance import Instance, Sense
from solvers.result import Progress, Report, Result, ShouldStop, SolveOptions

NAME = "pdlp"
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
        return Availability(AvailabilityState.READY, "on the CPU", device="cpu")

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process."""
        settled = settled_early(instance, self)
        if settled is not None:
            return settled
        listener = _Listener(report)
        with captured(listener.hear):
            result = _run(instance, options, listener.report, should_stop)
            left = options.time_limit_seconds - result.seconds
            if result.raw_status == UNSURE and options.presolve and left > 0 and not should_stop():
                # Undoing presolve often spoils the duals of small instances: the same method without it.
                again = replace(options, presolve=False, time_limit_seconds=left)
                result = _run(instance, again, listener.report, should_stop)
        listener.flush()
        result = replace(result, device="cpu")
        return turned_back(result) if instance.sense is Sense.MAXIMIZE else result


def _run(instance: Instance, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    return solve_with_highs(
        # HiGHS 1.15 returns duals of the wrong sign when PDLP follows its presolve on a maximisation.
        minimising(instance),
        solver=NAME,
        settings={"solver": "pdlp", "kkt_tolerance": options.first_order_tolerance},
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
