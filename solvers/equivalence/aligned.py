"""Lays the second model over the first: same names, same units, same direction, so that only changes are left to see.

The result is a pair of instances over the normal forms, which `changes` compares by position: a row of the second is
multiplied so that most of its numbers are those of its partner, a turned objective is turned back, and numbers keep
the units in which the first model was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.certificate import Mapping
from solvers.equivalence.changes import Matching
from solvers.equivalence.normal import BOUND, EMPTY, Work, normal_form
from solvers.equivalence.pairing import Basis, Pairing, pairing
from solvers.instance import Instance, Sense

CLOSE = 1e-9  # relative: what rescaling may leave between two numbers that are the same
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two instances to be compared by position, how they are paired, and the factor of each paired second row."""

    before: Instance
    after: Instance
    rows: Matching
    columns: Matching
    scale: Floats
    pairing: Pairing
    works: tuple[Work, Work]


def aligned(first: Instance, second: Instance, *, known: Mapping | None = None) -> Aligned:
    """Return both models laid over each other, by names first and then by a `known` mapping or by structure."""
    rows = _shared(first.row_names, second.row_names)
    columns = _shared(first.column_names, second.column_names)
    works = _forms(first, second, rows, columns)
    found = pairing(first, second, works, known=known)
    telling = _telling(works, found)
    if telling[0].any() or telling[1].any():
        works = _forms(first, second, (rows[0] | telling[0], rows[1] | telling[1]), columns)
        found = pairing(first, second, works, known=known)
    kept = [(work.kept_rows(), work.kept_columns()) for work in works]
    row_pairs = _matching(found.row, kept[0][0], kept[1][0])
    column_pairs = _matching(found.column, kept[0][1], kept[1][1])
    before, matrix = _written(first, works[0], kept[0])
    after, other = _written(second, works[1], kept[1])
    scale = _scales(matrix, other, before, after, row_pairs, column_pairs)
    after = _laid_over(before, after, other, row_pairs, column_pairs, scale)
    return Aligned(before, after, row_pairs, column_pairs, scale, found, works)


Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]


def _forms(first: Instance, second: Instance, rows: Masks, columns: Masks) -> tuple[Work, Work]:
    """Return normal forms that keep these rows and columns as they were written."""
    return (
        normal_form(first, held_rows=rows[0], held_columns=columns[0]),
        normal_form(second, held_rows=rows[1], held_columns=columns[1]),
    )


def _telling(works: tuple[Work, Work], found: Pairing) -> Masks:
    """Return rows that may not vanish: bounds that make the models differ, and constants that are never true."""
    first, second = works
    differs = [np.ones(work.column_count, dtype=bool) for work in works]
    mine = np.flatnonzero(found.column >= 0)
    to = found.column[mine]
    same = (first.column_lower[mine] == second.column_lower[to]) & (first.column_upper[mine] == second.column_upper[to])
    differs[0][mine], differs[1][to] = ~same, ~same
    masks = []
    for work, apart in zip(works, differs, strict=True):
        mask = (work.row_fate == BOUND) & apart[work.partner]
        mask |= (work.row_fate == EMPTY) & ((work.row_lower > 0) | (work.row_upper < 0))
        masks.append(mask)
    return masks[0], masks[1]


def _shared(mine: Sequence[str], other: Sequence[str]) -> Masks:
    both = set(mine) & set(other)
    masks = (np.fromiter((name in both for name in names), dtype=bool, count=len(names)) for names in (mine, other))
    first, second = masks
    return first, second


def _matching(partner: Ints, mine: Ints, others: Ints) -> Matching:
    """Return pairs as positions among the rows or columns that were kept."""
    place = {j: k for k, j in enumerate(others.tolist())}
    to = [place.get(int(partner[i]), -1) if partner[i] >= 0 else -1 for i in mine.tolist()]
    pairs = np.array([(k, p) for k, p in enumerate(to) if p >= 0], dtype=np.int64).reshape(-1, 2)
    taken = set(pairs[:, 1].tolist())
    return Matching(
        before=pairs[:, 0],
        after=pairs[:, 1],
        removed=tuple(k for k, p in enumerate(to) if p < 0),
        added=tuple(k for k in range(len(others)) if k not in taken),
    )


def _written(instance: Instance, work: Work, kept: tuple[Ints, Ints]) -> tuple[Instance, scipy.sparse.csr_array]:
    """Return the normal form as an instance in the units and the direction in which it was given."""
    rows, columns = kept
    shape = (work.row_count, work.column_count)
    whole = scipy.sparse.coo_array((work.value, (work.row, work.column)), shape=shape).tocsr()
    matrix = whole[rows][:, columns].tocsr()
    matrix.sort_indices()
    sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0
    names = instance.row_names, instance.column_names
    written = Instance(
        name=instance.name,
        sense=instance.sense,
        objective_name=instance.objective_name,
        objective_offset=sign * work.offset,
        cost=sign * work.cost[columns],
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=work.row_lower[rows],
        row_upper=work.row_upper[rows],
        column_lower=work.column_lower[columns],
        column_upper=work.column_upper[columns],
        integrality=work.integer[columns].astype(np.uint8),
        row_names=tuple(names[0][i] for i in rows.tolist()),
        column_names=tuple(names[1][j] for j in columns.tolist()),
        fixed=instance.fixed,
    )
    return written, matrix


def _scales(
    matrix: scipy.sparse.csr_array,
    other: scipy.sparse.csr_array,
    before: Instance,
    after: Instance,
    rows: Matching,
    columns: Matching,
) -> Floats:
    """Return for each paired row of the second model the factor under which most numbers agree, 1 at a tie."""
    scale = np.ones(len(rows.before))
    if not len(rows.before) or not len(columns.before):
        return scale
    mine = matrix[rows.before][:, columns.before].tocoo()
    theirs = other[rows.after][:, columns.after].tocsr()
    values = np.asarray(theirs[mine.coords[0], mine.coords[1]]).ravel()
    both = (values != 0) & (mine.data != 0)
    place, ratio = mine.coords[0][both], mine.data[both] / values[both]
    sides = [
        (before.row_lower[rows.before], after.row_lower[rows.after]),
        (before.row_upper[rows.before], after.row_upper[rows.after]),
        (before.row_lower[rows.before], after.row_upper[rows.after]),
        (before.row_upper[rows.before], after.row_lower[rows.after]),
    ]
    for k, (own, their) in enumerate(sides):
        with np.errstate(all="ignore"):
            quotient = own / their
        usable = np.isfinite(quotient) & (quotient != 0) & ((quotient > 0) == (k < 2))
        if k % 2:  # both sides of an equation are one number
            usable &= before.row_lower[rows.before] != before.row_upper[rows.before]
        place, ratio = np.append(place, np.flatnonzero(usable)), np.append(ratio, quotient[usable])
    return _most_common(place, ratio, scale)


def _most_common(place: Ints, ratio: Floats, scale: Floats) -> Floats:
    """Return per place the ratio that occurs most often, 1 where it occurs as often as any."""
    turned = np.where(ratio < 0, 1e6, 0.0) + np.round(np.log(np.abs(ratio)), 8)
    keys, group, count = np.unique(np.stack((place, turned)), axis=1, return_inverse=True, return_counts=True)
    weight = count + 0.5 * (keys[1] == 0)  # a tie goes to the units as written
    order = np.lexsort((-weight, keys[0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = keys[0][order][1:] != keys[0][order][:-1]
    best = order[first]
    representative = np.zeros(keys.shape[1])
    representative[group.ravel()] = ratio
    chosen = np.where(keys[1][best] == 0, 1.0, representative[best])
    found = scale.copy()
    found[keys[0][best].astype(np.int64)] = chosen
    return found


def _laid_over(
    before: Instance, after: Instance, matrix: scipy.sparse.csr_array, rows: Matching, columns: Matching, scale: Floats
) -> Instance:
    """Return the second model in the names, units and direction of the first; unpaired parts stay as they are."""
    factor = np.ones(after.row_count)
    factor[rows.after] = scale
    low, high = after.row_lower * factor, after.row_upper * factor
    lower, upper = np.where(factor > 0, low, high), np.where(factor > 0, high, low)
    scaled = (scipy.sparse.diags_array(factor) @ matrix).tocsr()
    scaled.sort_indices()
    values = scaled.data.copy()
    _snap_rows(before, lower, upper, rows)
    turn = -1.0 if before.sense is not after.sense and _turned(before, after, columns) else 1.0
    cost = turn * after.cost
    _snap(cost, before.cost, columns)
    column_lower, column_upper = after.column_lower.copy(), after.column_upper.copy()
    _snap(column_lower, before.column_lower, columns)
    _snap(column_upper, before.column_upper, columns)
    _snap_values(before, scaled, values, rows, columns)
    return Instance(
        name=after.name,
        sense=before.sense if turn < 0 else after.sense,
        objective_name=after.objective_name,
        objective_offset=turn * after.objective_offset,
        cost=cost,
        indptr=scaled.indptr,
        indices=scaled.indices,
        values=values,
        row_lower=lower,
        row_upper=upper,
        column_lower=column_lower,
        column_upper=column_upper,
        integrality=after.integrality,
        row_names=after.row_names,
        column_names=after.column_names,
        fixed=after.fixed,
    )


def _turned(before: Instance, after: Instance, columns: Matching) -> bool:
    """Whether more costs agree when those of the second model are negated, or there are none."""
    mine, other = before.cost[columns.before], after.cost[columns.after]
    some = (mine != 0) | (other != 0)
    agree, turned = np.count_nonzero(some & (mine == other)), np.count_nonzero(some & (mine == -other))
    return bool(turned > agree or not some.any())


def _snap(numbers: Floats, wanted: Floats, pairs: Matching) -> None:
    """Replace numbers by those of their partners where only rounding lies between."""
    mine, other = wanted[pairs.before], numbers[pairs.after]
    same = np.isclose(mine, other, rtol=CLOSE, atol=0.0)
    numbers[pairs.after[same]] = mine[same]


def _snap_rows(before: Instance, lower: Floats, upper: Floats, rows: Matching) -> None:
    _snap(lower, before.row_lower, rows)
    _snap(upper, before.row_upper, rows)


def _snap_values(
    before: Instance, scaled: scipy.sparse.csr_array, values: Floats, rows: Matching, columns: Matching
) -> None:
    row_back = np.full(scaled.shape[0], -1, dtype=np.int64)
    row_back[rows.after] = rows.before
    column_back = np.full(scaled.shape[1], -1, dtype=np.int64)
    column_back[columns.after] = columns.before
    row = row_back[np.repeat(np.arange(scaled.shape[0]), np.diff(scaled.indptr))]
    column = column_back[scaled.indices]
    known = np.flatnonzero((row >= 0) & (column >= 0))
    if not known.size:
        return
    wanted = np.asarray(before.matrix[row[known], column[known]]).ravel()
    same = np.isclose(wanted, values[known], rtol=CLOSE, atol=0.0)
    values[known[same]] = wanted[same]


def guesses(found: Aligned) -> int:
    """Return how many rows and columns were paired by structure alone."""
    return int(
        (found.pairing.row_basis >= Basis.STRUCTURE).sum() + (found.pairing.column_basis >= Basis.STRUCTURE).sum()
    )
