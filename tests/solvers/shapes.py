"""Tiny instances beyond linear rows with answers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from solvers.beyond import OBJECTIVE, Beyond
from solvers.instance import Instance, Sense
from solvers.tape import Code
from tests.solvers.instances import INF, make

Term = tuple[int, int, int, float]


def with_terms(instance: Instance, terms: Sequence[Term], **parts: Any) -> Instance:
    """Return the instance with products: each term is (row, first column, second column, coefficient)."""
    row, first, second, value = zip(*terms, strict=True)
    return with_parts(
        instance, quadratic_row=row, quadratic_first=first, quadratic_second=second, quadratic_value=value, **parts
    )


def with_parts(instance: Instance, **parts: Any) -> Instance:
    """Return the instance with these arrays of Beyond."""
    return replace(instance, beyond=Beyond(**parts)).validate()


def with_tapes(instance: Instance, tapes: dict[int, str], **parts: Any) -> Instance:
    """Return the instance with an expression per row, written in postfix: `x0 2 POWER x1 EXP SUM:2`."""
    code: list[int] = []
    operand: list[float] = []
    ends = [0]
    for text in tapes.values():
        for word in text.split():
            name, _, count = word.partition(":")
            if name[0] == "x":
                code.append(Code.COLUMN)
                operand.append(float(name[1:]))
            elif name.isalpha() or name == "LOG10":
                code.append(Code[name])
                operand.append(float(count or 0))
            else:
                code.append(Code.CONSTANT)
                operand.append(float(name))
        ends.append(len(code))
    return with_parts(instance, tape_row=list(tapes), tape_indptr=ends, tape_code=code, tape_operand=operand, **parts)


def nearest() -> Instance:
    """min x² + y² with x + y >= 2: (1, 1), value 2, price 2."""
    return with_terms(
        make(cost=[0, 0], rows=[[1, 1]], row_lower=[2], row_upper=[INF]), [(OBJECTIVE, 0, 0, 1), (OBJECTIVE, 1, 1, 1)]
    )


def best_price() -> Instance:
    """max 9x + y - x² - 2y² - xy + 5 with -2 <= x - y <= 2, both free.

    On x = y + 2: 9y + 18 + y - (y + 2)² - 2y² - y² - 2y + 5 = 19 + 4y - 4y², best at y = 1/2: 20, price
    9 - 2x - y = 3.5.
    """
    linear = make(
        cost=[9, 1], rows=[[1, -1]], row_lower=[-2], row_upper=[2], lower=[-INF] * 2, sense=Sense.MAXIMIZE, offset=5
    )
    return with_terms(linear, [(OBJECTIVE, 0, 0, -1), (OBJECTIVE, 0, 1, -1), (OBJECTIVE, 1, 1, -2)])


def flat_valley() -> Instance:
    """min (x - y)² - x - y with |x - y| <= 2, x <= 8, y <= 9: x = 8, y = 8.5, value -16.25; the Hessian is singular."""
    linear = make(cost=[-1, -1], rows=[[1, -1]], row_lower=[-2], row_upper=[2], upper=[8, 9])
    return with_terms(linear, [(OBJECTIVE, 0, 0, 1), (OBJECTIVE, 0, 1, -2), (OBJECTIVE, 1, 1, 1)])


def endless_valley() -> Instance:
    """The flat valley without upper bounds: along x = y the objective falls for ever."""
    return replace(flat_valley(), column_upper=[INF, INF])


def endless_line() -> Instance:
    """max x - y² with y between -2 and 2 and x free."""
    linear = make(cost=[1, 0], rows=[[0, 1]], row_lower=[-2], row_upper=[2], lower=[-INF] * 2, sense=Sense.MAXIMIZE)
    return with_terms(linear, [(OBJECTIVE, 1, 1, -1)])


def nowhere() -> Instance:
    """min x² + y² with x + y >= 2 and x + y <= 1: infeasible."""
    linear = make(cost=[0, 0], rows=[[1, 1], [1, 1]], row_lower=[2, -INF], row_upper=[INF, 1])
    return with_terms(linear, [(OBJECTIVE, 0, 0, 1), (OBJECTIVE, 1, 1, 1)])


def nowhere_endless() -> Instance:
    """An endless direction, but no point to start from: infeasible, not unbounded."""
    linear = make(cost=[-1, 0, 0], rows=[[0, 1, 1], [0, 1, 1]], row_lower=[3, -INF], row_upper=[INF, 1])
    return with_terms(linear, [(OBJECTIVE, 1, 1, 1)])


def batch(*, integer: bool = False, lower: float = 2, upper: float = 8, room: float = 4.5) -> Instance:
    """max 2y + x with x + y <= room, x <= 1, and y zero or between its limits: y as large as they allow."""
    linear = make(
        cost=[1, 2], rows=[[1, 1]], row_lower=[-INF], row_upper=[room], lower=[0, lower], upper=[1, upper],
        integer=[0, int(integer)], sense=Sense.MAXIMIZE,
    )  # fmt: skip
    return with_parts(linear, semicontinuous=[1])


def whole_nearest() -> Instance:
    """min (x - 1.6)² + (y - 0.7)² over whole x, y: (2, 1), value 0.16 + 0.09."""
    linear = make(cost=[-3.2, -1.4], integer=[1, 1], upper=[9, 9], offset=1.6**2 + 0.7**2)
    return with_terms(linear, [(OBJECTIVE, 0, 0, 1), (OBJECTIVE, 1, 1, 1)])


def disc() -> Instance:
    """max x + y in the unit disc: √2, at the diagonal."""
    linear = make(cost=[1, 1], rows=[[0, 0]], row_lower=[-INF], row_upper=[1], lower=[-INF] * 2, sense=Sense.MAXIMIZE)
    return with_terms(linear, [(0, 0, 0, 1), (0, 1, 1, 1)])


def ring() -> Instance:
    """min x with 1 <= x² + y² <= 4 and y >= 1.9: the far side of the ring, x = -√(4 - 1.9²)."""
    linear = make(cost=[1, 0], rows=[[0, 0]], row_lower=[1], row_upper=[4], lower=[-5, 1.9], upper=[5, 5])
    return with_terms(linear, [(0, 0, 0, 1), (0, 1, 1, 1)])


def saddle() -> Instance:
    """min xy with x + y = 1, both between -2 and 3: at an end, (-2, 3), value -6; x = y = 1/2 is only a maximum."""
    linear = make(cost=[0, 0], rows=[[1, 1]], row_lower=[1], row_upper=[1], lower=[-2, -2], upper=[3, 3])
    return with_terms(linear, [(OBJECTIVE, 0, 1, 1)])


def blend() -> Instance:
    """max 2x + 3y with xy <= 2 - x, x in [1/2, 2], y in [0, 5]: y = 2/x - 1, best at x = 1/2: 1 + 9 = 10."""
    linear = make(
        cost=[2, 3], rows=[[1, 0]], row_lower=[-INF], row_upper=[2], lower=[0.5, 0], upper=[2, 5], sense=Sense.MAXIMIZE
    )
    return with_terms(linear, [(0, 0, 1, 1)])


def one_of() -> Instance:
    """max 2x + 3y + 2z, each at most 4, 5, 6, at most one of them not zero: y = 5, value 15."""
    linear = make(cost=[2, 3, 2], upper=[4, 5, 6], sense=Sense.MAXIMIZE)
    return with_parts(linear, set_kind=[1], set_indptr=[0, 3], set_indices=[0, 1, 2], set_weights=[1, 2, 3],
                      set_names=("choice",))  # fmt: skip


def neighbours() -> Instance:
    """The same with at most two, neighbours in the order z, x, y: z and x give 20, x and y 23 (y and z: no, 27)."""
    linear = make(cost=[2, 3, 2], upper=[4, 5, 6], sense=Sense.MAXIMIZE)
    return with_parts(linear, set_kind=[2], set_indptr=[0, 3], set_indices=[2, 0, 1], set_weights=[1, 2, 3],
                      set_names=("neighbours",))  # fmt: skip


def switched(value: int, *, at_least: bool, price: float) -> Instance:
    """max y - price * b with y <= 10 and, where the binary b is `value`, y at most 3 (or y >= 12, which cannot be).

    Leaving that value costs or earns `price`.
    """
    linear = make(
        cost=[-price, 1], rows=[[0, 1]], row_lower=[12 if at_least else -INF], row_upper=[INF if at_least else 3],
        upper=[1, 10], integer=[1, 0], sense=Sense.MAXIMIZE,
    )  # fmt: skip
    return with_parts(linear, indicator_row=[0], indicator_column=[0], indicator_value=[value])


def switched_equality() -> Instance:
    """min |distance| by b: where b = 1, 2x + y = 7; else nothing. max 5b - x - y: b = 1, x = 3.5: 1.5."""
    linear = make(
        cost=[5, -1, -1], rows=[[0, 2, 1]], row_lower=[7], row_upper=[7], upper=[1, 9, 9], integer=[1, 0, 0],
        sense=Sense.MAXIMIZE,
    )  # fmt: skip
    return with_parts(linear, indicator_row=[0], indicator_column=[0], indicator_value=[1])


def switched_disc() -> Instance:
    """max x + 10b with x <= 5 and, where b = 1, x² <= 4: b = 1, x = 2: 12."""
    linear = make(
        cost=[10, 1], rows=[[0, 0]], row_lower=[-INF], row_upper=[4], upper=[1, 5], integer=[1, 0],
        sense=Sense.MAXIMIZE,
    )  # fmt: skip
    return with_terms(linear, [(0, 1, 1, 1)], indicator_row=[0], indicator_column=[0], indicator_value=[1])


def switched_root() -> Instance:
    """max x + 10b with x <= 5 and, where b = 1, x + √x <= 6: b = 1, x = 4: 14."""
    linear = make(
        cost=[10, 1], rows=[[0, 1]], row_lower=[-INF], row_upper=[6], upper=[1, 5], integer=[1, 0],
        sense=Sense.MAXIMIZE,
    )  # fmt: skip
    return with_tapes(linear, {0: "x1 SQRT"}, indicator_row=[0], indicator_column=[0], indicator_value=[1])


def exponential() -> Instance:
    """min e^x - 2x, x in [-1, 3]: at ln 2, value 2 - 2 ln 2."""
    return with_tapes(make(cost=[-2], lower=[-1], upper=[3]), {OBJECTIVE: "x0 EXP"})


def whole_logarithm() -> Instance:
    """max 3 ln(x) y - x² + 1, x whole in 1..6, y in [0, 2]: y = 2, 6 ln x - x² at 2: 6 ln 2 - 4 (at 1: -1)."""
    linear = make(cost=[0, 0], lower=[1, 0], upper=[6, 2], integer=[1, 0], sense=Sense.MAXIMIZE, offset=1)
    return with_tapes(
        linear, {OBJECTIVE: "3 x0 LOG x1 PRODUCT:3"}, quadratic_row=[OBJECTIVE], quadratic_first=[0],
        quadratic_second=[0], quadratic_value=[-1],
    )  # fmt: skip


def root_row() -> Instance:
    """max x + y with √x + y² / 4 <= 3 and x <= 4, y >= 0: x = 4, y = 2: 6."""
    linear = make(cost=[1, 1], rows=[[0, 0]], row_lower=[-INF], row_upper=[3], upper=[4, 9], sense=Sense.MAXIMIZE)
    return with_tapes(linear, {0: "x0 SQRT x1 2 POWER 4 QUOTIENT SUM:2"})


def saddles(columns: int = 90, seed: int = 1) -> Instance:
    """min x'Qx over the unit box with a dense indefinite Q: points at once, a proof never in a test's time."""
    random = np.random.default_rng(seed)
    linear = make(cost=random.integers(-50, 50, columns).tolist(), upper=[1.0] * columns, name="saddles")
    terms = [(OBJECTIVE, i, j, float(random.integers(-50, 50))) for i in range(columns) for j in range(i, columns)]
    return with_terms(linear, terms)


def portfolio(columns: int = 2000, factors: int = 40, seed: int = 1) -> Instance:
    """A dense convex quadratic objective (risk by factors) over shares that add up to one: seconds of work."""
    random = np.random.default_rng(seed)
    load = random.normal(size=(factors, columns))
    square = load.T @ load
    linear = make(
        cost=random.normal(size=columns).tolist(), rows=[[1.0] * columns, random.random(columns).tolist()],
        row_lower=[1, 0.5], row_upper=[1, INF], name="portfolio",
    )  # fmt: skip
    first, second = np.triu_indices(columns)
    value = np.where(first == second, 0.5, 1.0) * (square[first, second] + np.where(first == second, 0.1, 0.0))
    return with_parts(
        linear, quadratic_row=np.full(len(first), OBJECTIVE), quadratic_first=first, quadratic_second=second,
        quadratic_value=value,
    )  # fmt: skip


def random_convex(seed: int) -> tuple[Instance, Instance]:
    """A feasible convex quadratic with a singular Hessian, ranges, free rows and free columns, and its negative."""
    random = np.random.default_rng(seed)
    n, m = int(random.integers(2, 8)), int(random.integers(1, 6))
    root = random.normal(size=(int(random.integers(1, n + 1)), n)).round(1)
    square, rows, point = root.T @ root, random.normal(size=(m, n)).round(1), random.normal(size=n)
    activity = rows @ point
    linear = make(
        cost=random.normal(size=n).round(1).tolist(),
        rows=rows.tolist(),
        row_lower=np.where(random.random(m) < 0.6, activity - random.random(m), -INF).tolist(),
        row_upper=np.where(random.random(m) < 0.6, activity + random.random(m), INF).tolist(),
        lower=(point - 1).tolist(),
        upper=np.where(random.random(n) < 0.7, point + 1, INF).tolist(),
    )
    terms = [(OBJECTIVE, i, j, float(square[i, j]) * (0.5 if i == j else 1.0)) for i in range(n) for j in range(i, n)]
    least = with_terms(linear, terms)
    most = with_terms(replace(linear, sense=Sense.MAXIMIZE, cost=-linear.cost), [(r, i, j, -v) for r, i, j, v in terms])
    return least, most
