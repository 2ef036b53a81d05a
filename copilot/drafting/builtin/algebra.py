"""The algebra route: lines such as "maximize 3 x + 2 y" become a formulation, or an error with line and column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, cast

from copilot.drafting.builtin.algebra_lines import DOMAINS, MAXIMIZE, MINIMIZE
from copilot.drafting.builtin.algebra_parser import FILLERS, Linear, Statement, parse
from copilot.drafting.builtin.algebra_tokens import AlgebraError, AlgebraToken, tokens_of
from copilot.drafting.formulation import (
    Assumption,
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Relation,
    Span,
    Term,
    Variable,
)
from copilot.drafting.latex import filled
from copilot.drafting.naming import Names, identifier

_HEADERS = frozenset({"subject", "such", "st", "s.t.", "s.t", "to", "that"})
Domain = Literal["continuous", "integer", "binary"]
_LONGEST_RUN = 2
_SIGN = re.compile(r"[<>=≤≥⩽⩾+*·×⋅\\]|\d[eE][-+]?\d|[\d,]{99}")  # one is in all algebra, and in what no token can be
_MANY = 300
_FLIP: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


def is_algebra(text: str) -> bool:
    """Whether the text is lines of algebra and not prose: no run of words longer than two outside declarations."""
    if not _SIGN.search(text):
        return False
    tokens = tokens_of(text)
    words = {token.text.lower() for token in tokens if token.kind == "name"}
    signs = sum(token.kind == "relation" for token in tokens)
    numbers = sum(token.kind == "number" for token in tokens)
    aimed = bool(words & (MAXIMIZE | MINIMIZE))
    if not tokens or not (signs or (aimed and numbers and any(token.text in "+*" for token in tokens))):
        return False
    return _longest_run(tokens) <= _LONGEST_RUN


def _longest_run(tokens: Sequence[AlgebraToken]) -> int:
    longest, run = 0, 0
    declared: set[int] = {token.line for token in tokens if token.text.lower() in DOMAINS}
    for before, token in pairwise([tokens[0], *tokens]):
        joins = token.kind == "name" and before.kind == "name" and token.text.lower() not in _HEADERS
        run = run + 1 if joins and token.line not in declared else 0
        longest = max(longest, run)
    return longest


def formulate(text: str) -> Formulation:
    """The formulation that the lines say.

    Raises AlgebraError with line and column where a line cannot be read, where there are two objectives or none.
    """
    statements = parse(text)
    objectives = [statement for statement in statements if statement.kind == "objective"]
    if not objectives:
        raise AlgebraError('there is no objective; add a line such as "maximize 3 x + 2 y".', line=1, column=1)
    if len(objectives) > 1:
        raise objectives[1].first.error(
            "this is a second objective, and a plan can be best in one sense only; keep one of them, and write the "
            "other as a rule such as cost <= 100."
        )
    return _Builder(text).build(statements)


@dataclass(slots=True)
class _Builder:
    text: str
    names: Names = field(default_factory=Names)
    known: dict[str, str] = field(default_factory=dict)
    bounds: dict[str, dict[str, float]] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[Span]] = field(default_factory=dict)
    parameters: list[Parameter] = field(default_factory=list)
    rules: list[Constraint] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    tabular: bool = False

    def build(self, statements: Sequence[Statement]) -> Formulation:
        """Variables in order of appearance, bounds apart from rules."""
        sides = [side for statement in statements for side in statement.sides]
        self.tabular = sum(len(side.terms) for side in sides) > _MANY
        for name in dict.fromkeys(name for side in sides for name in side.terms):
            base = name if name.isascii() and name.isalnum() and name[0].isalpha() else identifier(name)
            self.known[name] = self.names.reserve(base, suffix="amount")
        for statement in statements:
            if statement.kind == "declaration":
                self._declare(statement)
        objective = next(statement for statement in statements if statement.kind == "objective")
        goal = self._objective(objective)
        for statement in statements:
            if statement.kind == "rule":
                self._rule(statement)
        variables = tuple(self._variable(name) for name in self.known)
        if self.tabular:
            columns = IndexSet(name="decisions", elements=tuple(self.known.values()))
        return filled(
            Formulation(
                title=f"{goal.sense} {goal.name}"[:120],
                sets=(columns,) if self.tabular else (),
                parameters=tuple(self.parameters),
                variables=variables,
                objective=goal,
                constraints=tuple(self.rules),
                assumptions=tuple(self.assumptions),
            )
        )

    def _declare(self, statement: Statement) -> None:
        unknown = [name for name in statement.names if name not in self.known and name.lower() not in FILLERS]
        if unknown:
            raise statement.first.error(f'"{unknown[0]}" is declared but appears in no objective and no rule.')
        for name in [name for name in statement.names if name in self.known] or tuple(self.known):
            self.domains[name] = statement.domain
            self.said.setdefault(name, []).extend(_spans(statement))

    def _objective(self, statement: Statement) -> Objective:
        side = statement.sides[0]
        if not any(side.terms.values()):
            raise statement.first.error("the objective has no decision in it, so there is nothing to choose.")
        name = self.names.take(statement.name, fallback="objective", suffix="goal")
        return Objective(
            name=name,
            label=f"{statement.sense} {statement.name}",
            sense=statement.sense,
            terms=self._terms(name, side, statement),
            constant=side.constant,
            sentence=self._sentence(statement),
            spans=_spans(statement),
        )

    def _rule(self, statement: Statement) -> None:
        if len(statement.sides) == 3 and not (statement.relations[0] == statement.relations[1] != "=="):
            raise statement.first.error("both signs of a double rule must point the same way, as in 0 <= y <= 10.")
        if statement.strict:
            spans = _spans(statement)
            self.assumptions.append(Assumption(text="< and > are read as <= and >=.", spans=spans))
        pairs = list(zip(pairwise(statement.sides), statement.relations, strict=True))
        for (left, right), relation in pairs:
            whole = left.add(right, -1.0)
            terms = {name: value for name, value in whole.terms.items() if value}
            if not terms:
                raise statement.first.error("no decision is left in this rule; every name cancels out.")
            if not left.terms:
                terms, relation = {name: -value for name, value in terms.items()}, _FLIP[relation]
                whole = whole.scaled(-1.0)
            if not self._as_bound(statement, terms, relation, -whole.constant):
                self._add(statement, Linear(terms), relation, -whole.constant, many=len(pairs) > 1)

    def _as_bound(self, statement: Statement, terms: dict[str, float], relation: Relation, limit: float) -> bool:
        """Unnamed rules on one decision are its bounds; a second bound on the same side stays a rule."""
        name = next(iter(terms))
        key = {"<=": "upper", ">=": "lower", "==": ""}[relation]
        bounds = self.bounds.setdefault(name, {})
        if statement.name or len(terms) > 1 or terms[name] != 1 or not key or key in bounds:
            return False
        bounds[key] = limit
        self.said.setdefault(name, []).extend(_spans(statement))
        return True

    def _add(self, statement: Statement, side: Linear, relation: Relation, limit: float, *, many: bool) -> None:
        base = statement.name or f"rule_{len(self.rules) + 1}"
        name = self.names.take(f"{base}_{'upper' if relation == '<=' else 'lower'}" if many else base, suffix="rule")
        limit_name = ""
        if limit:
            limit_name = self.names.take(f"{name}_limit")
            self.parameters.append(self._parameter(limit_name, limit, f"limit of {name}", statement))
        self.rules.append(
            Constraint(
                name=name,
                label=f"{name}: {self._sentence(statement).split(':')[-1].strip()}",
                kind="bound" if len(side.terms) == 1 else "other",
                terms=self._terms(name, side, statement),
                relation=relation,
                limit=limit + 0.0,
                limit_parameter=limit_name,
                sentence=self._sentence(statement),
                spans=_spans(statement),
            )
        )

    def _terms(self, owner: str, side: Linear, statement: Statement) -> tuple[Term, ...]:
        terms, cells = [], []
        table = self.names.take(f"{owner}_coefficients") if self.tabular else ""
        for name, value in side.terms.items():
            variable, parameter = self.known[name], ""
            if abs(value) != 1 and self.tabular:
                cells.append(((variable,), value))
                parameter = f"{table}[{variable}]"
            elif abs(value) != 1:
                scalar = self.names.take(f"{owner}_{variable}")
                self.parameters.append(self._parameter(scalar, abs(value), f"{name} in {owner}", statement))
                parameter = f"-{scalar}" if value < 0 else scalar
            terms.append(Term(coefficient=value, variable=variable, parameter=parameter))
        if cells:
            self.parameters.append(Parameter(name=table, indices=("decisions",), value=tuple(cells)))
        return tuple(terms)

    def _parameter(self, name: str, value: float, label: str, statement: Statement) -> Parameter:
        return Parameter(
            name=name, label=label, value=value, sentence=self._sentence(statement), spans=_spans(statement)
        )

    def _variable(self, name: str) -> Variable:
        domain, bounds = self.domains.get(name, "continuous"), self.bounds.get(name, {})
        lower = bounds.get("lower", None if domain == "free" else 0.0)
        if "lower" not in bounds and domain not in ("free", "binary"):
            said = "is at least 0, since no line says otherwise."
            self.assumptions.append(Assumption(text=f"{name} {said}", about=self.known[name]))
        return Variable(
            name=self.known[name],
            label=name,
            domain=cast("Domain", "continuous" if domain == "free" else domain),
            lower=lower,
            upper=1.0 if domain == "binary" else bounds.get("upper"),
            spans=tuple(dict.fromkeys(self.said.get(name, [])))[:40],
        )

    def _sentence(self, statement: Statement) -> str:
        return " ".join(self.text[statement.start : statement.end].split())[:600]


def _spans(statement: Statement) -> tuple[Span, ...]:
    return (Span(start=statement.start, end=statement.end),)
