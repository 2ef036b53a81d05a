"""Tiny named instances with answers worked out by hand, and a few that take long on purpose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solvers.instance import Instance, Sense

INF = float("inf")


def make(
    *,
    cost: Sequence[float],
    rows: Sequence[Sequence[float]] = (),
    row_lower: Sequence[float] = (),
    row_upper: Sequence[float] = (),
    lower: Sequence[float] | None = None,
    upper: Sequence[float] | None = None,
    integer: Sequence[int] | None = None,
    sense: Sense = Sense.MINIMIZE,
    offset: float = 0.0,
    name: str = "tiny",
) -> Instance:
    """Return an instance from dense rows; bounds default to zero and infinity, columns to continuous."""
    n, m = len(cost), len(rows)
    dense = np.array(rows, dtype=float).reshape(m, n)
    r, c = np.nonzero(dense)
    return Instance(
        name=name,
        sense=sense,
        objective_name="goal",
        objective_offset=offset,
        cost=np.array(cost, dtype=float),
        indptr=np.concatenate(([0], np.cumsum(np.bincount(r, minlength=m)))),
        indices=c,
        values=dense[r, c],
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        column_lower=np.zeros(n) if lower is None else np.array(lower, dtype=float),
        column_upper=np.full(n, INF) if upper is None else np.array(upper, dtype=float),
        integrality=np.zeros(n, dtype=np.uint8) if integer is None else np.array(integer, dtype=np.uint8),
        row_names=tuple(f"row[{i}]" for i in range(m)),
        column_names=tuple(f"x[{j}]" for j in range(n)),
    )


def workshop() -> Instance:
    """Desks and chairs: the best of the vertices (0,0), (50,0), (30,40), (0,80) is (30,40) with 3700."""
    return make(
        cost=[70, 40], rows=[[4, 3], [2, 1]], row_lower=[-INF, -INF], row_upper=[240, 100], sense=Sense.MAXIMIZE
    )


def contradiction() -> Instance:
    """x >= 3 and x <= 1 as rows: no point."""
    return make(cost=[1], rows=[[1], [1]], row_lower=[3, -INF], row_upper=[INF, 1])


def no_integer_point() -> Instance:
    """1/4 <= x <= 3/4 as a row, x integer: feasible only as a relaxation."""
    return make(cost=[1, 1], rows=[[1, 1]], row_lower=[0.25], row_upper=[0.75], integer=[1, 1])


def endless() -> Instance:
    """Maximise x without a limit."""
    return make(cost=[1, 0], rows=[[1, -1]], row_lower=[-INF], row_upper=[5], sense=Sense.MAXIMIZE)


def endless_integers() -> Instance:
    """Maximise an integer x without a limit, with integer points."""
    return make(cost=[1, 0], rows=[[1, -1]], row_lower=[-INF], row_upper=[5], integer=[1, 1], sense=Sense.MAXIMIZE)


def endless_without_integer_point() -> Instance:
    """The relaxation is unbounded along y, but x = 1/2 is forced on an integer x: infeasible."""
    return make(cost=[0, 1], rows=[[2, 0]], row_lower=[1], row_upper=[1], integer=[1, 0], sense=Sense.MAXIMIZE)


def empty_and_endless() -> Instance:
    """Infeasible, and a presolver that looks at the objective first may say infeasible or unbounded."""
    return make(
        cost=[-1, 0, 0], rows=[[0, 1, 1], [0, 1, 1]], row_lower=[3, -INF], row_upper=[INF, 1], upper=[INF, INF, INF]
    )


def ranges() -> Instance:
    """1 <= x + y <= 4, 2 <= x - y <= 3, y free: the best corner of x + 3y + 10 is (2, -1) with 9."""
    return make(cost=[1, 3], rows=[[1, 1], [1, -1]], row_lower=[1, 2], row_upper=[4, 3], lower=[0, -INF], offset=10)


def free_row() -> Instance:
    """A row without sides beside one with: minimise x subject to x >= 2."""
    return make(cost=[1], rows=[[1], [5]], row_lower=[2, -INF], row_upper=[INF, INF])


def degenerate() -> Instance:
    """Three constraints meet in the optimal corner (1, 1) of two variables; the optimum is 2."""
    return make(
        cost=[1, 1],
        rows=[[1, 0], [0, 1], [1, 1], [2, 2]],
        row_lower=[-INF] * 4,
        row_upper=[1, 1, 2, 4],
        sense=Sense.MAXIMIZE,
    )


def knapsack() -> Instance:
    """Values 10, 13, 7, weights 3, 4, 2, room 6: take the second and third for 20."""
    return make(
        cost=[10, 13, 7],
        rows=[[3, 4, 2]],
        row_lower=[-INF],
        row_upper=[6],
        upper=[1, 1, 1],
        integer=[1, 1, 1],
        sense=Sense.MAXIMIZE,
    )


def several() -> Instance:
    """Four choices, and an amount that stands in for the first; the best four choices have 12, 13, 13.5, 14.5."""
    return make(
        cost=[5, 6, 7, 8, 0.5],
        rows=[[3, 4, 5, 6, 0], [1, 0, 0, 0, 1]],
        row_lower=[8, 1],
        row_upper=[INF, INF],
        upper=[1, 1, 1, 1, 3],
        integer=[1, 1, 1, 1, 0],
        name="several",
    )


def market_split(rows: int = 5, columns: int = 40, seed: int = 1) -> Instance:
    """Split a market in halves (Cornuéjols and Dawande 1998): incumbents at once, a proof never in a test's time."""
    random = np.random.default_rng(seed)
    demand = random.integers(0, 100, size=(rows, columns)).astype(float)
    slack = np.eye(rows)
    half = np.floor(demand.sum(axis=1) / 2)
    return make(
        cost=[0.0] * columns + [1.0] * 2 * rows,
        rows=np.hstack([demand, slack, -slack]).tolist(),
        row_lower=half.tolist(),
        row_upper=half.tolist(),
        upper=[1.0] * columns + [INF] * 2 * rows,
        integer=[1] * columns + [0] * 2 * rows,
        name="market split",
    )


def covering(rows: int, columns: int, density: float = 0.02, seed: int = 1, *, integer: bool = False) -> Instance:
    """A random set covering problem (its relaxation by default), slow enough to be interrupted when it is large."""
    random = np.random.default_rng(seed)
    dense = (random.random((rows, columns)) < density).astype(float)
    dense[:, 0] = 1.0
    r, c = np.nonzero(dense)
    return Instance(
        name="covering",
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=random.integers(50, 100, columns).astype(float) * np.where(np.arange(columns) == 0, 100, 1),
        indptr=np.concatenate(([0], np.cumsum(np.bincount(r, minlength=rows)))),
        indices=c,
        values=dense[r, c],
        row_lower=np.ones(rows),
        row_upper=np.full(rows, INF),
        column_lower=np.zeros(columns),
        column_upper=np.ones(columns),
        integrality=np.full(columns, int(integer)),
        row_names=tuple(f"cover[{i}]" for i in range(rows)),
        column_names=tuple(f"take[{j}]" for j in range(columns)),
    )
