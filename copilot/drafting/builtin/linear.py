"""A reading as numbers: sums with a relation and a bound, and a check that the best plan is finite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from copilot.drafting.builtin.facts import Goal, Limit, Row
from copilot.drafting.formulation import Relation

Outcome = Literal["bounded", "unbounded", "infeasible"]


@dataclass(frozen=True, slots=True)
class LinearRule:
    """Sum of coefficient x item, related to a bound."""

    coefficients: dict[int, float]
    sign: Relation
    bound: float


def rule_of(limit: Limit, rows: Sequence[Row], *, whole: bool) -> LinearRule:
    """The numbers of a limit; between whole amounts "more than" leaves a step of one."""
    value = limit.quantity.part.value if limit.quantity else 0.0
    share = limit.share.part.value if limit.share else 1.0
    if limit.kind == "ratio":
        weights = rows[limit.row].facts if limit.row >= 0 else {}
        coefficients = {
            item: ((1.0 if item in limit.items else 0.0) - share) * (weights[item].value if weights else 1.0)
            for item in limit.base
        }
        return LinearRule(coefficients, limit.sign, 0.0)
    if limit.kind in ("multiple", "comparison"):
        coefficients = dict.fromkeys(limit.items, 1.0)
        for item in limit.base:
            coefficients[item] = coefficients.get(item, 0.0) - share
        return LinearRule(coefficients, limit.sign, step(limit, whole=whole))
    if limit.row >= 0:
        coefficients = dict.fromkeys(limit.items, 0.0)
        for row in limit.all_rows:
            for item, fact in rows[row].facts.items():
                coefficients[item] += fact.value
        return LinearRule(coefficients, limit.sign, value)
    return LinearRule(dict.fromkeys(limit.items, 1.0), limit.sign, value)


def step(limit: Limit, *, whole: bool) -> float:
    """How far apart "more than" keeps two whole amounts: one, or nothing where equality counts."""
    if not (limit.strict and whole and limit.kind == "comparison"):
        return 0.0
    return 1.0 if limit.sign == ">=" else -1.0


def goal_coefficients(goal: Goal, rows: Sequence[Row]) -> dict[int, float]:
    """Coefficient by item."""
    coefficients = dict.fromkeys(goal.count, 1.0)
    for index, sign in goal.rows:
        for item, fact in rows[index].facts.items():
            coefficients[item] = coefficients.get(item, 0.0) + sign * fact.value
    return coefficients


def outcome_of(
    goal: dict[int, float], rules: Sequence[LinearRule], *, maximize: bool, item_count: int
) -> tuple[Outcome, float]:
    """Whether the relaxed problem has a finite best plan, and its value."""
    from scipy.optimize import linprog  # imported here: it takes half a second

    upper, upper_bounds, equal, equal_bounds = [], [], [], []
    for rule in rules:
        line = np.zeros(item_count)
        for item, value in rule.coefficients.items():
            line[item] = value
        if rule.sign == "==":
            equal.append(line)
            equal_bounds.append(rule.bound)
        else:
            factor = 1.0 if rule.sign == "<=" else -1.0
            upper.append(factor * line)
            upper_bounds.append(factor * rule.bound)
    costs = np.array([goal.get(item, 0.0) for item in range(item_count)]) * (-1.0 if maximize else 1.0)
    result = linprog(
        costs,
        A_ub=np.array(upper) if upper else None,
        b_ub=upper_bounds or None,
        A_eq=np.array(equal) if equal else None,
        b_eq=equal_bounds or None,
        method="highs",
    )
    if result.status == 0:
        return "bounded", float(result.fun or 0.0)
    return ("infeasible" if result.status == 2 else "unbounded"), 0.0
