"""Edits that change a model: each takes a model and gives a broken one, or None where it does not apply."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from solvers.instance import Sense
from tests.solvers.equivalence.models import INF, Model, Rng


def _entry(model: Model, rng: Rng) -> int:
    """The place of a coefficient that is not zero."""
    return int(rng.choice(np.flatnonzero(model.matrix.data)))


def coefficient(model: Model, rng: Rng) -> Model | None:
    model.matrix.data[_entry(model, rng)] *= rng.choice([1.5, 1.01, 1 + 1e-6])
    return model


def sign(model: Model, rng: Rng) -> Model | None:
    model.matrix.data[_entry(model, rng)] *= -1
    return model


def direction(model: Model, rng: Rng) -> Model | None:
    one_sided = np.flatnonzero(np.isinf(model.lower) ^ np.isinf(model.upper))
    if not one_sided.size:
        return None
    i = int(rng.choice(one_sided))
    model.lower[i], model.upper[i] = (
        (-INF if np.isinf(model.upper[i]) else model.upper[i]),
        (INF if np.isinf(model.lower[i]) else model.lower[i]),
    )
    return model


def equality(model: Model, rng: Rng) -> Model | None:
    one_sided = np.flatnonzero(np.isinf(model.lower) ^ np.isinf(model.upper))
    if not one_sided.size:
        return None
    i = int(rng.choice(one_sided))
    model.lower[i] = model.upper[i] = model.upper[i] if np.isinf(model.lower[i]) else model.lower[i]
    return model


def right_hand_side(model: Model, rng: Rng) -> Model | None:
    i = int(rng.integers(model.shape[0]))
    step = float(rng.choice([1, -1, 0.01, -0.01, 1e-6, -1e-6]))
    if model.lower[i] == model.upper[i]:
        model.lower[i] += step
        model.upper[i] += step
    elif np.isfinite(model.upper[i]):
        model.upper[i] += step
    else:
        model.lower[i] += step
    return model


def bound(model: Model, rng: Rng) -> Model | None:
    j = int(rng.integers(model.shape[1]))
    if np.isfinite(model.column_upper[j]):
        model.column_upper[j] += float(rng.choice([1, -1]))
    elif np.isfinite(model.column_lower[j]):
        model.column_lower[j] -= 1.0
    else:
        model.column_lower[j] = -3.0
    return model


def integrality(model: Model, rng: Rng) -> Model | None:
    j = int(rng.integers(model.shape[1]))
    model.integer[j] = not model.integer[j]
    return model


def row_dropped(model: Model, rng: Rng) -> Model | None:
    kept = np.ones(model.shape[0], dtype=bool)
    kept[int(rng.integers(model.shape[0]))] = False
    model.keep_rows(kept)
    return model


def term_dropped(model: Model, rng: Rng) -> Model | None:
    model.matrix.data[_entry(model, rng)] = 0.0
    model.matrix.eliminate_zeros()
    return model


def term_moved(model: Model, rng: Rng) -> Model | None:
    entry = _entry(model, rng)
    i = int(np.searchsorted(model.matrix.indptr, entry, side="right")) - 1
    others = np.setdiff1d(np.arange(model.shape[1]), model.row(i)[0])
    if not others.size:
        return None
    model.matrix.indices[entry] = rng.choice(others)
    model.matrix.has_sorted_indices = False
    return model


def cost(model: Model, rng: Rng) -> Model | None:
    model.cost[int(rng.integers(model.shape[1]))] += float(rng.choice([1, -1, 0.001]))
    return model


def objective(model: Model, rng: Rng) -> Model | None:
    model.sense = Sense.MINIMIZE if model.sense is Sense.MAXIMIZE else Sense.MAXIMIZE
    return model


BREAKS: dict[str, Callable[[Model, Rng], Model | None]] = {
    "M1 coefficient": coefficient,
    "M2 sign": sign,
    "M3 direction": direction,
    "M4 equality": equality,
    "M5 right-hand side": right_hand_side,
    "M6 bound": bound,
    "M7 integrality": integrality,
    "M8 row dropped": row_dropped,
    "M9 term dropped": term_dropped,
    "M10 term moved": term_moved,
    "M11 cost": cost,
    "M12 objective": objective,
}


def nudged_side(model: Model, rng: Rng) -> Model | None:
    i, step = int(rng.integers(model.shape[0])), float(rng.choice([1e-6, -1e-6]))
    model.lower[i] += step
    model.upper[i] += step
    return model


def nudged_coefficient(model: Model, rng: Rng) -> Model | None:
    model.matrix.data[_entry(model, rng)] *= 1 + float(rng.choice([1e-9, -1e-9]))
    return model


def nudged_bound(model: Model, rng: Rng) -> Model | None:
    finite = np.flatnonzero(np.isfinite(model.column_upper) & ~model.integer)
    if not finite.size:
        return None
    model.column_upper[int(rng.choice(finite))] *= 1 + 1e-9
    return model


def nudged_cost(model: Model, rng: Rng) -> Model | None:
    model.cost[int(rng.choice(np.flatnonzero(model.cost)))] *= 1 + 1e-9
    return model


NUDGES: dict[str, Callable[[Model, Rng], Model | None]] = {
    "N1 right-hand side": nudged_side,
    "N2 coefficient": nudged_coefficient,
    "N3 bound": nudged_bound,
    "N4 cost": nudged_cost,
}
