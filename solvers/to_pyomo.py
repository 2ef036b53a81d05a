"""An Instance becomes a Pyomo model again, products and tapes folded into expressions: for solvers that read .nl files.

Imports Pyomo, so it is imported only in the process that solves.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from pyomo.core import expr as functions
from pyomo.core.base import ConstraintList, Objective, Var
from pyomo.core.base.PyomoModel import ConcreteModel
from pyomo.core.expr import numeric_expr as nodes
from pyomo.core.expr.numvalue import is_potentially_variable

from solvers.beyond import OBJECTIVE
from solvers.instance import Instance, Sense
from solvers.pyomo_errors import TriviallyInfeasible
from solvers.pyomo_tape import no_value
from solvers.result import Vector
from solvers.tape import Code, folded, numeric

TOLERANCE = 1e-9  # relative, of a row that holds no variable


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A Pyomo model with one variable per column, and one constraint for each of `rows` in the same order.

    Rows that hold no variable, or have no side, are no constraints. The objective is always minimised.
    """

    model: Any
    columns: list[Any]
    constraints: list[Any] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def to_pyomo(instance: Instance, start: Vector) -> Rebuilt:
    """Return the continuous instance as a Pyomo model whose variables begin at `start` (n values).

    A maximisation is turned. Raises TriviallyInfeasible for a false row without variables, and UnsupportedModel for an
    expression without a finite value. Indicators, sets and semicontinuous columns are not looked at.
    """
    model = ConcreteModel()
    model.x = Var(range(instance.column_count))
    columns = [model.x[j] for j in range(instance.column_count)]
    bounds = zip(instance.column_lower.tolist(), instance.column_upper.tolist(), start.tolist(), strict=True)
    for column, (lower, upper, value) in zip(columns, bounds, strict=True):
        column.setlb(_side(lower))
        column.setub(_side(upper))
        column.set_value(value, skip_validation=True)
    rebuilt = Rebuilt(model, columns)
    curved = _curved(instance, columns)
    model.rows = ConstraintList()
    for row, (lower, upper) in enumerate(
        zip(instance.row_lower.tolist(), instance.row_upper.tolist(), strict=True),
    ):
        _add_row(rebuilt, instance, row, (lower, upper), curved.get(row, []))
    costs = instance.cost.nonzero()[0]
    value = _total(instance.cost[costs].tolist(), [columns[j] for j in costs.tolist()], curved.get(OBJECTIVE, []))
    value = value + instance.objective_offset
    model.goal = Objective(expr=-1.0 * value if instance.sense is Sense.MAXIMIZE else value)
    return rebuilt


def expression_of(instance: Instance, number: int, columns: Sequence[Any]) -> Any:
    """Return tape `number` as an expression of `columns`, a number where it reads none."""

    def apply(word: Code, arguments: Sequence[Any]) -> Any:
        if not any(is_potentially_variable(argument) for argument in arguments):
            with np.errstate(all="ignore"):
                return _constant(float(numeric(word, arguments)), instance, number)
        return _applied(word, arguments)

    return folded(*instance.beyond.tape(number), constant=float, column=lambda j: columns[j], apply=apply)


def _curved(instance: Instance, columns: list[Any]) -> dict[int, list[Any]]:
    """Return what products and functions add to each row (OBJECTIVE among them), as lists of expressions."""
    beyond = instance.beyond
    found: dict[int, list[Any]] = {}
    for row, first, second, value in zip(
        beyond.quadratic_row.tolist(),
        beyond.quadratic_first.tolist(),
        beyond.quadratic_second.tolist(),
        beyond.quadratic_value.tolist(),
        strict=True,
    ):
        found.setdefault(row, []).append(value * columns[first] * columns[second])
    for number, row in enumerate(beyond.tape_row.tolist()):
        found.setdefault(row, []).append(expression_of(instance, number, columns))
    return found


def _add_row(rebuilt: Rebuilt, instance: Instance, row: int, sides: tuple[float, float], curved: list[Any]) -> None:
    lower, upper = sides
    if lower == -math.inf and upper == math.inf:
        return
    span = slice(int(instance.indptr[row]), int(instance.indptr[row + 1]))
    variables = [rebuilt.columns[j] for j in instance.indices[span].tolist()]
    body = _total(instance.values[span].tolist(), variables, curved)
    if is_potentially_variable(body):
        rebuilt.constraints.append(rebuilt.model.rows.add((_side(lower), body, _side(upper))))
        rebuilt.rows.append(row)
    elif not lower - TOLERANCE * (1 + abs(lower)) <= body <= upper + TOLERANCE * (1 + abs(upper)):
        raise TriviallyInfeasible(instance.row_names[row])


def _total(coefficients: list[float], variables: list[Any], curved: list[Any]) -> Any:
    linear = (
        functions.LinearExpression(constant=0.0, linear_coefs=coefficients, linear_vars=variables) if variables else 0.0
    )
    if not curved:
        return linear
    return nodes.SumExpression([linear, *curved]) if any(map(is_potentially_variable, curved)) else linear + sum(curved)


def _side(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _constant(value: float, instance: Instance, number: int) -> float:
    if not math.isfinite(value):
        row = int(instance.beyond.tape_row[number])
        where = "The objective" if row == OBJECTIVE else f"Constraint {instance.row_names[row]}"
        raise no_value(where)
    return value


def _applied(word: Code, arguments: Sequence[Any]) -> Any:
    if word is Code.SUM:
        return nodes.SumExpression(list(arguments))
    if word is Code.PRODUCT:
        return reduce(operator.mul, arguments)
    if word is Code.QUOTIENT:
        return arguments[0] / arguments[1]
    if word is Code.POWER:
        return arguments[0] ** arguments[1]
    if word is Code.NEGATION:
        return -arguments[0]
    if word is Code.ABS:
        return abs(arguments[0])
    return getattr(functions, word.name.lower())(arguments[0])
