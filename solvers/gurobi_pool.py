"""Gurobi's solution pool: a systematic search for the best points, and how they are read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from solvers.result import Result

SYSTEMATIC = 2  # the search goes on until nothing outside the pool can be better than what is in it


def search_for_best(problem: Any, count: int) -> None:
    """Have the next run look for the `count` best points, not for one."""
    problem.setParam("PoolSearchMode", SYSTEMATIC)
    problem.setParam("PoolSolutions", count)


def with_candidates(result: Result, problem: Any, columns: Any) -> Result:
    """Return `result` with every point of the pool, and the bound on whatever is not in it."""
    points = []
    for number in range(int(problem.SolCount)):
        problem.setParam("SolutionNumber", number)
        points.append(np.array(problem.getAttr("PoolNX", columns.tolist()), dtype=np.float64))
    return replace(result, candidates=np.concatenate(points), pool_bound=float(problem.PoolObjBound))
