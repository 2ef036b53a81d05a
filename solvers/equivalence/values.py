"""Numbers of two models as integers: the same integer where two numbers may be the same up to rounding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RELATIVE = 1e-12
ZERO, INFINITE, NEGATIVE_INFINITE, FIRST = 0, 1, 2, 4


def value_ids(
    arrays: Sequence[NDArray[np.float64]], errors: Sequence[NDArray[np.float64] | None] | None = None
) -> list[NDArray[np.int64]]:
    """Return an integer for every number of every array: equal for numbers whose error intervals overlap.

    The interval of v is v ± 1e-12 |v|, or wider where `errors` says so (absolute, one per number). There is no grid,
    so no number falls on a boundary; a chain of near-equal numbers becomes one value, and the check of the final
    mapping decides. Opposite numbers get integers that differ in their last bit.
    """
    errors = errors or [None] * len(arrays)
    flat = np.concatenate([*arrays, np.zeros(0)])
    if not np.isfinite(flat).any():
        ids = _special(flat)
    else:
        spread = np.concatenate([_spread(v, error) for v, error in zip(arrays, errors, strict=True)] + [np.zeros(0)])
        ids = _classified(flat, spread)
    bounds = np.cumsum([len(array) for array in arrays])[:-1]
    return list(np.split(ids, bounds))


def _spread(values: NDArray[np.float64], error: NDArray[np.float64] | None) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        own = RELATIVE * np.abs(values)
    return own if error is None else np.maximum(own, error)


def _classified(flat: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.int64]:
    ids = _special(flat)
    ordinary = np.flatnonzero(np.isfinite(flat) & (np.abs(flat) > spread))
    size, wide = np.abs(flat[ordinary]), spread[ordinary]
    distinct, place = np.unique(size, return_inverse=True)
    low, high = distinct.copy(), distinct.copy()
    np.minimum.at(low, place, size - wide)
    np.maximum.at(high, place, size + wide)
    reach = np.maximum.accumulate(high)
    lowest = np.minimum.accumulate(low[::-1])[::-1]  # a wide interval may reach back over its neighbours
    starts = np.ones(len(distinct), dtype=np.int64)
    starts[1:] = lowest[1:] > reach[:-1]
    ids[ordinary] = FIRST + 2 * (np.cumsum(starts) - 1)[place] + (flat[ordinary] < 0)
    return ids


def _special(flat: NDArray[np.float64]) -> NDArray[np.int64]:
    ids = np.full(len(flat), ZERO, dtype=np.int64)
    ids[np.isposinf(flat)] = INFINITE
    ids[np.isneginf(flat)] = NEGATIVE_INFINITE
    return ids


def opposite(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the integers of the opposite numbers."""
    flipped = np.where(ids >= FIRST, ids ^ 1, ids)
    flipped[ids == INFINITE] = NEGATIVE_INFINITE
    flipped[ids == NEGATIVE_INFINITE] = INFINITE
    return flipped
