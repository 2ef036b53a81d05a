"""What can be checked without trusting the solver or the drafter: each check says pass, fail or unknown."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from copilot.drafting.formulation import Constraint, Formulation, Span, Term
from copilot.runs.models import Verification
from solvers.instance import Instance, Sense
from solvers.result import Result

Status = Literal["pass", "fail", "unknown"]
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")
_TOLERANCE = 1e-9
FEASIBILITY = 1e-6  # relative, as solvers promise it


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it asks, what it found, and the evidence in words."""

    name: str
    title: str
    status: Status
    detail: str


def before_solve(formulation: Formulation, instance: Instance, text: str) -> list[Check]:
    """Everything that can be said of a draft and its instance before a solver sees it."""
    return [
        _ledger(formulation),
        _numbers(formulation, text),
        _rows_match(formulation, instance),
        _variables_match(formulation, instance),
        _objective_matches(formulation, instance),
        _used(instance),
    ]


def verdict(checks: Iterable[Check]) -> Verification:
    """Failed when anything failed, inconclusive when anything is unknown, else passed."""
    statuses = {check.status for check in checks}
    if "fail" in statuses:
        return Verification.FAILED
    return Verification.INCONCLUSIVE if "unknown" in statuses or not statuses else Verification.PASSED


def _ledger(formulation: Formulation) -> Check:
    title = "Every part of the request is explained"
    if not formulation.ledger:
        return Check("ledger", title, "pass", "Nothing in the request was left over.")
    reasons = " ".join(entry.reason for entry in formulation.ledger[:3])
    return Check("ledger", title, "fail", f"Left over: {reasons}")


def _numbers(formulation: Formulation, text: str) -> Check:
    title = "Every number of the request is linked to an item"
    spans = [span for item in _items(formulation) for span in item]
    loose = [
        match.group()
        for match in _NUMBER.finditer(text)
        if not any(span.start <= match.start() and match.end() <= span.end for span in spans)
    ]
    if loose:
        shown = ", ".join(loose[:6]) + (" …" if len(loose) > 6 else "")
        return Check(
            "numbers", title, "unknown", f"Not linked to any item: {shown}. Check that the model needs them not."
        )
    return Check("numbers", title, "pass", "Each number appears in the phrase of some item.")


def _items(formulation: Formulation) -> Iterable[Sequence[Span]]:
    for group in (formulation.sets, formulation.parameters, formulation.variables, formulation.constraints):
        for item in group:
            yield item.spans
    yield formulation.objective.spans


def _rows_match(formulation: Formulation, instance: Instance) -> Check:
    title = "The built rows say what the formulation says"
    rows = {name: index for index, name in enumerate(instance.row_names)}
    unknown, wrong = [], []
    for constraint in formulation.constraints:
        if not constraint.terms or constraint.relation is None or constraint.limit is None:
            unknown.append(constraint.name)
        elif constraint.name not in rows:
            if not _holds_by_bounds(constraint, instance):
                wrong.append(f"{constraint.name} has no row")
        elif not _row_equals(instance, rows[constraint.name], constraint):
            wrong.append(f"{constraint.name} differs")
    if wrong:
        return Check("rows", title, "fail", f"In the program, {'; '.join(wrong[:4])}.")
    if unknown:
        detail = f"{len(unknown)} of {len(formulation.constraints)} rules are given as formulas only, not compared."
        return Check("rows", title, "unknown", detail)
    return Check("rows", title, "pass", f"{len(formulation.constraints)} rules compared coefficient by coefficient.")


def _holds_by_bounds(constraint: Constraint, instance: Instance) -> bool:
    """A rule on one variable may have become its bound."""
    if len(constraint.terms) != 1 or constraint.terms[0].coefficient <= 0 or constraint.limit is None:
        return False
    term = constraint.terms[0]
    if term.variable not in instance.column_names:
        return False
    column = instance.column_names.index(term.variable)
    limit = constraint.limit / term.coefficient
    upper_holds = instance.column_upper[column] <= limit + _TOLERANCE
    lower_holds = instance.column_lower[column] >= limit - _TOLERANCE
    holds = {"<=": upper_holds, ">=": lower_holds, "==": upper_holds and lower_holds}
    return bool(holds[constraint.relation or "=="])


def _row_equals(instance: Instance, row: int, constraint: Constraint) -> bool:
    start, end = instance.indptr[row], instance.indptr[row + 1]
    stored = {
        instance.column_names[column]: float(value)
        for column, value in zip(instance.indices[start:end], instance.values[start:end], strict=True)
    }
    ours = _collected(constraint.terms)
    scale = _scale(ours, stored)
    if not _same_terms({name: scale * value for name, value in ours.items()}, stored):
        return False
    limit = constraint.limit
    assert limit is not None
    sides = [
        scale * limit if constraint.relation in (">=", "==") else -math.copysign(math.inf, scale),
        scale * limit if constraint.relation in ("<=", "==") else math.copysign(math.inf, scale),
    ]
    lower, upper = sorted(sides)
    return _close(lower, float(instance.row_lower[row])) and _close(upper, float(instance.row_upper[row]))


def _scale(ours: dict[str, float], stored: dict[str, float]) -> float:
    """The factor between two ways to write one rule: `a >= 2 b` is built as `2 b - a <= 0`, which is -1 times it."""
    for name, value in ours.items():
        if value and stored.get(name):
            return stored[name] / value
    return 1.0


def _collected(terms: Sequence[Term]) -> dict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for term in terms:
        total[term.variable] += term.coefficient
    return dict(total)


def _same_terms(ours: dict[str, float], stored: dict[str, float]) -> bool:
    names = ours.keys() | stored.keys()
    return all(_close(ours.get(name, 0.0), stored.get(name, 0.0)) for name in names)


def _close(a: float, b: float) -> bool:
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= _TOLERANCE * max(1.0, abs(a), abs(b))


def _variables_match(formulation: Formulation, instance: Instance) -> Check:
    title = "Variables have the domains and signs that were written"
    columns = {name: index for index, name in enumerate(instance.column_names)}
    wrong, missing = [], []
    for variable in formulation.variables:
        own = [i for name, i in columns.items() if name == variable.name or name.startswith(f"{variable.name}[")]
        if not own:
            missing.append(variable.name)
        whole = variable.domain != "continuous"
        lower = 0.0 if variable.domain == "binary" else (-math.inf if variable.lower is None else variable.lower)
        if any(bool(instance.integrality[i]) != whole or instance.column_lower[i] < lower for i in own):
            wrong.append(variable.name)
    if wrong:
        return Check("variables", title, "fail", f"Domain or lower bound differs: {', '.join(wrong[:4])}.")
    if missing:
        return Check("variables", title, "unknown", f"In no row and not in the objective: {', '.join(missing[:4])}.")
    return Check("variables", title, "pass", f"{len(formulation.variables)} declared, {instance.column_count} built.")


def _objective_matches(formulation: Formulation, instance: Instance) -> Check:
    title = "The objective is the one that was read"
    objective = formulation.objective
    if (objective.sense == "maximize") != (instance.sense is Sense.MAXIMIZE):
        return Check("objective", title, "fail", f"The request says {objective.sense}, the program {instance.sense}.")
    if not objective.terms:
        return Check(
            "objective", title, "unknown", "Given as a formula only: the direction agrees, terms not compared."
        )
    stored = {name: float(cost) for name, cost in zip(instance.column_names, instance.cost, strict=True) if cost}
    if not _same_terms(_collected(objective.terms), stored) or not _close(
        objective.constant, instance.objective_offset
    ):
        return Check("objective", title, "fail", "The coefficients in the program differ from the formulation.")
    return Check("objective", title, "pass", f"{objective.sense.capitalize()}, {len(stored)} coefficients compared.")


def _used(instance: Instance) -> Check:
    title = "Something limits what is optimised"
    better_up = instance.cost > 0 if instance.sense is Sense.MAXIMIZE else instance.cost < 0
    better_down = instance.cost < 0 if instance.sense is Sense.MAXIMIZE else instance.cost > 0
    limited = np.where(better_up, np.isfinite(instance.column_upper), True)
    limited &= np.where(better_down, np.isfinite(instance.column_lower), True)
    in_rows = np.zeros(instance.column_count, dtype=bool)
    in_rows[instance.indices] = True
    free = [instance.column_names[i] for i in np.flatnonzero(~(limited | in_rows))]
    if free:
        return Check("limits", title, "fail", f"No rule limits {', '.join(free[:4])}: the objective has no best value.")
    return Check(
        "limits", title, "pass", "Each variable that helps the objective is limited by a bound or occurs in a rule."
    )


def after_solve(formulation: Formulation, instance: Instance, result: Result) -> list[Check]:
    """What can be said of the point that the solver returned, by arithmetic of our own."""
    if result.x is None or result.residuals is None:
        return []
    return [_residuals(result), _recomputed_objective(formulation, instance, result)]


def _residuals(result: Result) -> Check:
    title = "The solution keeps every rule, recomputed from the original instance"
    found = result.residuals
    assert found is not None
    worst = max(found.relative_row_violation, found.max_bound_violation, found.max_integrality_violation)
    where = f", worst in {found.worst_row}" if found.worst_row and found.max_row_violation > 0 else ""
    detail = (
        f"Largest violation of a row {found.max_row_violation:.2g}{where}; of a bound {found.max_bound_violation:.2g}; "
        f"of integrality {found.max_integrality_violation:.2g}."
    )
    return Check("residuals", title, "pass" if worst <= FEASIBILITY else "fail", detail)


def _recomputed_objective(formulation: Formulation, instance: Instance, result: Result) -> Check:
    title = "The objective value follows from the numbers of the request"
    terms = formulation.objective.terms
    if not terms or result.x is None or result.objective_value is None:
        return Check("value", title, "unknown", "The objective is given as a formula only.")
    values = dict(zip(instance.column_names, result.x.tolist(), strict=True)) | dict(instance.fixed)
    if any(term.variable not in values for term in terms):
        return Check("value", title, "unknown", "Some variable of the objective has no value of its own.")
    value = sum(term.coefficient * values[term.variable] for term in terms) + formulation.objective.constant
    same = abs(value - result.objective_value) <= FEASIBILITY * max(1.0, abs(value))
    detail = f"Recomputed {value:,.6g}, reported {result.objective_value:,.6g}."
    return Check("value", title, "pass" if same else "fail", detail)
