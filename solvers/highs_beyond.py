"""What goes beyond linear rows in HiGHS's own words: the Hessian of the objective and semicontinuous columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solvers.beyond import OBJECTIVE
from solvers.instance import IndexArray, Instance

if TYPE_CHECKING:
    import highspy

MAX_SEMICONTINUOUS = 1e5  # HiGHS's own limit: a larger upper bound is an error there


def hessian(instance: Instance) -> highspy.HighsHessian | None:
    """Return the quadratic objective x'Hx/2 as HiGHS wants it, the lower triangle of H by columns; None without one."""
    beyond, n = instance.beyond, instance.column_count
    mine = beyond.quadratic_row == OBJECTIVE
    if not mine.any():
        return None
    import highspy
    import scipy.sparse  # late: loading it takes longer than most small solves

    first, second, value = beyond.quadratic_first[mine], beyond.quadratic_second[mine], beyond.quadratic_value[mine]
    triangle = scipy.sparse.csc_array((np.where(first == second, 2.0 * value, value), (second, first)), shape=(n, n))
    triangle.sum_duplicates()
    square = highspy.HighsHessian()
    square.dim_, square.format_ = n, highspy.HessianFormat.kTriangular
    square.start_, square.index_, square.value_ = triangle.indptr, triangle.indices, triangle.data
    return square


def branches(instance: Instance) -> bool:
    """Whether HiGHS solves the instance by branch and bound."""
    return instance.is_mip or bool(_apart(instance).size)


def kinds(instance: Instance) -> list[highspy.HighsVarType]:
    """Return HiGHS's kind of every column as it names it."""
    import highspy

    kind = highspy.HighsVarType
    words = np.array((kind.kContinuous, kind.kInteger, kind.kSemiContinuous, kind.kSemiInteger))
    found: list[highspy.HighsVarType] = words[kind_codes(instance)].tolist()
    return found


def kind_codes(instance: Instance) -> IndexArray:
    """Return HiGHS's kind of every column as a number: 0 continuous, 1 integer, and 2 more for semicontinuous.

    A semicontinuous column whose bounds hold zero is a plain one.
    """
    code = instance.integrality.astype(np.int32)
    code[_apart(instance)] += 2
    return code


def refusal(instance: Instance) -> str:
    """Return why HiGHS cannot take the semicontinuous columns of an instance, or an empty string."""
    for column in _apart(instance).tolist():
        name, lower, upper = instance.column_names[column], *_bounds(instance, column)
        if lower < 0:
            return (
                f"HiGHS takes semicontinuous variables above zero only, and {name} lies below: turn its sign, or "
                "choose SCIP."
            )
        if upper > MAX_SEMICONTINUOUS:
            return (
                f"HiGHS takes semicontinuous variables up to {MAX_SEMICONTINUOUS:g} only: give {name} a smaller upper "
                "bound, or choose SCIP."
            )
    return ""


def _apart(instance: Instance) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    columns = instance.beyond.semicontinuous
    apart = (instance.column_lower[columns] > 0) | (instance.column_upper[columns] < 0)
    found: np.ndarray[tuple[int], np.dtype[np.int32]] = columns[apart]
    return found


def _bounds(instance: Instance, column: int) -> tuple[float, float]:
    return float(instance.column_lower[column]), float(instance.column_upper[column])
