"""An instance whose limits may stretch at a price: it always has a plan, which says what stood in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse

from solvers.explain.items import AT_LEAST, Item
from solvers.instance import FloatArray, Instance, Sense


@dataclass(frozen=True, slots=True)
class Elastic:
    """The stretched instance; its first rows and columns are those of the original, then one column per item.

    A stretch column counts in units of `scale`: 1 + |limit|.
    """

    instance: Instance
    items: tuple[Item, ...]
    scale: FloatArray
    first: int


def elastic(
    instance: Instance, items: Sequence[Item], *, absolute: bool = False, cap: float = np.inf, whole: bool = True
) -> Elastic:
    """Return the instance in which `items` (sides and bounds) may stretch, and the total stretch is to be least.

    The total is relative (each stretch divided by 1 + |limit|) unless `absolute`; no relative stretch may exceed
    `cap`; `whole` keeps integrality. What is not among the items stays hard.
    """
    items = tuple(items)
    n, k = instance.column_count, len(items)
    scale = 1.0 + np.abs(np.array([item.limit for item in items]))
    hard, bounds = _with_bounds_as_rows(instance, items)
    at = iter(range(instance.row_count, instance.row_count + bounds))
    rows = [item.index if item.is_row else next(at) for item in items]
    signs = np.array([1.0 if item.side == AT_LEAST else -1.0 for item in items])
    stretch = scipy.sparse.csr_array((signs * scale, (rows, list(range(k)))), shape=(hard.row_count, k))
    matrix = scipy.sparse.csr_array(scipy.sparse.hstack([hard.matrix, stretch]))
    stretched = replace(
        hard,
        sense=Sense.MINIMIZE,
        objective_offset=0.0,
        cost=np.concatenate([np.zeros(n), scale if absolute else np.ones(k)]),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        column_lower=np.concatenate([hard.column_lower, np.zeros(k)]),
        column_upper=np.concatenate([hard.column_upper, np.full(k, cap)]),
        integrality=np.concatenate([instance.integrality if whole else np.zeros(n), np.zeros(k)]).astype(np.uint8),
        column_names=(*instance.column_names, *(f"_stretch[{j}]" for j in range(k))),
        fixed=(),
    )
    return Elastic(stretched, items, scale, n)


def _with_bounds_as_rows(instance: Instance, items: Sequence[Item]) -> tuple[Instance, int]:
    """Each bound among the items becomes a row after the others, in their order; how many there are."""
    bounds = [item for item in items if not item.is_row]
    if not bounds:
        return instance, 0
    b, n = len(bounds), instance.column_count
    units = scipy.sparse.csr_array((np.ones(b), (range(b), [item.index for item in bounds])), shape=(b, n))
    matrix = scipy.sparse.csr_array(scipy.sparse.vstack([instance.matrix, units]))
    column_lower, column_upper = instance.column_lower.copy(), instance.column_upper.copy()
    row_lower, row_upper = np.full(b, -np.inf), np.full(b, np.inf)
    for place, item in enumerate(bounds):
        if item.side == AT_LEAST:
            row_lower[place], column_lower[item.index] = item.limit, -np.inf
        else:
            row_upper[place], column_upper[item.index] = item.limit, np.inf
    changed = replace(
        instance,
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=np.concatenate([instance.row_lower, row_lower]),
        row_upper=np.concatenate([instance.row_upper, row_upper]),
        column_lower=column_lower,
        column_upper=column_upper,
        row_names=(*instance.row_names, *(f"_bound[{place}]" for place in range(b))),
    )
    return changed, b


def with_peak(flexible: Elastic) -> Instance:
    """Return the instance that minimises the largest relative stretch instead of their total; its last column."""
    base, k = flexible.instance, len(flexible.items)
    n = base.column_count
    below = scipy.sparse.csr_array(
        (
            np.concatenate([np.ones(k), -np.ones(k)]),
            (np.tile(np.arange(k), 2), np.concatenate([flexible.first + np.arange(k), np.full(k, n)])),
        ),
        shape=(k, n + 1),
    )
    wide = scipy.sparse.csr_array((base.values, base.indices, base.indptr), shape=(base.row_count, n + 1))
    matrix = scipy.sparse.csr_array(scipy.sparse.vstack([wide, below]))
    return replace(
        base,
        cost=np.concatenate([np.zeros(n), [1.0]]),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=np.concatenate([base.row_lower, np.full(k, -np.inf)]),
        row_upper=np.concatenate([base.row_upper, np.zeros(k)]),
        column_lower=np.concatenate([base.column_lower, [0.0]]),
        column_upper=np.concatenate([base.column_upper, [np.inf]]),
        integrality=np.concatenate([base.integrality, [0]]).astype(np.uint8),
        row_names=(*base.row_names, *(f"_peak[{j}]" for j in range(k))),
        column_names=(*base.column_names, "_peak"),
    )
