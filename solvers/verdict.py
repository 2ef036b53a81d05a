"""The last word on a result: a backend's claim survives only as far as our own residuals carry it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.base import has_duals
from solvers.instance import Instance
from solvers.kkt import reduced_costs, residuals
from solvers.result import Certificate, Residuals, Result, SolutionStatus, SolveOptions, TerminationCondition

VERIFIED = 1e-6  # relative: "optimal"; looser than the solvers' own 1e-7, tighter than anything a user can see
ACCEPTED = 1e-4  # relative: "optimal within tolerance"
INTEGRALITY = 1e-5  # absolute; ten times the solvers' own 1e-6

_CLAIMS = frozenset({TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE})
_POINTS = _CLAIMS | {TerminationCondition.LOCALLY_OPTIMAL, TerminationCondition.FEASIBLE}  # end with a good point
_UNSURE = {
    TerminationCondition.NUMERICAL: "was unsure",
    TerminationCondition.TIME_LIMIT: "ran out of time",
    TerminationCondition.ITERATION_LIMIT: "ran out of iterations",
}


def judged(instance: Instance, result: Result, options: SolveOptions) -> Result:
    """Return `result` with residuals recomputed on `instance`, and with its claim lowered where they disagree.

    A claim is raised in one case only: an instance with duals whose solver was unsure or out of time, but whose
    primal and dual points prove each other optimal, or nearly. A local optimum stays one: what is checked is that the
    point keeps the model. Without a point nothing can be checked and the
    certificate stays `unverified`.
    """
    if result.x is None:
        return replace(result, solution_status=SolutionStatus.NO_SOLUTION, certificate=Certificate.UNVERIFIED)
    if len(result.x) != instance.column_count or not np.isfinite(result.x).all():
        return _without_point(
            result, "The solver returned a point with missing or infinite numbers, so it was dropped."
        )
    plain = has_duals(instance)
    duals = result.row_dual if plain else None
    if duals is not None and (len(duals) != instance.row_count or not np.isfinite(duals).all()):
        duals = None
    if duals is None and plain and instance.row_count == 0 and instance.is_linear:
        duals = np.zeros(0)
    crossed = result.certificate is Certificate.CROSSOVER_DONE
    checked = residuals(instance, result.x, duals, claimed_objective=result.objective_value)
    result = replace(
        result,
        residuals=checked,
        objective_value=checked.objective_value,
        row_activity=instance.row_activity(result.x),
        row_dual=duals,
        reduced_cost=None if duals is None else reduced_costs(instance, duals, result.x),
        certificate=Certificate.RESIDUALS_CHECKED,
    )
    if checked.dual_objective_value is not None and result.termination_condition in _CLAIMS:
        result = replace(result, objective_bound=checked.dual_objective_value, relative_gap=checked.relative_gap)
    final = _lowered(instance, result, checked, options)
    if crossed and final.solution_status is SolutionStatus.OPTIMAL:
        final = replace(final, certificate=Certificate.CROSSOVER_DONE)
    return final


def quality(result: Result) -> str:
    """Return how good the point is in the words used everywhere, or an empty string when there is none."""
    if result.x is None:
        return ""
    if result.solution_status is SolutionStatus.OPTIMAL:
        return "optimal (verified)"
    if result.termination_condition is TerminationCondition.OPTIMAL_WITHIN_TOLERANCE:
        return "optimal within 1e-4"
    if result.termination_condition is TerminationCondition.LOCALLY_OPTIMAL:
        return "local optimum"
    return "best point, not verified"


def keeps_model(checked: Residuals) -> bool:
    """Whether a point with these residuals is a solution at all, to the accuracy that is accepted of any."""
    relative = (checked.relative_row_violation, checked.relative_bound_violation, checked.max_set_violation)
    whole = (checked.max_integrality_violation, checked.relative_rounded_violation or 0.0)
    return max(*relative, *whole) <= ACCEPTED


def _lowered(instance: Instance, result: Result, checked: Residuals, options: SolveOptions) -> Result:
    infeasibility = max(checked.relative_row_violation, checked.relative_bound_violation, checked.max_set_violation)
    if infeasibility > ACCEPTED or checked.max_integrality_violation > ACCEPTED:
        return _not_a_solution(result, checked)
    rounded = checked.relative_rounded_violation or 0.0
    if rounded > ACCEPTED:
        return _not_whole(result, checked)
    infeasibility = max(infeasibility, rounded)
    error = max(infeasibility, _optimality_error(instance, result, checked, options))
    unsure = _UNSURE.get(result.termination_condition)
    if unsure and has_duals(instance) and result.row_dual is not None and error <= ACCEPTED:
        result = replace(
            result,
            termination_condition=TerminationCondition.OPTIMAL,
            message=f"The solver {unsure}, but its primal and dual solutions prove each other optimal.",
            objective_bound=checked.dual_objective_value,
            relative_gap=checked.relative_gap,
        )
    if result.termination_condition not in _CLAIMS:
        return replace(result, solution_status=SolutionStatus.FEASIBLE)
    if error <= VERIFIED and checked.max_integrality_violation <= INTEGRALITY:
        return replace(result, solution_status=SolutionStatus.OPTIMAL)
    error = max(error, checked.max_integrality_violation)
    if error <= ACCEPTED:
        return replace(
            result,
            termination_condition=TerminationCondition.OPTIMAL_WITHIN_TOLERANCE,
            solution_status=SolutionStatus.FEASIBLE,
            message=f"Optimal within 1e-4: the largest relative error we recomputed is {error:.1e}.",
        )
    return replace(
        result,
        termination_condition=TerminationCondition.FEASIBLE,
        solution_status=SolutionStatus.FEASIBLE,
        message=(
            f"The solver called this point optimal, but our own check disagrees (relative error {error:.1e}): "
            "it is the best point found, not a proven optimum."
        ),
    )


def _optimality_error(instance: Instance, result: Result, checked: Residuals, options: SolveOptions) -> float:
    scale = 1.0 + abs(checked.objective_value)
    error = checked.objective_error / scale
    by_bound = result.row_dual is None and not instance.is_linear and result.objective_bound is not None
    if by_bound or not has_duals(instance):
        # The proof is the solver's; what can be checked is that its bound really is as near as it says.
        return max(error, _unclosed_gap(result, options))
    if checked.relative_gap is None or checked.relative_dual_violation is None:
        return np.inf  # without duals nothing proves a linear optimum
    return max(error, checked.relative_gap, checked.relative_dual_violation)


def _unclosed_gap(result: Result, options: SolveOptions) -> float:
    value, bound = result.objective_value, result.objective_bound
    if value is None or bound is None or abs(value - bound) <= VERIFIED:
        return 0.0
    gap = abs(value - bound) / abs(value) if value else np.inf
    return float(gap) if gap > options.relative_gap * (1 + VERIFIED) else 0.0


def _not_a_solution(result: Result, checked: Residuals) -> Result:
    where = f" (worst constraint: {checked.worst_row})" if checked.worst_row else ""
    where = where or (f" (worst variable: {checked.worst_column})" if checked.worst_column else "")
    where = where or (f" (worst set: {checked.worst_set})" if checked.worst_set else "")
    return _refused(result, f"The point the solver returned breaks the model{where}, so it is not a solution.")


def _not_whole(result: Result, checked: Residuals) -> Result:
    """The integer columns are whole within tolerance, but a large coefficient turns the rest into a broken row."""
    message = (
        f"The point holds only because whole numbers are missed by up to {checked.max_integrality_violation:.0e}: "
        f"rounded, it breaks {checked.worst_rounded} by {checked.max_rounded_violation:g}. A very large coefficient "
        "there (a big M) is the usual cause: make it as small as the model allows."
    )
    return _refused(result, message)


def _refused(result: Result, message: str) -> Result:
    claimed = result.termination_condition in _POINTS
    return replace(
        result,
        termination_condition=TerminationCondition.NUMERICAL if claimed else result.termination_condition,
        solution_status=SolutionStatus.INFEASIBLE_POINT,
        message=message if claimed else f"{result.message} {message}".strip(),
    )


def _without_point(result: Result, message: str) -> Result:
    claimed = result.termination_condition in _POINTS - {TerminationCondition.FEASIBLE}
    return replace(
        result,
        termination_condition=TerminationCondition.NUMERICAL if claimed else result.termination_condition,
        solution_status=SolutionStatus.NO_SOLUTION,
        message=message,
        objective_value=None,
        x=None,
        row_activity=None,
        row_dual=None,
        reduced_cost=None,
    )
