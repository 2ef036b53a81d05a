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

    def stretches(self, x: FloatArray) -> FloatArray:
        """Return how far each item was stretched, in its own units."""
        return np.maximum(x[self.first : self.first + len(self.items)], 0.0) * self.scale


def elastic(
    instance: Instance, items: Sequence[Item], *, absolute: bool = False, cap: float = np.inf, whole: bool = True
) -> Elastic:
    """Return the instance in which `items` (sides and bounds) may stretch, and the total stretch is to be least.

    The total is relative (each stretch divided by 1 + |limit|) unless `absolute`; no relative stretch may exceed
    `cap`; `whole` keeps integrality. What is not among the items stays hard.
    """
    items = tuple(items)
    m, n, k = instance.row_count, instance.column_count, len(items)
    scale = 1.0 + np.abs(np.array([item.limit for item in items]))
    signs = np.array([1.0 if item.side == AT_LEAST else -1.0 for item in items])
    bounds = [j for j, item in enumerate(items) if not item.is_row]
    place = {j: m + b for b, j in enumerate(bounds)}
    at = [item.index if item.is_row else place[j] for j, item in enumerate(items)]
    shape = (m + len(bounds), k)
    stretch = scipy.sparse.csr_array((signs * scale, (at, list(range(k)))), shape=shape)
    units = scipy.sparse.csr_array(
        (np.ones(len(bounds)), (range(len(bounds)), [items[j].index for j in bounds])), shape=(len(bounds), n)
    )
    matrix = scipy.sparse.csr_array(scipy.sparse.hstack([scipy.sparse.vstack([instance.matrix, units]), stretch]))
    lower, upper = instance.column_lower.copy(), instance.column_upper.copy()
    row_lower, row_upper = np.full(len(bounds), -np.inf), np.full(len(bounds), np.inf)
    for b, j in enumerate(bounds):
        item = items[j]
        (lower if item.side == AT_LEAST else upper)[item.index] = -np.inf if item.side == AT_LEAST else np.inf
        (row_lower if item.side == AT_LEAST else row_upper)[b] = item.limit
    stretched = replace(
        instance,
        sense=Sense.MINIMIZE,
        objective_offset=0.0,
        cost=np.concatenate([np.zeros(n), scale if absolute else np.ones(k)]),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=np.concatenate([instance.row_lower, row_lower]),
        row_upper=np.concatenate([instance.row_upper, row_upper]),
        column_lower=np.concatenate([lower, np.zeros(k)]),
        column_upper=np.concatenate([upper, np.full(k, cap)]),
        integrality=np.concatenate([instance.integrality if whole else np.zeros(n), np.zeros(k)]).astype(np.uint8),
        row_names=(*instance.row_names, *(f"_bound[{b}]" for b in range(len(bounds)))),
        column_names=(*instance.column_names, *(f"_stretch[{j}]" for j in range(k))),
        fixed=(),
    )
    return Elastic(stretched, items, scale, n)


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
