"""What goes beyond linear rows in Gurobi's own words: products, expressions, indicators, sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from solvers.beyond import OBJECTIVE
from solvers.instance import Instance
from solvers.speech import multiplied, spoken
from solvers.tape import Code, folded


def kinds(instance: Instance) -> Any:
    """Return Gurobi's letter for the kind of every column; a semicontinuous one whose bounds hold zero is plain."""
    columns = instance.beyond.semicontinuous
    apart = (instance.column_lower[columns] > 0) | (instance.column_upper[columns] < 0)
    code = instance.integrality.astype(np.int64)
    code[columns[apart]] += 2
    return np.array(["C", "I", "S", "N"])[code]


class Parts:
    """Adds to a Gurobi problem what goes beyond linear rows; `columns` are the instance's own.

    Raises UnknownFunction where Gurobi has no words for a function.
    """

    def __init__(self, problem: Any, instance: Instance, columns: list[Any]) -> None:
        self._problem, self._instance, self._columns = problem, instance, columns
        beyond = instance.beyond
        self._tapes = {row: number for number, row in enumerate(beyond.tape_row.tolist())}
        waits = zip(
            beyond.indicator_row.tolist(),
            beyond.indicator_column.tolist(),
            beyond.indicator_value.tolist(),
            strict=True,
        )
        self._waits = {row: (columns[column], bool(value)) for row, column, value in waits}
        self._products: dict[int, list[int]] = {}
        for number, row in enumerate(beyond.quadratic_row.tolist()):
            self._products.setdefault(row, []).append(number)

    @property
    def rows(self) -> list[int]:
        """The rows that are not plainly linear, so that they must be added here."""
        return sorted({*self._tapes, *self._products, *self._waits} - {OBJECTIVE})

    def add(self) -> None:
        """Add these rows, the curved part of the objective, and the sets."""
        from gurobipy import GRB

        for row in self.rows:
            self._add_row(row)
        if OBJECTIVE in self._products or OBJECTIVE in self._tapes:
            self._problem.setObjective(self._problem.getObjective() + self._curved(OBJECTIVE))
        beyond = self._instance.beyond
        for number, kind in enumerate(beyond.set_kind.tolist()):
            members = [self._columns[j] for j in beyond.members(number).tolist()]
            weights = beyond.set_weights[beyond.set_indptr[number] : beyond.set_indptr[number + 1]].tolist()
            self._problem.addSOS(GRB.SOS_TYPE1 if kind == 1 else GRB.SOS_TYPE2, members, weights)

    def _add_row(self, row: int) -> None:
        instance = self._instance
        activity = self._linear(row)
        if row in self._products or row in self._tapes:
            activity = activity + self._curved(row)
        if row in self._waits:
            binary, value = self._waits[row]
            if row in self._products:  # an indicator of Gurobi's waits for a linear row
                activity = self._standing_for(activity)
        lower, upper = float(instance.row_lower[row]), float(instance.row_upper[row])
        for demand in self._demands(activity, lower, upper):
            if row in self._waits:
                self._problem.addGenConstrIndicator(binary, value, demand)
            else:
                self._problem.addConstr(demand)

    def _demands(self, activity: Any, lower: float, upper: float) -> list[Any]:
        if lower == upper:
            return [activity == lower]
        sides = [activity >= lower] if np.isfinite(lower) else []
        return [*sides, activity <= upper] if np.isfinite(upper) else sides

    def _linear(self, row: int) -> Any:
        import gurobipy

        instance = self._instance
        span = slice(int(instance.indptr[row]), int(instance.indptr[row + 1]))
        columns = [self._columns[j] for j in instance.indices[span].tolist()]
        return gurobipy.LinExpr(instance.values[span].tolist(), columns)

    def _curved(self, row: int) -> Any:
        """Return the products of a row, and a column that stands for its function."""
        import gurobipy

        beyond = self._instance.beyond
        total: Any = gurobipy.LinExpr()
        numbers = self._products.get(row, [])
        if numbers:
            total = gurobipy.QuadExpr()
            first, second = (
                [self._columns[j] for j in array[numbers].tolist()]
                for array in (beyond.quadratic_first, beyond.quadratic_second)
            )
            total.addTerms(beyond.quadratic_value[numbers].tolist(), first, second)
        if row in self._tapes:
            total += self._standing_for(self._said(self._tapes[row]))
        return total

    def _standing_for(self, expression: Any) -> Any:
        from gurobipy import GRB

        stands = self._problem.addVar(lb=-GRB.INFINITY)
        self._problem.addConstr(stands == expression)
        return stands

    def _said(self, number: int) -> Any:
        return folded(
            *self._instance.beyond.tape(number),
            constant=float,
            column=lambda j: self._columns[j],
            apply=self._applied,
        )

    def _applied(self, word: Code, arguments: Sequence[Any]) -> Any:
        from gurobipy import nlfunc

        if word is Code.SUM:
            return sum(arguments[1:], start=arguments[0])
        if word is Code.PRODUCT:
            return multiplied(arguments)
        if word is Code.QUOTIENT:
            return arguments[0] / arguments[1]
        if word is Code.POWER:
            return arguments[0] ** arguments[1]
        if word is Code.NEGATION:
            return -1.0 * arguments[0]
        words = {Code.EXP: nlfunc.exp, Code.LOG: nlfunc.log, Code.LOG10: nlfunc.log10, Code.SQRT: nlfunc.sqrt}
        words |= {Code.SIN: nlfunc.sin, Code.COS: nlfunc.cos, Code.TAN: nlfunc.tan, Code.TANH: nlfunc.tanh}
        return spoken(word, arguments[0], words | {Code.ABS: self._size})

    def _size(self, argument: Any) -> Any:
        """|argument| as a column, because it is no part of Gurobi's expressions."""
        size = self._problem.addVar()
        self._problem.addGenConstrAbs(size, self._standing_for(argument))
        return size
