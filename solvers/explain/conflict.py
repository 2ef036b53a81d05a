"""Which demands of an instance cannot all hold at once, and how much of that is proven."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from solvers.explain.budget import Budget, BudgetSpent, SolveInstance
from solvers.explain.elastic import elastic
from solvers.explain.farkas import Farkas, alternative, checked, from_duals, proven, weights_of
from solvers.explain.filtering import HOLDS, Filter
from solvers.explain.items import AT_LEAST, Item, Kind, bound_items, items_of, row_items, violations, whole_items
from solvers.explain.suggestion import Suggest
from solvers.instance import FloatArray, Instance
from solvers.result import Result, TerminationCondition

MAX_ROUNDS = 12
STRETCHED = 1e-7
SHORT = 5  # rows that a reader takes in at once: no shorter conflict is looked for


class ConflictState(enum.StrEnum):
    """Whether there is a conflict at all."""

    FOUND = "found"
    FEASIBLE = "feasible"
    UNDECIDED = "undecided"


class Evidence(enum.StrEnum):
    """What shows that the items contradict each other."""

    EXACT = "shown in exact arithmetic"
    RECOMPUTED = "recomputed in floating point"
    SOLVER = "the solver's word"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Items that cannot all hold. `proven_minimal`: without any one of them the others can; `reason` says why not.

    `notes` say which solver could not be asked for another one, and why.
    """

    state: ConflictState
    items: tuple[Item, ...] = ()
    proven_minimal: bool = False
    evidence: Evidence = Evidence.NONE
    reason: str = ""
    multipliers: tuple[float, ...] = ()
    solves: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


def find_conflict(
    instance: Instance, solve: SolveInstance, *, budget: Budget | None = None, suggest: Suggest | None = None
) -> Conflict:
    """Return a small set of rows, bounds and integrality demands that contradict each other.

    The linear part is tried first: the duals of its elastic form give a contradiction, a vertex of the alternative
    polyhedron makes it minimal, and both are checked without the solver. Where only integrality makes the instance
    infeasible, an elastic filter and then a deletion filter ask the solver about ever smaller parts. Undecided for what
    goes beyond linear rows.

    `suggest` is asked for another conflict when the first one is long. It is taken when it has fewer rows and our own
    check carries it: exact arithmetic for a linear one, else the solver asked about every part of it.
    """
    if instance.beyond:
        instance = instance.without_objective()  # which takes no part in it, and may be all that is not linear
    refusal = instance.beyond.refusal("The search for a conflict")
    if refusal:
        return Conflict(ConflictState.UNDECIDED, reason=refusal)
    budget = budget or Budget()
    before, started = budget.solves, budget.spent_seconds
    try:
        found = _crossed(instance) or _linear(instance, solve, budget) or _mixed(instance, solve, budget)
    except BudgetSpent as spent:
        found = Conflict(ConflictState.UNDECIDED, reason=str(spent))
    if suggest is not None and found.items:
        found = _shorter(instance, found, suggest, solve, budget)
    found = replace(found, notes=tuple(budget.notes))
    return replace(found, solves=budget.solves - before, seconds=budget.spent_seconds - started)


def _shorter(instance: Instance, found: Conflict, suggest: Suggest, solve: SolveInstance, budget: Budget) -> Conflict:
    rows = _row_count(found.items)
    if rows <= SHORT:
        return found
    linear = found.evidence in (Evidence.EXACT, Evidence.RECOMPUTED)
    asked = replace(instance, integrality=np.zeros(instance.column_count, dtype=np.uint8)) if linear else instance
    items = suggest(asked)
    if not 0 < _row_count(items) < rows:
        return found
    try:
        other = _carried(asked, items, solve, budget) if linear else _carried_whole(asked, items, solve, budget)
    except BudgetSpent:
        return found
    if other is None or not other.proven_minimal or not 0 < _row_count(other.items) < rows:
        return found
    return other


def _row_count(items: Sequence[Item]) -> int:
    return len({item.index for item in items if item.is_row})


def _carried(instance: Instance, items: Sequence[Item], solve: SolveInstance, budget: Budget) -> Conflict | None:
    """The linear contradiction within these items if exact arithmetic shows it.

    An equation may be named with both sides, of which one takes part: then the search is done again, on these alone.
    """
    other = proven(instance, Farkas(tuple(items), np.ones(len(items)), margin=0.0))
    if other.exact and other.minimal:
        return _told(other)
    found = _linear(_only(instance, items), solve, budget)
    return found if found is not None and found.evidence is Evidence.EXACT else None


def _only(instance: Instance, items: Sequence[Item]) -> Instance:
    """The instance with no other limits than these."""
    lower, upper = np.full(instance.row_count, -np.inf), np.full(instance.row_count, np.inf)
    least, most = np.full(instance.column_count, -np.inf), np.full(instance.column_count, np.inf)
    for item in items:
        low, high = (lower, upper) if item.is_row else (least, most)
        (low if item.side == AT_LEAST else high)[item.index] = item.limit
    return replace(instance, row_lower=lower, row_upper=upper, column_lower=least, column_upper=most)


def _carried_whole(instance: Instance, items: Sequence[Item], solve: SolveInstance, budget: Budget) -> Conflict | None:
    """The same where whole numbers take part: those of every column in the rows, then every item is asked about."""
    rows = [item for item in items if item.is_row]
    whole = [item for item in _beside(instance, rows) if item.kind is Kind.INTEGRALITY]
    others = [*(item for item in items if not item.is_row), *whole]
    asked = Filter(instance, solve, budget)
    if not asked.contradicts([*rows, *others]):
        return None
    rows = asked.shrunk(rows, given=others)
    return _verified(asked, [*rows, *asked.shrunk(others, given=rows)])


def _crossed(instance: Instance) -> Conflict | None:
    """A row or column whose own sides exclude each other needs no search."""
    items = row_items(instance) + bound_items(instance)
    for first, second in itertools.pairwise(items):
        same = first.is_row == second.is_row and first.index == second.index
        if same and first.limit > second.limit:
            return Conflict(
                ConflictState.FOUND,
                (first, second),
                proven_minimal=True,
                evidence=Evidence.EXACT,
                multipliers=(1.0, 1.0),
            )
    return None


def _linear(instance: Instance, solve: SolveInstance, budget: Budget) -> Conflict | None:
    """The conflict of the linear relaxation; None when it has a point and integrality remains to be looked at."""
    flexible = elastic(instance, row_items(instance), whole=False)
    result = budget.spend(solve, flexible.instance)
    if result.x is not None:
        point = result.x[: instance.column_count]
        if _breaks(instance, row_items(instance) + bound_items(instance), point) <= STRETCHED:
            return None if instance.is_mip else _barely(instance, result, solve, budget)
    if result.row_dual is not None:
        found = from_duals(instance, result.row_dual[: instance.row_count])
        if found is not None:
            return _irreducible(instance, found, solve, budget)
    return None if instance.is_mip else _searched(instance, items_of(instance), solve, budget)


def _barely(instance: Instance, result: Result, solve: SolveInstance, budget: Budget) -> Conflict:
    """A point that breaks nothing by more than a solver can see; it counts as feasible unless arithmetic objects."""
    duals = result.row_dual
    found = None if duals is None else from_duals(instance, duals[: instance.row_count])
    if found is not None:
        conflict = _irreducible(instance, found, solve, budget)
        if conflict.evidence is Evidence.EXACT:
            return replace(conflict, reason=f"The contradiction is smaller than {STRETCHED:g} of any limit.")
    return Conflict(ConflictState.FEASIBLE)


def _irreducible(instance: Instance, found: Farkas, solve: SolveInstance, budget: Budget) -> Conflict:
    """Shrink a contradiction to one of which nothing can be spared, by one linear program, else by asking around."""
    try:
        result = budget.spend(solve, alternative(instance, found))
        if result.x is not None:
            found = checked(instance, found.items, weights_of(instance, found, np.maximum(result.x, 0.0))) or found
    except BudgetSpent:
        pass  # the larger contradiction stands; the search below says what ended it
    found = proven(instance, found)
    if found.minimal:
        return _told(found)
    searched = _searched(instance, found.items, solve, budget)
    if searched.proven_minimal or (searched.items and len(searched.items) < len(found.items)):
        return searched
    return replace(_told(found), reason=searched.reason)


def _told(found: Farkas) -> Conflict:
    evidence = Evidence.EXACT if found.exact else Evidence.RECOMPUTED
    weights = tuple(found.multipliers.tolist())
    return Conflict(ConflictState.FOUND, found.items, found.minimal, evidence, multipliers=weights)


def _searched(instance: Instance, items: Sequence[Item], solve: SolveInstance, budget: Budget) -> Conflict:
    asked = Filter(instance, solve, budget)
    if not asked.contradicts(items):
        feasible = ConflictState.UNDECIDED if asked.doubt else ConflictState.FEASIBLE
        return Conflict(feasible, reason=asked.doubt)
    return _verified(asked, asked.shrunk(items))


def _mixed(instance: Instance, solve: SolveInstance, budget: Budget) -> Conflict:
    """The linear part has a point, so integrality takes part: rows first, then bounds and integrality."""
    asked = Filter(instance, solve, budget)
    rows = _stretched_rows(instance, solve, budget, asked)
    if rows is None:
        return Conflict(ConflictState.FEASIBLE)
    others = _beside(instance, rows)
    if not asked.contradicts([*rows, *others]):
        rows, others = list(row_items(instance)), list(bound_items(instance) + whole_items(instance))
        if not asked.contradicts([*rows, *others]):
            state = ConflictState.UNDECIDED if asked.doubt else ConflictState.FEASIBLE
            return Conflict(state, reason=asked.doubt)
    asked.doubt = ""
    rows = asked.shrunk(rows, given=others)
    others = asked.shrunk(_beside(instance, rows) if rows else others, given=rows)
    return _verified(asked, [*rows, *others])


def _verified(asked: Filter, items: list[Item]) -> Conflict:
    """Ask once more about the set itself and about every set with one item less."""
    doubt, asked.doubt = asked.doubt, ""
    minimal = asked.is_minimal(items)
    reason = "" if minimal else asked.doubt or doubt or "Smaller parts of it are infeasible only within tolerances."
    return Conflict(ConflictState.FOUND, tuple(items), minimal, Evidence.SOLVER, reason)


def _stretched_rows(instance: Instance, solve: SolveInstance, budget: Budget, asked: Filter) -> list[Item] | None:
    """Row sides that contradict each other under the bounds and integrality (Chinneck and Dravnieks 1991).

    None when nothing has to stretch. When the search ends early, all row sides.
    """
    every = row_items(instance)
    hard: set[Item] = set()
    for _ in range(MAX_ROUNDS):
        soft = [item for item in every if item not in hard]
        flexible = elastic(instance, soft)
        result = budget.spend(solve, flexible.instance)
        if result.termination_condition is TerminationCondition.INFEASIBLE:
            return [item for item in every if item in hard]
        if result.x is None:
            break
        point = result.x[: instance.column_count]
        asked.remember(np.where(instance.integrality > 0, np.round(point), point))
        broken = violations(instance, soft, point) > STRETCHED
        if not broken.any():
            whole_point = np.where(instance.integrality > 0, np.round(point), point)
            return None if _breaks(instance, items_of(instance), whole_point) <= HOLDS else list(every)
        hard |= {item for item, flag in zip(soft, broken.tolist(), strict=True) if flag}
    return list(every)


def _beside(instance: Instance, rows: Sequence[Item]) -> list[Item]:
    """The bounds and integrality of every column in these rows; of all columns when there are no rows."""
    everything = bound_items(instance) + whole_items(instance)
    if not rows:
        return list(everything)
    parts = [instance.indices[instance.indptr[row.index] : instance.indptr[row.index + 1]] for row in rows]
    used = set(np.concatenate(parts).tolist())
    return [item for item in everything if item.index in used]


def _breaks(instance: Instance, items: Sequence[Item], x: FloatArray) -> float:
    return float(np.max(violations(instance, items, x), initial=0.0))
