"""Tiny instances beyond linear rows with answers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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
