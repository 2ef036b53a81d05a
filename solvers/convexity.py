"""Whether a quadratic objective curves the right way, which decides who may solve it and what an optimum means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.beyond import OBJECTIVE
from solvers.instance import Instance, Sense

MAX_DENSE = 3000  # columns in products; a dense factorization of this size takes about a second
SLIGHT = 1e-9  # relative to the largest entry: a curvature this small is rounding


def has_convex_objective(instance: Instance) -> bool:
    """Whether the quadratic terms of the objective are convex (concave when maximising); true when there are none.

    Shown by diagonal dominance (Gershgorin) or by a Cholesky factorization; false when neither shows it. Remembered,
    because many ask.
    """
    known = instance.beyond.convexity
    if instance.sense not in known:
        known[instance.sense] = _is_convex(instance)
    return known[instance.sense]


def _is_convex(instance: Instance) -> bool:
    diagonal, first, second, value = _curvature(instance)
    if diagonal.size == 0:
        return True
    slight = SLIGHT * max(float(np.abs(diagonal).max()), float(np.abs(value).max(initial=0.0)))
    if np.any(diagonal < -slight):
        return False
    beside = np.zeros_like(diagonal)
    np.add.at(beside, first, np.abs(value))
    np.add.at(beside, second, np.abs(value))
    if np.all(diagonal >= beside):
        return True
    if diagonal.size > MAX_DENSE:
        return False
    dense = np.diag(diagonal + slight * diagonal.size)
    dense[first, second] += value
    dense[second, first] += value
    try:
        np.linalg.cholesky(dense)
    except np.linalg.LinAlgError:
        return False
    return True


def _curvature(
    instance: Instance,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the Hessian over the columns in products: its diagonal, then (first, second, value) above."""
    beyond = instance.beyond
    mine = beyond.quadratic_row == OBJECTIVE
    value = beyond.quadratic_value[mine] * (-1.0 if instance.sense is Sense.MAXIMIZE else 1.0)
    pair = np.stack((beyond.quadratic_first[mine], beyond.quadratic_second[mine]))
    columns, place = np.unique(pair, return_inverse=True)
    first, second = place.reshape(pair.shape)
    square = first == second
    diagonal = np.zeros(columns.size)
    np.add.at(diagonal, first[square], 2.0 * value[square])
    return diagonal, first[~square], second[~square], value[~square]
