"""Ipopt, or an executable like it, as a backend: local optima of smooth nonlinear problems over real columns."""

from __future__ import annotations

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.instance import Instance
from solvers.ipopt_engine import ABSENT, NAME, executable, solve_with_ipopt
from solvers.probe import probed
from solvers.process import ROOT
from solvers.result import Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition

METHOD = "choose"
_PROGRAM = f"import sys; sys.path.insert(0, {ROOT!r}); from solvers.ipopt_engine import try_it; try_it()"


class Ipopt:
    """`pounce` (EPL-2.0, in the wheel pounce-solver), else `ipopt` from the path: interior point."""

    name = NAME
    capabilities = frozenset(
        {
            Capability.LINEAR,
            Capability.CONVEX_QUADRATIC,
            Capability.QUADRATIC,
            Capability.NONLINEAR,
            Capability.DUALS,
            Capability.INTERRUPT,
        }
    )

    def availability(self) -> Availability:
        """Start the executable in a process of its own, once."""
        if executable() is None:
            return Availability(AvailabilityState.ABSENT, ABSENT)
        return probed("Ipopt", _PROGRAM)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated continuous instance; `options.seed` chooses where the search begins."""
        settled = settled_early(instance, self, options)
        if settled is not None:
            return settled
        if options.method != METHOD:
            message = f"{NAME} has no method {options.method!r}; it has only one, so leave the method at {METHOD}."
            return Result(TerminationCondition.ERROR, SolutionStatus.NO_SOLUTION, solver=NAME, message=message)
        return solve_with_ipopt(instance, options=options, report=report, should_stop=should_stop)
