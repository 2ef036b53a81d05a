"""Gurobi's search for an irreducible infeasible set, told in the sides of the instance's own rows and columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from solvers.instance import Instance
from solvers.result import Result

LOWER, UPPER = 1, 2


def with_conflict(
    result: Result, problem: Any, instance: Instance, rows: list[Any], numbers: Any, *, seconds: float
) -> Result:
    """Return `result` with the limits that Gurobi says contradict each other; unchanged when it finds none in time.

    `rows` are its rows for the instance's rows `numbers`. An equation counts with both sides, as Gurobi names none, and
    what whole numbers contribute is not told.
    """
    import gurobipy

    problem.setParam("TimeLimit", max(seconds, 0.01))
    try:
        problem.computeIIS()
        flags = np.array(problem.getAttr("IISConstr", rows), dtype=bool)
        lower, upper = (np.array(problem.getAttr(name), dtype=np.int64) for name in ("IISLB", "IISUB"))
    except (AttributeError, gurobipy.GurobiError):  # no answer in time, or none at all
        return result
    n = instance.column_count
    bounds = LOWER * (lower != 0) + UPPER * (upper != 0)
    has_lower, has_upper = np.isfinite(instance.row_lower[numbers]), np.isfinite(instance.row_upper[numbers])
    sides = flags * (LOWER * has_lower + UPPER * has_upper)
    ranged = has_lower & has_upper & (instance.row_lower[numbers] != instance.row_upper[numbers])
    sides[ranged] = flags[ranged] * bounds[n:]  # such a row is an equation with a column between its limits
    found = np.zeros(instance.row_count)
    found[numbers] = sides
    return replace(result, conflict_rows=found, conflict_columns=bounds[:n].astype(np.float64))
