"""The least changes of limits that make an infeasible instance feasible, by several measures of least."""

from __future__ import annotations

import enum
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solvers.explain.budget import Budget, BudgetSpent, SolveInstance
from solvers.explain.covering import fewest
from solvers.explain.elastic import elastic, with_peak
from solvers.explain.items import AT_LEAST, Item, bound_items, row_items, violations
from solvers.instance import FloatArray, Instance
from solvers.result import Result, TerminationCondition

NOTICED = 1e-6  # relative; a smaller stretch is the solver's tolerance, not a change to ask a person for
NEGLIGIBLE = 1e-9
DIGITS = 7  # of a new limit that is no round number; rounded away from the old one, so that it is loose enough


class Aim(enum.StrEnum):
    """What a repair makes as small as possible; relative changes are divided by 1 + |limit|."""

    RELATIVE_TOTAL = "least total relative change"
    TOTAL = "least total change"
    MAXIMUM = "least largest relative change"
    COUNT = "fewest limits changed"


_PROVEN = (TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE)


@dataclass(frozen=True, slots=True)
class Change:
    """Move the limit of `item` by `amount` > 0, in its own units, to `new_limit`."""

    item: Item
    amount: float
    new_limit: float


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes that together make a plan possible: `checked` by a solve under the new limits.

    `aims` are the measures by which it is least; `proven` says whether the solver proved that for all of them.
    """

    aims: tuple[Aim, ...]
    changes: tuple[Change, ...]
    proven: bool
    checked: bool

    @property
    def total(self) -> float:
        """The sum of the changes, each in its own units."""
        return sum(change.amount for change in self.changes)

    @property
    def relative_total(self) -> float:
        """The sum of the relative changes."""
        return sum(_relative(change) for change in self.changes)

    @property
    def largest(self) -> float:
        """The largest relative change."""
        return max((_relative(change) for change in self.changes), default=0.0)


@dataclass(frozen=True, slots=True)
class Repairs:
    """What was found, fewest and then smallest changes first; `skipped` gives a reason per aim without a repair."""

    found: tuple[Repair, ...]
    skipped: tuple[tuple[Aim, str], ...] = ()
    reason: str = ""


def find_repairs(
    instance: Instance,
    solve: SolveInstance,
    *,
    aims: Sequence[Aim] = tuple(Aim),
    locked: Collection[str] = (),
    budget: Budget | None = None,
) -> Repairs:
    """Return the least changes of row sides; of column bounds as well when changing rows alone does not help.

    `locked` names rows and columns whose limits must stay. Integrality stays in any case.
    """
    if instance.beyond:
        instance = instance.without_objective()  # which takes no part in it, and may be all that is not linear
    budget = budget or Budget()
    try:
        soft, first = _stretchable(instance, solve, frozenset(locked), budget)
    except BudgetSpent as spent:
        return Repairs((), reason=str(spent))
    if isinstance(first, str):
        return Repairs((), reason=first)
    if not _moved(instance, soft, first):
        return Repairs((), reason=f"No limit has to move by more than {NOTICED:g} of its size.")
    found: dict[tuple[tuple[Item, float], ...], Repair] = {}
    skipped: list[tuple[Aim, str]] = []
    for aim in aims:
        try:
            repair = _repaired(instance, soft, aim, first, solve, budget)
        except BudgetSpent as spent:
            repair = str(spent)
        if isinstance(repair, str):
            skipped.append((aim, repair))
            continue
        key = tuple((change.item, change.new_limit) for change in repair.changes)
        known = found.get(key)
        found[key] = (
            repair if known is None else replace(known, aims=(*known.aims, aim), proven=known.proven and repair.proven)
        )
    ranked = sorted(found.values(), key=lambda repair: (len(repair.changes), repair.relative_total))
    return Repairs(tuple(ranked), tuple(skipped))


def applied(instance: Instance, changes: Sequence[Change]) -> Instance:
    """Return a new instance with the limits changed; the given one stays as it is."""
    return with_limits(instance, [(change.item, change.new_limit) for change in changes])


def with_limits(instance: Instance, limits: Sequence[tuple[Item, float]]) -> Instance:
    """Return a new instance in which each of these sides and bounds has the limit beside it."""
    arrays = {name: getattr(instance, name).copy() for name in _SIDES.values()}
    for item, limit in limits:
        arrays[_SIDES[item.is_row, item.side == AT_LEAST]][item.index] = limit
    return replace(instance, **arrays)


_SIDES = {
    (True, True): "row_lower",
    (True, False): "row_upper",
    (False, True): "column_lower",
    (False, False): "column_upper",
}


def _stretchable(
    instance: Instance, solve: SolveInstance, locked: frozenset[str], budget: Budget
) -> tuple[tuple[Item, ...], Result | str]:
    """The items that may stretch, rows only if that is enough, and the least relative total; else a sentence."""
    refusal = instance.beyond.refusal("The search for a repair")
    if refusal:
        return (), refusal
    rows = tuple(item for item in row_items(instance) if item.name not in locked)
    bounds = tuple(item for item in bound_items(instance) if item.name not in locked)
    for soft in (rows, rows + bounds):
        result = budget.spend(solve, elastic(instance, soft).instance)
        if result.x is not None:
            return soft, result
        if result.termination_condition is not TerminationCondition.INFEASIBLE:
            return soft, f"The search for a repair ended with {result.termination_condition}. {result.message}".strip()
    if locked:
        return (), "The locked limits already contradict each other: unlock one of them."
    return (), "No change of limits makes a plan possible; look at which quantities must be whole."


def _repaired(
    instance: Instance, soft: tuple[Item, ...], aim: Aim, first: Result, solve: SolveInstance, budget: Budget
) -> Repair | str:
    proven = True
    if aim is Aim.RELATIVE_TOTAL:
        result = first
    elif aim is Aim.TOTAL:
        result = budget.spend(solve, elastic(instance, soft, absolute=True).instance)
    elif aim is Aim.MAXIMUM:
        result, proven = _least_peak(instance, soft, solve, budget)
    else:
        chosen = fewest(instance, soft, solve, budget, preferred=_moved(instance, soft, first))
        if isinstance(chosen, str):
            return chosen
        soft = chosen
        result = budget.spend(solve, elastic(instance, soft).instance)
    if result.x is None:
        return budget.over() or f"The solver ended with {result.termination_condition}."
    proven = proven and (result.termination_condition in _PROVEN or aim is Aim.COUNT)
    return _settled(instance, soft, aim, result.x[: instance.column_count], proven, solve, budget)


def _moved(instance: Instance, soft: tuple[Item, ...], first: Result) -> frozenset[Item]:
    """What the least relative total moves: of several smallest sets, the one nearest to it is taken."""
    if first.x is None:
        return frozenset()
    broken = violations(instance, soft, first.x[: instance.column_count])
    return frozenset(item for item, share in zip(soft, broken.tolist(), strict=True) if share > NOTICED)


def _least_peak(
    instance: Instance, soft: tuple[Item, ...], solve: SolveInstance, budget: Budget
) -> tuple[Result, bool]:
    """The least largest relative stretch, and below that ceiling the least total: else many would stretch in vain."""
    flexible = elastic(instance, soft)
    peak = budget.spend(solve, with_peak(flexible))
    if peak.x is None:
        return peak, False
    ceiling = float(peak.x[-1]) * (1 + NEGLIGIBLE) + NEGLIGIBLE
    below = budget.spend(solve, elastic(instance, soft, cap=ceiling).instance)
    return (peak if below.x is None else below), peak.termination_condition in _PROVEN


def _settled(
    instance: Instance,
    soft: Sequence[Item],
    aim: Aim,
    x: FloatArray,
    proven: bool,
    solve: SolveInstance,
    budget: Budget,
) -> Repair:
    """Read the changes off the point itself, so that they allow at least this point."""
    x = np.where(instance.integrality > 0, np.round(x), x)
    if all(item.is_row for item in soft):
        x = np.clip(x, instance.column_lower, instance.column_upper)
    broken = violations(instance, soft, x).tolist()
    changes: tuple[Change, ...] = ()
    for threshold, room in ((NOTICED, 0.0), (NOTICED, NOTICED), (0.0, NOTICED)):
        pairs = zip(soft, broken, strict=True)
        changes = tuple(_change(item, share, room) for item, share in pairs if share > threshold)
        try:
            feasible = _is_feasible(applied(instance, changes), solve, budget)
        except BudgetSpent:
            break
        if feasible:
            return Repair((aim,), _largest_first(changes), proven, checked=True)
    return Repair((aim,), _largest_first(changes), proven, checked=False)


def _is_feasible(instance: Instance, solve: SolveInstance, budget: Budget) -> bool:
    """Ask a solver, as the user will; its presolve may refuse a single point that a limit only just allows."""
    return budget.spend(solve, replace(instance, cost=np.zeros(instance.column_count))).x is not None


def _largest_first(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: -_relative(change)))


def _relative(change: Change) -> float:
    return change.amount / (1.0 + abs(change.item.limit))


def _change(item: Item, share: float, room: float) -> Change:
    amount = (share + room) * (1.0 + abs(item.limit))
    outward = -1.0 if item.side == AT_LEAST else 1.0
    limit = _tidy(item.limit + outward * amount, outward)
    return Change(item, abs(limit - item.limit), limit)


def _tidy(value: float, outward: float) -> float:
    """Return a number of few digits that is not tighter than `value`, except by its noise."""
    near = float(f"{value:.{DIGITS}g}")
    if abs(near - value) <= NEGLIGIBLE * 1e-2 * (1.0 + abs(value)):
        return near
    step = 10.0 ** (math.floor(math.log10(abs(value))) - DIGITS + 1) if value else 0.0
    return near if outward * (near - value) >= 0 else float(f"{near + outward * step:.{DIGITS + 1}g}")
