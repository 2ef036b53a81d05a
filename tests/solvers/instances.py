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
