"""What goes beyond linear rows in SCIP's own words: expressions, indicators, sets, semicontinuous columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from solvers.beyond import OBJECTIVE
from solvers.instance import Instance, Sense
from solvers.speech import UnknownFunction, multiplied, spoken
from solvers.tape import Code, folded


class Parts:
    """Adds to a SCIP problem what goes beyond linear rows; `variables` are its columns.

    Raises UnknownFunction where SCIP has no words for a function.
    """

    def __init__(self, problem: Any, instance: Instance, variables: list[Any]) -> None:
        from pyscipopt.scip import Term

        self._problem, self._instance, self._variables = problem, instance, variables
        beyond = instance.beyond
        self._products: dict[int, dict[Any, float]] = {}
        for row, first, second, value in zip(
            beyond.quadratic_row.tolist(),
            beyond.quadratic_first.tolist(),
            beyond.quadratic_second.tolist(),
            beyond.quadratic_value.tolist(),
            strict=True,
        ):
            self._products.setdefault(row, {})[Term(variables[first], variables[second])] = value
        self._tapes = {row: number for number, row in enumerate(beyond.tape_row.tolist())}
        self._waits = {
            row: (variables[column], bool(value))
            for row, column, value in zip(
                beyond.indicator_row.tolist(),
                beyond.indicator_column.tolist(),
                beyond.indicator_value.tolist(),
                strict=True,
            )
        }

    def takes(self, row: int) -> bool:
        """Whether a row is not plainly linear, so that it must be added here."""
        return row in self._products or row in self._tapes or row in self._waits

    def add_row(self, row: int, lower: float, upper: float, name: str) -> None:
        """Add a row that `takes` named; an infinite side is SCIP's own infinity."""
        activity = self._linear(row)
        if row in self._products or row in self._tapes:
            activity = activity + self._curved(row)
            if row not in self._waits:
                self._constrain(activity, lower, upper, name)
                return
            stands = self._problem.addVar(f"{name}_value", lb=None, ub=None)
            self._constrain(activity - stands, 0.0, 0.0, f"{name}_is")
            activity = 1.0 * stands
        binary, active_at_one = self._waits[row]
        wait = partial(self._problem.addConsIndicator, binvar=binary, activeone=active_at_one)
        if not self._problem.isInfinity(-lower):
            wait(activity >= lower, name=f"{name}_low")
        if not self._problem.isInfinity(upper):
            wait(activity <= upper, name=f"{name}_high")

    def finish(self) -> None:
        """Add the curved part of the objective, the sets and the semicontinuous columns."""
        if OBJECTIVE in self._products or OBJECTIVE in self._tapes:
            self._bend_objective()
        beyond = self._instance.beyond
        for number, kind in enumerate(beyond.set_kind.tolist()):
            members = [self._variables[j] for j in beyond.members(number).tolist()]
            weights = beyond.set_weights[beyond.set_indptr[number] : beyond.set_indptr[number + 1]].tolist()
            add = self._problem.addConsSOS1 if kind == 1 else self._problem.addConsSOS2
            add(members, weights, name=f"s{number}")
        for column in beyond.semicontinuous.tolist():
            self._open_or_zero(column)

    def _linear(self, row: int) -> Any:
        from pyscipopt.scip import Expr, Term

        instance = self._instance
        span = slice(int(instance.indptr[row]), int(instance.indptr[row + 1]))
        pairs = zip(instance.indices[span].tolist(), instance.values[span].tolist(), strict=True)
        return Expr({Term(self._variables[j]): value for j, value in pairs})

    def _curved(self, row: int) -> Any:
        from pyscipopt.scip import Expr

        total = Expr(dict(self._products.get(row, {})))
        if row in self._tapes:
            total = total + self._said(self._tapes[row])
        return total

    def _constrain(self, activity: Any, lower: float, upper: float, name: str) -> None:
        from pyscipopt.scip import ExprCons

        self._problem.addCons(ExprCons(activity, lhs=lower, rhs=upper), name=name)

    def _bend_objective(self) -> None:
        """SCIP's objective is linear: a column takes the curved part's place and is pressed against it."""
        most = self._instance.sense is Sense.MAXIMIZE
        stands = self._problem.addVar("objective", lb=None, ub=None, obj=1.0)
        infinity = self._problem.infinity()
        lower, upper = (0.0, infinity) if most else (-infinity, 0.0)
        self._constrain(self._curved(OBJECTIVE) - stands, lower, upper, "objective_is")

    def _open_or_zero(self, column: int) -> None:
        """A binary column opens the way to the bounds; SCIP branches on the indicator, so zero is zero.

        The linear rows beside the indicators are what its relaxation sees.
        """
        problem, x = self._problem, self._variables[column]
        lower, upper = float(self._instance.column_lower[column]), float(self._instance.column_upper[column])
        if lower <= 0 <= upper:
            return
        is_open = problem.addVar(f"open{column}", vtype="B")
        if np.isfinite(lower):
            problem.addCons(x - lower * is_open >= 0)
        if np.isfinite(upper):
            problem.addCons(x - upper * is_open <= 0)
        shut = 1.0 * x <= 0 if lower > 0 else 1.0 * x >= 0
        problem.addConsIndicator(shut, binvar=is_open, activeone=False)

    def _said(self, number: int) -> Any:
        from pyscipopt.scip import buildGenExprObj

        return folded(
            *self._instance.beyond.tape(number),
            constant=float,
            column=lambda j: buildGenExprObj(self._variables[j]),
            apply=_applied,
        )


def _applied(word: Code, arguments: Sequence[Any]) -> Any:
    """Return one step of an expression; numbers stay numbers as long as they can."""
    import pyscipopt

    if word is Code.SUM:
        return sum(arguments[1:], start=arguments[0])
    if word is Code.PRODUCT:
        return multiplied(arguments)
    if word is Code.QUOTIENT:
        return arguments[0] / arguments[1]
    if word is Code.NEGATION:
        return -1.0 * arguments[0]
    if word is Code.POWER:
        return _power(*arguments)
    words: dict[Code, Callable[[Any], Any]] = {
        Code.EXP: pyscipopt.exp,
        Code.LOG: pyscipopt.log,
        Code.SQRT: pyscipopt.sqrt,
    }
    words |= {Code.SIN: pyscipopt.sin, Code.COS: pyscipopt.cos, Code.ABS: abs}
    return spoken(word, arguments[0], words)


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(exponent, float):
        return base ** (int(exponent) if exponent.is_integer() else exponent)
    if isinstance(base, float) and base > 0:
        import pyscipopt

        return pyscipopt.exp(float(np.log(base)) * exponent)
    raise UnknownFunction("power with a variable exponent")
