"""The levels above rewriting, one after the other: a change of variables, then rows that the others imply."""

from __future__ import annotations

from dataclasses import replace

from solvers.equivalence.budget import Budget, BudgetSpent
from solvers.equivalence.certificate import MappingFault
from solvers.equivalence.implied import through_runner
from solvers.equivalence.normal import Work, normal_form
from solvers.equivalence.outcome import Equivalence, Level, reaches
from solvers.equivalence.redundancy import Compare, certified
from solvers.equivalence.rewrites import notes_of
from solvers.equivalence.substitution import audited_constant, checked_change
from solvers.equivalence.substitution_words import change_notes, how_changed
from solvers.equivalence.variables import candidate
from solvers.instance import Instance

SHIFT = 1e-12


def climbed(
    first: Instance, second: Instance, found: Equivalence, budget: Budget, *, max_level: Level, compare: Compare
) -> Equivalence:
    """Return what the levels up to `max_level` say of two models that are not the same by rewriting.

    Undecided when the time is up before all of them have spoken. `compare` compares parts of the models up to L3.
    """
    works = normal_form(first), normal_form(second)
    if works[0].contradictions or works[1].contradictions:
        return found
    missing = "by a change of variables"
    try:
        found = _by_variables(first, second, works, budget) or found
        if found.verdict == "equivalent" or not reaches(max_level, "L4"):
            return found
        missing = "but for rows that follow from the others"
        finding = certified((first, second), works, compare, through_runner(budget), budget)
        return finding.equivalence or replace(found, evidence=finding.evidence)
    except BudgetSpent as spent:
        known = found.witness or found.reason
        reason = f"{spent}: whether the models are the same {missing} is open. Up to there: {known}"
        return Equivalence("undecided", reason=reason)


def _by_variables(first: Instance, second: Instance, works: tuple[Work, Work], budget: Budget) -> Equivalence | None:
    mapping = candidate(*works, budget)
    if mapping is None:
        return None
    try:
        mapping = checked_change(*works, mapping)
        constant = audited_constant(first, second, works, mapping)
    except MappingFault as fault:
        return Equivalence("undecided", reason=f"A change of variables almost fits, but not to twelve digits: {fault}")
    shift = -constant / mapping.objective
    size = 1.0 + abs(works[0].offset) / mapping.objective + abs(works[1].offset)
    shift = 0.0 if abs(shift) <= SHIFT * size else shift
    notes = (*change_notes(first, second, works, mapping), *notes_of(first, second, works, mapping))
    found = Equivalence(
        "equivalent", how_changed(works, mapping), shift, path="variables", mapping=mapping, notes=notes
    )
    return replace(found, level="L3", value_scale=1.0 / mapping.objective)
