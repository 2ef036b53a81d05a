"""The HiGHS library as one call: an instance in, a result out, whichever of its algorithms is asked for.

Needed by several backends; every status code is checked because HiGHS otherwise solves an older or an empty problem
without complaint.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.highs_beyond import branches, hessian
from solvers.highs_model import pass_model
from solvers.highs_status import TERMINATION
from solvers.highs_watch import Watch
from solvers.instance import Instance
from solvers.outcome import NO_POINT, claimed_status, relative_gap, sentence
from solvers.result import (
    Basis,
    BasisStatus,
    Report,
    Result,
    ShouldStop,
    SolutionStatus,
    SolveOptions,
    TerminationCondition,
    Vector,
)

if TYPE_CHECKING:
    pass

MAX_SECONDS = 1e7  # HiGHS spends less on presolve searches when its time limit is finite
RAY_NONZEROS = 200_000  # beyond, nobody checks the ray, and HiGHS may need another solve to find it
IIS_STRATEGY = 6  # from a linear program with every row elastic, then made irreducible; rays give larger sets
IIS_SIDES = {2: 1, 3: 2, 4: 3}  # kIisBoundStatusLower, Upper and Boxed as bits: 1 lower, 2 upper
FEASIBLE_POINT = 2  # kSolutionStatusFeasible, not exported by highspy


class EngineRefusal(RuntimeError):
    """HiGHS did not accept an option or the problem; the text is a sentence for the user."""


def solve_with_highs(
    instance: Instance,
    *,
    solver: str,
    settings: dict[str, float | int | str | bool],
    options: SolveOptions,
    report: Report,
    should_stop: ShouldStop,
) -> Result:
    """Return HiGHS's answer, not yet checked against the instance; `settings` are HiGHS options by their names.

    `solver` is the name the result carries. Unbounded and infeasible are told apart by a second run with a zero
    objective inside the same time limit, but for a quadratic objective (see `solvers.highs_quadratic`).
    """
    started = time.monotonic()
    try:
        highs = loaded(instance, {**limits(options), **settings})
        watch = Watch(highs, is_mip=branches(instance), report=report, should_stop=should_stop, started=started)
        model_status = _run(highs, watch)
        if _is_ambiguous(model_status, instance):
            condition = _tell_apart(highs, watch, instance, options, started)
            if model_status == "kInfeasible" and condition is TerminationCondition.INFEASIBLE_OR_UNBOUNDED:
                condition = TerminationCondition.INFEASIBLE  # no time was left to doubt it
        else:
            condition = TERMINATION.get(model_status, TerminationCondition.ERROR)
        watch.raise_fault()
    except EngineRefusal as refusal:
        return Result(
            TerminationCondition.ERROR,
            SolutionStatus.NO_SOLUTION,
            solver=solver,
            message=str(refusal),
            seconds=time.monotonic() - started,
        )
    result = _result(highs, instance, condition, solver=solver, raw=model_status, seconds=time.monotonic() - started)
    return _with_reasons(highs, instance, result, options)


def limits(options: SolveOptions) -> dict[str, float | int | str | bool]:
    """Return the limits, the seed and the logging of a solve as HiGHS's options."""
    return {
        "output_flag": True,  # without it the logging callbacks stay silent
        "log_to_console": False,
        "time_limit": min(max(options.time_limit_seconds, 0.01), MAX_SECONDS),
        "threads": options.threads,
        "random_seed": options.seed,
        "mip_rel_gap": options.relative_gap,
        "mip_min_logging_interval": 0.5,
        "presolve": "choose" if options.presolve else "off",
    }


def loaded(instance: Instance, settings: dict[str, float | int | str | bool]) -> Any:
    """Return a Highs object that holds `instance`, with `settings` set; raises EngineRefusal."""
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in settings.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise EngineRefusal(f"HiGHS does not accept {value!r} for its option {name}.")
    if pass_model(highs, instance) == highspy.HighsStatus.kError:
        raise EngineRefusal(
            "HiGHS does not accept this instance; coefficients beyond 1e15 in size are the usual cause: change units."
        )
    square = hessian(instance)
    if square is not None and highs.passHessian(square) != highspy.HighsStatus.kOk:
        raise EngineRefusal("HiGHS does not accept the quadratic terms of the objective; it takes convex ones only.")
    return highs


def _run(highs: Any, watch: Watch) -> str:
    highs.run()  # its status repeats what the model status says more precisely
    watch.flush()
    return str(highs.getModelStatus().name)


def _is_ambiguous(model_status: str, instance: Instance) -> bool:
    # A MIP is called unbounded when its relaxation is; it may still have no integer point at all. And presolve calls
    # some unbounded LPs infeasible (HiGHS 1.15.1), which a run without an objective finds out.
    claims = {"kUnboundedOrInfeasible", "kUnbounded" if branches(instance) else "kInfeasible"}
    return model_status in claims and not instance.beyond.quadratic_row.size


def _tell_apart(
    highs: Any,
    watch: Watch,
    instance: Instance,
    options: SolveOptions,
    started: float,
) -> TerminationCondition:
    left = options.time_limit_seconds - (time.monotonic() - started)
    undecided = TerminationCondition.INFEASIBLE_OR_UNBOUNDED
    if left <= 0:
        return undecided
    watch.phase = "feasibility"
    n = instance.column_count
    highs.changeColsCost(n, np.arange(n, dtype=np.int32), np.zeros(n))
    highs.setOptionValue("solver", "choose")
    highs.setOptionValue("time_limit", float(highs.getRunTime() + left))
    known = {"kInfeasible": TerminationCondition.INFEASIBLE, "kOptimal": TerminationCondition.UNBOUNDED}
    return known.get(_run(highs, watch), undecided)


def _result(
    highs: Any,
    instance: Instance,
    condition: TerminationCondition,
    *,
    solver: str,
    raw: str,
    seconds: float,
) -> Result:
    info, solution = highs.getInfo(), highs.getSolution()
    x = (
        _vector(solution.col_value, instance.column_count)
        if _may_show_point(condition, solution, info, solver)
        else None
    )
    is_tree = branches(instance)
    has_duals = x is not None and not is_tree and solution.dual_valid
    value = instance.objective_at(x) if x is not None else None
    bound = _bound(instance, condition, info, value)
    return Result(
        termination_condition=condition,
        solution_status=claimed_status(condition, has_point=x is not None),
        solver=solver,
        raw_status=raw,
        message=sentence(condition),
        objective_value=value,
        objective_bound=bound,
        relative_gap=relative_gap(value, bound) if is_tree else None,
        x=x,
        row_activity=None if x is None else instance.row_activity(x),
        row_dual=_vector(solution.row_dual, instance.row_count) if has_duals else None,
        reduced_cost=_vector(solution.col_dual, instance.column_count) if has_duals else None,
        basis=_basis(highs, instance, solver) if x is not None else None,
        iterations=_iterations(info),
        nodes=int(info.mip_node_count) if is_tree and info.mip_node_count >= 0 else None,
        seconds=seconds,
        solver_version=f"HiGHS {highs.version()}",
    )


def _may_show_point(condition: TerminationCondition, solution: Any, info: Any, solver: str) -> bool:
    if not solution.value_valid or condition in NO_POINT:
        return False
    # At a limit the simplex method holds a basic point that may break rows by thousands: that is no solution. A
    # first-order point is approximate by nature, so it is shown with its residuals.
    return bool(info.primal_solution_status == FEASIBLE_POINT or solver == "pdlp")


def _bound(instance: Instance, condition: TerminationCondition, info: Any, value: float | None) -> float | None:
    if branches(instance):
        return float(info.mip_dual_bound) if condition not in NO_POINT and np.isfinite(info.mip_dual_bound) else None
    return value if condition is TerminationCondition.OPTIMAL else None


def _basis(highs: Any, instance: Instance, solver: str) -> Basis | None:
    basis = highs.getBasis()
    if instance.is_mip or instance.beyond or not basis.valid or solver == "pdlp":
        return None
    # kNonbasic, which names no bound, is read as zero: only what is basic matters then.
    known = [min(int(status), int(BasisStatus.ZERO)) for status in (*basis.col_status, *basis.row_status)]
    if len(known) != instance.column_count + instance.row_count:
        return None
    statuses = np.array(known, dtype=np.int8)
    return Basis(statuses[: instance.column_count], statuses[instance.column_count :])


def _with_reasons(highs: Any, instance: Instance, result: Result, options: SolveOptions) -> Result:
    """Add why a linear instance is infeasible, as far as it is asked for; for integers HiGHS has no such reason."""
    linear = instance.is_linear and not instance.is_mip and result.solver != "pdlp"
    if result.termination_condition is not TerminationCondition.INFEASIBLE or not linear:
        return result
    left = options.time_limit_seconds - result.seconds
    if options.proof_seconds > 0 and left > 0 and instance.nonzero_count <= RAY_NONZEROS:
        # HiGHS solves once more, without presolve, when it was presolve that found the contradiction.
        highs.setOptionValue("time_limit", float(highs.getRunTime() + min(left, options.proof_seconds)))
        _, known, ray = highs.getDualRay()
        result = replace(result, ray=_vector(ray, instance.row_count) if known else None)
    return _with_conflict(highs, instance, result, left) if options.conflict and left > 0 else result


def _with_conflict(highs: Any, instance: Instance, result: Result, seconds: float) -> Result:
    highs.setOptionValue("iis_strategy", IIS_STRATEGY)
    highs.setOptionValue("iis_time_limit", seconds)
    _, found = highs.getIis()
    rows, columns = np.zeros(instance.row_count), np.zeros(instance.column_count)
    for sides, places, bounds in (
        (rows, found.row_index_, found.row_bound_),
        (columns, found.col_index_, found.col_bound_),
    ):
        for place, bound in zip(places, bounds, strict=True):
            sides[place] = IIS_SIDES.get(int(bound), 0)
    return replace(result, conflict_rows=rows, conflict_columns=columns) if rows.any() or columns.any() else result


def _iterations(info: Any) -> int | None:
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count)
    total = sum(max(int(count), 0) for count in (*counts, info.pdlp_iteration_count, info.qp_iteration_count))
    return total or None


def _vector(values: Any, length: int) -> Vector:
    vector = np.array(values, dtype=np.float64)
    if len(vector) != length:
        raise EngineRefusal(f"HiGHS returned {len(vector)} numbers where {length} were expected.")
    return vector
