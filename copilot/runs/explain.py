"""The result in plain words, for people: a headline, a table, what binds, and what to do when there is no plan."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from copilot.drafting.formulation import Formulation
from copilot.runs.diagnosis import Cause
from copilot.runs.words import column_label, label_of, number, objective_label, variable_of
from solvers.instance import FloatArray, Instance
from solvers.kkt import binding_rows
from solvers.proof.command import proof_data
from solvers.result import Certificate, Proof, ProofState, Result, SolutionStatus, TerminationCondition
from solvers.verdict import quality

T = TerminationCondition
LIMITS = (T.TIME_LIMIT, T.NODE_LIMIT, T.ITERATION_LIMIT)
NO_POINT = (T.INFEASIBLE, T.LOCALLY_INFEASIBLE, T.UNBOUNDED, T.INFEASIBLE_OR_UNBOUNDED)
FAILURES = (T.MEMORY_LIMIT, T.NUMERICAL, T.LICENCE, T.UNSUPPORTED, T.INVALID_INSTANCE, T.CRASHED, T.ERROR)
MAX_TABLE = 2_000
MAX_CERTIFICATE = 64_000  # characters of JSON; a longer one can be made again from the instance
NO_PLAN = {
    T.INFEASIBLE: (
        "No plan can keep all the rules at once. Loosen or drop one of them: write, for example, which limit may grow."
    ),
    T.LOCALLY_INFEASIBLE: (
        "The search found no plan that keeps all the rules, and has not shown that there is none. Choose a solver that "
        "searches everywhere (scip), or solve again with tighter limits on the quantities."
    ),
    T.UNBOUNDED: "Nothing stops the objective from growing without end. Add the limit that is missing.",
    T.INFEASIBLE_OR_UNBOUNDED: (
        "Either the rules contradict each other or a limit is missing; the solver could not tell which. "
        "Check the rules, and add an upper limit to each quantity."
    ),
    T.MEMORY_LIMIT: "The solver ran out of the memory it may use. Make the problem smaller, or raise the memory limit.",
    T.NUMERICAL: (
        "The solver's answer did not stand up to our own check of it. Bring the numbers to a similar size "
        "(thousands instead of units, say), or choose another solver."
    ),
    T.LICENCE: "The solver asked for has no licence here. Choose another one, or install the licence.",
    T.UNSUPPORTED: "The solver asked for cannot solve this kind of model. Choose auto.",
    T.INVALID_INSTANCE: "The built model has a fault that no solver can work with.",
    T.CRASHED: "The solver process ended without an answer. Press Retry, or choose another solver.",
    T.ERROR: "The solver stopped with an error. Press Retry, or choose another solver.",
    T.INTERRUPTED: "Stopped before a solution was found.",
    T.TIME_LIMIT: "The time was up before a solution was found. Allow more time, or make the problem smaller.",
    T.NODE_LIMIT: "The node limit was reached before a solution was found.",
    T.ITERATION_LIMIT: "The iteration limit was reached before a solution was found.",
}


def explain(
    formulation: Formulation,
    instance: Instance,
    result: Result,
    cause: Cause | None = None,
    *,
    keep_solution: bool = True,
) -> dict[str, Any]:
    """Everything that the page, the command and the API show of a result, as plain JSON."""
    has_plan = keep_solution and is_plan(result)
    return {
        "headline": _headline(formulation, result, cause, has_plan=has_plan),
        "cause": asdict(cause) if cause else None,
        "termination_condition": result.termination_condition,
        "solution_status": result.solution_status if keep_solution else SolutionStatus.NO_SOLUTION,
        "certificate": result.certificate,
        "certificate_words": _certificate_words(result),
        "quality": quality(result) if has_plan else "",
        "proof": _proof(result.proof),
        "objective_label": objective_label(formulation),
        "objective_unit": formulation.objective.unit,
        "objective_value": result.objective_value if has_plan else None,
        "objective_bound": result.objective_bound,
        "relative_gap": result.relative_gap,
        "variables": values_of(instance, result.x) if has_plan and result.x is not None else {},
        "table": _table(formulation, instance, result) if has_plan else [],
        "binding": _binding(formulation, instance, result) if has_plan else [],
        "residuals": asdict(result.residuals) if result.residuals and has_plan else None,
        "solver": result.solver,
        "solver_version": result.solver_version,
        "requested": result.requested,
        "reason": result.reason,
        "seconds": round(result.seconds, 3),
        "message": result.message,
    }


def is_plan(result: Result) -> bool:
    """Whether the point may be shown as a plan; one that breaks rules is kept for diagnosis only."""
    return result.x is not None and result.solution_status in (SolutionStatus.FEASIBLE, SolutionStatus.OPTIMAL)


def _headline(formulation: Formulation, result: Result, cause: Cause | None, *, has_plan: bool) -> str:
    condition = result.termination_condition
    if cause is not None:
        return " ".join(part for part in (cause.sentence, cause.next_step) if part)
    if not has_plan or condition in (*FAILURES, *NO_POINT):
        return " ".join(part for part in (NO_PLAN.get(condition, "No solution."), result.message) if part)
    objective = formulation.objective
    label = objective_label(formulation)
    value = number(result.objective_value, objective.unit)
    best = "largest" if objective.sense == "maximize" else "smallest"
    if condition is T.OPTIMAL:
        return f"{label}: {value}, the {best} possible."
    if condition is T.LOCALLY_OPTIMAL:
        return f"{label}: {value}, a local optimum: no small step improves it, but a better plan may exist elsewhere."
    gap = f", within {result.relative_gap:.2%} of the best possible" if result.relative_gap is not None else ""
    if condition is T.OPTIMAL_WITHIN_TOLERANCE:
        return f"{label}: {value}{gap or ', the best possible within the tolerance'}."
    return f"{label}: {value}, the best found before the solve was stopped{gap}; a better plan may exist."


def _certificate_words(result: Result) -> str:
    proven = result.proof is not None and result.proof.state is ProofState.INFEASIBLE
    if result.x is None:
        return "There is no solution to check" + (", and it was proven that there is none." if proven else ".")
    if result.certificate is Certificate.UNVERIFIED or result.solution_status is SolutionStatus.INFEASIBLE_POINT:
        return "Not verified: our own check of the solution does not support the solver's claim."
    held = "Each rule, bound and whole number was recomputed from the original model and holds"
    return f"{held}: {quality(result)}."


def _proof(proof: Proof | None) -> dict[str, Any] | None:
    """The proof with its certificate, for whoever wants to check it again, unless that is very long."""
    data = proof_data(proof)
    if data is None or proof is None or proof.certificate is None:
        return data
    short = len(json.dumps(proof.certificate)) <= MAX_CERTIFICATE
    return data | {"certificate": proof.certificate if short else None}


def values_of(instance: Instance, x: FloatArray) -> dict[str, float]:
    """The values of a point by name, with what the source fixed; of a large model, those that are not zero."""
    values = dict(zip(instance.column_names, (_clean(v) for v in x.tolist()), strict=True))
    values |= {name: _clean(value) for name, value in instance.fixed}
    if len(values) <= MAX_TABLE:
        return values
    return {name: value for name, value in values.items() if value}


def _clean(value: float) -> float:
    whole = round(value)
    return float(whole) if abs(value - whole) <= 1e-9 * max(1.0, abs(value)) else value


def _table(formulation: Formulation, instance: Instance, result: Result) -> list[dict[str, Any]]:
    rows = []
    assert result.x is not None
    for name, value in list(values_of(instance, result.x).items())[:MAX_TABLE]:
        variable = variable_of(name, formulation)
        unit = variable.unit if variable else ""
        label = column_label(name, formulation)
        rows.append({"name": name, "label": label, "value": value, "text": number(value), "unit": unit})
    return rows


def _binding(formulation: Formulation, instance: Instance, result: Result) -> list[dict[str, Any]]:
    assert result.x is not None
    units = {c.name: c.unit for c in formulation.constraints}
    found = []
    for row in binding_rows(instance, result.x, result.row_dual, result.reduced_cost)[:MAX_TABLE]:
        if row.kind == "column" and (row.limit == 0 or _is_binary(instance, row.index)):
            continue  # "none", "yes" and "no" are in the table already
        family = row.name.partition("[")[0]
        label = label_of(row.name, formulation)
        found.append(
            {
                "name": row.name,
                "label": label,
                "side": row.side,
                "activity": row.activity,
                "dual": row.dual,
                "text": number(row.activity, units.get(family, "")),
            }
        )
    return found


def _is_binary(instance: Instance, column: int) -> bool:
    bounds = (instance.column_lower[column], instance.column_upper[column])
    return bool(instance.integrality[column]) and bounds == (0.0, 1.0)
