"""HiGHS as a backend: linear, mixed-integer linear and convex quadratic instances, live branch and bound."""

from __future__ import annotations

import importlib.util

from solvers.base import BEYOND_LINEAR, Availability, AvailabilityState, Capability, settled_early
from solvers.highs_beyond import branches
from solvers.highs_beyond import refusal as refusal_of_columns
from solvers.highs_engine import solve_with_highs
from solvers.highs_quadratic import solve_quadratic
from solvers.instance import Instance
from solvers.result import Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition

NAME = "highs"
METHODS = ("choose", "simplex", "ipm", "ipx", "hipo")  # HiGHS's own names; ipm is the best interior point it has


class Highs:
    """The default backend (MIT licence, in the wheel highspy)."""

    name = NAME
    capabilities = frozenset(Capability) - (
        (frozenset(BEYOND_LINEAR) | {Capability.POOL, Capability.POOL_SEARCH})
        - {Capability.CONVEX_QUADRATIC, Capability.SEMICONTINUOUS}
    )

    def availability(self) -> Availability:
        """Look for the library without importing it, which would load its threads into this process."""
        if importlib.util.find_spec("highspy") is None:
            return Availability(AvailabilityState.ABSENT, "HiGHS is not installed; install the package highspy.")
        return Availability(AvailabilityState.READY)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated instance in this process; `options.method` is choose, simplex, ipm, ipx or hipo.

        hipo needs the package highspy-extras; a mixed-integer instance has no use for a method, and ipx is for linear
        objectives alone.
        """
        settled = settled_early(instance, self, options)
        if settled is not None:
            return settled
        quadratic = bool(instance.beyond.quadratic_row.size)
        refusal, condition = _refusal(options.method, quadratic=quadratic), TerminationCondition.ERROR
        if not refusal:
            refusal, condition = refusal_of_columns(instance), TerminationCondition.UNSUPPORTED
        if refusal:
            return Result(condition, SolutionStatus.NO_SOLUTION, solver=NAME, message=refusal)
        if quadratic:
            return solve_quadratic(instance, solver=NAME, options=options, report=report, should_stop=should_stop)
        settings: dict[str, float | int | str | bool] = {}
        if not branches(instance):
            settings["solver"] = options.method
            settings["run_crossover"] = "on" if options.crossover else "off"
        return solve_with_highs(
            instance, solver=NAME, settings=settings, options=options, report=report, should_stop=should_stop
        )


def _refusal(method: str, *, quadratic: bool) -> str:
    if method not in METHODS:
        return f"HiGHS has no method {method!r}; choose one of {', '.join(METHODS)}."
    if method == "ipx" and quadratic:
        return "HiGHS's method ipx takes linear objectives only; choose simplex (active set) or hipo for this one."
    # HiGHS itself would refuse the option and then solve with the simplex method.
    if method == "hipo" and importlib.util.find_spec("highspy_extras") is None:
        return "HiGHS's method hipo needs the package highspy-extras; without it, choose ipx."
    return ""
