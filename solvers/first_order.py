"""What the first-order engines share: one direction, the cases that need no engine, and their claims re-examined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from solvers.base import Solver, settled_early
from solvers.beyond import OBJECTIVE
from solvers.instance import Instance, Sense
from solvers.kkt import reduced_costs, residuals
from solvers.outcome import claimed_status, sentence, told_apart
from solvers.rays import contradicts, recedes
from solvers.result import Progress, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition, Vector

METHOD = "choose"
CLAIMS = frozenset({TerminationCondition.INFEASIBLE, TerminationCondition.UNBOUNDED})
NOT_VERIFIED = "GPU not verified: no run of this engine on a GPU is on record."
OUT_OF_DEVICE_MEMORY = "The problem does not fit the memory of the device; use a larger one, or another solver."


def settled_simply(instance: Instance, solver: Solver, options: SolveOptions) -> Result | None:
    """Return the result of an instance that a first-order engine must refuse or cannot take, else None.

    The engines divide by the norms of the matrix, so an instance without any entry is settled here by inspection.
    """
    settled = settled_early(instance, solver, options)
    if settled is not None:
        return settled
    if options.method != METHOD:
        message = f"{solver.name} has no method {options.method!r}; it has only one, so leave the method at {METHOD}."
        return Result(TerminationCondition.ERROR, SolutionStatus.NO_SOLUTION, solver=solver.name, message=message)
    if not np.any(instance.values):
        return _by_inspection(instance, solver.name)
    return None


def minimising(instance: Instance) -> Instance:
    """Return the instance itself, or the minimisation that a maximisation is; undo it with `turned_back`.

    The objective may be linear or quadratic.
    """
    if instance.sense is Sense.MINIMIZE:
        return instance
    beyond = instance.beyond
    if beyond:
        signs = np.where(beyond.quadratic_row == OBJECTIVE, -1.0, 1.0)
        beyond = replace(beyond, quadratic_value=signs * beyond.quadratic_value)
    return replace(
        instance,
        sense=Sense.MINIMIZE,
        cost=-instance.cost,
        objective_offset=-instance.objective_offset,
        beyond=beyond,
    )


def turned_back(result: Result) -> Result:
    """Return the result of a turned instance in the sense of the original: values and duals change their sign."""

    def negated(value: Any) -> Any:
        return None if value is None else -value

    names = ("objective_value", "objective_bound", "row_dual", "reduced_cost")
    return replace(result, **{name: negated(getattr(result, name)) for name in names})


def pointed(
    instance: Instance, condition: TerminationCondition, x: Vector, row_dual: Vector, *, solver: str, **facts: Any
) -> Result:
    """Return a result with the point `x` (n values) and its duals (m values); `facts` are further fields of it."""
    return Result(
        condition,
        claimed_status(condition, has_point=True),
        solver=solver,
        message=sentence(condition),
        objective_value=instance.objective_at(x),
        x=x,
        row_activity=instance.row_activity(x),
        row_dual=row_dual,
        reduced_cost=reduced_costs(instance, row_dual),
        **facts,
    )


Attempt = Callable[[Instance, SolveOptions], tuple[Result, Vector | None]]


def concluded(instance: Instance, options: SolveOptions, attempt: Attempt, should_stop: ShouldStop) -> Result:
    """Return what `attempt` says of `instance`, in the instance's own sense, and its claims examined.

    An attempt is given a minimisation and returns its result, with the row duals (m values or None) by which it may
    call it infeasible. The second one, for any point at all, is made only if nobody wishes to stop.
    """
    turned = minimising(instance)
    result, row_dual = attempt(turned, options)
    unsure = CLAIMS | {TerminationCondition.INFEASIBLE_OR_UNBOUNDED}
    if result.termination_condition in unsure and not should_stop():
        left = replace(options, time_limit_seconds=max(options.time_limit_seconds - result.seconds, 0.01))
        result = examined(result, turned, row_dual, lambda other: attempt(other, left)[0])
    return result if turned is instance else turned_back(result)


def looked_at(instance: Instance, x: Vector, row_dual: Vector, *, iterations: int, elapsed: float) -> Progress:
    """Return a running search's point as progress, with residuals of our own in its log line."""
    checked = residuals(instance, x, row_dual)
    log = (
        f"{iterations:>10} iterations  objective {checked.objective_value:.9g}  gap {checked.relative_gap:.1e}  "
        f"rows {checked.relative_row_violation:.1e}  duals {checked.relative_dual_violation:.1e}\n"
    )
    return Progress(
        "first_order",
        elapsed_seconds=elapsed,
        objective_value=checked.objective_value,
        relative_gap=checked.relative_gap,
        iterations=iterations,
        log=log,
    )


def ended(solver: str, condition: TerminationCondition, message: str = "", **facts: Any) -> Result:
    """Return a result without a point; `facts` are further fields of it."""
    message = message or sentence(condition)
    return Result(condition, SolutionStatus.NO_SOLUTION, solver=solver, message=message, **facts)


def examined(
    result: Result, instance: Instance, row_dual: Vector | None, solve_again: Callable[[Instance], Result]
) -> Result:
    """Return an engine's claim of infeasible or unbounded as far as it can be upheld.

    Infeasible stands when `row_dual` (m values, in the minimising sense) is a Farkas proof by our own arithmetic, or
    when the instance without its objective is found infeasible too. Unbounded needs a point besides the ray. A second
    solve that finds a point where the first said infeasible leaves the matter open.
    """
    claim = result.termination_condition
    infeasible = claim is TerminationCondition.INFEASIBLE
    if infeasible and row_dual is not None and contradicts(instance, row_dual):
        return result
    second = told_apart(result, instance, solve_again)
    if infeasible and second.termination_condition is TerminationCondition.UNBOUNDED:
        condition = TerminationCondition.INFEASIBLE_OR_UNBOUNDED
        return replace(second, termination_condition=condition, message=sentence(condition))
    return second


def ray_claim(instance: Instance, primal: tuple[Vector, ...], dual: tuple[Vector, ...]) -> TerminationCondition | None:
    """Return what candidates for rays prove of a minimisation: infeasible, a direction without end, or nothing (None).

    A direction without end means unbounded only if there is any point at all.
    """
    if any(contradicts(instance, y) for y in dual):
        return TerminationCondition.INFEASIBLE
    if any(recedes(instance, direction) for direction in primal):
        return TerminationCondition.UNBOUNDED
    return None


def _by_inspection(instance: Instance, solver: str) -> Result:
    broken = np.flatnonzero((instance.row_lower > 0) | (instance.row_upper < 0))
    if broken.size:
        name = instance.row_names[int(broken[0])]
        message = f"Constraint {name} holds no variable and can never be satisfied."
        return ended(solver, TerminationCondition.INFEASIBLE, message)
    cost = minimising(instance).cost
    nearest = np.clip(0.0, instance.column_lower, instance.column_upper)
    x = np.where(cost > 0, instance.column_lower, np.where(cost < 0, instance.column_upper, nearest))
    if not np.isfinite(x).all():
        return ended(solver, TerminationCondition.UNBOUNDED)
    return Result(
        TerminationCondition.OPTIMAL,
        SolutionStatus.OPTIMAL,
        solver=solver,
        message="No constraint holds a variable, so every variable takes its better bound.",
        objective_value=instance.objective_at(x),
        x=x,
        row_activity=np.zeros(instance.row_count),
        row_dual=np.zeros(instance.row_count),
        reduced_cost=instance.cost.copy(),
        device="cpu",
    )
