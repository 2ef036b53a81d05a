"""What an answer leads to, as far as choosing a question needs it: how the best plan ends, and its value."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from copilot.drafting.builtin.linear import goal_coefficients, rule_of
from copilot.drafting.builtin.plans import is_whole
from copilot.drafting.builtin.reading import Reading

SAME = 1e-6  # relative: two best values that are no different
_SECONDS = 0.5  # of one solve; the plans of word problems take a millisecond
_ENDS = {0: "bounded", 2: "infeasible", 3: "unbounded", 4: "unbounded"}
Value = tuple[str, float]


def value_of(reading: Reading) -> Value | None:
    """How the best plan of a complete reading ends, and its value; None where that was not found."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # imported here: it takes half a second

    if reading.goal is None or reading.gaps:
        return None
    whole, size = is_whole(reading), len(reading.context.items)
    sign = -1.0 if reading.goal.sense == "maximize" else 1.0
    costs = np.zeros(size)
    for item, value in goal_coefficients(reading.goal, reading.rows).items():
        costs[item] = sign * value
    matrix = np.zeros((len(reading.limits), size))
    lower, upper = np.full(len(matrix), -np.inf), np.full(len(matrix), np.inf)
    for row, limit in enumerate(reading.limits):
        rule = rule_of(limit, reading.rows, whole=whole)
        for item, value in rule.coefficients.items():
            matrix[row, item] = value
        if rule.sign != "<=":
            lower[row] = rule.bound
        if rule.sign != ">=":
            upper[row] = rule.bound
    rules = [LinearConstraint(matrix, lower, upper)] if len(matrix) else []
    integrality = np.full(size, int(whole))
    found = milp(
        costs, constraints=rules, integrality=integrality, bounds=Bounds(0, np.inf), options={"time_limit": _SECONDS}
    )
    ending = _ENDS.get(found.status)
    return None if ending is None else (ending, sign * (found.fun or 0.0) if ending == "bounded" else 0.0)


def alike(values: Sequence[Value | None]) -> bool:
    """Whether all are known, and the same."""
    first = values[0]
    return first is not None and all(
        one is not None and one[0] == first[0] and math.isclose(one[1], first[1], rel_tol=SAME, abs_tol=SAME)
        for one in values
    )


def spread(values: Sequence[Value | None]) -> float:
    """How far apart the known ones lie, relative to their size; a plan against none is farthest."""
    known = [value for value in values if value is not None]
    if len({ending for ending, _ in known}) > 1:
        return math.inf
    numbers = [value for _, value in known]
    return (max(numbers) - min(numbers)) / max(1.0, *map(abs, numbers)) if numbers else 0.0
