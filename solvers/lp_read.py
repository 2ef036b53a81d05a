"""Reads an LP file with products, indicators or special ordered sets, which the common reader refuses or skips.

The dialect is CPLEX's: `[ ... ]` holds products (`/2` behind it in an objective), `b = 1 -> row` an indicator, and the
section SOS lines like `name: S1:: x:1 y:2`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from solvers.beyond import OBJECTIVE
from solvers.gathered import Gathered
from solvers.instance import Instance, Sense
from solvers.lp_tokens import Token, fault, sections

_LESS, _MORE, _SIGNS = ("<=", "=<", "<"), (">=", "=>", ">"), ("+", "-")
_RELATIONS = (*_LESS, *_MORE, "=")


@dataclass(slots=True)
class _Expression:
    """A sum: coefficients by column, products, and a constant."""

    linear: dict[int, float] = field(default_factory=dict)
    products: list[tuple[int, int, float]] = field(default_factory=list)
    constant: float = 0.0

    @property
    def is_constant(self) -> bool:
        return not self.linear and not self.products


def lp_instance(text: str, *, name: str) -> Instance:
    """Return the instance of an LP file's `text`; raises InstanceError that names the line."""
    reader = _Reader()
    for section, tokens in sections(text):
        reader.read(section, tokens)
    return reader.instance(name).validate()


class _Reader:
    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._integer: set[int] = set()
        self._sense, self._goal, self._goal_name = Sense.MINIMIZE, _Expression(), ""
        self._rows: list[tuple[str, dict[int, float], float, float]] = []
        self._gathered = Gathered()
        self._tokens: list[Token] = []
        self._place = 0

    def read(self, section: str, tokens: list[Token]) -> None:
        """Take one section."""
        self._tokens, self._place = tokens, 0
        if section in ("minimize", "maximize"):
            self._sense = Sense(section)
            self._objective()
            return
        one = {
            "rows": self._row,
            "bounds": self._bound,
            "integers": lambda: self._integer.add(self._column()),
            "binaries": self._binary,
            "semicontinuous": lambda: self._gathered.semicontinuous.add(self._column()),
            "sets": self._set,
        }[section]
        while self._place < len(self._tokens):
            one()

    def instance(self, name: str) -> Instance:
        """Return what was read, not yet validated."""
        n = len(self._columns)
        cost = np.zeros(n)
        cost[list(self._goal.linear)] = list(self._goal.linear.values())
        for first, second, value in self._goal.products:
            self._gathered.add_product(OBJECTIVE, first, second, value)
        rows = [sorted((j, value) for j, value in linear.items() if value) for _, linear, _, _ in self._rows]
        integrality = np.zeros(n, dtype=np.uint8)
        integrality[list(self._integer)] = 1
        return Instance(
            name=name,
            sense=self._sense,
            objective_name=self._goal_name or "objective",
            objective_offset=self._goal.constant,
            cost=cost,
            indptr=np.cumsum([0, *map(len, rows)]),
            indices=np.array([j for row in rows for j, _ in row], dtype=np.int32),
            values=np.array([value for row in rows for _, value in row], dtype=np.float64),
            row_lower=np.array([lower for _, _, lower, _ in self._rows], dtype=np.float64),
            row_upper=np.array([upper for *_, upper in self._rows], dtype=np.float64),
            column_lower=np.array(self._lower),
            column_upper=np.array(self._upper),
            integrality=integrality,
            row_names=tuple(row for row, *_ in self._rows),
            column_names=tuple(self._columns),
            beyond=self._gathered.beyond(),
        )

    def _look(self, ahead: int = 0) -> Token:
        place = self._place + ahead
        if place < len(self._tokens):
            return self._tokens[place]
        return Token("end", "the end of its section", self._tokens[-1].line if self._tokens else 0)

    def _next(self) -> Token:
        token = self._look()
        self._place += 1
        return token

    def _take(self, *texts: str) -> str:
        token = self._next()
        if token.text not in texts or token.kind != "mark":
            fault(token.line, f"has {token.text[:40]} where {' or '.join(texts)} is expected")
        return token.text

    def _is_mark(self, *texts: str, ahead: int = 0) -> bool:
        token = self._look(ahead)
        return token.kind == "mark" and token.text in texts

    def _label(self) -> str:
        if self._look().kind == "name" and self._is_mark(":", ahead=1):
            self._place += 2
            return self._look(-2).text
        return ""

    def _column(self) -> int:
        token = self._next()
        if token.kind != "name":
            fault(token.line, f"has {token.text[:40]} where a variable is expected")
        if token.text not in self._columns:
            self._columns[token.text] = len(self._columns)
            self._lower.append(0.0)
            self._upper.append(math.inf)
        return self._columns[token.text]

    def _number(self) -> float:
        sign = 1.0
        while self._is_mark(*_SIGNS):
            sign *= -1.0 if self._next().text == "-" else 1.0
        token = self._next()
        if token.is_infinite:
            return sign * math.inf
        if token.kind != "number":
            fault(token.line, f"has {token.text[:40]} where a number is expected")
        return sign * float(token.text)

    def _coefficient(self) -> float:
        """Signs and perhaps a number; a missing number is 1."""
        value = 1.0
        while self._is_mark(*_SIGNS):
            value *= -1.0 if self._next().text == "-" else 1.0
        return value * float(self._next().text) if self._look().kind == "number" else value

    def _expression(self) -> _Expression:
        found = _Expression()
        start = self._place
        while self._is_term(is_first=self._place == start):
            before = self._place
            value = self._coefficient()
            said_number = self._place > before and self._look(-1).kind == "number"
            if self._is_mark("["):
                self._products(found, value)
            elif self._look().kind == "name" and not self._look().is_infinite:
                column = self._column()
                found.linear[column] = found.linear.get(column, 0.0) + value
            elif said_number:
                found.constant += value
            elif self._next().is_infinite:
                found.constant += value * math.inf
            else:
                fault(self._look(-1).line, f"has {self._look(-1).text[:40]} where a term is expected")
        return found

    def _is_term(self, *, is_first: bool) -> bool:
        return self._is_mark(*_SIGNS) or (is_first and (self._is_mark("[") or self._look().kind in ("number", "name")))

    def _products(self, found: _Expression, factor: float) -> None:
        self._take("[")
        products = []
        while not self._is_mark("]"):
            value = self._coefficient()
            first = self._column()
            if self._look().kind == "name" or self._take("^", "*") == "*":  # SCIP writes a product without a sign
                second = self._column()
            elif self._number() == 2.0:
                second = first
            else:
                fault(self._look(-1).line, "has a power other than 2")
            products.append((first, second, value))
        self._take("]")
        if self._is_mark("/"):
            self._place += 1
            divisor = self._number()
            factor = factor / divisor if divisor else fault(self._look(-1).line, "divides by zero")
        found.products += [(first, second, factor * value) for first, second, value in products]

    def _objective(self) -> None:
        self._goal_name = self._label()
        self._goal = self._expression()
        if self._place < len(self._tokens):
            fault(self._look().line, f"has {self._look().text[:40]} where the objective should end")

    def _row(self) -> None:
        row, name, line = len(self._rows), self._label(), self._look().line
        if self._look().kind == "name" and self._is_mark("=", ahead=1) and self._is_mark("->", ahead=3):
            column = self._column()
            self._take("=")
            wanted = self._number()
            if wanted not in (0.0, 1.0):
                fault(line, "waits for an indicator value other than 0 and 1")
            self._take("->")
            self._gathered.indicators.append((row, column, int(wanted)))
        expression, lower, upper = self._between(line)
        for first, second, value in expression.products:
            self._gathered.add_product(row, first, second, value)
        low, high = (-math.inf if lower is None else lower), (math.inf if upper is None else upper)
        self._rows.append((name or f"row[{row}]", expression.linear, low, high))

    def _between(self, line: int) -> tuple[_Expression, float | None, float | None]:
        """Parse `expression relation number`, also with a number and relation before it; None is a side not given."""
        sides: list[float | None] = [None, None]
        expression = self._expression()
        if expression.is_constant:
            left, relation = expression.constant, self._take(*_RELATIONS)
            self._narrow(sides, relation, left, is_left=True)
            expression = self._expression()
        if self._is_mark(*_RELATIONS) or sides == [None, None]:
            relation = self._take(*_RELATIONS)
            self._narrow(sides, relation, self._number(), is_left=False)
        if expression.is_constant:
            fault(line, "compares two numbers")
        lower, upper = (None if side is None else side - expression.constant for side in sides)
        return expression, lower, upper

    @staticmethod
    def _narrow(sides: list[float | None], relation: str, number: float, *, is_left: bool) -> None:
        if relation == "=" or (relation in _MORE) is not is_left:
            sides[0] = number
        if relation == "=" or (relation in _LESS) is not is_left:
            sides[1] = number

    def _bound(self) -> None:
        line = self._look().line
        if self._look().kind == "name" and self._look(1).text.lower() == "free":
            column = self._column()
            self._place += 1
            self._lower[column], self._upper[column] = -math.inf, math.inf
            return
        expression, lower, upper = self._between(line)
        if expression.products or list(expression.linear.values()) != [1.0] or expression.constant:
            fault(line, "has a bound on something other than one variable")
        column = next(iter(expression.linear))
        self._lower[column] = self._lower[column] if lower is None else lower
        self._upper[column] = self._upper[column] if upper is None else upper

    def _binary(self) -> None:
        column = self._column()
        self._integer.add(column)
        self._lower[column] = max(self._lower[column], 0.0)
        self._upper[column] = min(self._upper[column], 1.0)

    def _set(self) -> None:
        name, kind = self._label(), self._next()
        if kind.text.upper() not in ("S1", "S2"):
            fault(kind.line, f"has {kind.text[:40]} where S1:: or S2:: is expected")
        self._take("::")
        members = []
        while self._look().kind == "name" and self._is_mark(":", ahead=1) and self._look(2).kind != "name":
            column = self._column()
            self._take(":")
            members.append((self._number(), column))
        self._gathered.sets.append((name or f"set[{len(self._gathered.sets)}]", int(kind.text[1]), members))
