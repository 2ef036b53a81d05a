"""Gurobi as a backend: linear to nonlinear instances, with the operator's licence or the bundled small one.

The licence is looked for where Gurobi looks: GRB_LICENSE_FILE, the home folder, or a web licence in the environment.
"""

from __future__ import annotations

import importlib.util

from solvers.base import Availability, AvailabilityState, Capability, settled_early
from solvers.gurobi_engine import solve_with_gurobi
from solvers.instance import Instance
from solvers.probe import probed
from solvers.result import Report, Result, ShouldStop, SolveOptions

NAME = "gurobi"
SIZE_LIMIT = 2000  # rows, and columns, of the licence inside the wheel
SIZE_LIMIT_BEYOND = 200  # columns where anything is a product or a function

# An environment may start although every larger solve would fail, so a solve one column past the limit is tried.
_PROGRAM = f"""
import sys
try:
    import gurobipy
    env = gurobipy.Env(empty=True)
    env.setParam("OutputFlag", 0)
    env.start()
    for columns in (1, {SIZE_LIMIT + 1}):
        problem = gurobipy.Model(env=env)
        problem.addMVar(columns)
        problem.optimize()
    print("ready")
except ImportError as error:
    print("broken", "Gurobi is installed but cannot be loaded:", " ".join(str(error).split()) + ".")
except gurobipy.GurobiError as error:
    if error.errno == 10010:
        print("limited")
    else:
        print("broken", "Gurobi has no usable licence here:", " ".join(str(error).split()).rstrip(".") + ".")
"""


class Gurobi:
    """Commercial; free of charge up to 2000 rows and 2000 columns (200 beyond linear) with the licence in the wheel."""

    name = NAME
    capabilities = frozenset(Capability)

    def availability(self) -> Availability:
        """Start Gurobi in a process of its own, once: ready, limited (the bundled licence), broken or absent."""
        if importlib.util.find_spec("gurobipy") is None:
            return Availability(AvailabilityState.ABSENT, "Gurobi is not installed here; it is the package gurobipy.")
        found = probed("Gurobi", _PROGRAM)
        if found.state is not AvailabilityState.LIMITED:
            return found
        reason = (
            f"Gurobi needs a licence for more than {SIZE_LIMIT} rows or columns, and for more than {SIZE_LIMIT_BEYOND} "
            "columns where there are products or functions of them."
        )
        return Availability(
            found.state,
            reason,
            max_rows=SIZE_LIMIT,
            max_columns=SIZE_LIMIT,
            max_columns_beyond=SIZE_LIMIT_BEYOND,
        )

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve a validated instance in this process; `options.method` is choose, simplex or ipm."""
        settled = settled_early(instance, self, options)
        if settled is not None:
            return settled
        return solve_with_gurobi(instance, solver=NAME, options=options, report=report, should_stop=should_stop)
