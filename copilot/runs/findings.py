"""What can be found out about an ending beyond the answer: conflict, repairs, ray and prices, bounded in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from solvers.base import has_duals
from solvers.explain.budget import Budget, through_runner
from solvers.explain.conflict import Conflict, ConflictState, find_conflict
from solvers.explain.ranging import Ranging, ranged
from solvers.explain.ray import Ray, RayState, find_ray
from solvers.explain.repair import Repairs, find_repairs
from solvers.explain.sensitivity import Sensitivity, SensitivityState, sensitivity
from solvers.explain.suggestion import from_solvers
from solvers.instance import Instance
from solvers.result import Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition

T = TerminationCondition
Say = Callable[[str], None]
NONZEROS, SECONDS, SOLVES = 100_000, 30.0, 160  # looked into without being asked
ONE_SOLVE_SECONDS = 10.0
ENDLESS = (T.UNBOUNDED, T.INFEASIBLE_OR_UNBOUNDED)
REPAIRS = "Looking for the smallest changes that would make a plan possible"
CONFLICT = "Looking for the rules that contradict each other"
RAY = "Looking for what nothing limits"
PRICES = "Working out what each limit is worth, and how far that holds"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far to look: seconds and solves for everything, the largest instance, and the names that must stay."""

    seconds: float = SECONDS
    solves: int = SOLVES
    nonzeros: int | None = NONZEROS
    locked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; None where there was nothing to look for. `unfinished` says why more might be found."""

    conflict: Conflict | None = None
    repairs: Repairs | None = None
    ray: Ray | None = None
    sensitivity: Sensitivity | None = None
    unfinished: str = ""


def look(
    instance: Instance,
    result: Result,
    *,
    reach: Reach,
    options: SolveOptions,
    should_stop: ShouldStop,
    say: Say,
) -> Findings:
    """Look into the ending; `say` is told what is being looked for whenever that takes solves of its own."""
    if should_stop() or not _is_worth_it(instance, result):
        return Findings()
    if not (instance.is_linear or has_duals(instance)):
        return _beyond(instance, result)
    if instance.is_mip and result.x is not None:
        return Findings(sensitivity=sensitivity(instance, result, ranger=None))
    if reach.nonzeros is not None and instance.nonzero_count > reach.nonzeros:
        size = f"The model has {instance.nonzero_count:,} nonzeros"
        return Findings(unfinished=f"{size}; only up to {reach.nonzeros:,} are looked into without being asked.")
    budget = Budget(seconds=reach.seconds, solves=reach.solves, should_stop=should_stop)
    if result.x is not None:
        return _priced(instance, result, budget, options, say)
    return _without_plan(instance, result, reach, budget, options, say)


def _is_worth_it(instance: Instance, result: Result) -> bool:
    if result.solution_status is SolutionStatus.OPTIMAL:
        return True
    return result.x is None and result.termination_condition in (T.INFEASIBLE, *ENDLESS)


def _beyond(instance: Instance, result: Result) -> Findings:
    """Conflicts and prices are about linear rows: of anything else they would say what is not so."""
    reason = f"This needs linear rules, and this one has {' and '.join(instance.beyond.parts)}."
    if result.x is not None:
        return Findings(sensitivity=Sensitivity(SensitivityState.NONE, reason=f"{reason} Sweep a number instead."))
    if result.termination_condition is T.INFEASIBLE:
        return Findings(conflict=Conflict(ConflictState.UNDECIDED, reason=reason))
    return Findings()


def _priced(instance: Instance, result: Result, budget: Budget, options: SolveOptions, say: Say) -> Findings:
    say(PRICES)
    limits = replace(options, time_limit_seconds=max(budget.left_seconds, 1.0))

    def ranger(given: Instance) -> Ranging:
        return ranged(given, options=limits, should_stop=budget.should_stop)

    found = sensitivity(instance, result, ranger=ranger)
    return Findings(sensitivity=found, unfinished=budget.over())


def _without_plan(
    instance: Instance, result: Result, reach: Reach, budget: Budget, options: SolveOptions, say: Say
) -> Findings:
    one = replace(options, time_limit_seconds=max(ONE_SOLVE_SECONDS, reach.seconds / 3))
    solve, ray = through_runner(budget, options=one), None
    if result.termination_condition in ENDLESS:
        say(RAY)
        ray = find_ray(instance, solve, budget=budget)
        if ray.state is RayState.UNBOUNDED or result.termination_condition is T.UNBOUNDED:
            return Findings(ray=ray, unfinished=budget.over())
    # The repair first: it takes a few solves, while a conflict of whole numbers may use up any budget.
    say(REPAIRS)
    half = Budget(seconds=budget.left_seconds / 2, solves=reach.solves // 2, should_stop=budget.should_stop)
    repairs = find_repairs(instance, through_runner(half, options=one), locked=reach.locked, budget=half)
    say(CONFLICT)
    conflict = find_conflict(instance, solve, budget=budget, suggest=from_solvers(budget))
    if conflict.state is ConflictState.FEASIBLE and ray is None:  # presolve sometimes confuses the two
        say(RAY)
        ray = find_ray(instance, solve, budget=budget)
        if ray.state is RayState.UNBOUNDED:
            return Findings(ray=ray)
    return Findings(conflict=conflict, repairs=repairs, unfinished=_unfinished(conflict, repairs))


def _unfinished(conflict: Conflict, repairs: Repairs) -> str:
    """Why the search ended early, if it did; a conflict that is minimal and repairs for every aim need no more."""
    if conflict.reason and not conflict.proven_minimal and conflict.state is not ConflictState.FEASIBLE:
        return conflict.reason
    return repairs.skipped[0][1] if repairs.skipped else ""
