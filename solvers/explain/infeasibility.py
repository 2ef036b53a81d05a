"""Which rows contradict each other, and the smallest change of limits that would make a plan possible."""

from __future__ import annotations

from dataclasses import dataclass

from solvers.explain.budget import Budget, SolveInstance
from solvers.explain.conflict import Conflict, ConflictState, find_conflict
from solvers.explain.items import Kind
from solvers.explain.repair import Aim, Change, find_repairs
from solvers.explain.suggestion import Suggest
from solvers.instance import Instance


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One limit to move: of which row (or column, when `is_bound`), which side, how far, from where and to where."""

    row: str
    side: str
    amount: float
    limit: float
    new_limit: float
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class Infeasibility:
    """`conflict` names rows that cannot all hold, `columns` those whose bounds or integrality take part.

    `proven_minimal` is about all of them together; `repair` is the least total relative change; `reason` is a sentence
    for when there is no conflict to show, or it is not proven minimal. `is_feasible`: a plan exists after all.
    """

    conflict: tuple[str, ...]
    repair: tuple[Relaxation, ...]
    reason: str = ""
    columns: tuple[str, ...] = ()
    proven_minimal: bool = False
    is_feasible: bool = False


def diagnose(
    instance: Instance, solve: SolveInstance, *, budget: Budget | None = None, suggest: Suggest | None = None
) -> Infeasibility:
    """Explain an infeasible instance in short: one conflict and one repair (`find_conflict`, `find_repairs`)."""
    budget = budget or Budget(seconds=30.0, solves=60)
    # The repair first: two or three solves, while a conflict of whole numbers may use up any budget.
    repairs = find_repairs(instance, solve, aims=(Aim.RELATIVE_TOTAL,), budget=budget)
    found = find_conflict(instance, solve, budget=budget, suggest=suggest)
    if found.state is ConflictState.FEASIBLE:
        return Infeasibility((), (), _reason(found, ()), is_feasible=True)
    changes = repairs.found[0].changes if repairs.found else ()
    rows = tuple(dict.fromkeys(item.name for item in found.items if item.is_row))
    columns = tuple(dict.fromkeys(item.name for item in found.items if not item.is_row))
    moved = tuple(_relaxation(change) for change in changes)
    return Infeasibility(rows, moved, _reason(found, rows), columns, found.proven_minimal)


def _reason(found: Conflict, rows: tuple[str, ...]) -> str:
    if found.state is ConflictState.FEASIBLE:
        return "No limit is broken by more than the solver's own tolerance: the instance is feasible, or very nearly."
    if found.items and not rows:
        bounds = all(item.kind is not Kind.INTEGRALITY for item in found.items)
        with_whole = "" if bounds else ", and that they must be whole,"
        return f"The bounds of the quantities{with_whole} alone already contradict each other."
    return found.reason


def _relaxation(change: Change) -> Relaxation:
    item = change.item
    return Relaxation(item.name, item.side, change.amount, item.limit, change.new_limit, not item.is_row)
