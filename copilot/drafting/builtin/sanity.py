"""Whether a draft has a best plan at all: a draft without one was probably misread."""

from __future__ import annotations

import itertools
import math
import re
from typing import Literal

from copilot.drafting.formulation import Formulation
from copilot.drafting.grounding import GroundingError, GroundRow, as_pyomo_writes, ground_objective, ground_rows

Outcome = Literal["bounded", "idle", "unbounded", "infeasible", "unknown"]
_MOST_CELLS = 60_000  # coefficients, zeros too; a larger draft is not looked at
_STATUS: dict[int, Outcome] = {0: "bounded", 2: "infeasible", 3: "unbounded"}
_DOMAIN = re.compile(r"\b(?:whole|never negative|any amount|in parts)\b", re.IGNORECASE)  # it makes no plan impossible
_REASONS = {
    "unbounded": "As I read the text, nothing stops “{goal}” from growing without end, so I have probably missed a "
    "limit. Say what there is, or how many at most.",
    "idle": "As I read the text, doing nothing at all is best for “{goal}”, so I have probably missed a rule. Say what "
    "is needed with “at least”.",
    "infeasible": "As I read the text, no plan can meet all of its limits, so I have probably misread one. I assumed: "
    "{assumed} Say the limits with “at most” or “at least”.",
}


def doubt_of(formulation: Formulation) -> str:
    """Why the draft is not to be trusted; nothing where it has a best plan that does something.

    A text may contradict itself, and its conflict is then worth explaining: only where something was assumed is the
    assumption the likelier cause.
    """
    outcome = outcome_of(formulation)
    assumed = " ".join(item.text for item in formulation.assumptions if not _DOMAIN.search(item.text))
    if outcome == "infeasible" and not assumed:
        return ""
    label = formulation.objective.label or formulation.objective.name
    return _REASONS.get(outcome, "").format(goal=label, assumed=assumed)


def outcome_of(formulation: Formulation) -> Outcome:
    """What the problem without its whole numbers says; "idle": nothing at all is a plan, and no amount is better."""
    if _cells(formulation) > _MOST_CELLS:
        return "unknown"
    bounds = dict(_columns(formulation))
    try:
        costs = ground_objective(formulation)
        rows = [row for rule in formulation.constraints for row in ground_rows(formulation, rule)]
    except GroundingError:
        return "unknown"
    maximize = formulation.objective.sense == "maximize"
    found = _relaxed(bounds, costs, rows, maximize=maximize)
    return "idle" if found == "bounded" and _is_idle(bounds, costs, rows, maximize=maximize) else found


def _cells(formulation: Formulation) -> int:
    """Columns times rows."""
    sizes = {item.name: len(item.elements) for item in formulation.sets}
    columns, rows = (
        sum(math.prod(sizes.get(name, 0) for name in item.indices) for item in items)
        for items in (formulation.variables, formulation.constraints)
    )
    return columns * max(1, rows)


_Bounds = dict[str, tuple[float | None, float | None]]


def _columns(formulation: Formulation) -> list[tuple[str, tuple[float | None, float | None]]]:
    sets = {item.name: item.elements for item in formulation.sets}
    found = []
    for item in formulation.variables:
        bounds = (0.0, 1.0) if item.domain == "binary" else (item.lower, item.upper)
        for labels in itertools.product(*(sets.get(name, ()) for name in item.indices)):
            inside = ",".join(map(as_pyomo_writes, labels))
            found.append((f"{item.name}[{inside}]" if inside else item.name, bounds))
    return found


def _relaxed(bounds: _Bounds, costs: dict[str, float], rows: list[GroundRow], *, maximize: bool) -> Outcome:
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp  # imported here: it takes half a second

    place = {name: index for index, name in enumerate(bounds)}
    goal, dense = np.zeros(len(place)), np.zeros((len(rows), len(place)))
    low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    try:
        for name, value in costs.items():
            goal[place[name]] = -value if maximize else value
        for index, row in enumerate(rows):
            for name, value in row.terms.items():
                dense[index, place[name]] = value
            low[index] = row.limit if row.relation != "<=" else -np.inf
            high[index] = row.limit if row.relation != ">=" else np.inf
    except KeyError:
        return "unknown"
    box = Bounds(
        [-np.inf if lower is None else lower for lower, _ in bounds.values()],
        [np.inf if upper is None else upper for _, upper in bounds.values()],
    )
    rules = [LinearConstraint(dense, low, high)] if rows else []
    result = milp(goal, constraints=rules, bounds=box)
    nothing = maximize and result.status == 0 and result.fun is not None and result.fun > -1e-9
    return "idle" if nothing else _STATUS.get(result.status, "unknown")


def _is_idle(bounds: _Bounds, costs: dict[str, float], rows: list[GroundRow], *, maximize: bool) -> bool:
    if any((lower or 0.0) > 0 for lower, _ in bounds.values()) or any(lower is None for lower, _ in bounds.values()):
        return False
    for row in rows:
        if (row.relation != "<=" and row.limit > 0) or (row.relation != ">=" and row.limit < 0):
            return False
    return all(value <= 0 if maximize else value >= 0 for value in costs.values())
