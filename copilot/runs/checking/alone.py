"""Tiny cases that anyone can check by hand: one decision alone, all others left out, by the rules as they were read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from copilot.drafting.formulation import Formulation
from copilot.drafting.grounding import GroundingError, GroundRow, ground_objective, ground_rows
from copilot.drafting.render import number_text
from copilot.runs.checking.check import Check
from solvers.instance import Instance

TITLE = "One decision alone, worked out by hand, fits the program and the best plan"
MOST, SHOWN = 8, 3
MAX_ROWS = 2_000
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class _Case:
    """How far one column can go with all others at nothing, and what decides it; `why` is empty for a bound."""

    low: float
    high: float
    why: str = ""

    @property
    def is_possible(self) -> bool:
        return self.low <= self.high + TOLERANCE * max(1.0, abs(self.high))


def alone(formulation: Formulation, instance: Instance, best: float | None, relative_gap: float) -> Check | None:
    """Fail where the program allows another amount than the rules do, or where a plan made by hand is better."""
    if instance.beyond or instance.row_count > MAX_ROWS or formulation.objective.constant:
        return None
    try:
        rows = [row for rule in formulation.constraints for row in ground_rows(formulation, rule)]
        costs = ground_objective(formulation)
    except GroundingError:
        return None
    told, built = list[str](), _from_zero(instance)
    better = 1.0 if formulation.objective.sense == "maximize" else -1.0
    for place, name in list(enumerate(instance.column_names))[:MOST]:
        ours, theirs = _case(name, rows, formulation, instance, place), built[place]
        if not _is_same(ours, theirs):
            detail = f"{name} alone can be {_range(ours)} by the rules, and {_range(theirs)} in the program."
            return Check("alone", TITLE, "fail", detail, (name,), items=_decision(name), example=ours.why)
        amount = _best_amount(ours, better * costs.get(name, 0.0), whole=bool(instance.integrality[place]))
        if amount is None:
            continue
        value = costs.get(name, 0.0) * amount
        told.append(f"{name} alone: {number_text(round(amount, 6))}{ours.why}, worth {number_text(round(value, 6))}")
        slack = (TOLERANCE + relative_gap) * max(1.0, abs(value))
        if best is not None and better * (value - best) > slack:
            detail = f"{told[-1]}, which is better than the best value found, {number_text(round(best, 6))}."
            return Check("alone", TITLE, "fail", detail, (name,), items=_decision(name), example=told[-1])
    return Check("alone", TITLE, "pass", f"{'; '.join(told[:SHOWN])}.") if told else None


def _decision(name: str) -> tuple[str, ...]:
    return (name.partition("[")[0],)


def _case(name: str, rows: Iterable[GroundRow], formulation: Formulation, instance: Instance, place: int) -> _Case:
    low, high, why = float(instance.column_lower[place]), float(instance.column_upper[place]), ""
    for row in rows:
        factor = row.terms.get(name, 0.0)
        sides = (row.limit if row.relation != "<=" else -math.inf, row.limit if row.relation != ">=" else math.inf)
        if not factor:
            if not sides[0] - TOLERANCE <= 0.0 <= sides[1] + TOLERANCE:
                return _Case(math.inf, -math.inf, "")
            continue
        ends = sorted(side / factor for side in sides)
        if ends[1] < high:
            high, why = ends[1], _told(row, factor)
        if ends[0] > low:
            low, why = ends[0], _told(row, factor)
    return _Case(low, high, why)


def _told(row: GroundRow, factor: float) -> str:
    by = f" ÷ {number_text(factor)}" if factor != 1 else ""
    return f" by {row.name.replace('_', ' ')} ({number_text(row.limit)}{by})"


def _from_zero(instance: Instance) -> list[_Case]:
    """The same from the built rows: the first columns one by one, all others at nothing."""
    lows, highs = instance.column_lower[:MOST].tolist(), instance.column_upper[:MOST].tolist()
    entries: list[dict[int, float]] = [{} for _ in range(instance.row_count)]
    for row, column, value in zip(instance.row_of_entry(), instance.indices, instance.values, strict=True):
        entries[int(row)][int(column)] = entries[int(row)].get(int(column), 0.0) + float(value)
    for place in range(len(lows)):
        for row, held in enumerate(entries):
            sides = float(instance.row_lower[row]), float(instance.row_upper[row])
            factor = held.get(place, 0.0)
            if not factor:
                if not sides[0] - TOLERANCE <= 0.0 <= sides[1] + TOLERANCE:
                    lows[place], highs[place] = math.inf, -math.inf
                    break
                continue
            ends = sorted(side / factor for side in sides)
            lows[place], highs[place] = max(lows[place], ends[0]), min(highs[place], ends[1])
    return [_Case(low, high) for low, high in zip(lows, highs, strict=True)]


def _is_same(ours: _Case, theirs: _Case) -> bool:
    if not ours.is_possible or not theirs.is_possible:
        return ours.is_possible == theirs.is_possible
    pairs = ((ours.low, theirs.low), (ours.high, theirs.high))
    return all(a == b or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6) for a, b in pairs)


def _best_amount(case: _Case, gain: float, *, whole: bool) -> float | None:
    if not case.is_possible or not gain:
        return None
    amount = case.high if gain > 0 else case.low
    if not math.isfinite(amount):
        return None
    if whole:
        amount = math.floor(amount + TOLERANCE) if gain > 0 else math.ceil(amount - TOLERANCE)
    return amount if case.low - TOLERANCE <= amount <= case.high + TOLERANCE else None


def _range(case: _Case) -> str:
    if not case.is_possible:
        return "nothing at all"
    parts = [f"at least {number_text(case.low)}"] if math.isfinite(case.low) and case.low else []
    parts += [f"at most {number_text(case.high)}"] if math.isfinite(case.high) else []
    return " and ".join(parts) or "any amount"
