"""Random small instances, and a solve quick enough for hundreds of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from solvers.explain.items import AT_LEAST, Item, Kind
from solvers.highs import Highs
from solvers.instance import Instance, Sense
from solvers.result import Result, SolveOptions
from solvers.verdict import judged
from tests.solvers.instances import INF, make

PATIENT = SolveOptions(time_limit_seconds=10.0)
BRIEF = SolveOptions(time_limit_seconds=0.5)  # for what may keep a tree search busy for ever


def solve(instance: Instance, options: SolveOptions = PATIENT) -> Result:
    """HiGHS in this process, judged like every result; the explanations only see a function."""
    instance.validate()
    raw = Highs().solve(instance, options=options, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, options)


def solve_briefly(instance: Instance) -> Result:
    """The same with half a second at most."""
    return solve(instance, BRIEF)


def is_feasible(instance: Instance) -> bool:
    """Whether a point exists, whatever the objective."""
    return solve(replace(instance, cost=np.zeros(instance.column_count))).x is not None


def alone(instance: Instance, items: tuple[Item, ...]) -> Instance:
    """The instance that demands these items and nothing else; written apart from the code under test."""
    rows = {"lower": np.full(instance.row_count, -INF), "upper": np.full(instance.row_count, INF)}
    columns = {"lower": np.full(instance.column_count, -INF), "upper": np.full(instance.column_count, INF)}
    whole = [0] * instance.column_count
    for item in items:
        if item.kind is Kind.INTEGRALITY:
            whole[item.index] = 1
        else:
            target = rows if item.kind is Kind.ROW else columns
            target["lower" if item.side == AT_LEAST else "upper"][item.index] = item.limit
    return make(
        cost=[0.0] * instance.column_count,
        rows=instance.matrix.toarray().tolist(),
        row_lower=rows["lower"].tolist(),
        row_upper=rows["upper"].tolist(),
        lower=columns["lower"].tolist(),
        upper=columns["upper"].tolist(),
        integer=whole,
    )


@st.composite
def instances(draw: st.DrawFn, *, integers: bool = False) -> Instance:
    """Small numbers, so that infeasible, feasible and unbounded instances all come up often."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    small = st.integers(-4, 4)
    rows = draw(st.lists(st.lists(small, min_size=n, max_size=n), min_size=m, max_size=m))
    lower, upper = [], []
    for _ in range(m):
        kind, limit, width = draw(st.sampled_from("<>=r")), draw(st.integers(-12, 12)), draw(st.integers(0, 5))
        lower.append(-INF if kind == "<" else float(limit))
        upper.append(INF if kind == ">" else float(limit if kind == "=" else limit + width))
    top = [float(draw(st.integers(0, 6))) if integers or draw(st.booleans()) else INF for _ in range(n)]
    return make(
        cost=draw(st.lists(small, min_size=n, max_size=n)),
        rows=rows,
        row_lower=lower,
        row_upper=upper,
        lower=[float(draw(st.sampled_from([0, -3]))) if integers or draw(st.booleans()) else -INF for _ in range(n)],
        upper=top,
        integer=[draw(st.integers(0, 1)) for _ in range(n)] if integers else [0] * n,
        sense=draw(st.sampled_from(Sense)),
    )
