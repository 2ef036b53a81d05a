"""An instance as HiGHS takes it: passed to a Highs object at once, or as a HighsLp to look into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.highs_beyond import branches, kind_codes, kinds
from solvers.instance import INTEGER, FloatArray, Instance, Sense
from solvers.validation import check

if TYPE_CHECKING:
    import highspy


WHOLE = 1e-9  # a bound this near to a whole number is that number


def pass_model(highs: Any, instance: Instance) -> Any:
    """Pass the instance and return HiGHS's status.

    The arrays go themselves: in a HighsLp they are copied number by number, which takes most of the loading.
    The call reads past arrays that are too short, so the instance is checked first (once, see `validate`).
    """
    import highspy

    check(instance, names=False)
    maximize = instance.sense is Sense.MAXIMIZE
    lower, upper = whole_bounds(instance)
    return highs.passModel(
        instance.column_count,
        instance.row_count,
        instance.nonzero_count,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize if maximize else highspy.ObjSense.kMinimize),
        instance.objective_offset,
        instance.cost,
        lower,
        upper,
        instance.row_lower,
        instance.row_upper,
        instance.indptr,
        instance.indices,
        instance.values,
        kind_codes(instance),
    )


def highs_lp(instance: Instance) -> highspy.HighsLp:
    """Return the instance as HiGHS's own problem object, without names."""
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = instance.column_count, instance.row_count
    lp.sense_ = highspy.ObjSense.kMaximize if instance.sense is Sense.MAXIMIZE else highspy.ObjSense.kMinimize
    lp.offset_ = instance.objective_offset
    lp.col_cost_ = instance.cost
    lp.col_lower_, lp.col_upper_ = whole_bounds(instance)
    lp.row_lower_, lp.row_upper_ = instance.row_lower, instance.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = instance.indptr, instance.indices, instance.values
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = instance.column_count, instance.row_count
    if branches(instance):
        lp.integrality_ = kinds(instance)
    return lp


def whole_bounds(instance: Instance) -> tuple[FloatArray, FloatArray]:
    """Return the bounds of all columns, those of whole columns as whole numbers.

    HiGHS 1.15 cuts off whole points, and calls what is left optimal, where bounds of whole columns are fractions.
    """
    lower, upper = instance.column_lower, instance.column_upper
    whole = kind_codes(instance) == INTEGER
    ends = np.ceil(lower[whole] - WHOLE), np.floor(upper[whole] + WHOLE)
    if np.array_equal(ends[0], lower[whole]) and np.array_equal(ends[1], upper[whole]):
        return lower, upper
    lower, upper = lower.copy(), upper.copy()
    lower[whole], upper[whole] = ends
    return lower, upper
