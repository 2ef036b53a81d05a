"""Numbers of two models as integers: the same integer where two numbers may be the same up to rounding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RELATIVE = 1e-12
ZERO, INFINITE, NEGATIVE_INFINITE, FIRST = 0, 1, 2, 4
Ids = NDArray[np.int32]
Floats = NDArray[np.float64]


def value_ids(arrays: Sequence[Floats], errors: Sequence[Floats | None] | None = None) -> list[Ids]:
    """Return an integer for every number of every array: equal for numbers whose error intervals overlap.

    The interval of v is v ± 1e-12 |v|, or wider where `errors` says so (absolute, one per number). There is no grid,
    so no number falls on a boundary; a chain of near-equal numbers becomes one value, and the check of the final
    mapping decides. Opposite numbers get integers that differ in their last bit.
    """
    errors = errors or [None] * len(arrays)
    sizes = [_sizes(array, error) for array, error in zip(arrays, errors, strict=True)]
    tables = [np.unique(size, return_inverse=True) for size in sizes]
    known = np.unique(np.concatenate([np.zeros(1), *(distinct for distinct, _ in tables)]))
    low, high = known * (1 - RELATIVE), known * (1 + RELATIVE)
    for size, error in zip(sizes, errors, strict=True):
        if error is not None:
            wide = np.flatnonzero((error > RELATIVE * size) & (size > 0))
            place = np.searchsorted(known, size[wide])
            np.minimum.at(low, place, size[wide] - error[wide])
            np.maximum.at(high, place, size[wide] + error[wide])
    classes = _classes(low, high)
    return [
        _signed(array, classes[np.searchsorted(known, distinct)][place])
        for array, (distinct, place) in zip(arrays, tables, strict=True)
    ]


def _sizes(array: Floats, error: Floats | None) -> Floats:
    """Return the magnitude of each number; 0 for one that may be zero, and for an infinite one."""
    size = np.abs(array)
    size[np.isinf(size)] = 0.0
    if error is not None:
        size[size <= error] = 0.0
    return size


def _classes(low: Floats, high: Floats) -> Ids:
    """Return an even integer for each interval, given by their middles in order: the same for those that overlap."""
    reach = np.maximum.accumulate(high)
    lowest = np.minimum.accumulate(low[::-1])[::-1]  # a wide interval may reach back over its neighbours
    starts = np.zeros(len(low), dtype=np.int32)
    starts[1:] = lowest[1:] > reach[:-1]
    if len(low) > 1:
        starts[1] = 1  # nothing goes with zero, which is the first
    classes: Ids = FIRST - 2 + 2 * np.cumsum(starts, dtype=np.int32)
    classes[0] = ZERO
    return classes


def _signed(array: Floats, ids: Ids) -> Ids:
    ids += (array < 0) & (ids != ZERO)
    ids[np.isposinf(array)] = INFINITE
    ids[np.isneginf(array)] = NEGATIVE_INFINITE
    return ids


def opposite(ids: Ids) -> Ids:
    """Return the integers of the opposite numbers."""
    flipped = np.where(ids >= FIRST, ids ^ 1, ids)
    flipped[ids == INFINITE] = NEGATIVE_INFINITE
    flipped[ids == NEGATIVE_INFINITE] = INFINITE
    return flipped
