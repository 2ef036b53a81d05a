"""Parallel rows become one: found by hashes of support and ratios, confirmed number by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.hashing import mixed, paired, segment_sums
from solvers.equivalence.parts import first_of_each, spans

if TYPE_CHECKING:
    from solvers.equivalence.normal import Work

CLOSE = 1e-12  # relative: how far ratios of parallel rows may be apart
STEPS = 1e9  # of the logarithm, within which two ratios may get the same hash
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SHIFT = 0.3819660112501051  # so that no number a person writes lies where the rounding turns


def merge_parallel_rows(work: Work, fate: int) -> bool:
    """Intersect the ranges of rows that are multiples of each other; whether there were any."""
    row, column, value = _sorted_entries(work)
    if not len(row):
        return False
    starts = first_of_each(row)
    pointers = np.append(starts, len(row))
    rows, lead = row[starts], value[starts]
    ratio = value / np.repeat(lead, np.diff(pointers))
    merged = False
    left, group = _candidates(column, ratio, pointers)
    while len(left):
        heads = first_of_each(group)
        size = np.diff(np.append(heads, len(group)))
        leader = np.repeat(left[heads], size)
        same = _multiples(left, leader, column, ratio, pointers)
        twins, to = left[same], leader[same]
        merged |= _merge(work, rows[twins], lead[twins], to, fate)
        left, group = _several(left[~same], group[~same])
    if merged:
        work.keep_entries(work.row_fate[work.row] != fate)
    return merged


def _sorted_entries(work: Work) -> tuple[Ints, Ints, Floats]:
    key = work.row * (work.column_count + 1) + work.column
    if np.all(key[1:] > key[:-1]):
        return work.row, work.column, work.value
    order = np.argsort(key, kind="stable")
    return work.row[order], work.column[order], work.value[order]


def _candidates(column: Ints, ratio: Floats, pointers: Ints) -> tuple[Ints, Ints]:
    """Return rows (positions) whose columns are those of another and whose ratios may be, and a number per group."""
    support = segment_sums(mixed(column), pointers)
    shared, _ = _several(np.argsort(support, kind="stable"), np.sort(support))
    if not len(shared):
        return shared, shared
    shared = np.sort(shared)
    length = np.diff(pointers)[shared]
    places = spans(pointers[shared], length)
    column, ratio = column[places], ratio[places]
    fine = np.floor(np.log(np.abs(ratio)) * STEPS + SHIFT).astype(np.int64) * 2 + (ratio < 0)
    sums = segment_sums(paired(column, fine), np.append(0, np.cumsum(length)))
    keys = support[shared] + sums
    order = np.argsort(keys, kind="stable")
    return _several(shared[order], keys[order])


def _several(rows: Ints, keys: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return the rows whose key is that of another, and a number for each key; equal keys lie together."""
    size = np.diff(np.append(first_of_each(keys), len(keys)))
    group = np.repeat(np.arange(len(size)), size)
    several = size[group] > 1
    return rows[several], group[several]


def _multiples(rows: Ints, leaders: Ints, column: Ints, ratio: Floats, pointers: Ints) -> NDArray[np.bool_]:
    """Return which rows are multiples of their leader: the same columns, the same ratios."""
    length = np.diff(pointers)
    same: NDArray[np.bool_] = length[rows] == length[leaders]
    rows, leaders = rows[same], leaders[same]
    count = length[rows]
    mine, other = spans(pointers[rows], count), spans(pointers[leaders], count)
    unlike = column[mine] != column[other]
    unlike |= np.abs(ratio[mine] - ratio[other]) > CLOSE * np.abs(ratio[other])
    wrong = np.bincount(np.repeat(np.arange(len(rows)), count)[unlike], minlength=len(rows))
    same[np.flatnonzero(same)] = wrong == 0
    return same


def _merge(work: Work, rows: Ints, leads: Floats, leaders: Ints, fate: int) -> bool:
    """Let one row of each group stand for the others; groups lie together, and have one leader each.

    A held row stays, and takes in only what it implies already.
    """
    heads, every = first_of_each(leaders), np.arange(len(rows))
    group = np.repeat(np.arange(len(heads)), np.diff(np.append(heads, len(rows))))
    held = work.held_rows[rows]
    first_held = np.minimum.reduceat(np.where(held, every, len(rows)), heads)
    has_held = (first_held < len(rows))[group]
    kept = np.where(has_held, first_held[group], heads[group])
    scale = leads[kept] / leads
    first, second = work.row_lower[rows] * scale, work.row_upper[rows] * scale
    low, high = np.where(scale > 0, first, second), np.where(scale > 0, second, first)
    implied = (low <= low[kept]) | np.isclose(low, low[kept], rtol=CLOSE, atol=CLOSE)
    implied &= (high >= high[kept]) | np.isclose(high, high[kept], rtol=CLOSE, atol=CLOSE)
    gone = ~held & (every != kept) & (implied | ~has_held)
    taken = gone & ~has_held
    np.maximum.at(work.row_lower, rows[kept[taken]], low[taken])
    np.minimum.at(work.row_upper, rows[kept[taken]], high[taken])
    np.maximum.at(work.error, rows[kept[gone]], (work.error[rows] * np.abs(scale))[gone])
    work.row_fate[rows[gone]], work.partner[rows[gone]] = fate, rows[kept[gone]]
    return bool(gone.any())
