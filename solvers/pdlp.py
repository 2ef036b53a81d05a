"""First-order LP on the CPU: HiGHS's primal-dual hybrid gradient method, labelled by what its residuals say.

It has no interrupt hook at all, so cancelling it means ending its process, and it is known to call points optimal that
are not (Netlib's pilot87 at 1e-4): never show its label without `solvers.verdict`.
"""

from __future__ import annotations

import importlib.util

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.highs_engine import solve_with_highs
from solvers.instance import Instance
from solvers.result import Report, Result, ShouldStop, SolveOptions

NAME = "pdlp"


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
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process."""
        settled = settled_early(instance, self)
        if settled is not None:
            return settled
        settings: dict[str, float | int | str | bool] = {
            "solver": "pdlp",
            "kkt_tolerance": options.first_order_tolerance,
        }
        return solve_with_highs(
            instance, solver=NAME, settings=settings, options=options, report=report, should_stop=should_stop
        )
