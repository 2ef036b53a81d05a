"""What the ending of one leg is worth: whether it settles the race, and which of several that do not is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from solvers.instance import Instance, Sense
from solvers.plan import Leg
from solvers.result import LegOutcome, Result, SolutionStatus, TerminationCondition


def settles(result: Result, leg: Leg) -> bool:
    """Whether a judged result ends the race: a verified optimum, or a proof that there is none.

    A first-order method's "infeasible" is a limit of its steps, not a proof.
    """
    if result.termination_condition is TerminationCondition.OPTIMAL:
        return result.solution_status is SolutionStatus.OPTIMAL
    proofs = (TerminationCondition.INFEASIBLE, TerminationCondition.UNBOUNDED)
    return result.termination_condition in proofs and not leg.is_first_order


def outcome_of(result: Result, leg: Leg, *, was_stopped: bool) -> LegOutcome:
    """Return how a leg ended that said `result`; `was_stopped`: it had been asked to end."""
    if settles(result, leg):
        return LegOutcome.WON
    if was_stopped or result.termination_condition in _LIMITS:
        return LegOutcome.STOPPED
    return LegOutcome.FAILED if result.termination_condition in _FAILURES else LegOutcome.NOT_VERIFIED


_LIMITS = frozenset(
    {
        TerminationCondition.INTERRUPTED,
        TerminationCondition.TIME_LIMIT,
        TerminationCondition.NODE_LIMIT,
        TerminationCondition.ITERATION_LIMIT,
    }
)
_FAILURES = frozenset(
    {
        TerminationCondition.MEMORY_LIMIT,
        TerminationCondition.LICENCE,
        TerminationCondition.UNSUPPORTED,
        TerminationCondition.INVALID_INSTANCE,
        TerminationCondition.CRASHED,
        TerminationCondition.ERROR,
    }
)


def rank(result: Result, instance: Instance) -> tuple[int, float]:
    """Sort what nobody verified: a nearly proven optimum, then the best point, then claims, then mere endings."""
    if result.termination_condition is TerminationCondition.OPTIMAL_WITHIN_TOLERANCE:
        return 0, 0.0
    if result.solution_status is SolutionStatus.FEASIBLE and result.objective_value is not None:
        return 1, -result.objective_value if instance.sense is Sense.MAXIMIZE else result.objective_value
    order = (
        TerminationCondition.INFEASIBLE,
        TerminationCondition.UNBOUNDED,
        TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
    )
    if result.termination_condition in order:
        return 2, 0.0
    if result.x is not None:
        return 3, 0.0
    return (5 if result.termination_condition in _FAILURES else 4), 0.0


def told_why(result: Result, others: Sequence[Result]) -> Result:
    """Let a point that nobody verified say what ended the race, where that was a wish or the clock."""
    unproven = (TerminationCondition.FEASIBLE, TerminationCondition.NUMERICAL)
    if result.termination_condition not in unproven:
        return result
    conditions = {other.termination_condition for other in others}
    for cause in (TerminationCondition.INTERRUPTED, TerminationCondition.TIME_LIMIT):
        if cause in conditions:
            return replace(result, termination_condition=cause)
    return result
