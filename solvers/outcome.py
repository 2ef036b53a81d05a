"""What every backend says of an end in the same words: the sentence, the gap, and which endings carry a point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from solvers.instance import Instance
from solvers.result import Result, SolutionStatus, TerminationCondition

NO_POINT = frozenset(
    {
        TerminationCondition.INFEASIBLE,
        TerminationCondition.LOCALLY_INFEASIBLE,
        TerminationCondition.UNBOUNDED,
        TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
        TerminationCondition.ERROR,
    }
)

_SENTENCES = {
    TerminationCondition.OPTIMAL: "The solver proved its solution optimal.",
    TerminationCondition.LOCALLY_OPTIMAL: (
        "A local optimum, as far as slopes can tell: no small step improves it, but a better point may exist far away."
    ),
    TerminationCondition.LOCALLY_INFEASIBLE: (
        "The search ended where no small step keeps the constraints any better; a point that keeps them may exist "
        "far away."
    ),
    TerminationCondition.INFEASIBLE: "No point satisfies all constraints together.",
    TerminationCondition.UNBOUNDED: "The objective can be improved without end: a limit is missing from the model.",
    TerminationCondition.INFEASIBLE_OR_UNBOUNDED: "Either no point satisfies the constraints, or a limit is missing.",
    TerminationCondition.TIME_LIMIT: "The time limit ended the search.",
    TerminationCondition.NODE_LIMIT: "The node limit ended the search.",
    TerminationCondition.ITERATION_LIMIT: "The iteration limit ended the search.",
    TerminationCondition.MEMORY_LIMIT: "The memory limit ended the search; allow more memory or shrink the model.",
    TerminationCondition.INTERRUPTED: "The search was stopped on request.",
    TerminationCondition.NUMERICAL: "The solver could not reach its accuracy; rescaling the data usually helps.",
    TerminationCondition.INVALID_INSTANCE: "The solver found a fault in the instance.",
    TerminationCondition.ERROR: "The solver ended with an error of its own.",
}


def sentence(condition: TerminationCondition) -> str:
    """Return the sentence for the user that goes with `condition`."""
    return _SENTENCES.get(condition, "")


def relative_gap(value: float | None, bound: float | None) -> float | None:
    """Return |value - bound| / |value|, the definition HiGHS and Gurobi stop by, or None while it is not finite."""
    if value is None or bound is None:
        return None
    if value == bound:
        return 0.0
    return abs(value - bound) / abs(value) if value else None


def claimed_status(condition: TerminationCondition, *, has_point: bool) -> SolutionStatus:
    """Return what a backend may say of its own point, before `solvers.verdict` looks at it."""
    if not has_point:
        return SolutionStatus.NO_SOLUTION
    return SolutionStatus.OPTIMAL if condition is TerminationCondition.OPTIMAL else SolutionStatus.FEASIBLE


def told_apart(result: Result, instance: Instance, solve_again: Callable[[Instance], Result]) -> Result:
    """Return `result`, which says unbounded, infeasible or either, as the one of them that a second solve leaves.

    `solve_again` is given the instance without its objective, so that any point is an optimum. A solver that has
    found a ray has not yet found a point: unbounded stands only when there is one.
    """
    second = solve_again(instance.without_objective())
    left = {
        TerminationCondition.OPTIMAL: TerminationCondition.UNBOUNDED,
        TerminationCondition.INFEASIBLE: TerminationCondition.INFEASIBLE,
        TerminationCondition.INTERRUPTED: TerminationCondition.INTERRUPTED,
    }
    condition = left.get(second.termination_condition, TerminationCondition.INFEASIBLE_OR_UNBOUNDED)
    return replace(
        result,
        termination_condition=condition,
        message=sentence(condition),
        seconds=result.seconds + second.seconds,
    )
