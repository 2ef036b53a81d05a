"""Proof that linear demands contradict each other: a sum of them that reads 0 >= something positive (Farkas 1902)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse

from solvers.explain.items import AT_LEAST, AT_MOST, Item, Kind, as_inequalities
from solvers.instance import FloatArray, Instance, Sense
from solvers.proof.exact import left_null_vector

SMALL = 1e-9  # a multiplier below this share of the largest is noise
PRECISE = 1e-9
MAX_EXACT = 200  # rows; elimination in fractions grows with the cube of their number, and so do the fractions
MAX_RANK = 1000


@dataclass(frozen=True, slots=True)
class Farkas:
    """Items with positive multipliers whose weighted sum is 0 on the left and `margin` > 0 on the right.

    `exact`: shown in rational arithmetic on the limits and coefficients as they are written in decimals. `minimal`:
    every other such sum of these items is a multiple of this one, so without any one of them there is none left.
    """

    items: tuple[Item, ...]
    multipliers: FloatArray
    margin: float
    exact: bool = False
    minimal: bool = False


def from_duals(instance: Instance, row_dual: FloatArray) -> Farkas | None:
    """Return the contradiction that the duals of an elastic instance (minimised) give, or None when they give none.

    `row_dual` has one value per row of `instance`; what the rows leave over must be carried by column bounds.
    """
    leftover = -instance.transposed_product(row_dual)
    items, weights = [], []
    sides = (
        (row_dual, instance.row_lower, instance.row_upper, instance.row_names, Kind.ROW, Kind.ROW),
        (
            leftover,
            instance.column_lower,
            instance.column_upper,
            instance.column_names,
            Kind.LOWER_BOUND,
            Kind.UPPER_BOUND,
        ),
    )
    for prices, lower, upper, names, low, high in sides:
        large = np.abs(prices) > SMALL * np.abs(prices).max(initial=0.0)
        for i in np.flatnonzero(large).tolist():
            positive = bool(prices[i] > 0)
            limit = float(lower[i] if positive else upper[i])
            if np.isfinite(limit):
                items.append(Item(low if positive else high, i, names[i], AT_LEAST if positive else AT_MOST, limit))
                weights.append(abs(float(prices[i])))
    return _checked(instance, items, np.array(weights))


def checked(instance: Instance, items: Sequence[Item], multipliers: FloatArray) -> Farkas | None:
    """Return the contradiction of the items with a multiplier that is not noise, or None when it does not hold."""
    kept = np.flatnonzero(multipliers > SMALL * multipliers.max(initial=0.0)).tolist()
    return _checked(instance, [items[k] for k in kept], multipliers[kept])


def _checked(instance: Instance, items: Sequence[Item], multipliers: FloatArray) -> Farkas | None:
    if not items:
        return None
    system, limits = as_inequalities(instance, items)
    left, size = multipliers @ system, multipliers @ abs(system)
    margin = float(multipliers @ limits)
    scale = float(multipliers @ np.abs(limits))
    if margin <= PRECISE * max(scale, 1e-300) or np.any(np.abs(left) > PRECISE * size):
        return None
    return Farkas(tuple(items), multipliers, margin)


def alternative(instance: Instance, found: Farkas) -> Instance:
    """Return the instance whose basic solutions are the minimal contradictions within the items of `found`.

    Its columns are multipliers y >= 0 with G' y = 0 and h' y fixed to a positive number; the support of a vertex of
    this polyhedron is an irreducible infeasible set (Gleeson and Ryan 1990).
    """
    system, limits = as_inequalities(instance, found.items)
    size = _sizes(system)
    scaled = found.multipliers * size
    whole = scaled.max()
    matrix = scipy.sparse.csr_array((scipy.sparse.diags_array(1.0 / size) @ system).T)
    matrix = matrix[np.diff(matrix.indptr) > 0]
    level = limits / size
    target = float(level @ scaled) / whole
    matrix = scipy.sparse.csr_array(scipy.sparse.vstack([matrix, level[None, :] / target]))
    matrix.eliminate_zeros()
    k, m = len(limits), matrix.shape[0]
    right = np.zeros(m)
    right[-1] = 1.0
    return Instance(
        name="alternative",
        sense=Sense.MINIMIZE,
        objective_name="weight",
        objective_offset=0.0,
        cost=np.ones(k),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=right,
        row_upper=right,
        column_lower=np.zeros(k),
        column_upper=np.full(k, np.inf),
        integrality=np.zeros(k, dtype=np.uint8),
        row_names=tuple(f"balance[{i}]" for i in range(m)),
        column_names=tuple(f"weight[{i}]" for i in range(k)),
    )


def weights_of(instance: Instance, found: Farkas, y: FloatArray) -> FloatArray:
    """Return the multipliers of `found.items` that a point y of its alternative stands for."""
    system, _ = as_inequalities(instance, found.items)
    return np.asarray(y / _sizes(system), dtype=np.float64)


def _sizes(system: scipy.sparse.csr_array[Any]) -> FloatArray:
    """The largest coefficient of each row; 1 for an empty one."""
    largest = abs(system).max(axis=1).toarray().ravel()
    return np.where(largest > 0, largest, 1.0)


def proven(instance: Instance, found: Farkas) -> Farkas:
    """Return `found` with what can be shown of it: exactly when it is small, else by the rank of its rows."""
    if sum(item.is_row for item in found.items) <= MAX_EXACT:
        exact = _exactly(instance, found)
        if exact is not None:
            return exact
    return replace(found, minimal=len(found.items) <= MAX_RANK and _has_one_combination(instance, found.items))


def _exactly(instance: Instance, found: Farkas) -> Farkas | None:
    system, limits = as_inequalities(instance, found.items)
    rows = [
        {int(j): _written(value) for j, value in zip(indices.tolist(), values.tolist(), strict=True)}
        for indices, values in zip(
            np.split(system.indices, system.indptr[1:-1]), np.split(system.data, system.indptr[1:-1]), strict=True
        )
    ]
    vector = left_null_vector(rows)
    if vector is None:
        return None
    margin = sum((y * _written(limit) for y, limit in zip(vector, limits.tolist(), strict=True)), Fraction(0))
    sign = 1 if margin > 0 else -1
    if margin == 0 or any(sign * y <= 0 for y in vector):
        return None
    largest = max(abs(y) for y in vector)
    multipliers = np.array([float(abs(y) / largest) for y in vector])
    return Farkas(found.items, multipliers, float(abs(margin) / largest), exact=True, minimal=True)


def _written(value: float) -> Fraction:
    """Return the number as its shortest decimal says it: a user's 0.1 is one tenth."""
    return Fraction(repr(value))


def _has_one_combination(instance: Instance, items: Sequence[Item]) -> bool:
    """Whether, by singular values, the left sides of the items have one linear relation and no second."""
    system, _ = as_inequalities(instance, items)
    used = np.unique(system.indices)
    dense = system[:, used].toarray()
    dense /= np.maximum(np.abs(dense).max(axis=1, keepdims=True), 1e-300)
    if len(items) == 1:
        return not dense.any()
    if len(items) > dense.shape[1] + 1:
        return False
    values = np.linalg.svd(dense, compute_uv=False)
    return bool(values[len(items) - 2] > PRECISE * values[0])
