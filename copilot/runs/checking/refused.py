"""Forced violations: a plan that breaks a rule as it was read must be refused by what the program built."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from copilot.drafting.formulation import RELATION_WORDS, Formulation
from copilot.drafting.grounding import GroundingError, GroundRow, ground_rows
from copilot.drafting.render import number_text
from copilot.runs.checking.check import Check
from solvers.instance import Instance
from solvers.result import Result, Vector

TITLE = "A plan that breaks a rule is refused"
RULES, SECONDS = 12, 2.0
TOLERANCE = 1e-6
STEP = 1e-3
SHOWN = 6
MAX_NONZEROS = 20_000
Solve = Callable[[Instance], Result]


def refused(formulation: Formulation, instance: Instance, solve: Solve, *, seconds: float = SECONDS) -> Check | None:
    """For each rule, the plan of the program that breaks it most; fail where there is one. None without plain rules."""
    if instance.nonzero_count > MAX_NONZEROS or instance.beyond:
        return None
    columns = {name: place for place, name in enumerate(instance.column_names)}
    tried, until = 0, time.monotonic() + seconds
    for row in _first_rows(formulation):
        if tried >= RULES or time.monotonic() > until:
            break
        if not all(name in columns for name, value in row.terms.items() if value):
            continue
        tried += 1
        for sign in _signs(row):
            if plan := _broken(row, sign, instance, columns, solve):
                return _failed(row, plan)
    return Check("refused", TITLE, "pass", f"{tried} rules were forced, and none gave way.") if tried else None


def _failed(row: GroundRow, plan: str) -> Check:
    family = row.name.partition("[")[0]
    detail = f"The program allows a plan that breaks {row.name}."
    return Check("refused", TITLE, "fail", detail, (row.name,), items=(family,), example=plan)


def _first_rows(formulation: Formulation) -> Iterator[GroundRow]:
    """One row of each rule that is a plain sum."""
    for rule in formulation.constraints:
        try:
            yield from ground_rows(formulation, rule)[:1]
        except GroundingError:
            continue


def _signs(row: GroundRow) -> tuple[float, ...]:
    return {"<=": (1.0,), ">=": (-1.0,), "==": (1.0, -1.0)}[row.relation]


def _broken(row: GroundRow, sign: float, instance: Instance, columns: Mapping[str, int], solve: Solve) -> str:
    """A plan of the instance beyond the limit of the row, in words; empty where there is none. Fractions first: what
    no plan with fractions breaks, no plan of whole numbers breaks either."""
    forced = _with_row(instance, row, sign, columns)
    relaxed = replace(forced, integrality=np.zeros_like(instance.integrality))
    if instance.is_mip and solve(relaxed).x is None:
        return ""
    if (plan := solve(forced).x) is None:
        return ""
    total = math.fsum(value * float(plan[columns[name]]) for name, value in row.terms.items() if value)
    if sign * (total - row.limit) <= TOLERANCE * max(1.0, abs(row.limit)):
        return ""
    return f"{_told(instance, plan)} gives {number_text(round(total, 6))}, but {_limit(row)} is the rule"


def _with_row(instance: Instance, row: GroundRow, sign: float, columns: Mapping[str, int]) -> Instance:
    """The instance without a goal and with one row more: the rule is broken, by a thousandth of its limit at least."""
    terms = {columns[name]: value for name, value in row.terms.items() if value}
    beyond = row.limit + sign * STEP * max(1.0, abs(row.limit))
    sides = (beyond, np.inf) if sign > 0 else (-np.inf, beyond)
    return replace(
        instance,
        cost=np.zeros(instance.column_count),
        objective_offset=0.0,
        indptr=np.append(instance.indptr, instance.indptr[-1] + len(terms)),
        indices=np.append(instance.indices, list(terms)),
        values=np.append(instance.values, list(terms.values())),
        row_lower=np.append(instance.row_lower, sides[0]),
        row_upper=np.append(instance.row_upper, sides[1]),
        row_names=(*instance.row_names, f"{row.name} broken"),
    )


def _limit(row: GroundRow) -> str:
    return f"{RELATION_WORDS[row.relation]} {number_text(row.limit)}"


def _told(instance: Instance, plan: Vector) -> str:
    told = [
        f"{name} = {number_text(round(float(value), 6))}"
        for name, value in zip(instance.column_names, plan, strict=True)
        if math.fabs(value) > TOLERANCE
    ]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return (", ".join(told[:SHOWN]) or "doing nothing") + more
