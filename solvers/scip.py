"""SCIP as a backend: global optima of nonlinear problems, a second opinion on mixed-integer ones; linear ones too."""

from __future__ import annotations

import importlib.util

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.instance import Instance
from solvers.probe import probed
from solvers.result import Report, Result, ShouldStop, SolveOptions
from solvers.scip_engine import solve_with_scip

NAME = "scip"
_PROGRAM = "import pyscipopt; pyscipopt.Model(); print('ready')"


class Scip:
    """SCIP with SoPlex (Apache licence, in the wheel pyscipopt); always one thread."""

    name = NAME
    # SoPlex does not listen while it works; the pool is what SCIP met on its way.
    capabilities = frozenset(Capability) - {Capability.INTERRUPT_SIMPLEX, Capability.POOL_SEARCH}

    def availability(self) -> Availability:
        """Load the library in a process of its own, once."""
        if importlib.util.find_spec("pyscipopt") is None:
            return Availability(AvailabilityState.ABSENT, "SCIP is not installed here; it is the package pyscipopt.")
        return probed("SCIP", _PROGRAM)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated instance in this process; `options.method` is choose or simplex, threads are ignored."""
        settled = settled_early(instance, self, options)
        if settled is not None:
            return settled
        return solve_with_scip(instance, solver=NAME, options=options, report=report, should_stop=should_stop)
