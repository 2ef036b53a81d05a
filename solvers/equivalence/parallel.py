"""Parallel rows become one: found by hashes of support and ratios, confirmed number by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.hashing import Words, mixed, paired, segment_sums

if TYPE_CHECKING:
    from solvers.equivalence.normal import Work

CLOSE = 1e-12  # relative: how far ratios of parallel rows may be apart
STEPS = 1e9  # of the logarithm, within which two ratios may get the same hash
SHIFT = 0.3819660112501051  # so that no number a person writes lies where the rounding turns


def merge_parallel_rows(work: Work, fate: int) -> bool:
    """Intersect the ranges of rows that are multiples of each other; whether there were any."""
    row, column, value = _sorted_entries(work)
    if not len(row):
        return False
    rows, starts = np.unique(row, return_index=True)
    pointers = np.append(starts, len(row))
    lead = value[starts]
    ratio = value / np.repeat(lead, np.diff(pointers))
    groups = _candidates(column, ratio, pointers)
    merged = False
    for members in groups:
        for twins in _confirmed(members, column, ratio, pointers):
            merged |= _merge(work, rows[twins], lead[twins], fate)
    if merged:
        work.keep_entries(work.row_fate[work.row] != fate)
    return merged


def _sorted_entries(work: Work) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    key = work.row * (work.column_count + 1) + work.column
    if np.all(key[1:] > key[:-1]):
        return work.row, work.column, work.value
    order = np.argsort(key, kind="stable")
    return work.row[order], work.column[order], work.value[order]


def _candidates(column: NDArray[np.int64], ratio: NDArray[np.float64], pointers: NDArray[Any]) -> list[NDArray[Any]]:
    """Return groups of two or more rows (positions) whose columns are the same and whose ratios may be."""
    support = segment_sums(mixed(column), pointers)
    counts = np.bincount(np.unique(support, return_inverse=True)[1])
    shared = counts[np.unique(support, return_inverse=True)[1]] > 1
    if not shared.any():
        return []
    keys: Words = support.copy()
    fine = np.floor(np.log(np.abs(ratio)) * STEPS + SHIFT).astype(np.int64) * 2 + (ratio < 0)
    keys += segment_sums(paired(column, fine.view(np.uint64)), pointers)
    places = np.flatnonzero(shared)
    _, group, size = np.unique(keys[places], return_inverse=True, return_counts=True)
    wanted = np.flatnonzero(size > 1)
    order = np.argsort(group, kind="stable")
    edges = np.concatenate(([0], np.cumsum(size)))
    return [places[order[edges[g] : edges[g + 1]]] for g in wanted.tolist()]


def _confirmed(
    members: NDArray[Any], column: NDArray[np.int64], ratio: NDArray[np.float64], pointers: NDArray[Any]
) -> list[NDArray[Any]]:
    """Return groups of rows that are multiples of each other among candidates."""
    found = []
    left = members
    while len(left) > 1:
        length = int(pointers[left[0] + 1] - pointers[left[0]])
        same_length = left[(pointers[left + 1] - pointers[left]) == length]
        places = pointers[same_length][:, None] + np.arange(length)
        same = (column[places] == column[places[0]]).all(axis=1)
        same &= (np.abs(ratio[places] - ratio[places[0]]) <= CLOSE * np.abs(ratio[places[0]])).all(axis=1)
        twins = same_length[same]
        if len(twins) > 1:
            found.append(twins)
        left = np.setdiff1d(left, twins)
    return found


def _merge(work: Work, rows: NDArray[Any], leads: NDArray[Any], fate: int) -> bool:
    """Let one row of a group stand for the others; a held row stays, and takes in only what it implies already."""
    held = np.flatnonzero(work.held_rows[rows])
    kept = int(held[0]) if held.size else 0
    scale = leads[kept] / leads
    first, second = work.row_lower[rows] * scale, work.row_upper[rows] * scale
    low, high = np.where(scale > 0, first, second), np.where(scale > 0, second, first)
    gone = ~work.held_rows[rows]
    gone[kept] = False
    if held.size:
        gone &= (low <= low[kept]) | np.isclose(low, low[kept], rtol=CLOSE, atol=CLOSE)
        gone &= (high >= high[kept]) | np.isclose(high, high[kept], rtol=CLOSE, atol=CLOSE)
    if not gone.any():
        return False
    gone_or_kept = gone.copy()
    gone_or_kept[kept] = True
    if not held.size:
        work.row_lower[rows[kept]], work.row_upper[rows[kept]] = low[gone_or_kept].max(), high[gone_or_kept].min()
    work.error[rows[kept]] = (work.error[rows] * np.abs(scale))[gone_or_kept].max()
    work.row_fate[rows[gone]], work.partner[rows[gone]] = fate, rows[kept]
    return True
