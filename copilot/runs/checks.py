"""What can be checked without trusting the solver or the drafter: each check says pass, fail or unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

from copilot.drafting.base import Table
from copilot.drafting.builtin.pasted import taken_out
from copilot.drafting.formulation import SETTLED, UNANSWERED, Formulation, Span, Variable
from copilot.drafting.grounding import GroundingError, ground_objective
from copilot.runs.checking.check import Check, Status
from copilot.runs.checking.domains import domains
from copilot.runs.checking.goals import goal
from copilot.runs.checking.labels import labels
from copilot.runs.checking.loose import indices, parameters
from copilot.runs.checking.places import places
from copilot.runs.checking.scaling import scaling
from copilot.runs.checking.shares import shares
from copilot.runs.checking.sources import sources
from copilot.runs.checking.stated import stated
from copilot.runs.checking.units import units
from copilot.runs.checking.wording import wording
from copilot.runs.comparison import compare_rows, objective_agrees
from copilot.runs.models import Verification
from solvers.instance import Instance, Sense
from solvers.result import Result

__all__ = ["Check", "Status", "after_solve", "before_solve", "of_words", "verdict"]
_NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?")
CASES = 200  # kept of one check
FEASIBILITY = 1e-6  # relative, as solvers promise it


def before_solve(
    formulation: Formulation, instance: Instance, text: str, *, tables: Sequence[Table] = (), is_first: bool = True
) -> list[Check]:
    """Everything that can be said of a draft and its instance before a solver sees it.

    `is_first` is false for a revision: then the text also holds what a later message took back.
    """
    said = of_words(formulation, text, tables) if is_first and text else []
    return [
        _ledger(formulation),
        _numbers(formulation, text),
        _rows_match(formulation, instance),
        _variables_match(formulation, instance),
        _objective_matches(formulation, instance),
        _used(instance),
        *(one for one in (wording(formulation, text), units(formulation), labels(formulation)) if one is not None),
        *said,
        scaling(instance),
    ]


def of_words(formulation: Formulation, text: str, tables: Sequence[Table]) -> list[Check]:
    """The formulation against the words of its request."""
    pasted = taken_out(text)
    sentences = pasted.text if pasted else text  # the cells of a table stand in rows, not in clauses
    found = (
        sources(formulation, text, tables),
        stated(formulation, sentences),
        shares(formulation, sentences),
        places(formulation, sentences),
        goal(formulation, text),
        domains(formulation, text),
        parameters(formulation),
        indices(formulation, text),
    )
    return [one for one in found if one is not None]


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
    spans = [span for item in (*_items(formulation), *_settled(formulation, text)) for span in item]
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


def _settled(formulation: Formulation, text: str) -> Iterable[Sequence[Span]]:
    """Where a person decided, in a sentence of the request itself, what becomes of a part of it."""
    for one in formulation.assumptions:
        if one.spans and one.text.startswith((SETTLED, UNANSWERED)):
            sentence = text[one.spans[0].start : one.spans[0].end]
            yield from [one.spans] if sentence and one.text.endswith(sentence) else []


def _rows_match(formulation: Formulation, instance: Instance) -> Check:
    title = "The built rows say what the formulation says"
    found = compare_rows(formulation, instance)
    if found.wrong:
        detail = f"In the program, {'; '.join(found.wrong[:4])}."
        return Check("rows", title, "fail", detail, tuple(case.split()[0] for case in found.wrong[:CASES]))
    if found.unknown:
        detail = f"Not compared, since not written as plain sums: {'; '.join(found.unknown[:3])}"
        return Check("rows", title, "unknown", detail)
    return Check("rows", title, "pass", f"{found.agreeing} rows compared coefficient by coefficient.")


def _variables_match(formulation: Formulation, instance: Instance) -> Check:
    title = "Variables have the domains and signs that were written"
    wrong, missing = [], []
    for variable in formulation.variables:
        own = [
            i
            for i, name in enumerate(instance.column_names)
            if name == variable.name or name.startswith(f"{variable.name}[")
        ]
        if not own:
            missing.append(variable.name)
        elif not all(_as_declared(variable, instance, i) for i in own):
            wrong.append(variable.name)
    if wrong:
        return Check("variables", title, "fail", f"Domain or lower bound differs: {', '.join(wrong[:4])}.", wrong)
    if missing:
        return Check("variables", title, "unknown", f"In no row and not in the objective: {', '.join(missing[:4])}.")
    return Check("variables", title, "pass", f"{len(formulation.variables)} declared, {instance.column_count} built.")


def _as_declared(variable: Variable, instance: Instance, column: int) -> bool:
    """Whole where it must be, and free to fall as low as declared, or lower-bounded more tightly by a rule."""
    lower = 0.0 if variable.domain == "binary" else (-math.inf if variable.lower is None else variable.lower)
    whole = variable.domain != "continuous"
    least = float(instance.column_lower[column])
    if column in instance.beyond.semicontinuous:
        least = min(least, 0.0)
    return bool(instance.integrality[column]) == whole and least >= lower


def _objective_matches(formulation: Formulation, instance: Instance) -> Check:
    title = "The objective is the one that was read"
    objective = formulation.objective
    if (objective.sense == "maximize") != (instance.sense is Sense.MAXIMIZE):
        return Check("objective", title, "fail", f"The request says {objective.sense}, the program {instance.sense}.")
    try:
        agrees = objective_agrees(formulation, instance)
    except GroundingError as error:
        return Check("objective", title, "unknown", f"The direction agrees; the terms were not compared: {error}")
    if not agrees:
        return Check("objective", title, "fail", "The coefficients in the program differ from the formulation.")
    detail = f"{objective.sense.capitalize()}, {np.count_nonzero(instance.cost)} coefficients compared."
    return Check("objective", title, "pass", detail)


def _used(instance: Instance) -> Check:
    title = "Something limits what is optimised"
    better_up = instance.cost > 0 if instance.sense is Sense.MAXIMIZE else instance.cost < 0
    better_down = instance.cost < 0 if instance.sense is Sense.MAXIMIZE else instance.cost > 0
    limited = np.where(better_up, np.isfinite(instance.column_upper), True)
    limited &= np.where(better_down, np.isfinite(instance.column_lower), True)
    in_rows = np.zeros(instance.column_count, dtype=bool)
    in_rows[instance.indices] = True
    in_rows[instance.beyond.columns] = True  # whether a product limits it, only a solver can tell
    free = [instance.column_names[i] for i in np.flatnonzero(~(limited | in_rows)).tolist()]
    if free:
        detail = f"No rule limits {', '.join(free[:4])}: the objective has no best value."
        return Check("limits", title, "fail", detail, free[:CASES])
    where = "is limited by a bound or occurs in a rule"
    if instance.beyond:
        where = "is limited by a bound, or occurs in a rule, a product or a function"
    return Check("limits", title, "pass", f"Each variable that helps the objective {where}.")


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
    worst = max(worst, found.max_set_violation)
    where = f", worst in {found.worst_row}" if found.worst_row and found.max_row_violation > 0 else ""
    detail = (
        f"Largest violation of a row {found.max_row_violation:.2g}{where}; of a bound {found.max_bound_violation:.2g}; "
        f"of integrality {found.max_integrality_violation:.2g}."
    )
    if found.max_set_violation > 0:
        detail += f" Of the set {found.worst_set}: {found.max_set_violation:.2g}."
    return Check("residuals", title, "pass" if worst <= FEASIBILITY else "fail", detail)


def _recomputed_objective(formulation: Formulation, instance: Instance, result: Result) -> Check:
    title = "The objective value follows from the numbers of the request"
    if result.x is None or result.objective_value is None:
        return Check("value", title, "unknown", "There is no value to recompute.")
    try:
        costs = ground_objective(formulation)
    except GroundingError as error:
        return Check("value", title, "unknown", f"Not recomputed: {error}")
    values = dict(zip(instance.column_names, result.x.tolist(), strict=True)) | dict(instance.fixed)
    if any(name not in values for name in costs):
        return Check("value", title, "unknown", "Some variable of the objective has no value of its own.")
    value = sum(cost * values[name] for name, cost in costs.items()) + formulation.objective.constant
    same = abs(value - result.objective_value) <= FEASIBILITY * max(1.0, abs(value))
    detail = f"Recomputed {value:,.6g}, reported {result.objective_value:,.6g}."
    return Check("value", title, "pass" if same else "fail", detail)
