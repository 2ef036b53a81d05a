"""Checks a change of variables between two models number by number; shares no code with the search that found it.

Column j of the first model is `scale[j]` times its column of the second plus `shift[j]`. Put into the first model, this
must give the second: bounds, whole columns, every coefficient, both sides of every row, and the objective up to one
positive factor and a constant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.certificate import Mapping, MappingFault
from solvers.equivalence.normal import Work
from solvers.instance import Instance, Sense

CLOSE = 1e-12  # relative: what two numbers written differently may be apart
UNIT = 2.0**-52
POINTS = 3
AUDIT = 1e-9  # relative to the sum of the absolute terms, at a random point
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of variables whose every number is given: `Mapping` with scale and shift."""

    mapping: Mapping
    scale: Floats
    shift: Floats


def checked_change(first: Work, second: Work, mapping: Mapping) -> Mapping:
    """Return the mapping with its largest deviation, or raise MappingFault: on the normal forms of both models."""
    change = _whole(mapping)
    columns, rows = first.kept_columns(), first.kept_rows()
    for image, sources, targets, kind in (
        (mapping.column, columns, second.kept_columns(), "columns"),
        (mapping.row, rows, second.kept_rows(), "rows"),
    ):
        if not np.array_equal(np.sort(image[sources]), targets):
            raise MappingFault(f"The change of variables does not pair the {kind} one to one.")
    worst = max(
        _columns_close(first, second, change, columns),
        _entries_close(first, second, change),
        _sides_close(first, second, change, rows),
    )
    return replace(mapping, deviation=worst)


def _whole(mapping: Mapping) -> Change:
    scale, shift, factor = mapping.scale, mapping.shift, mapping.factor
    if scale is None or shift is None:
        raise MappingFault("The change of variables lacks scales and shifts.")
    numbers = np.concatenate((scale, shift, factor, [mapping.objective]))
    if not np.isfinite(numbers).all() or np.any(scale == 0) or np.any(factor == 0) or mapping.objective <= 0:
        raise MappingFault("The change of variables has a scale that is zero, not finite or turns the objective.")
    return Change(mapping, scale, shift)


def _columns_close(first: Work, second: Work, change: Change, columns: Ints) -> float:
    to = change.mapping.column[columns]
    scale, shift = change.scale[columns], change.shift[columns]
    whole = first.integer[columns]
    if np.any(whole != second.integer[to]):
        raise MappingFault("A column is whole in one model only.")
    if np.any(np.abs(scale[whole]) != 1) or np.any(shift[whole] != np.round(shift[whole])):
        raise MappingFault("A whole column is scaled, or shifted by a part of one.")
    low, high = second.column_lower[to] * scale, second.column_upper[to] * scale
    low, high = np.where(scale > 0, low, high), np.where(scale > 0, high, low)
    none = np.zeros(len(columns))
    return max(
        _close(first.column_lower[columns] - shift, low, _own(first.column_lower[columns]), none, "lower bounds"),
        _close(first.column_upper[columns] - shift, high, _own(first.column_upper[columns]), none, "upper bounds"),
        _close(first.cost[columns] * scale, change.mapping.objective * second.cost[to], none, none, "costs"),
    )


def _entries_close(first: Work, second: Work, change: Change) -> float:
    shape = (second.row_count, second.column_count)
    entries = (change.mapping.row[first.row], change.mapping.column[first.column])
    values = first.value * change.scale[first.column] / change.mapping.factor[first.row]
    mine = scipy.sparse.coo_array((values, entries), shape=shape).tocsr()
    other = scipy.sparse.coo_array((second.value, (second.row, second.column)), shape=shape).tocsr()
    mine.sort_indices()
    other.sort_indices()
    if not (np.array_equal(mine.indptr, other.indptr) and np.array_equal(mine.indices, other.indices)):
        raise MappingFault("The change of variables moves a coefficient to a place where the other model has none.")
    none = np.zeros(len(values))
    return _close(mine.data, other.data, none, none, "coefficients")


def _sides_close(first: Work, second: Work, change: Change, rows: Ints) -> float:
    """Each side, less what the shifts put into the row, is the multiple of a side of the other model's row."""
    to, factor = change.mapping.row[rows], change.mapping.factor[rows]
    moved = first.value * change.shift[first.column]
    constant = np.bincount(first.row, moved, first.row_count)[rows]
    size = np.bincount(first.row, np.abs(moved), first.row_count)[rows]
    terms = np.bincount(first.row, moved != 0, first.row_count)[rows]
    # What the sum of the shifted terms and the normal form may be off by.
    slack = 4 * (terms + 1) * UNIT * size + 2 * (first.error[rows] + np.abs(factor) * second.error[to])
    low, high = second.row_lower[to] * factor, second.row_upper[to] * factor
    low, high = np.where(factor > 0, low, high), np.where(factor > 0, high, low)
    own_low, own_high = first.row_lower[rows], first.row_upper[rows]
    return max(
        _close(own_low - constant, low, _own(own_low), slack, "lower sides"),
        _close(own_high - constant, high, _own(own_high), slack, "upper sides"),
    )


def _own(numbers: Floats) -> Floats:
    return np.where(np.isfinite(numbers), np.abs(numbers), 0.0)


def _close(mine: Floats, other: Floats, size: Floats, slack: Floats, what: str) -> float:
    """Return the largest relative deviation; `size` is that of the numbers from which `mine` was subtracted."""
    same = mine == other
    with np.errstate(invalid="ignore"):
        apart = np.where(same, 0.0, np.abs(mine - other))
    scale = np.maximum(np.maximum(np.abs(mine), np.abs(other)), size)
    scale = np.where(np.isfinite(scale), scale, 0.0)
    if not np.all(apart <= CLOSE * scale + slack):
        raise MappingFault(f"The {what} of the models differ under the change of variables.")
    return float((apart / np.where(scale > 0, scale, 1.0)).max(initial=0.0))


def audited_constant(
    first: Instance, second: Instance, works: tuple[Work, Work], mapping: Mapping, *, seed: int = 0
) -> float:
    """Return the first objective less its multiple of the second, both minimised: the same at random points.

    The points are put into the models as they were given, with columns that a rewrite made needless at zero; each row
    must be as far from its sides as its counterpart. Raises MappingFault where that does not hold.
    """
    change = _whole(mapping)
    rng = np.random.default_rng(seed)
    columns, rows = works[0].kept_columns(), works[0].kept_rows()
    constants = []
    for point in range(POINTS + 1):
        y = np.zeros(second.column_count)
        y[mapping.column[columns]] = rng.normal(size=len(columns)) if point else 0.0
        x = np.zeros(first.column_count)
        x[columns] = change.scale[columns] * y[mapping.column[columns]] + change.shift[columns]
        mine, size = _objective(first, works[0], x)
        other, other_size = _objective(second, works[1], y)
        constants.append((mine - mapping.objective * other, size + mapping.objective * other_size))
        _rows_audited((first, second), works, mapping, rows, (x, y))
    constant = constants[0][0]
    if any(abs(found - constant) > AUDIT * (size + abs(constant)) for found, size in constants):
        raise MappingFault("The objectives differ by more than a constant at a random point.")
    return constant


def _objective(instance: Instance, work: Work, x: Floats) -> tuple[float, float]:
    sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0
    return sign * float(instance.cost @ x) + work.offset, float(np.abs(instance.cost) @ np.abs(x)) + abs(work.offset)


def _rows_audited(
    instances: tuple[Instance, Instance],
    works: tuple[Work, Work],
    mapping: Mapping,
    rows: Ints,
    points: tuple[Floats, Floats],
) -> None:
    to, factor = mapping.row[rows], mapping.factor[rows]
    mine, other = instances[0].row_activity(points[0])[rows], instances[1].row_activity(points[1])[to]
    sizes = [_absolute_activity(instance, x) for instance, x in zip(instances, points, strict=True)]
    size = sizes[0][rows] + np.abs(factor) * sizes[1][to]
    turned = factor < 0
    sides = works[1].row_lower[to], works[1].row_upper[to]
    for own, counterpart in (
        (works[0].row_lower[rows], np.where(turned, sides[1], sides[0])),
        (works[0].row_upper[rows], np.where(turned, sides[0], sides[1])),
    ):
        told = np.isfinite(own)
        left = (mine - own)[told]
        right = (factor * (other - counterpart))[told]
        scale = size[told] + np.abs(own[told])
        if np.any(np.abs(left - right) > AUDIT * (scale + 1e-300)):
            raise MappingFault("A row is nearer to its side in one model at a random point.")


def _absolute_activity(instance: Instance, x: Floats) -> Floats:
    weights = np.abs(instance.values * x[instance.indices])
    sums = np.bincount(instance.row_of_entry(), weights=weights, minlength=instance.row_count)
    return sums.astype(np.float64, copy=False)
