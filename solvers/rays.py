"""Two proofs by our own arithmetic: rows whose sum contradicts itself, and a direction that improves without end."""

from __future__ import annotations

import numpy as np

from solvers.instance import Instance
from solvers.result import Vector

TOLERANCE = 1e-8  # relative; the engines' own default for the same question
NOISE = 1e-9  # a component below this share of the largest is rounding


def contradicts(instance: Instance, row_dual: Vector) -> bool:
    """Whether `row_dual` (m values) proves that no point satisfies all rows and bounds (Farkas 1902).

    The rows, weighted, and the bounds that carry what is left of each column must add up to 0 >= something positive.
    A weight on a missing side, which an exact proof has not, may be at most `TOLERANCE` times that something.
    """
    y = _scaled(row_dual)
    if y is None:
        return False
    wrong_rows = _on_missing_side(y, instance.row_lower, instance.row_upper)
    y = np.where(wrong_rows > 0, 0.0, y)
    carried = -instance.transposed_product(y)
    wrong = _on_missing_side(carried, instance.column_lower, instance.column_upper)
    value = _least(y, instance.row_lower, instance.row_upper) + _least(
        np.where(wrong > 0, 0.0, carried), instance.column_lower, instance.column_upper
    )
    return bool(value > 0 and max(wrong.max(initial=0.0), wrong_rows.max(initial=0.0)) <= TOLERANCE * value)


def recedes(instance: Instance, direction: Vector) -> bool:
    """Whether from any feasible point of a minimisation `direction` (n values) leads on for ever, ever cheaper."""
    d = _scaled(direction)
    if d is None:
        return False
    low, high = np.isfinite(instance.column_lower), np.isfinite(instance.column_upper)
    blocked = np.maximum(np.where(low, -d, 0.0), np.where(high, d, 0.0))
    d = np.where(blocked > 0, 0.0, d)
    gain = -float(instance.cost @ d)
    change = instance.row_activity(d)
    low, high = np.isfinite(instance.row_lower), np.isfinite(instance.row_upper)
    broken = np.maximum(np.where(low, -change, 0.0), np.where(high, change, 0.0))
    return bool(gain > 0 and max(broken.max(initial=0.0), blocked.max(initial=0.0)) <= TOLERANCE * gain)


def _scaled(vector: Vector) -> Vector | None:
    size = float(np.abs(vector).max(initial=0.0))
    if not 0 < size < np.inf:
        return None
    scaled = vector / size
    return np.where(np.abs(scaled) < NOISE, 0.0, scaled)


def _on_missing_side(weight: Vector, lower: Vector, upper: Vector) -> Vector:
    missing = ((weight > 0) & ~np.isfinite(lower)) | ((weight < 0) & ~np.isfinite(upper))
    return np.where(missing, np.abs(weight), 0.0)


def _least(weight: Vector, lower: Vector, upper: Vector) -> float:
    side = np.where(weight > 0, lower, upper)
    return float(np.sum(np.where(weight != 0, weight * np.where(np.isfinite(side), side, 0.0), 0.0)))
