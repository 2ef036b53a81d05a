"""A linear plan as numbers alone: what a structured text was written from, and what a draft of it must come back to."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from copilot.drafting.formulation import Formulation

Relation = Literal["<=", ">=", "=="]
_FLIPPED: Mapping[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


@dataclass(frozen=True, slots=True)
class Rule:
    """sum of coefficient x name `relation` limit."""

    terms: Mapping[str, float]
    relation: Relation
    limit: float


@dataclass(slots=True)
class Plan:
    """`goal` and `rules` over `names`, which are never negative; those in `whole` are whole numbers."""

    sense: Literal["maximize", "minimize"]
    names: list[str]
    goal: dict[str, float]
    rules: list[Rule] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)

    def optimum(self) -> float | None:
        """The best value, or None where there is none."""
        sign = -1.0 if self.sense == "maximize" else 1.0
        found = milp(
            sign * self._vector(self.goal),
            constraints=[self._constraint(rule) for rule in self.rules],
            integrality=np.array([name in self.whole for name in self.names], dtype=int),
            bounds=Bounds(0, np.inf),
        )
        return None if found.x is None else float(sign * found.fun)

    def _vector(self, terms: Mapping[str, float]) -> np.ndarray:
        return np.array([terms.get(name, 0.0) for name in self.names], dtype=float)

    def _constraint(self, rule: Rule) -> LinearConstraint:
        lower = -np.inf if rule.relation == "<=" else rule.limit
        upper = np.inf if rule.relation == ">=" else rule.limit
        return LinearConstraint(self._vector(rule.terms), lower, upper)


def plan_of(formulation: Formulation) -> Plan:
    """The numbers of a formulation without index sets; bounds of variables become rules."""
    names = [variable.name for variable in formulation.variables]
    goal = {term.variable: term.coefficient for term in formulation.objective.terms}
    rules = [
        Rule({term.variable: term.coefficient for term in rule.terms}, rule.relation, rule.limit)
        for rule in formulation.constraints
        if rule.relation is not None and rule.limit is not None
    ]
    for variable in formulation.variables:
        assert variable.lower is not None
        rules += [Rule({variable.name: 1.0}, ">=", variable.lower)] if variable.lower else []
        upper = 1.0 if variable.domain == "binary" else variable.upper
        rules += [] if upper is None else [Rule({variable.name: 1.0}, "<=", upper)]
    whole = {variable.name for variable in formulation.variables if variable.domain != "continuous"}
    return Plan(formulation.objective.sense, names, goal, rules, whole)


def is_same(first: Plan, second: Plan) -> bool:
    """Whether the two are one plan: the same goal, the same rules up to scale, whatever the names."""
    if first.sense != second.sense or len(first.names) != len(second.names):
        return False
    wanted = _normal(first, first.names)
    return any(_normal(second, names) == wanted for names in permutations(second.names))


def _normal(plan: Plan, names: list[str] | tuple[str, ...]) -> tuple[object, ...]:
    goal = tuple(round(plan.goal.get(name, 0.0), 9) for name in names)
    return goal, frozenset(_rows(plan, names)), tuple(name in plan.whole for name in names)


def _rows(plan: Plan, names: list[str] | tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for rule in plan.rules:
        if len(rule.terms) == 1 and rule.relation == ">=" and not rule.limit:
            continue  # what holds of every amount anyway
        values = [rule.terms.get(name, 0.0) for name in names]
        relation, first = rule.relation, next((value for value in values if value), 1.0)
        if first < 0:
            relation = _FLIPPED[relation]
        yield (*(round(value / first, 8) for value in values), relation, round(rule.limit / first, 8))


def amount(rng: random.Random, lowest: int = 1, highest: int = 60) -> float:
    """A number of the kind that people write: mostly whole, now and then with one or two decimals."""
    value = rng.randint(lowest, highest)
    return rng.choice([float(value)] * 5 + [value + 0.5, value + 0.25])


def text_of(value: float) -> str:
    """The number as plain digits."""
    return str(int(value)) if value == int(value) else repr(value)
