"""Models to rewrite and to break: small families of practice, seeded, and a form in which rows are easy to change."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.instance import Instance, Sense

INF = np.inf
Rng = np.random.Generator
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Model:
    """An instance taken apart, so that rows and columns can be added, dropped and changed; a dense matrix will do."""

    matrix: scipy.sparse.csr_array
    lower: Floats
    upper: Floats
    column_lower: Floats
    column_upper: Floats
    cost: Floats
    integer: NDArray[np.bool_]
    sense: Sense = Sense.MINIMIZE
    offset: float = 0.0

    def __post_init__(self) -> None:
        self.matrix = scipy.sparse.csr_array(self.matrix)

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape[0], self.matrix.shape[1]

    def row(self, i: int) -> tuple[Ints, Floats]:
        """The columns of a row, and their coefficients."""
        part = slice(self.matrix.indptr[i], self.matrix.indptr[i + 1])
        return self.matrix.indices[part], self.matrix.data[part]

    def add_rows(self, matrix: Floats | scipy.sparse.csr_array, lower: Floats, upper: Floats) -> None:
        self.matrix = scipy.sparse.vstack((self.matrix, scipy.sparse.csr_array(matrix)), format="csr")
        self.lower, self.upper = np.append(self.lower, lower), np.append(self.upper, upper)

    def keep_rows(self, kept: NDArray[np.bool_]) -> None:
        self.matrix, self.lower, self.upper = self.matrix[kept], self.lower[kept], self.upper[kept]

    def add_column(
        self, entries: Floats, lower: float, upper: float, *, cost: float = 0.0, integer: bool = False
    ) -> None:
        self.matrix = scipy.sparse.hstack((self.matrix, scipy.sparse.csr_array(entries.reshape(-1, 1))), format="csr")
        self.column_lower, self.column_upper = np.append(self.column_lower, lower), np.append(self.column_upper, upper)
        self.cost, self.integer = np.append(self.cost, cost), np.append(self.integer, integer)

    def copy(self) -> Model:
        arrays = (self.matrix, self.lower, self.upper, self.column_lower, self.column_upper, self.cost, self.integer)
        return Model(*(array.copy() for array in arrays), sense=self.sense, offset=self.offset)  # type: ignore[arg-type]


def taken_apart(instance: Instance) -> Model:
    return Model(
        instance.matrix.copy(), instance.row_lower.copy(), instance.row_upper.copy(), instance.column_lower.copy(),
        instance.column_upper.copy(), instance.cost.copy(), instance.integrality > 0, instance.sense,
        instance.objective_offset,
    )  # fmt: skip


def put_together(model: Model, *, stem: str = "") -> Instance:
    matrix = scipy.sparse.csr_array(model.matrix)
    matrix.sort_indices()
    m, n = model.shape
    return Instance(
        name="model", sense=model.sense, objective_name="goal", objective_offset=model.offset, cost=model.cost,
        indptr=matrix.indptr, indices=matrix.indices, values=matrix.data, row_lower=model.lower, row_upper=model.upper,
        column_lower=model.column_lower, column_upper=model.column_upper, integrality=model.integer.astype(np.uint8),
        row_names=tuple(f"{stem}row[{i}]" for i in range(m)), column_names=tuple(f"{stem}x[{j}]" for j in range(n)),
    )  # fmt: skip


def _columns(n: int, *, upper: float = INF, integer: bool = False) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    return np.zeros(n), np.full(n, float(upper)), np.full(n, integer)


def rng_of(*parts: int | str) -> Rng:
    """A generator of random numbers that these words and numbers settle."""
    return np.random.default_rng([part if isinstance(part, int) else zlib.crc32(part.encode()) for part in parts])


def transport(rng: Rng, *, equal: bool = False) -> Model:
    s, d = int(rng.integers(2, 5)), int(rng.integers(2, 6))
    matrix = np.zeros((s + d, s * d))
    for i in range(s):
        matrix[i, i * d : (i + 1) * d] = 1
    for j in range(d):
        matrix[s + j, j::d] = 1
    supply = np.full(s, 10.0 * d) if equal else rng.integers(20, 60, s).astype(float)
    demand = np.full(d, 5.0) if equal else rng.integers(3, 12, d).astype(float)
    cost = np.ones(s * d) if equal else rng.integers(1, 50, s * d).astype(float)
    lower, upper, integer = _columns(s * d)
    limits = np.append(np.full(s, -INF), demand), np.append(supply, np.full(d, INF))
    return Model(matrix, *limits, lower, upper, cost, integer)


def assignment(rng: Rng, *, levels: int = 1) -> Model:
    n = int(rng.integers(3, 6))
    matrix = np.zeros((2 * n, n * n))
    for i in range(n):
        matrix[i, i * n : (i + 1) * n] = 1
        matrix[n + i, i::n] = 1
    lower, upper, integer = _columns(n * n, upper=1, integer=True)
    cost = rng.integers(1, levels + 1, n * n).astype(float)
    return Model(matrix, np.ones(2 * n), np.ones(2 * n), lower, upper, cost, integer)


def set_cover(rng: Rng) -> Model:
    m, n = int(rng.integers(5, 10)), int(rng.integers(6, 14))
    matrix = (rng.random((m, n)) < 0.35).astype(float)
    matrix[np.arange(m), rng.integers(0, n, m)] = 1
    lower, upper, integer = _columns(n, upper=1, integer=True)
    return Model(matrix, np.ones(m), np.full(m, INF), lower, upper, rng.integers(1, 9, n).astype(float), integer)


def lot_sizing(rng: Rng) -> Model:
    """Make, stock and set up per period: balance is an equation, set-up links, stock ends free."""
    t = int(rng.integers(3, 7))
    matrix, lower, upper = np.zeros((3 * t, 3 * t)), np.full(3 * t, -INF), np.zeros(3 * t)
    for k in range(t):
        matrix[k, [k, t + k]] = 1, -1
        if k:
            matrix[k, t + k - 1] = 1
        lower[k] = upper[k] = float(rng.integers(0, 40))
        matrix[t + k, [k, 2 * t + k]] = 1, -100
        matrix[2 * t + k, [k, 2 * t + k]] = float(rng.integers(1, 4)), float(rng.integers(5, 15))
        upper[2 * t + k] = float(rng.integers(90, 200))
    low, high, integer = _columns(3 * t)
    integer[2 * t :], high[2 * t :] = True, 1
    cost = np.concatenate((np.full(t, 1.0), rng.integers(1, 5, t).astype(float), rng.integers(20, 60, t).astype(float)))
    return Model(matrix, lower, upper, low, high, cost, integer)


def bin_packing(rng: Rng, *, equal: bool = False) -> Model:
    items, bins = int(rng.integers(3, 6)), int(rng.integers(2, 4))
    n = items * bins + bins
    matrix, lower, upper = np.zeros((items + bins, n)), np.full(items + bins, -INF), np.zeros(items + bins)
    sizes = np.full(items, 4.0) if equal else rng.permutation(np.arange(3, 3 + items)).astype(float)
    for i in range(items):
        matrix[i, i * bins : (i + 1) * bins] = 1
        lower[i] = upper[i] = 1
    for b in range(bins):
        matrix[items + b, b : items * bins : bins] = sizes
        matrix[items + b, items * bins + b] = -12
    low, high, integer = _columns(n, upper=1, integer=True)
    return Model(matrix, lower, upper, low, high, np.append(np.zeros(items * bins), np.ones(bins)), integer)


def mixed(rng: Rng) -> Model:
    """Rows of every kind over columns of every kind."""
    m, n = int(rng.integers(3, 9)), int(rng.integers(4, 10))
    matrix = np.where(rng.random((m, n)) < 0.5, rng.integers(-9, 10, (m, n)) / rng.choice([1, 2, 4, 10], (m, n)), 0.0)
    for i in range(m):
        matrix[i, rng.choice(n, 2, replace=False)] = rng.integers(1, 9, 2)
    lower, upper = np.full(m, -INF), np.full(m, INF)
    kind = rng.integers(0, 4, m)
    side = rng.integers(-20, 60, m) / rng.choice([1, 3, 10], m)
    lower[kind > 0], upper[kind != 1] = side[kind > 0], side[kind != 1]
    upper[kind == 3] = lower[kind == 3] + rng.integers(1, 20, int((kind == 3).sum()))
    low, high, integer = _columns(n)
    free, capped = rng.random(n) < 0.2, rng.random(n) < 0.4
    low[free], high[capped] = -INF, rng.integers(1, 30, int(capped.sum()))
    integer[:] = rng.random(n) < 0.4
    cost = rng.integers(-9, 10, n).astype(float)
    cost[cost == 0] = 0.5
    sense = Sense.MAXIMIZE if rng.random() < 0.5 else Sense.MINIMIZE
    return Model(matrix, lower, upper, low, high, cost, integer, sense, float(rng.integers(-5, 6)))


FAMILIES: dict[str, Callable[[Rng], Model]] = {
    "transport": transport,
    "transport, equal data": lambda rng: transport(rng, equal=True),
    "assignment, equal costs": assignment,
    "assignment, three levels": lambda rng: assignment(rng, levels=3),
    "set cover": set_cover,
    "lot sizing": lot_sizing,
    "bin packing": bin_packing,
    "bin packing, equal sizes": lambda rng: bin_packing(rng, equal=True),
    "mixed": mixed,
}
