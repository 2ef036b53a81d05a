"""What the answer would be if one number were another: a limit, a cost, a bound, or a quantity that is forced."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from solvers.explain.budget import Budget, BudgetSpent, SolveInstance
from solvers.explain.conflict import Conflict, find_conflict
from solvers.instance import FloatArray, Instance, InstanceError, Sense
from solvers.result import Result, SolutionStatus, TerminationCondition

CLOSE = 1e-9


class Lever(enum.StrEnum):
    """Which number of a row or a column is turned; `right-hand side` turns both sides of an equality."""

    COST = "cost"
    LOWER_BOUND = "lower bound"
    UPPER_BOUND = "upper bound"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    RIGHT_HAND_SIDE = "right-hand side"


_ARRAYS = {
    Lever.COST: ("cost",),
    Lever.LOWER_BOUND: ("column_lower",),
    Lever.UPPER_BOUND: ("column_upper",),
    Lever.AT_LEAST: ("row_lower",),
    Lever.AT_MOST: ("row_upper",),
    Lever.RIGHT_HAND_SIDE: ("row_lower", "row_upper"),
}
_OF_ROWS = (Lever.AT_LEAST, Lever.AT_MOST, Lever.RIGHT_HAND_SIDE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One number of the instance: which lever of the row or column called `name`."""

    lever: Lever
    name: str


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The answer at one value; `objective_value` is None where there is no plan."""

    value: float
    termination_condition: TerminationCondition
    solution_status: SolutionStatus
    objective_value: float | None
    relative_gap: float | None
    x: FloatArray | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """The answers in the order of the values asked; `reason` says why the last ones are missing, if they are."""

    turn: Turn
    points: tuple[SweepPoint, ...]
    reason: str = ""


class ForcedState(enum.StrEnum):
    """What forcing a value leads to."""

    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Forced:
    """Why a choice is not in the plan: it costs `worse_by` >= 0 of the objective, or `conflict` forbids it.

    `proven` says whether both plans compared are proven optimal; if not, `worse_by` is only what was found.
    """

    state: ForcedState
    objective_value: float | None = None
    worse_by: float | None = None
    proven: bool = False
    x: FloatArray | None = None
    conflict: Conflict | None = None
    reason: str = ""


def turned(instance: Instance, turn: Turn, value: float) -> Instance:
    """Return a new instance with one number replaced; nothing is built again.

    Raises InstanceError when there is no such row or column, or the value is not a number.
    """
    if not np.isfinite(value):
        raise InstanceError(f"The {turn.lever} of {turn.name} must be a finite number.")
    place = _place(instance, turn)
    arrays = {name: getattr(instance, name).copy() for name in _ARRAYS[turn.lever]}
    for array in arrays.values():
        array[place] = value
    return replace(instance, **arrays)


def sweep(
    instance: Instance, turn: Turn, values: Iterable[float], solve: SolveInstance, *, budget: Budget | None = None
) -> Sweep:
    """Solve the instance once per value of one number and return the answers.

    Raises InstanceError when there is no such row or column, or a value is not a number.
    """
    budget = budget or Budget(seconds=300.0, solves=1000)
    variants = [(float(value), turned(instance, turn, float(value))) for value in values]
    points: list[SweepPoint] = []
    for value, variant in variants:
        try:
            points.append(_point(value, budget.spend(solve, variant)))
        except BudgetSpent as spent:
            return Sweep(turn, tuple(points), f"{len(variants) - len(points)} values are missing. {spent}")
    return Sweep(turn, tuple(points))


def force(
    instance: Instance,
    column: str,
    value: float,
    solve: SolveInstance,
    *,
    base: Result | None = None,
    budget: Budget | None = None,
) -> Forced:
    """Return what it costs to make `column` take `value`, or the demands that forbid it.

    `base` is the result without force, solved here when not given. Raises InstanceError for an unknown column.
    """
    budget = budget or Budget(seconds=60.0, solves=100)
    place = _place(instance, Turn(Lever.COST, column))
    if not np.isfinite(value):
        raise InstanceError(f"The value forced on {column} must be a finite number.")
    forced = _held(instance, place, value)
    try:
        result = budget.spend(solve, forced)
        if result.termination_condition is TerminationCondition.INFEASIBLE:
            conflict = find_conflict(forced, solve, budget=budget)
            return Forced(ForcedState.IMPOSSIBLE, conflict=conflict, reason=conflict.reason)
        if result.x is None or result.objective_value is None:
            return Forced(ForcedState.UNDECIDED, reason=f"The solver ended with {result.termination_condition}.")
        base = base or budget.spend(solve, instance)
    except BudgetSpent as spent:
        return Forced(ForcedState.UNDECIDED, reason=str(spent))
    if base.objective_value is None:
        reason = f"Without force the solver ended with {base.termination_condition}: there is nothing to compare with."
        return Forced(ForcedState.POSSIBLE, result.objective_value, x=result.x, reason=reason)
    gap = result.objective_value - base.objective_value
    worse = -gap if instance.sense is Sense.MAXIMIZE else gap
    proven = all(each.solution_status is SolutionStatus.OPTIMAL for each in (result, base))
    noise = CLOSE * (1.0 + abs(base.objective_value))
    # An unproven base may be the worse of the two; a proven one only by the solver's tolerance.
    worse = 0.0 if abs(worse) <= noise or (proven and worse < 0) else worse
    return Forced(ForcedState.POSSIBLE, result.objective_value, worse, proven, result.x)


def _held(instance: Instance, place: int, value: float) -> Instance:
    """Bounds narrowed to the value; where it lies outside them they cross, and the conflict names the one broken.

    A semicontinuous column is held like any other; zero is always within its reach.
    """
    columns = instance.beyond.semicontinuous
    if place in columns:
        beyond = replace(instance.beyond, semicontinuous=columns[columns != place])
        instance = replace(instance, beyond=beyond)
        if value == 0.0:
            return _between(instance, place, 0.0, 0.0)
    return _between(instance, place, max(instance.column_lower[place], value), min(instance.column_upper[place], value))


def _between(instance: Instance, place: int, low: float, high: float) -> Instance:
    lower, upper = instance.column_lower.copy(), instance.column_upper.copy()
    lower[place], upper[place] = low, high
    return replace(instance, column_lower=lower, column_upper=upper)


def _place(instance: Instance, turn: Turn) -> int:
    names, kind = (instance.row_names, "row") if turn.lever in _OF_ROWS else (instance.column_names, "column")
    try:
        return names.index(turn.name)
    except ValueError:
        raise InstanceError(f"There is no {kind} called {turn.name}.") from None


def _point(value: float, result: Result) -> SweepPoint:
    return SweepPoint(
        value,
        result.termination_condition,
        result.solution_status,
        result.objective_value,
        result.relative_gap,
        result.x,
    )
