"""First-order LP on the CPU: HiGHS's primal-dual hybrid gradient method, labelled by what its residuals say.

It has no interrupt hook at all, so cancelling it means ending its process, and it is known to call points optimal that
are not (Netlib's pilot87 at 1e-4): never show its label without `solvers.verdict`.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.console import captured
from solvers.first_order import minimising, turned_back
from solvers.highs_engine import solve_with_highs
from solvers.instance import Instance, Sense
from solvers.printed import Listener
from solvers.result import Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition

NAME = "pdlp"
METHODS = ("choose", "pdlp", "hipdlp")  # HiGHS's own names; choose is pdlp, which knows infeasible instances
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
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process.

        `options.method` is choose, pdlp (cuPDLP-C) or hipdlp: the newer one is often several times faster to high
        accuracy, and runs to its time limit where there is no solution.
        """
        settled = settled_early(instance, self, options)
        if settled is not None:
            return settled
        if options.method not in METHODS:
            refusal = f"PDLP has no method {options.method!r}; choose one of {', '.join(METHODS)}."
            return Result(TerminationCondition.ERROR, SolutionStatus.NO_SOLUTION, solver=NAME, message=refusal)
        listener = Listener(report, _ITERATION)
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
        settings={
            "solver": "hipdlp" if options.method == "hipdlp" else "pdlp",
            "kkt_tolerance": options.first_order_tolerance,
        },
        options=options,
        report=report,
        should_stop=should_stop,
    )
