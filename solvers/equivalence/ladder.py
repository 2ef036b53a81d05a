"""The levels above rewriting, one after the other: a change of variables, then rows that the others imply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.equivalence.budget import Budget, BudgetSpent
from solvers.equivalence.certificate import MappingFault
from solvers.equivalence.elimination import Eliminated, eliminated
from solvers.equivalence.implied import through_runner
from solvers.equivalence.lifting import lifted
from solvers.equivalence.normal import Work, normal_form
from solvers.equivalence.outcome import Equivalence, Level, reaches
from solvers.equivalence.pairing import Pairing, pairing
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
        found = _by_variables(first, second, works, found, budget)
        if found.verdict == "equivalent" or not reaches(max_level, "L4"):
            return found
        missing = "but for rows that follow from the others"
        finding = certified((first, second), works, compare, through_runner(budget), budget)
        return finding.equivalence or replace(found, evidence=finding.evidence)
    except BudgetSpent as spent:
        known = found.witness or found.reason
        reason = f"{spent}: whether the models are the same {missing} is open. Up to there: {known}"
        return Equivalence("undecided", reason=reason)


def _by_variables(
    first: Instance, second: Instance, works: tuple[Work, Work], found: Equivalence, budget: Budget
) -> Equivalence:
    mapping = candidate(*works, budget)
    if mapping is None:
        return found
    try:
        mapping = checked_change(*works, mapping)
        constant = audited_constant(first, second, works, mapping)
    except MappingFault as fault:
        reason = f"A change of variables fits almost, but not to twelve digits: {fault} As written: {found.witness}"
        return Equivalence("undecided", reason=reason)
    shift = -constant / mapping.objective
    size = 1.0 + abs(works[0].offset) / mapping.objective + abs(works[1].offset)
    shift = 0.0 if abs(shift) <= SHIFT * size else shift
    notes = (*change_notes(first, second, works, mapping), *notes_of(first, second, works, mapping))
    found = Equivalence(
        "equivalent", how_changed(works, mapping), shift, path="variables", mapping=mapping, notes=notes
    )
    return replace(found, level="L3", value_scale=1.0 / mapping.objective)


def after_elimination(
    first: Instance, second: Instance, found: Equivalence, budget: Budget, *, compare: Compare
) -> Equivalence:
    """Compare two models without their fixed and defined variables; return `found` where that does not help."""
    try:
        one, two = _shortened(first, second, budget)
        if not one.formulas and not two.formulas:
            return found
        rest = compare(one.instance, two.instance)
    except BudgetSpent as spent:
        reason = f"{spent}: whether the models are the same after an elimination is open. Up to there: {found.witness}"
        return Equivalence("undecided", reason=reason)
    if rest.verdict not in ("identical", "equivalent") or rest.mapping is None:
        return found
    mapping = lifted(rest.mapping, (one.rows, two.rows), (one.columns, two.columns), first)
    formulas = tuple(
        f"{formula} ({side} model)" for side, part in (("first", one), ("second", two)) for formula in part.formulas
    )
    return replace(rest, verdict="equivalent", how="after elimination", level="L4", mapping=mapping, formulas=formulas)


def _shortened(first: Instance, second: Instance, budget: Budget) -> tuple[Eliminated, Eliminated]:
    """Replace fixed columns in both models, then columns that only one of them has."""
    one, two = (eliminated(instance, (), (), budget) for instance in (first, second))
    works = normal_form(one.instance), normal_form(two.instance)
    paired = pairing(one.instance, two.instance, works)
    mine, others = _open_parts(works, paired)
    return (
        one.then(eliminated(one.instance, *mine, budget)),
        two.then(eliminated(two.instance, *others, budget)),
    )


def _open_parts(works: tuple[Work, Work], paired: Pairing) -> list[tuple[set[int], set[int]]]:
    """Return, for each model, its columns and its rows without a partner."""
    found = []
    for work, columns, rows in (
        (works[0], np.flatnonzero(paired.column >= 0), np.flatnonzero(paired.row >= 0)),
        (works[1], paired.column, paired.row),
    ):
        kept = set(work.kept_columns().tolist()), set(work.kept_rows().tolist())
        found.append((kept[0] - set(columns.tolist()), kept[1] - set(rows.tolist())))
    return found
