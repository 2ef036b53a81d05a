"""Convex quadratic objectives with HiGHS: one algorithm after the other until our own check agrees with one.

Measured with HiGHS 1.15.1: its active set method regularizes by default, which turns an unbounded problem into an
"optimum" far out and spoils duals; without that it may end with "Not set". HiPO is more exact, and calls some unbounded
problems "Unknown". So no status but a checked optimum is taken as it comes. On a maximisation HiPO diverges, and rows
without sides make it corrupt memory: HiGHS is given minimisations without such rows.
"""

from __future__ import annotations

import importlib.util
import time
from dataclasses import replace

import numpy as np

from solvers.beyond import LINEAR
from solvers.first_order import minimising, turned_back
from solvers.highs_engine import solve_with_highs
from solvers.instance import Instance
from solvers.outcome import sentence
from solvers.recession import cone
from solvers.result import Progress, Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition
from solvers.rows import with_rows
from solvers.verdict import judged

Settings = dict[str, float | int | str | bool]
HIPO: Settings = {"solver": "hipo"}
ACTIVE_SET: Settings = {"solver": "qpasm", "qp_regularization_value": 0.0}
REGULARIZED: Settings = {"solver": "qpasm"}
_WITHOUT_OPTIMUM = (
    TerminationCondition.INFEASIBLE,
    TerminationCondition.UNBOUNDED,
    TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
)
_UNSURE = (TerminationCondition.OPTIMAL, TerminationCondition.NUMERICAL, TerminationCondition.ERROR)


def solve_quadratic(
    instance: Instance, *, solver: str, options: SolveOptions, report: Report, should_stop: ShouldStop
) -> Result:
    """Return HiGHS's answer to an instance with linear rows, real columns and a convex quadratic objective.

    `options.method`: simplex is the active set method, ipm and hipo are the interior point method HiPO, choose tries
    HiPO first where it is installed. Infeasible and unbounded are shown by linear programs of our own making.
    """
    turned, kept = minimising(instance), np.isfinite(instance.row_lower) | np.isfinite(instance.row_upper)
    report = report if turned is instance else _turning(report)
    result = _solved(with_rows(turned, kept), solver, options, report, should_stop)
    if result.row_dual is not None:
        row_dual = np.zeros(instance.row_count)
        row_dual[kept] = result.row_dual
        result = replace(result, row_dual=row_dual, row_activity=None)
    return result if turned is instance else turned_back(result)


def _solved(instance: Instance, solver: str, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    until = time.monotonic() + options.time_limit_seconds
    tried: list[Result] = []
    for settings in _attempts(options.method):
        left = until - time.monotonic()
        if tried and (left <= 0 or should_stop()):
            break
        # The exact active set method may wander for ever, and something must be left to tell why.
        limited = replace(options, time_limit_seconds=left / 2 if tried else left)
        result = solve_with_highs(
            instance, solver=solver, settings=settings, options=limited, report=report, should_stop=should_stop
        )
        tried.append(result)
        if judged(instance, result, options).solution_status is SolutionStatus.OPTIMAL:
            return _timed(result, tried)
        if result.termination_condition not in _UNSURE:
            break
    best = next((each for each in tried if each.termination_condition is TerminationCondition.OPTIMAL), tried[-1])
    if best.termination_condition in (*_UNSURE, *_WITHOUT_OPTIMUM):
        best = _told_apart(best, instance, options, until, should_stop)
    elif judged(instance, best, options).solution_status is SolutionStatus.INFEASIBLE_POINT:
        best = _without_point(best)  # where an interior point method stood when it was ended
    return _timed(best, tried)


def _turning(report: Report) -> Report:
    def turned(progress: Progress) -> None:
        value, bound = (
            None if number is None else -number for number in (progress.objective_value, progress.objective_bound)
        )
        report(replace(progress, objective_value=value, objective_bound=bound))

    return turned


def _attempts(method: str) -> list[Settings]:
    has_hipo = importlib.util.find_spec("highspy_extras") is not None
    if method == "hipo" or (method == "ipm" and has_hipo):
        return [HIPO]
    if method == "choose" and has_hipo:
        return [HIPO, REGULARIZED, ACTIVE_SET]
    return [REGULARIZED, ACTIVE_SET]


def _told_apart(
    result: Result, instance: Instance, options: SolveOptions, until: float, should_stop: ShouldStop
) -> Result:
    """Return `result` with what two linear programs say of it: is there a point, and a direction without end?

    A convex quadratic objective that is bounded over a polyhedron has an optimum there (Frank and Wolfe 1956); it is
    unbounded just when there is a point and a direction of the cone along which it falls linearly.
    """

    def condition_of(asked: Instance) -> TerminationCondition:
        left = until - time.monotonic()
        if left <= 0:
            return TerminationCondition.TIME_LIMIT
        limited = replace(options, time_limit_seconds=left)
        return solve_with_highs(
            asked, solver="", settings={}, options=limited, report=_unheard, should_stop=should_stop
        ).termination_condition

    def told(condition: TerminationCondition) -> Result:
        return replace(_without_point(result), termination_condition=condition, message=sentence(condition))

    claim = result.termination_condition
    point = condition_of(replace(instance, beyond=LINEAR, cost=np.zeros(instance.column_count)))
    if point in (TerminationCondition.INFEASIBLE, TerminationCondition.INTERRUPTED):
        return told(point)
    direction = condition_of(cone(instance))
    if point is direction is TerminationCondition.OPTIMAL:
        return told(TerminationCondition.UNBOUNDED)
    if claim not in _WITHOUT_OPTIMUM:
        return result if claim is TerminationCondition.OPTIMAL else replace(result, message=sentence(claim))
    if point is TerminationCondition.OPTIMAL and direction is TerminationCondition.INFEASIBLE:
        return told(TerminationCondition.NUMERICAL)  # there is an optimum, which HiGHS did not reach
    return told(TerminationCondition.INFEASIBLE_OR_UNBOUNDED)


def _without_point(result: Result) -> Result:
    return replace(
        result,
        solution_status=SolutionStatus.NO_SOLUTION,
        objective_value=None,
        objective_bound=None,
        x=None,
        row_activity=None,
        row_dual=None,
        reduced_cost=None,
    )


def _timed(result: Result, tried: list[Result]) -> Result:
    iterations = sum(each.iterations or 0 for each in tried)
    return replace(result, seconds=sum(each.seconds for each in tried), iterations=iterations or None)


def _unheard(_: object) -> None:
    """Hear nothing of a solve whose objective is not the user's."""
