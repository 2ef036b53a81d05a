"""The normal form of an instance: what every harmless rewrite of its rows, bounds and direction leaves unchanged.

Passes over all rows and columns at once, repeated until nothing changes, so that no order of rows or columns shows:
maximise becomes minimise; integer bounds are rounded inward; rows that hold always are dropped; a row of one column
becomes its bound; a pure slack (continuous, without cost, in one row, with one finite bound) widens its row; parallel
rows become one. Contradictions are a flag, not an error. Every step is remembered for the mapping and its explanation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.parallel import merge_parallel_rows
from solvers.equivalence.values import RELATIVE
from solvers.instance import FloatArray, Instance, Sense

INWARD = 1e-9  # an integer bound this near to a whole number is that number
KEPT, EMPTY, FREE, BOUND, PARALLEL = range(5)  # what became of a row
USED, SLACK, UNUSED = range(3)  # what became of a column

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(slots=True)
class Work:
    """An instance on its way to its normal form; entries are (row, column, value), rows and columns keep their numbers.

    `error` is by how much, absolutely, the sides of a row may be off after a subtraction; `partner` names the row into
    which a parallel row went, or the column whose bound or slack it was about; -1 where there is none.
    """

    row: Ints
    column: Ints
    value: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    column_lower: FloatArray
    column_upper: FloatArray
    cost: FloatArray
    integer: Bools
    offset: float
    row_fate: NDArray[np.int8]
    column_fate: NDArray[np.int8]
    partner: Ints
    slack_row: Ints
    error: FloatArray
    held_rows: Bools
    held_columns: Bools
    contradictions: set[str] = field(default_factory=set)

    @property
    def row_count(self) -> int:
        """Number of rows of the instance, dropped ones included."""
        return len(self.row_lower)

    @property
    def column_count(self) -> int:
        """Number of columns of the instance, dropped ones included."""
        return len(self.cost)

    def kept_rows(self) -> Ints:
        """Return the numbers of the rows that are left."""
        return np.flatnonzero(self.row_fate == KEPT)

    def kept_columns(self) -> Ints:
        """Return the numbers of the columns that are left."""
        return np.flatnonzero(self.column_fate == USED)

    def keep_entries(self, kept: Bools) -> None:
        """Drop the other entries."""
        self.row, self.column, self.value = self.row[kept], self.column[kept], self.value[kept]


def normal_form(instance: Instance, *, held_rows: Bools | None = None, held_columns: Bools | None = None) -> Work:
    """Return the normal form of a linear instance without numbers that are not finite where they must be.

    Rows and columns that are held stay what they are, whatever they could become.
    """
    work = _started(instance)
    work.held_rows = work.held_rows if held_rows is None else held_rows
    work.held_columns = work.held_columns if held_columns is None else held_columns
    while _constant_rows(work) | _single_rows(work) | _slacks(work) | merge_parallel_rows(work, PARALLEL):
        pass
    _unused_columns(work)
    for kind, lower, upper in (
        ("column", work.column_lower, work.column_upper),
        ("row", work.row_lower, work.row_upper),
    ):
        with np.errstate(invalid="ignore"):
            crossed = np.flatnonzero(lower > np.where(np.isfinite(upper), upper + INWARD * (1 + np.abs(upper)), upper))
        if crossed.size:
            work.contradictions.add(f"{kind}:{int(crossed[0])}")
    return work


def _started(instance: Instance) -> Work:
    maximise = instance.sense is Sense.MAXIMIZE
    integer = instance.integrality > 0
    lower, upper = instance.column_lower.copy(), instance.column_upper.copy()
    work = Work(
        row=instance.row_of_entry().astype(np.int64),
        column=instance.indices.astype(np.int64),
        value=instance.values.copy(),
        row_lower=instance.row_lower.copy(),
        row_upper=instance.row_upper.copy(),
        column_lower=lower,
        column_upper=upper,
        cost=-instance.cost if maximise else instance.cost.copy(),
        integer=integer,
        offset=-instance.objective_offset if maximise else instance.objective_offset,
        row_fate=np.full(instance.row_count, KEPT, dtype=np.int8),
        column_fate=np.full(instance.column_count, USED, dtype=np.int8),
        partner=np.full(instance.row_count, -1, dtype=np.int64),
        slack_row=np.full(instance.column_count, -1, dtype=np.int64),
        error=np.zeros(instance.row_count),
        held_rows=np.zeros(instance.row_count, dtype=bool),
        held_columns=np.zeros(instance.column_count, dtype=bool),
    )
    work.keep_entries(work.value != 0)
    _round_inward(work, np.arange(work.column_count))
    return work


def _round_inward(work: Work, columns: Ints) -> None:
    whole = columns[work.integer[columns]]
    work.column_lower[whole] = np.ceil(work.column_lower[whole] - INWARD)
    work.column_upper[whole] = np.floor(work.column_upper[whole] + INWARD)


def _constant_rows(work: Work) -> bool:
    """Drop rows without entries, and rows without a limit."""
    alive = (work.row_fate == KEPT) & ~work.held_rows
    empty = alive & (np.bincount(work.row, minlength=work.row_count) == 0)
    slight = INWARD + work.error
    with np.errstate(invalid="ignore"):
        false = empty & ((work.row_lower > slight) | (work.row_upper < -slight))
    if false.any():
        work.contradictions.add(f"row:{int(np.flatnonzero(false)[0])}")
    free = alive & ~empty & np.isneginf(work.row_lower) & np.isposinf(work.row_upper)
    work.row_fate[empty], work.row_fate[free] = EMPTY, FREE
    if free.any():
        work.keep_entries(~free[work.row])
    return bool(empty.any() or free.any())


def _single_rows(work: Work) -> bool:
    """Turn rows of one column into bounds of that column."""
    single = (work.row_fate == KEPT) & ~work.held_rows & (np.bincount(work.row, minlength=work.row_count) == 1)
    mine = single[work.row]
    if not mine.any():
        return False
    row, column, value = work.row[mine], work.column[mine], work.value[mine]
    first, second = work.row_lower[row] / value, work.row_upper[row] / value
    low, high = np.where(value > 0, first, second), np.where(value > 0, second, first)
    np.maximum.at(work.column_lower, column, low)
    np.minimum.at(work.column_upper, column, high)
    _round_inward(work, np.unique(column))
    work.row_fate[row], work.partner[row] = BOUND, column
    work.keep_entries(~mine)
    return True


def _slacks(work: Work) -> bool:
    """Widen the row of every pure slack by what the slack can take up, and drop the slack."""
    count = np.bincount(work.column, minlength=work.column_count)
    bounded_below, bounded_above = np.isfinite(work.column_lower), np.isfinite(work.column_upper)
    slack = (work.column_fate == USED) & ~work.held_columns & ~work.integer & (work.cost == 0) & (count == 1)
    slack &= bounded_below ^ bounded_above
    mine = slack[work.column]
    if not mine.any():
        return False
    row, column, value = work.row[mine], work.column[mine], work.value[mine]
    below = np.isfinite(work.column_lower[column])
    taken = value * np.where(below, work.column_lower[column], work.column_upper[column])
    rises = (value > 0) == below  # the term is bounded below and grows without end
    largest = np.maximum(np.abs(taken), np.abs(np.where(rises, work.row_upper[row], work.row_lower[row])))
    np.maximum.at(work.error, row, RELATIVE * np.where(np.isfinite(largest) & (taken != 0), largest, 0.0))
    np.subtract.at(work.row_upper, row[rises], taken[rises])
    np.subtract.at(work.row_lower, row[~rises], taken[~rises])
    work.row_lower[row[rises]], work.row_upper[row[~rises]] = -np.inf, np.inf
    work.column_fate[column], work.slack_row[column] = SLACK, row
    work.keep_entries(~mine)
    return True


def _unused_columns(work: Work) -> None:
    """Drop columns without cost that no row holds; a bound of theirs that cannot be met is a contradiction."""
    count = np.bincount(work.column, minlength=work.column_count)
    unused = (work.column_fate == USED) & (count == 0) & (work.cost == 0) & ~work.held_columns
    work.column_fate[unused] = UNUSED
