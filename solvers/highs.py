"""HiGHS as a backend: linear and mixed-integer linear instances, simplex and interior point, live branch and bound."""

from __future__ import annotations

import importlib.util

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.highs_engine import solve_with_highs
from solvers.instance import Instance
from solvers.result import Report, Result, ShouldStop, SolveOptions

NAME = "highs"
METHODS = {"choose": "choose", "simplex": "simplex", "ipx": "ipx"}


class Highs:
    """The default backend (MIT licence, in the wheel highspy)."""

    name = NAME
    capabilities = frozenset(Capability)

    def availability(self) -> Availability:
        """Look for the library without importing it, which would load its threads into this process."""
        if importlib.util.find_spec("highspy") is None:
            return Availability(AvailabilityState.ABSENT, "HiGHS is not installed; install the package highspy.")
        return Availability(AvailabilityState.READY)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated instance in this process; `options.method` is choose, simplex or ipx."""
        settled = settled_early(instance, self)
        if settled is not None:
            return settled
        settings: dict[str, float | int | str | bool] = {}
        if not instance.is_mip:
            settings["solver"] = METHODS.get(options.method, options.method)
        return solve_with_highs(
            instance, solver=NAME, settings=settings, options=options, report=report, should_stop=should_stop
        )
