"""Changes of variables: each takes a model and gives one that says the same about other variables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse

from tests.solvers.equivalence.models import INF, Model, Rng


def substituted(model: Model, scale: np.ndarray, shift: np.ndarray) -> Model:
    """Return the model over y with x = scale y + shift."""
    found = model.copy()
    moved = model.matrix @ shift
    found.matrix = scipy.sparse.csr_array(model.matrix.multiply(scale))
    found.lower, found.upper = model.lower - moved, model.upper - moved
    found.offset = model.offset + float(model.cost @ shift)
    found.cost = model.cost * scale
    low, high = (model.column_lower - shift) / scale, (model.column_upper - shift) / scale
    found.column_lower, found.column_upper = np.where(scale > 0, low, high), np.where(scale > 0, high, low)
    return found


def units(model: Model, rng: Rng) -> Model:
    """Scale columns that are not whole."""
    scale = np.where(model.integer, 1.0, rng.choice([1000.0, 0.001, 12.0, 1 / 3, 2.5, 1.0], model.shape[1]))
    return substituted(model, scale, np.zeros(model.shape[1]))


def any_units(model: Model, rng: Rng) -> Model:
    scale = np.where(model.integer, 1.0, np.exp(2 * rng.normal(size=model.shape[1])))
    return substituted(model, scale, np.zeros(model.shape[1]))


def shifts(model: Model, rng: Rng) -> Model:
    whole = rng.integers(-9, 10, model.shape[1]).astype(float)
    part = np.where(model.integer, 0.0, rng.choice([0.0, 0.5, 0.1, 1 / 3], model.shape[1]))
    return substituted(model, np.ones(model.shape[1]), whole + part)


def signs(model: Model, rng: Rng) -> Model:
    return substituted(model, rng.choice([-1.0, 1.0], model.shape[1]), np.zeros(model.shape[1]))


def complements(model: Model, rng: Rng) -> Model:
    boxed = np.isfinite(model.column_lower) & np.isfinite(model.column_upper) & (rng.random(model.shape[1]) < 0.6)
    shift = np.where(boxed, np.where(boxed, model.column_lower, 0) + np.where(boxed, model.column_upper, 0), 0.0)
    return substituted(model, np.where(boxed, -1.0, 1.0), shift)


def dearer(model: Model, rng: Rng) -> Model:
    found = model.copy()
    factor = float(rng.choice([2.0, 0.01, 7.0, 1 / 3]))
    found.cost, found.offset = model.cost * factor, model.offset * factor + float(rng.integers(-3, 4))
    return found


CHANGES: dict[str, Callable[[Model, Rng], Model]] = {
    "C1 units": units,
    "C2 any units": any_units,
    "C3 shifts": shifts,
    "C4 signs": signs,
    "C5 complements": complements,
    "C6 objective scaled": dearer,
}


def changed(model: Model, rng: Rng, *, steps: int) -> Model:
    for name in rng.choice(list(CHANGES), steps).tolist():
        model = CHANGES[name](model, rng)
    return model


def freed(model: Model, rng: Rng) -> Model:
    """Take the bounds of some columns away, for changes that free columns allow."""
    found = model.copy()
    free = rng.random(model.shape[1]) < 0.5
    found.column_lower[free], found.column_upper[free] = -INF, INF
    return found
