"""An instance in NVIDIA cuOpt's terms and its answer in ours, the same whether it solves here or on its server."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from solvers.first_order import CLAIMS, OUT_OF_DEVICE_MEMORY, ended, pointed
from solvers.instance import Instance
from solvers.result import Result, SolveOptions, TerminationCondition, Vector

ITERATION = re.compile(r"^\s*(\d+)\s+[+-]?\d\.\d+e[+-]\d+\s")
_DEVICE = re.compile(r"\bdevice: (.+?) \(ID \d+\)")

# cuopt.linear_programming.solver.solver_wrapper.LPTerminationStatus, by its names
_CONDITIONS = {
    "Optimal": TerminationCondition.OPTIMAL,
    "PrimalInfeasible": TerminationCondition.INFEASIBLE,
    "DualInfeasible": TerminationCondition.UNBOUNDED,  # or infeasible too: examined afterwards
    "UnboundedOrInfeasible": TerminationCondition.INFEASIBLE_OR_UNBOUNDED,
    "IterationLimit": TerminationCondition.ITERATION_LIMIT,
    "TimeLimit": TerminationCondition.TIME_LIMIT,
    "PrimalFeasible": TerminationCondition.FEASIBLE,
    "NumericalError": TerminationCondition.NUMERICAL,
    "NoTermination": TerminationCondition.NUMERICAL,
}


def data_model(instance: Instance) -> Any:
    """Return a minimising instance as cuOpt's DataModel."""
    from cuopt.linear_programming import DataModel

    model = DataModel()
    model.set_csr_constraint_matrix(instance.values, instance.indices, instance.indptr)
    model.set_objective_coefficients(instance.cost)
    model.set_objective_offset(instance.objective_offset)
    model.set_constraint_lower_bounds(instance.row_lower)
    model.set_constraint_upper_bounds(instance.row_upper)
    model.set_variable_lower_bounds(instance.column_lower)
    model.set_variable_upper_bounds(instance.column_upper)
    return model


def settings(options: SolveOptions) -> Any:
    """Return cuOpt's SolverSettings for its first-order method alone."""
    from cuopt.linear_programming import SolverMethod, SolverSettings

    chosen = SolverSettings()
    chosen.set_optimality_tolerance(options.first_order_tolerance)
    for name, value in (
        ("method", SolverMethod.PDLP),
        ("time_limit", max(options.time_limit_seconds, 0.01)),
        ("infeasibility_detection", True),
        ("per_constraint_residual", True),  # as our own check measures
        ("log_to_console", True),
        ("crossover", False),
    ):
        chosen.set_parameter(name, value)
    if not options.presolve:
        chosen.set_parameter("presolve", 0)
    return chosen


def answer(instance: Instance, solution: Any, *, solver: str, **facts: Any) -> tuple[Result, Vector | None]:
    """Return cuOpt's Solution as a result, not yet checked, and the duals by which it may say infeasible."""
    fault = int(solution.get_error_status())
    if fault:
        return failed(f"{solution.get_error_message()}", solver=solver, **facts), None
    reason = solution.get_termination_reason()
    condition = _CONDITIONS.get(reason, TerminationCondition.ERROR)
    facts |= {"raw_status": reason, "iterations": int(solution.get_lp_stats()["nb_iterations"])}
    x, duals = (_vector(values) for values in (solution.get_primal_solution(), solution.get_dual_solution()))
    claims = condition in CLAIMS or condition is TerminationCondition.INFEASIBLE_OR_UNBOUNDED
    if claims or x is None or duals is None or len(x) != instance.column_count or len(duals) != instance.row_count:
        return ended(solver, condition, **facts), duals
    return pointed(instance, condition, x, duals, solver=solver, **facts), None


def failed(fault: str, *, solver: str, **facts: Any) -> Result:
    """Return the result of an attempt that cuOpt ended with the error `fault`."""
    said = " ".join(fault.split())[:500].rstrip(".")
    if any(mark in said.lower() for mark in ("out of memory", "out_of_memory", "outofmemory", "bad_alloc")):
        return ended(solver, TerminationCondition.MEMORY_LIMIT, OUT_OF_DEVICE_MEMORY, **facts)
    return ended(solver, TerminationCondition.ERROR, f"cuOpt failed: {said}.", **facts)


def device_named(line: str) -> str:
    """Return the name of the GPU that a line of cuOpt's log says it computes on, or nothing."""
    found = _DEVICE.search(line)
    return found.group(1) if found else ""


def _vector(values: Any) -> Vector | None:
    return None if values is None else np.array(values, dtype=np.float64)
