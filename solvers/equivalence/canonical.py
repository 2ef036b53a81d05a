"""A normal form in variables of its own: the same for all scalings, shifts and signs of its columns and its objective.

A column with one bound counts from there, a column with two from their middle, in units of half their distance when it
is continuous; the other scales are those of `scaling`. A free column may be shifted at will, so the sides of its rows
are taken up to that. Whole columns keep their unit. Numbers here are near, not exact: they only find a candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from solvers.equivalence.budget import Budget
from solvers.equivalence.normal import Work
from solvers.equivalence.scaling import Scaling, scaling

ROUGH = 1e-10  # relative: what two canonical numbers of the same model may be apart
LEAK = 1e-4  # of the rounding of one block, what least squares may let into another
DENSE = 1_000_000  # entries of a least-squares problem that is solved densely
AT_LOWER, AT_UPPER, BOXED, FIXED, FREE = range(5)  # where a column counts from
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(slots=True)
class Canonical:
    """Kept columns and rows of a normal form in canonical numbers; entries are (row, column, value) by position.

    `column_sign` and `row_sign` are what they were multiplied by; either sign is as good where `column_twin` or
    `row_twin`. `kind` is where a column counts from, `width` the number of steps of a whole column with two bounds.
    `error` is by how much the sides of a row may be off. `base` is the shift of a column in its own units;
    `scales` are those of rows (the objective is the last) and columns, before the rows of a block were multiplied by
    its `block_factor` and its columns divided.
    """

    columns: Ints
    rows: Ints
    row: Ints
    column: Ints
    value: Floats
    cost: Floats
    lower: Floats
    upper: Floats
    error: Floats
    kind: Ints
    width: Floats
    integer: Bools
    base: Floats
    column_sign: Floats
    row_sign: Floats
    column_twin: Bools
    row_twin: Bools
    scales: Scaling
    block_factor: Floats


def canonical(work: Work, budget: Budget) -> Canonical:
    """Return the canonical numbers of a normal form; raises BudgetSpent."""
    columns, rows = work.kept_columns(), work.kept_rows()
    m = len(rows)
    place = np.full(work.row_count, -1, dtype=np.int64), np.full(work.column_count, -1, dtype=np.int64)
    place[0][rows], place[1][columns] = np.arange(m), np.arange(len(columns))
    row, column, value = place[0][work.row], place[1][work.column], work.value
    integer = work.integer[columns]
    low, high, cost = work.column_lower[columns], work.column_upper[columns], work.cost[columns]
    kind, base, width = _origins(low, high)
    given = np.where(integer, 0.0, np.where(kind == BOXED, np.log(np.where(width > 0, width / 2, 1.0)), np.nan))
    priced = np.flatnonzero(cost)
    scales = scaling(
        np.append(row, np.full(len(priced), m)),
        np.append(column, priced),
        np.append(value, cost[priced]),
        given,
        m + 1,
        budget,
    )
    limits = _shifted(work, rows, row, value * base[column])
    weight = np.exp(scales.row[row] + scales.column[column])
    loose = (kind == FREE)[column]
    lower, upper, error = (side * np.exp(scales.row[:m]) for side in limits)
    if loose.any():
        entries = (value[loose] * weight[loose], (row[loose], column[loose]))
        matrix = scipy.sparse.coo_array(entries, shape=(m, len(columns))).tocsr()
        free = matrix[:, np.flatnonzero(kind == FREE)]
        lower, upper, error = _without_free_shifts(lower, upper, error, free, scales.row_block[:m])
    found = Canonical(
        columns=columns, rows=rows, row=row, column=column, value=value * weight,
        cost=cost * np.exp(scales.row[m] + scales.column), lower=lower, upper=upper, error=error,
        kind=kind, width=np.where(integer & (kind == BOXED), width, 0.0), integer=integer, base=base,
        column_sign=np.ones(len(columns)), row_sign=np.ones(m), column_twin=np.zeros(len(columns), dtype=bool),
        row_twin=np.zeros(m, dtype=bool), scales=scales, block_factor=np.ones(len(scales.loose)),
    )  # fmt: skip
    _settle_blocks(found)
    _turn_columns(found)
    _turn_rows(found)
    return found


def _origins(low: Floats, high: Floats) -> tuple[Ints, Floats, Floats]:
    below, above = np.isfinite(low), np.isfinite(high)
    both = below & above
    kind = np.select([both & (low == high), both, below, above], [FIXED, BOXED, AT_LOWER, AT_UPPER], FREE)
    floor, ceiling = np.where(below, low, 0.0), np.where(above, high, 0.0)
    base = np.where(kind == BOXED, floor + (ceiling - floor) / 2, np.where(below, floor, ceiling))
    return kind.astype(np.int64), base, np.where(both, ceiling - floor, 0.0)


def _shifted(work: Work, rows: Ints, row: Ints, moved: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the sides of the rows once their columns count from their origins, and how far off they may be."""
    m = len(rows)
    total = np.bincount(row, moved, m)
    size = np.bincount(row, np.abs(moved), m)
    lower, upper = work.row_lower[rows], work.row_upper[rows]
    largest = np.maximum.reduce([size, *(np.where(np.isfinite(side), np.abs(side), 0.0) for side in (lower, upper))])
    return lower - total, upper - total, ROUGH * largest + work.error[rows]


def _without_free_shifts(
    lower: Floats, upper: Floats, error: Floats, matrix: Any, block: Ints
) -> tuple[Floats, Floats, Floats]:
    """Return sides from which all was taken that a shift of free columns could bring about (least squares)."""
    below, above = np.isfinite(lower), np.isfinite(upper)
    middle = np.where(below & above, np.where(below, lower, 0.0) / 2 + np.where(above, upper, 0.0) / 2, 0.0)
    middle = np.where(below & ~above, lower, np.where(above & ~below, upper, middle))
    held = np.flatnonzero(below | above)
    shift = least_squares(matrix[held], middle[held])
    moved = matrix @ shift
    largest = np.zeros(int(block.max(initial=-1)) + 1)
    np.maximum.at(largest, block, np.maximum(abs(matrix) @ np.abs(shift), np.abs(middle)))
    largest = np.maximum(largest, LEAK * largest.max(initial=0.0))
    error = error + np.where(abs(matrix).sum(axis=1) > 0, ROUGH * largest[block], 0.0)
    return lower - moved, upper - moved, error


def least_squares(matrix: Any, wanted: Floats) -> Floats:
    """Return the shortest x that minimises |matrix x - wanted|."""
    rows, columns = matrix.shape
    if not rows or not columns:
        return np.zeros(columns)
    if rows * columns <= DENSE:
        return np.asarray(np.linalg.lstsq(matrix.toarray(), wanted, rcond=None)[0], dtype=np.float64)
    found = scipy.sparse.linalg.lsmr(matrix, wanted, atol=1e-15, btol=1e-15, conlim=0, maxiter=2_000)[0]
    return np.asarray(found, dtype=np.float64)


def _settle_blocks(found: Canonical) -> None:
    """Scale what may still be scaled as a whole so that the sides of its rows are 1 in the geometric mean.

    What the rows of a block gain its columns lose, so entries and costs stay what they are.
    """
    m, count = len(found.rows), len(found.scales.loose)
    block = found.scales.row_block[:m]
    logs, number = np.zeros(count), np.zeros(count)
    for side in (found.lower, found.upper):
        told = np.isfinite(side) & (np.abs(side) > found.error) & found.scales.loose[block]
        logs += np.bincount(block[told], np.log(np.abs(side[told])), count)
        number += np.bincount(block[told], minlength=count)
    factor = np.exp(np.divide(-logs, number, out=np.zeros(count), where=number > 0))
    for name in ("lower", "upper", "error"):
        setattr(found, name, getattr(found, name) * factor[block])
    found.block_factor = factor


def _turn_columns(found: Canonical) -> None:
    """Count a column with one bound away from it, and another so that it costs something; else it is a twin."""
    open_ended = (found.kind == AT_LOWER) | (found.kind == AT_UPPER)
    turned = np.where(open_ended, found.kind == AT_UPPER, found.cost < 0)
    found.column_sign = np.where(turned, -1.0, 1.0)
    found.column_twin = ~open_ended & (found.cost == 0)
    found.cost = found.cost * found.column_sign
    found.value = found.value * found.column_sign[found.column]


def _turn_rows(found: Canonical) -> None:
    """Write a row with one side as at most, and another with the larger size above; else it is a twin."""
    below, above = np.isfinite(found.lower), np.isfinite(found.upper)
    both = below & above
    middle = np.where(both, np.where(below, found.lower, 0.0) + np.where(above, found.upper, 0.0), 0.0)
    tied = both & (np.abs(middle) <= 2 * found.error)
    turned = (below & ~above) | (both & ~tied & (middle < 0))
    found.row_sign, found.row_twin = np.where(turned, -1.0, 1.0), tied
    found.lower, found.upper = np.where(turned, -found.upper, found.lower), np.where(turned, -found.lower, found.upper)
    found.value = found.value * found.row_sign[found.row]
