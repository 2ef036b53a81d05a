"""The SCIP library as one call: an instance in, a result out.

A continuous instance is solved without presolve, cuts, propagation and heuristics, because only then are the duals of
SCIP's one linear program those of the instance, and without duals nothing could prove its optimum.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from solvers.base import has_duals
from solvers.console import captured
from solvers.instance import FloatArray, Instance, Sense
from solvers.logic import relaxed_bounds
from solvers.outcome import NO_POINT, claimed_status, relative_gap, sentence, told_apart
from solvers.pool import room
from solvers.result import Report, Result, ShouldStop, SolutionStatus, SolveOptions, TerminationCondition
from solvers.scip_beyond import Parts
from solvers.scip_status import from_status
from solvers.scip_watch import Watch, interrupt, known
from solvers.speech import UnknownFunction
from solvers.stopping import stopping

METHODS = ("choose", "simplex")
AMBIGUOUS = frozenset({TerminationCondition.INFEASIBLE_OR_UNBOUNDED, TerminationCondition.UNBOUNDED})
BEFORE_THE_HARD_LIMIT = 0.8  # SCIP's own limit comes first: unlike the process's it keeps the incumbent
MAX_SECONDS = 1e9
ABSOLUTE_GAP = 5e-7  # half of what `solvers.verdict` takes for closed
SCIP_STORAGE = 100  # solutions that SCIP keeps by default
PROOF = 5e-7  # relative, where duals would prove an optimum to 1e-6
OWN_FAULT = "SCIP: "  # pyscipopt raises a bare Exception with this beginning for every return code


def solve_with_scip(
    instance: Instance, *, solver: str, options: SolveOptions, report: Report, should_stop: ShouldStop
) -> Result:
    """Return SCIP's answer, not yet checked against the instance; `solver` is the name the result carries.

    A convex quadratic instance comes without duals: its proof is SCIP's bound.
    """
    if options.method not in METHODS:
        refusal = f"SCIP has no method {options.method!r}; choose one of {', '.join(METHODS)}."
        return Result(TerminationCondition.ERROR, SolutionStatus.NO_SOLUTION, solver=solver, message=refusal)

    def once(asked: Instance, limits: SolveOptions, seconds: float, listener: Report) -> Result:
        return _solved(asked, solver, replace(limits, time_limit_seconds=seconds), listener, should_stop)

    try:
        result = once(instance, options, options.time_limit_seconds, report)
        left = options.time_limit_seconds - result.seconds
        if result.termination_condition in AMBIGUOUS and left > 0:
            alone = replace(options, pool_size=0)
            return told_apart(result, instance, lambda easier: once(easier, alone, left, _unheard))
    except UnknownFunction as unknown:
        message = f"SCIP has no function {unknown}, which this instance needs."
        return Result(TerminationCondition.UNSUPPORTED, SolutionStatus.NO_SOLUTION, solver=solver, message=message)
    except Exception as error:
        if not str(error).startswith(OWN_FAULT) or isinstance(error, MemoryError):
            raise
        message = f"SCIP gave up with an {str(error).removeprefix(OWN_FAULT).strip(' !')}; HiGHS may fare better."
        return Result(TerminationCondition.NUMERICAL, SolutionStatus.NO_SOLUTION, solver=solver, message=message)
    return result


def _unheard(_: object) -> None:
    """Hear nothing of a solve whose objective is not the user's."""


def branches(instance: Instance) -> bool:
    """Whether SCIP searches a tree; only a linear instance over real columns is one linear program."""
    return instance.is_mip or bool(instance.beyond)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The problem with its own variables and constraints, one for each column and row."""

    problem: Any
    variables: list[Any]
    constraints: list[Any]


def _solved(instance: Instance, solver: str, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
    from pyscipopt.scip import PY_SCIP_PARAMSETTING as SCIP_PARAMSETTING

    started = time.monotonic()
    loaded = _load(instance)
    problem = loaded.problem
    spent = time.monotonic() - started
    if not branches(instance):
        # A heuristic's point as good as the optimum would cut the linear program off before its duals are known.
        problem.setHeuristics(SCIP_PARAMSETTING.OFF)
    for name, value in _parameters(instance, options, spent).items():
        problem.setParam(name, value)
    if should_stop():  # the search forgets an interrupt that came before it
        condition = TerminationCondition.INTERRUPTED
        return Result(condition, SolutionStatus.NO_SOLUTION, solver=solver, message=sentence(condition))
    watch = Watch(problem, loaded.variables, is_mip=branches(instance), report=report, started=started)
    with captured(watch.hear), stopping(should_stop, lambda: interrupt(problem)):
        problem.optimizeNogil()  # releases Python's lock: the other threads listen and interrupt
    watch.finish()
    result = _result(loaded, instance, solver)
    kept = room(instance, options)
    if kept and result.x is not None:
        result = replace(result, candidates=_stored(loaded, kept))
    return replace(result, seconds=time.monotonic() - started)


def _parameters(instance: Instance, options: SolveOptions, spent: float) -> dict[str, float | int]:
    limits: dict[str, float | int] = {
        "limits/maxsol": max(room(instance, options), SCIP_STORAGE),
        "limits/time": min(max(options.time_limit_seconds - spent, 0.01), MAX_SECONDS),
        "limits/memory": options.memory_limit_bytes * BEFORE_THE_HARD_LIMIT / (1 << 20),
        "limits/gap": options.relative_gap if branches(instance) else 0.0,
        "randomization/randomseedshift": options.seed,
        "display/freq": 1000,
        "misc/catchctrlc": False,  # signals are the process's own affair
    }
    if not branches(instance):
        return {**limits, **_PLAIN, "numerics/feastol": 1e-8, "numerics/dualfeastol": 1e-8}
    if instance.beyond:
        # A curved optimum is approached, never met: without an absolute gap one of value zero would take for ever.
        limits["limits/absgap"] = ABSOLUTE_GAP
        limits["limits/gap"] = min(options.relative_gap, PROOF) if has_duals(instance) else options.relative_gap * 0.9
    # As tight as HiGHS's own: SCIP's default of 1e-6 is what we call the limit of "verified".
    presolve = {} if options.presolve else {"presolving/maxrounds": 0}
    return {**limits, **presolve, "numerics/feastol": 1e-7}


_PLAIN = {
    "presolving/maxrounds": 0,
    "propagating/maxrounds": 0,
    "propagating/maxroundsroot": 0,
    "separating/maxrounds": 0,
    "separating/maxroundsroot": 0,
    "lp/presolving": False,  # what SoPlex undoes of it is sometimes a wrong dual (80bau3b)
}


def _load(instance: Instance) -> _Loaded:
    from pyscipopt import Model
    from pyscipopt.scip import Expr, ExprCons

    problem = Model("instance")
    variables = _variables(problem, instance)
    if instance.sense is Sense.MAXIMIZE:
        problem.setMaximize()
    problem.addObjoffset(instance.objective_offset)
    starts, columns, values = instance.indptr.tolist(), instance.indices.tolist(), instance.values.tolist()
    infinity, tree = problem.infinity(), branches(instance)
    parts = Parts(problem, instance, variables) if instance.beyond else None
    constraints = []
    for i, (lower, upper) in enumerate(zip(*_sides(instance, infinity), strict=True)):
        if parts is not None and parts.takes(i):
            parts.add_row(i, lower, upper, f"r{i}")
            continue
        # A row with one column that is not fixed would become a bound, and its dual be lost, unless it may be modified.
        row = problem.addCons(ExprCons(Expr(), lhs=lower, rhs=upper), name=f"r{i}", modifiable=not tree)
        for k in range(starts[i], starts[i + 1]):
            problem.addCoefLinear(row, variables[columns[k]], values[k])
        constraints.append(row)
    if parts is not None:
        parts.finish()
    return _Loaded(problem, variables, constraints)


def _variables(problem: Any, instance: Instance) -> list[Any]:
    infinity = problem.infinity()
    lower, upper = relaxed_bounds(instance)
    lower, upper = np.maximum(lower, -infinity).tolist(), np.minimum(upper, infinity).tolist()
    kinds = np.where(instance.integrality > 0, "I", "C").tolist()
    costs = instance.cost.tolist()
    return [
        problem.addVar(f"x{j}", vtype=kinds[j], lb=lower[j], ub=upper[j], obj=costs[j])
        for j in range(instance.column_count)
    ]


def _sides(instance: Instance, infinity: float) -> tuple[list[float], list[float]]:
    return np.maximum(instance.row_lower, -infinity).tolist(), np.minimum(instance.row_upper, infinity).tolist()


def _result(loaded: _Loaded, instance: Instance, solver: str) -> Result:
    problem = loaded.problem
    raw = str(problem.getStatus())
    condition = from_status(raw)
    x = _point(loaded, condition)
    y = _duals(loaded, instance) if condition is TerminationCondition.OPTIMAL and not branches(instance) else None
    value = None if x is None else instance.objective_at(x)
    bound = None if condition in NO_POINT else known(problem, problem.getDualbound())
    return Result(
        termination_condition=condition,
        solution_status=claimed_status(condition, has_point=x is not None),
        solver=solver,
        raw_status=raw,
        message=sentence(condition),
        objective_value=value,
        objective_bound=bound,
        relative_gap=relative_gap(value, bound) if branches(instance) else None,
        x=x,
        row_activity=None if x is None else instance.row_activity(x),
        row_dual=y,
        reduced_cost=None if y is None else instance.cost - instance.transposed_product(y),
        iterations=int(problem.getNLPIterations()) or None,
        nodes=int(problem.getNTotalNodes()) if branches(instance) else None,
        solver_version=f"SCIP {problem.version()}",
    )


def _point(loaded: _Loaded, condition: TerminationCondition) -> FloatArray | None:
    problem = loaded.problem
    if condition in NO_POINT or problem.getNSols() == 0:
        return None
    best = problem.getBestSol()
    return np.array([best[variable] for variable in loaded.variables], dtype=np.float64)


def _stored(loaded: _Loaded, count: int) -> FloatArray:
    """The points that SCIP's storage holds at the end, the best first; it keeps what it met, and looks for no more."""
    points = [[stored[variable] for variable in loaded.variables] for stored in loaded.problem.getSols()[:count]]
    return np.array(points, dtype=np.float64).ravel()


def _duals(loaded: _Loaded, instance: Instance) -> FloatArray | None:
    try:
        duals = np.array([loaded.problem.getDualsolLinear(row) for row in loaded.constraints], dtype=np.float64)
    except Warning:  # raised by pyscipopt for a constraint that SCIP has turned into another kind
        return None
    return -duals if instance.sense is Sense.MAXIMIZE else duals
