"""The Gurobi library as one call: an instance in, a result out; a missing licence is an answer, not an exception."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solvers.base import has_duals
from solvers.gurobi_beyond import Parts, kinds
from solvers.gurobi_iis import with_conflict
from solvers.gurobi_pool import search_for_best, with_candidates
from solvers.gurobi_status import ERRORS, from_status
from solvers.gurobi_watch import UNKNOWN, Watch
from solvers.instance import FloatArray, Instance, Sense
from solvers.kkt import reduced_costs
from solvers.outcome import NO_POINT, claimed_status, relative_gap, sentence, told_apart
from solvers.pool import room
from solvers.result import (
    Basis,
    BasisStatus,
    Report,
    Result,
    ShouldStop,
    SolutionStatus,
    SolveOptions,
    TerminationCondition,
)
from solvers.speech import UnknownFunction
from solvers.stopping import stopping

METHODS = {"choose": -1, "simplex": 1, "ipm": 2}
AMBIGUOUS = frozenset({TerminationCondition.INFEASIBLE_OR_UNBOUNDED, TerminationCondition.UNBOUNDED})
BEFORE_THE_HARD_LIMIT = 0.8  # Gurobi's own limit comes first: unlike the process's it keeps the incumbent
ROW_BY_ROW = 20_000  # entries; below, loading SciPy for Gurobi's matrix call takes longer than it saves (0.1 s)
PROVEN = frozenset({TerminationCondition.OPTIMAL, TerminationCondition.NUMERICAL})


def solve_with_gurobi(
    instance: Instance, *, solver: str, options: SolveOptions, report: Report, should_stop: ShouldStop
) -> Result:
    """Return Gurobi's answer, not yet checked against the instance; `solver` is the name the result carries."""
    if options.method not in METHODS:
        known = ", ".join(METHODS)
        return _failed(
            solver, TerminationCondition.ERROR, f"Gurobi has no method {options.method!r}; choose one of {known}."
        )
    import gurobipy

    def once(asked: Instance, limits: SolveOptions, seconds: float, listener: Report) -> Result:
        return _solved(asked, solver, replace(limits, time_limit_seconds=seconds), listener, should_stop)

    try:
        result = once(instance, options, options.time_limit_seconds, report)
        left = options.time_limit_seconds - result.seconds
        if result.termination_condition in AMBIGUOUS and left > 0:
            alone = replace(options, pool_size=0)
            return told_apart(result, instance, lambda easier: once(easier, alone, left, _unheard))
    except UnknownFunction as unknown:
        message = f"Gurobi has no function {unknown}, which this instance needs."
        return _failed(solver, TerminationCondition.UNSUPPORTED, message)
    except gurobipy.GurobiError as error:
        condition = ERRORS.get(error.errno, TerminationCondition.ERROR)
        return _failed(solver, condition, f"Gurobi says: {str(error).rstrip('.')}.", f"error {error.errno}")
    return result


def _failed(solver: str, condition: TerminationCondition, message: str, raw: str = "") -> Result:
    return Result(condition, SolutionStatus.NO_SOLUTION, solver=solver, message=message, raw_status=raw)


def _unheard(_: object) -> None:
    """Hear nothing of a solve whose objective is not the user's."""


def _solved(instance: Instance, solver: str, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    started = time.monotonic()
    with _problem(options) as problem:
        loaded = _load(problem, instance)
        kept = room(instance, options)
        if kept:
            search_for_best(problem, kept)
        watch = Watch(loaded.columns.tolist(), sign=problem.ModelSense, report=report, started=started)
        with stopping(should_stop, problem.terminate):
            problem.optimize(watch)
        watch.finish()
        result = _result(loaded, instance, solver)
        if kept and result.x is not None:
            result = with_candidates(result, problem, loaded.columns)
        left = options.time_limit_seconds - (time.monotonic() - started)
        if options.conflict and _is_empty(result) and instance.is_linear and left > 0:
            numbers = loaded.row_numbers
            result = with_conflict(result, problem, instance, loaded.rows, numbers, seconds=left)
        return replace(result, seconds=time.monotonic() - started)


def _is_empty(result: Result) -> bool:
    empty = (TerminationCondition.INFEASIBLE, TerminationCondition.INFEASIBLE_OR_UNBOUNDED)
    return result.termination_condition in empty


@contextmanager
def _problem(options: SolveOptions) -> Iterator[Any]:
    import gurobipy

    with gurobipy.Env(empty=True) as environment:
        environment.setParam("LogToConsole", 0)  # before the start, whose greeting is printed otherwise
        environment.start()
        for name, value in _parameters(options).items():
            environment.setParam(name, value)
        with gurobipy.Model(env=environment) as problem:
            yield problem


def _parameters(options: SolveOptions) -> dict[str, float | int]:
    return {
        "TimeLimit": max(options.time_limit_seconds, 0.01),
        "Threads": options.threads,
        "Seed": options.seed,
        "MIPGap": options.relative_gap,
        "Method": METHODS[options.method],
        "Presolve": -1 if options.presolve else 0,
        "SoftMemLimit": options.memory_limit_bytes * BEFORE_THE_HARD_LIMIT / 1e9,
        # As tight as HiGHS's own: Gurobi's default of 1e-6 is what we call the limit of "verified".
        "FeasibilityTol": 1e-7,
        "OptimalityTol": 1e-7,
        "IntFeasTol": 1e-6,
    }


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The problem with its own columns, and the instance's rows that became Gurobi's (a free row is no row)."""

    problem: Any
    columns: Any
    rows: list[Any]
    row_numbers: Any


def _load(problem: Any, instance: Instance) -> _Loaded:
    columns = problem.addMVar(
        instance.column_count,
        lb=instance.column_lower,
        ub=instance.column_upper,
        obj=instance.cost,
        vtype=kinds(instance),
    )
    problem.ModelSense = -1 if instance.sense is Sense.MAXIMIZE else 1
    problem.ObjCon = instance.objective_offset
    problem.update()
    linear = np.isfinite(instance.row_lower) | np.isfinite(instance.row_upper)
    if instance.beyond:
        parts = Parts(problem, instance, columns.tolist())
        parts.add()
        linear[parts.rows] = False
    numbers = np.flatnonzero(linear)
    return _Loaded(problem, columns, _add_rows(problem, instance, columns, numbers), numbers)


def _add_rows(problem: Any, instance: Instance, columns: Any, numbers: Any) -> list[Any]:
    """Return Gurobi's rows, one for each of the instance's rows in `numbers`.

    A row between two limits equals a column between them; Gurobi's own range rows do the same unseen.
    """
    lower, upper = instance.row_lower[numbers], instance.row_upper[numbers]
    ranged = np.flatnonzero(np.isfinite(lower) & np.isfinite(upper) & (lower != upper))
    senses = np.where(lower == upper, "=", np.where(np.isfinite(lower), ">", "<"))
    sides = np.where(np.isfinite(lower), lower, upper)
    senses[ranged], sides[ranged] = "=", 0.0
    between = problem.addMVar(ranged.size, lb=lower[ranged], ub=upper[ranged]) if ranged.size else None
    if instance.nonzero_count <= ROW_BY_ROW:
        activities = _expressions(instance, numbers, columns, ranged, between)
        return [
            problem.addLConstr(left, sense, side)
            for left, sense, side in zip(activities, senses.tolist(), sides.tolist(), strict=True)
        ]
    matrix, variables = _matrix(instance, numbers, columns, ranged, between)
    rows: list[Any] = problem.addMConstr(matrix, variables, senses, sides).tolist()
    return rows


def _expressions(instance: Instance, numbers: Any, columns: Any, ranged: Any, between: Any) -> Iterator[Any]:
    import gurobipy

    variables, extra = (
        columns.tolist(),
        {} if between is None else dict(zip(ranged.tolist(), between.tolist(), strict=True)),
    )
    starts, entries, values = instance.indptr.tolist(), instance.indices.tolist(), instance.values.tolist()
    for k, i in enumerate(numbers.tolist()):
        first, last = starts[i], starts[i + 1]
        activity = gurobipy.LinExpr(values[first:last], [variables[j] for j in entries[first:last]])
        if k in extra:
            activity.addTerms(-1.0, extra[k])
        yield activity


def _matrix(instance: Instance, numbers: Any, columns: Any, ranged: Any, between: Any) -> tuple[Any, Any]:
    import gurobipy
    import scipy.sparse

    matrix = instance.matrix[numbers]
    if between is None:
        return matrix, columns
    shape = (numbers.size, ranged.size)
    minus = scipy.sparse.csr_array((-np.ones(ranged.size), (ranged, np.arange(ranged.size))), shape=shape)
    return scipy.sparse.hstack([matrix, minus], format="csr"), gurobipy.concatenate([columns, between])


def _result(loaded: _Loaded, instance: Instance, solver: str) -> Result:
    import gurobipy

    problem = loaded.problem
    raw, condition = from_status(int(problem.Status))
    x = _point(loaded, instance, condition)
    y = _duals(loaded, instance) if x is not None and has_duals(instance) else None
    value = None if x is None else instance.objective_at(x)
    bound = _bound(problem, instance, condition, value)
    return Result(
        termination_condition=condition,
        solution_status=claimed_status(condition, has_point=x is not None),
        solver=solver,
        raw_status=raw,
        message=sentence(condition),
        objective_value=value,
        objective_bound=bound,
        relative_gap=relative_gap(value, bound) if not has_duals(instance) else None,
        x=x,
        row_activity=None if x is None else instance.row_activity(x),
        row_dual=y,
        reduced_cost=None if y is None else reduced_costs(instance, y, x),
        basis=_basis(loaded, instance) if y is not None and instance.is_linear else None,
        iterations=int(problem.IterCount + problem.BarIterCount) or None,
        nodes=int(problem.NodeCount) if problem.IsMIP else None,
        solver_version="Gurobi " + ".".join(str(part) for part in gurobipy.gurobi.version()),
    )


def _point(loaded: _Loaded, instance: Instance, condition: TerminationCondition) -> FloatArray | None:
    if condition in NO_POINT or not loaded.problem.SolCount:
        return None
    if not loaded.problem.IsMIP and condition not in PROVEN:
        return None  # at a limit the simplex method holds a basic point that may break rows
    return np.array(loaded.columns.X, dtype=np.float64)


def _duals(loaded: _Loaded, instance: Instance) -> FloatArray:
    duals = np.zeros(instance.row_count)
    duals[loaded.row_numbers] = loaded.problem.getAttr("Pi", loaded.rows)
    return duals


def _basis(loaded: _Loaded, instance: Instance) -> Basis | None:
    """The basis in the instance's rows, or None where Gurobi has none or it cannot be told in them.

    A row between two limits is an equation with a column of its own here, so that column's status is the row's.
    """
    import gurobipy

    problem, numbers = loaded.problem, loaded.row_numbers
    try:
        of_columns = np.array(problem.getAttr("VBasis"), dtype=np.int64)
        of_rows = np.array(problem.getAttr("CBasis", loaded.rows), dtype=np.int64)
    except (AttributeError, gurobipy.GurobiError):
        return None
    lower, upper = instance.row_lower[numbers], instance.row_upper[numbers]
    ranged = np.isfinite(lower) & np.isfinite(upper) & (lower != upper)
    if np.any(of_rows[ranged] == 0):
        return None  # the equation itself is basic: the same vertex, but not a basis of our rows
    told = np.where(of_rows == 0, BasisStatus.BASIC, np.where(np.isfinite(lower), BasisStatus.LOWER, BasisStatus.UPPER))
    names = {0: BasisStatus.BASIC, -1: BasisStatus.LOWER, -2: BasisStatus.UPPER, -3: BasisStatus.ZERO}
    statuses = np.array([names[status] for status in of_columns.tolist()], dtype=np.int8)
    told[ranged] = statuses[instance.column_count :]
    rows = np.full(instance.row_count, BasisStatus.BASIC, dtype=np.int8)
    rows[numbers] = told
    return Basis(statuses[: instance.column_count], rows)


def _bound(problem: Any, instance: Instance, condition: TerminationCondition, value: float | None) -> float | None:
    if has_duals(instance):
        return value if condition is TerminationCondition.OPTIMAL else None
    bound = float(problem.ObjBound) if condition not in NO_POINT else UNKNOWN
    return bound if abs(bound) < UNKNOWN else None
