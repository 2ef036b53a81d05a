"""Rewrites that change nothing: each takes a model and gives one that says the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse

from solvers.instance import Sense
from tests.solvers.equivalence.models import INF, Model, Rng

MOST = 20  # rows that get a slack


def permuted(model: Model, rng: Rng) -> Model:
    rows, columns = (rng.permutation(size) for size in model.shape)
    found = model.copy()
    found.matrix = model.matrix[rows][:, columns]
    found.lower, found.upper = model.lower[rows], model.upper[rows]
    for name in ("column_lower", "column_upper", "cost", "integer"):
        setattr(found, name, getattr(model, name)[columns])
    return found


def scaled(model: Model, rng: Rng) -> Model:
    return _times(model, np.exp(rng.normal(size=model.shape[0])))


def turned(model: Model, rng: Rng) -> Model:
    return _times(model, rng.choice([-1.0, 1.0], model.shape[0]))


def _times(model: Model, factor: np.ndarray) -> Model:
    found = model.copy()
    found.matrix.data *= np.repeat(factor, np.diff(model.matrix.indptr))
    low, high = model.lower * factor, model.upper * factor
    found.lower, found.upper = np.where(factor > 0, low, high), np.where(factor > 0, high, low)
    return found


def negated(model: Model, rng: Rng) -> Model:
    found = model.copy()
    found.sense = Sense.MINIMIZE if model.sense is Sense.MAXIMIZE else Sense.MAXIMIZE
    found.cost, found.offset = -model.cost, -model.offset
    return found


def bounds_as_rows(model: Model, rng: Rng) -> Model:
    found = model.copy()
    for j in rng.permutation(model.shape[1])[: int(rng.integers(1, 5))].tolist():
        for side in ("column_lower", "column_upper"):
            bound = float(getattr(found, side)[j])
            if not np.isfinite(bound):
                continue
            factor = float(rng.choice([-3.0, 1.0, 2.5]))
            row = scipy.sparse.csr_array(([factor], ([0], [j])), shape=(1, found.shape[1]))
            below = (side == "column_lower") == (factor > 0)
            found.add_rows(
                row, np.array([bound * factor if below else -INF]), np.array([INF if below else bound * factor])
            )
            loose = rng.random() < 0.5
            infinite = -INF if side == "column_lower" else INF
            looser = bound - 7 if side == "column_lower" else bound + 7
            getattr(found, side)[j] = looser if loose else infinite
    return found


def slack_form(model: Model, rng: Rng) -> Model:
    found = model.copy()
    one_sided = np.flatnonzero(np.isinf(model.lower) ^ np.isinf(model.upper))
    for i in rng.permutation(one_sided)[:MOST].tolist():
        if rng.random() < 0.5:
            entries = np.zeros(found.shape[0])
            below = np.isinf(found.lower[i])
            entries[i] = factor = float(rng.choice([1.0, 2.0])) * (1 if below else -1)
            start = float(rng.choice([0.0, 3.0]))
            side = found.upper[i] if below else found.lower[i]
            found.lower[i] = found.upper[i] = side + factor * start
            found.add_column(entries, start, INF)
    return found


def duplicated(model: Model, rng: Rng) -> Model:
    found = model.copy()
    rows = rng.integers(0, model.shape[0], 3)
    copies = Model(
        model.matrix[rows], model.lower[rows], model.upper[rows], model.column_lower, model.column_upper, model.cost,
        model.integer,
    )  # fmt: skip
    copies = turned(scaled(copies, rng), rng)
    found.add_rows(copies.matrix, copies.lower, copies.upper)
    return found


def split(model: Model, rng: Rng) -> Model:
    found = model.copy()
    both = np.flatnonzero(np.isfinite(model.lower) & np.isfinite(model.upper) & (rng.random(model.shape[0]) < 0.6))
    found.add_rows(model.matrix[both], model.lower[both], np.full(len(both), INF))
    found.lower[both] = -INF
    return found


def dominated(model: Model, rng: Rng) -> Model:
    found = model.copy()
    rows = rng.integers(0, model.shape[0], 2)
    give = rng.integers(1, 9, 2) * (1 + np.abs(np.where(np.isfinite(model.upper[rows]), model.upper[rows], 0)))
    found.add_rows(2 * model.matrix[rows], 2 * model.lower[rows] - give, 2 * model.upper[rows] + give)
    return found


def vacuous(model: Model, rng: Rng) -> Model:
    found = model.copy()
    m, n = model.shape
    found.add_rows(np.zeros((1, n)), np.array([-1.0]), np.array([2.0]))
    found.add_rows(rng.normal(size=(1, n)), np.array([-INF]), np.array([INF]))
    entries = found.matrix.tocoo()
    row = np.append(entries.coords[0], rng.integers(m))
    column = np.append(entries.coords[1], rng.integers(n))
    found.matrix = scipy.sparse.csr_array((np.append(entries.data, 0.0), (row, column)), shape=found.shape)
    return found


def fractional_bounds(model: Model, rng: Rng) -> Model:
    found = model.copy()
    chosen = model.integer & (rng.random(model.shape[1]) < 0.7)
    found.column_upper[chosen] = np.floor(model.column_upper[chosen]) + 0.4
    found.column_lower[chosen] = np.ceil(model.column_lower[chosen]) - 0.3
    return found


def unused_columns(model: Model, rng: Rng) -> Model:
    found = model.copy()
    found.add_column(np.zeros(model.shape[0]), 0.0, float(rng.choice([INF, 4.0])), integer=bool(rng.random() < 0.5))
    return found


REWRITES: dict[str, Callable[[Model, Rng], Model]] = {
    "T1 order and names": permuted,
    "T2 rows scaled": scaled,
    "T3 rows turned": turned,
    "T4 objective negated": negated,
    "T5 bounds as rows": bounds_as_rows,
    "T6 slack form": slack_form,
    "T7 duplicate rows": duplicated,
    "T8 ranges split": split,
    "T9 dominated rows": dominated,
    "T10 zeros, vacuous rows": vacuous,
    "T11 fractional bounds": fractional_bounds,
    "T12 unused columns": unused_columns,
}


def rewritten(model: Model, rng: Rng, *, steps: int) -> Model:
    for name in rng.choice(list(REWRITES), steps).tolist():
        model = REWRITES[name](model, rng)
    return model
