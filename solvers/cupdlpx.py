"""First-order LP on an NVIDIA GPU by cuPDLPx, in the versions 0.1 and 0.3 of its Python package.

It has no interrupt, so cancelling it means ending its process; a GPU without memory left ends it too, by itself.
"""

from __future__ import annotations

import importlib.util
import re
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from solvers.base import Availability, AvailabilityState, Capability
from solvers.console import captured
from solvers.device import device_in_use
from solvers.first_order import CLAIMS, NOT_VERIFIED, concluded, ended, pointed, settled_simply
from solvers.instance import Instance
from solvers.printed import Listener
from solvers.probe import tried
from solvers.result import Report, Result, ShouldStop, SolveOptions, TerminationCondition, Vector

NAME = "cupdlpx"
_ITERATION = re.compile(r"^\s*(\d+)\s+\d\.\d+e[+-]\d+\s+\|")

# cupdlpx.PDLP, whose numbers are the same in both versions
_CONDITIONS = {
    0: TerminationCondition.OPTIMAL,
    1: TerminationCondition.INFEASIBLE,
    2: TerminationCondition.UNBOUNDED,  # or infeasible too: examined afterwards
    3: TerminationCondition.TIME_LIMIT,
    4: TerminationCondition.ITERATION_LIMIT,
    5: TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
    6: TerminationCondition.OPTIMAL,  # after polishing of the feasibility
    -1: TerminationCondition.NUMERICAL,
}


class CuPdlpx:
    """cuPDLPx (Apache licence; the package cupdlpx is compiled on the machine with the GPU): continuous only."""

    name = NAME
    capabilities = frozenset({Capability.LINEAR, Capability.DUALS})

    def availability(self) -> Availability:
        """Solve two tiny problems in a process of its own, once: ready, broken or absent."""
        if importlib.util.find_spec("cupdlpx") is None:
            reason = f"cuPDLPx is not installed here; it is the package cupdlpx. {NOT_VERIFIED}"
            return Availability(AvailabilityState.ABSENT, reason)
        return tried("cuPDLPx", NAME)

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated continuous instance to `options.first_order_tolerance` (relative) in this process."""
        settled = settled_simply(instance, self, options)
        if settled is not None:
            return settled
        listener = Listener(report, _ITERATION)
        with captured(listener.hear):
            result = concluded(instance, options, _attempt, should_stop)
        listener.flush()
        return result


def _attempt(instance: Instance, options: SolveOptions) -> tuple[Result, Vector | None]:
    import scipy.sparse  # late: every child loads this module, and few solve with it
    from cupdlpx import Model

    started = time.monotonic()
    problem = Model(
        objective_vector=instance.cost,
        constraint_matrix=scipy.sparse.csr_matrix(instance.matrix),  # 0.1 knows no sparse arrays, only matrices
        constraint_lower_bound=instance.row_lower,
        constraint_upper_bound=instance.row_upper,
        variable_lower_bound=instance.column_lower,
        variable_upper_bound=instance.column_upper,
        objective_constant=instance.objective_offset,
    )
    problem.setParams(**_settings(problem, options))
    problem.optimize()
    # 0.1 says the status in words and its number apart; in 0.3 the status is the number.
    code = getattr(problem, "StatusCode", problem.Status)
    condition = _CONDITIONS.get(code, TerminationCondition.ERROR)
    facts: dict[str, Any] = {
        "raw_status": str(getattr(problem, "StatusName", problem.Status)),
        "iterations": problem.IterCount,
        "seconds": time.monotonic() - started,
        "solver_version": f"cuPDLPx {_version()}",
        "device": device_in_use(),
    }
    x, row_dual = problem.X, problem.Pi
    if condition in CLAIMS or condition is TerminationCondition.INFEASIBLE_OR_UNBOUNDED or x is None:
        return ended(NAME, condition, **facts), row_dual
    return pointed(instance, condition, np.array(x), np.array(row_dual), solver=NAME, **facts), None


def _settings(problem: Any, options: SolveOptions) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "TimeLimit": max(options.time_limit_seconds, 0.01),
        "OptimalityTol": options.first_order_tolerance,
        "FeasibilityTol": options.first_order_tolerance,
        "OutputFlag": True,
    }
    known = set(problem.Params.keys())
    if "presolve" in known:
        settings["presolve"] = options.presolve
    if "optimality_norm" in known:
        settings["optimality_norm"] = "linf"  # as our own check measures
    return settings


def _version() -> str:
    try:
        return version("cupdlpx")
    except PackageNotFoundError:
        return "of unknown version"
