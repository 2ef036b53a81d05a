"""What indicators, semicontinuous columns and special ordered sets excuse a point from, and what they ask of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.beyond import Beyond
from solvers.instance import Instance
from solvers.result import Vector


def excused_rows(beyond: Beyond, x: Vector, violation: Vector) -> Vector:
    """Return the violations of rows (m values), zero where a row waits for an indicator that x does not set."""
    if not beyond.indicator_row.size:
        return violation
    excused = violation.copy()
    excused[waiting_rows(beyond, x)] = 0.0
    return excused


def waiting_rows(beyond: Beyond, x: Vector) -> NDArray[np.int32]:
    """Return the numbers of the rows that wait for an indicator which x does not set."""
    waiting = np.round(x[beyond.indicator_column]) != beyond.indicator_value
    rows: NDArray[np.int32] = beyond.indicator_row[waiting]
    return rows


def relaxed_bounds(instance: Instance) -> tuple[Vector, Vector]:
    """Return the bounds of the columns (n values each), with zero inside for those that may be zero beside them."""
    lower, upper = instance.column_lower.copy(), instance.column_upper.copy()
    columns = instance.beyond.semicontinuous
    lower[columns], upper[columns] = np.minimum(lower[columns], 0.0), np.maximum(upper[columns], 0.0)
    return lower, upper


def excused_bounds(beyond: Beyond, x: Vector, violation: Vector) -> Vector:
    """Return the violations of bounds (n values); a semicontinuous column may also be zero."""
    columns = beyond.semicontinuous
    if not columns.size:
        return violation
    excused = violation.copy()
    excused[columns] = np.minimum(violation[columns], np.abs(x[columns]))
    return excused


def set_violation(beyond: Beyond, x: Vector) -> tuple[float, str]:
    """Return by how much the worst special ordered set is broken, and its name: the largest value that must be zero.

    Of a set of kind 2 the best pair of neighbours is left out, of a set of kind 1 the largest value.
    """
    worst, name = 0.0, ""
    for number, kind in enumerate(beyond.set_kind.tolist()):
        sizes = np.abs(x[beyond.members(number)])
        if len(sizes) <= kind:
            continue
        allowed = range(len(sizes) - kind + 1)
        broken = min(float(np.delete(sizes, np.s_[start : start + kind]).max()) for start in allowed)
        if broken > worst:
            worst, name = broken, beyond.set_names[number]
    return worst, name
