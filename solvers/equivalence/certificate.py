"""Checks a mapping between two models number by number; shares no code with the hashing or the search that found it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.normal import Work
from solvers.instance import Instance, Sense

CLOSE = 4e-12  # relative: what two numbers written differently may be apart
POINTS = 3
AUDIT = 1e-9  # relative to the sum of the absolute terms, at a random point
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Column j of the first model is column `column[j]` of the second, row i is `factor[i]` times row `row[i]` of it.

    -1 stands for columns and rows that a rewrite made needless on their side. Equal up to `deviation` (relative).
    After a change of variables, column j of the first is `scale[j]` times that column plus `shift[j]`, row i is the
    multiple but for a constant, and the first objective is `objective` times the second, but for a constant.
    """

    column: Ints
    row: Ints
    factor: Floats
    deviation: float = 0.0
    scale: Floats | None = None
    shift: Floats | None = None
    objective: float = 1.0


class MappingFault(Exception):
    """The mapping does not carry one model into the other; the text says where."""


def checked(first: Work, second: Work, mapping: Mapping) -> Mapping:
    """Return the mapping with its largest deviation, or raise MappingFault: on the normal forms of both models."""
    columns, rows = first.kept_columns(), first.kept_rows()
    _one_to_one(mapping.column, columns, second.kept_columns(), "columns")
    _one_to_one(mapping.row, rows, second.kept_rows(), "rows")
    to = mapping.column[columns]
    if np.any(first.integer[columns] != second.integer[to]):
        raise MappingFault("A column is whole in one model only.")
    worst = 0.0
    for name in ("column_lower", "column_upper", "cost"):
        worst = max(worst, _close(getattr(first, name)[columns], getattr(second, name)[to], 0.0, name))
    return Mapping(
        mapping.column, mapping.row, mapping.factor, max(worst, _rows_close(first, second, mapping, rows), 0.0)
    )


def _one_to_one(image: Ints, sources: Ints, targets: Ints, kind: str) -> None:
    reached = np.sort(image[sources])
    if len(sources) != len(targets) or np.any(reached != targets):
        raise MappingFault(f"The mapping does not pair the {kind} one to one.")


def _rows_close(first: Work, second: Work, mapping: Mapping, rows: Ints) -> float:
    shape = (second.row_count, second.column_count)
    entries = (mapping.row[first.row], mapping.column[first.column])
    scaled = first.value / mapping.factor[first.row]
    mine = scipy.sparse.coo_array((scaled, entries), shape=shape).tocsr()
    other = scipy.sparse.coo_array((second.value, (second.row, second.column)), shape=shape).tocsr()
    mine.sort_indices()
    other.sort_indices()
    if not (np.array_equal(mine.indptr, other.indptr) and np.array_equal(mine.indices, other.indices)):
        raise MappingFault("The mapping moves a coefficient to a place where the other model has none.")
    worst = _close(mine.data, other.data, 0.0, "coefficients")
    to, factor = mapping.row[rows], mapping.factor[rows]
    low, high = first.row_lower[rows] / factor, first.row_upper[rows] / factor
    low, high = np.where(factor > 0, low, high), np.where(factor > 0, high, low)
    slack = 2 * (first.error[rows] / np.abs(factor) + second.error[to])
    return max(
        worst,
        _close(low, second.row_lower[to], slack, "lower sides"),
        _close(high, second.row_upper[to], slack, "upper sides"),
    )


def _close(mine: Floats, other: Floats, slack: Floats | float, what: str) -> float:
    same = mine == other
    with np.errstate(invalid="ignore"):
        apart = np.where(same, 0.0, np.abs(mine - other))
    scale = np.maximum(np.abs(mine), np.abs(other))
    if not np.all(apart <= CLOSE * np.where(np.isfinite(scale), scale, 0.0) + slack):
        raise MappingFault(f"The {what} of the models differ under the mapping.")
    ratio = np.where(apart > 0, apart / np.where(scale > 0, scale, 1.0), 0.0)
    return float(ratio.max(initial=0.0))


def audit(first: Instance, second: Instance, mapping: Mapping, *, seed: int = 0) -> None:
    """Compare objective and rows of the models as they were given at random points, or raise MappingFault.

    Columns that a rewrite made needless are zero at these points, so only what the mapping speaks of is compared.
    """
    rng = np.random.default_rng(seed)
    columns = np.flatnonzero(mapping.column >= 0)
    rows = np.flatnonzero(mapping.row >= 0)
    signs = [-1.0 if one.sense is Sense.MAXIMIZE else 1.0 for one in (first, second)]
    for _ in range(POINTS):
        x, y = np.zeros(first.column_count), np.zeros(second.column_count)
        x[columns] = rng.normal(size=len(columns))
        y[mapping.column[columns]] = x[columns]
        mine, other = signs[0] * float(first.cost @ x), signs[1] * float(second.cost @ y)
        terms = float(np.abs(first.cost) @ np.abs(x)) + float(np.abs(second.cost) @ np.abs(y))
        if abs(mine - other) > AUDIT * (terms + 1e-300):
            raise MappingFault("The objectives differ at a random point.")
        left = first.row_activity(x)[rows] / mapping.factor[rows]
        right = second.row_activity(y)[mapping.row[rows]]
        size = _absolute_activity(second, y)[mapping.row[rows]] + _absolute_activity(first, x)[rows]
        if np.any(np.abs(left - right) > AUDIT * (size + np.abs(left) + 1e-300)):
            raise MappingFault("A row differs at a random point.")


def _absolute_activity(instance: Instance, x: Floats) -> Floats:
    weights = np.abs(instance.values * x[instance.indices])
    sums = np.bincount(instance.row_of_entry(), weights=weights, minlength=instance.row_count)
    return sums.astype(np.float64, copy=False)
