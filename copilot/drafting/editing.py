"""A formulation edited by a person: what is wrong with it, what it changes, and what follows without a drafter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.drafting.assembly import given_data
from copilot.drafting.base import Draft, DraftingError, Formulated
from copilot.drafting.formulation import Assumption, Constraint, Formulation, Objective, Term
from copilot.drafting.grounding import GroundingError, ground_objective, ground_rows, value_of
from copilot.drafting.latex import filled
from copilot.drafting.program import data_of, write_program

_ELEMENTS = ("sets", "parameters", "variables", "constraints")
_WORDS = {"sets": "set", "parameters": "number", "variables": "decision", "constraints": "rule"}
_FAULTS = 6
BY_HAND = "Edited by hand."


def faults(formulation: Formulation) -> tuple[str, ...]:
    """What keeps a formulation from being written as a program, each as a sentence that names the item."""
    return tuple(dict.fromkeys(_faults(formulation)))[:_FAULTS]


def edited(before: Formulation, after: Formulation) -> Formulated:
    """The edited formulation, numbers and formulas of what depends on the edit brought up to date; `changed` names the
    items that differ. Raises DraftingError where it cannot be written, or where nothing differs."""
    touched = _touched(before, after)
    if not touched:
        raise DraftingError("Nothing was changed, so there is nothing to draft anew.")
    fresh = _refreshed(after, {name for _, name in touched})
    if wrong := (*_empty(after), *faults(fresh)):
        raise DraftingError(" ".join(wrong))
    notes = tuple(Assumption(text=BY_HAND, about=name) for _, name in touched[:20])
    kept = tuple(note for note in fresh.assumptions if note.text != BY_HAND)
    fresh = fresh.model_copy(update={"assumptions": (*kept, *notes)[:60]})
    return Formulated(fresh, changed=tuple(f"{word} {name}" for word, name in touched))


def follow(previous: Draft, formulated: Formulated) -> Draft | None:
    """The draft of an edited formulation where no drafter is needed, else None.

    A program that we wrote is written anew; one that others wrote stands when nothing but data changed.
    """
    before, after = previous.formulation, formulated.formulation
    ours = _written(before)
    if ours is not None and previous.program == ours:
        return compiled(formulated, previous.drafter)
    if not _same_but_for_data(before, after):
        return None
    data = {**previous.data, **given_data(after)}
    return Draft(after, previous.program, data, previous.drafter, previous.insights_adopted)


def compiled(formulated: Formulated, drafter: str) -> Draft:
    """The draft whose program we write ourselves. Raises DraftingError where a rule is not a sum with a limit."""
    formulation = formulated.formulation
    return Draft(formulation, write_program(formulation), data_of(formulation), drafter, formulated.insights_adopted)


def _written(formulation: Formulation) -> str | None:
    try:
        return write_program(formulation)
    except DraftingError:
        return None


def _same_but_for_data(before: Formulation, after: Formulation) -> bool:
    """Whether decisions, goal and rules have the same form, and sets and numbers the same names and indices."""
    if [_form(item) for item in before.constraints] != [_form(item) for item in after.constraints]:
        return False
    shapes = [[(item.name, item.indices) for item in one.parameters] for one in (before, after)]
    names = [[item.name for item in one.sets] for one in (before, after)]
    same = before.variables == after.variables and _form(before.objective) == _form(after.objective)
    return same and shapes[0] == shapes[1] and names[0] == names[1]


def _form(item: Constraint | Objective) -> tuple[object, ...]:
    """What a program depends on: a number that a parameter names is data, any other is form."""
    terms = tuple(
        (term.variable, term.parameter, term.coefficient < 0 if term.parameter else term.coefficient)
        for term in item.terms
    )
    latex = "" if terms else item.latex
    if isinstance(item, Objective):
        return item.name, item.sense, terms, item.constant, latex
    limit = "" if item.limit_parameter else item.limit
    return item.name, item.indices, terms, item.relation, item.limit_parameter, limit, latex


def _touched(before: Formulation, after: Formulation) -> list[tuple[str, str]]:
    found = []
    for element in _ELEMENTS:
        old = {item.name: item for item in getattr(before, element)}
        new = {item.name: item for item in getattr(after, element)}
        found += [(_WORDS[element], name) for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
    if before.objective != after.objective:
        found.append(("objective", after.objective.name))
    return sorted(found)


def _refreshed(formulation: Formulation, touched: set[str]) -> Formulation:
    """Numbers that a parameter names follow it; formulas and sentences that an edit made untrue are said anew."""

    def rule(item: Constraint) -> Constraint:
        terms = _terms(formulation, item.terms)
        limit = item.limit
        if item.limit_parameter and limit is not None:
            limit = _value(formulation, item.limit_parameter, limit)
        stale = (terms, limit) != (item.terms, item.limit) or (item.name in touched and bool(terms))
        said = {"latex": "", "sentence": "" if item.name not in touched else item.sentence} if stale else {}
        return item.model_copy(update={"terms": terms, "limit": limit, **said})

    goal = formulation.objective
    terms = _terms(formulation, goal.terms)
    stale = terms != goal.terms or (goal.name in touched and bool(terms))
    said = {"latex": "", "sentence": "" if goal.name not in touched else goal.sentence} if stale else {}
    return filled(
        formulation.model_copy(
            update={
                "objective": goal.model_copy(update={"terms": terms, **said}),
                "constraints": tuple(rule(item) for item in formulation.constraints),
            }
        )
    )


def _terms(formulation: Formulation, terms: Sequence[Term]) -> tuple[Term, ...]:
    fresh = []
    for term in terms:
        number = term.coefficient
        if term.parameter and abs(number) != 1:
            size = abs(_value(formulation, term.parameter.lstrip("-"), abs(number)))
            number = -size if number < 0 else size
        fresh.append(term.model_copy(update={"coefficient": number}))
    return tuple(fresh)


def _value(formulation: Formulation, source: str, otherwise: float) -> float:
    try:
        return value_of(formulation, source)
    except GroundingError:  # a family: its numbers differ from label to label
        return otherwise


def _faults(formulation: Formulation) -> Iterator[str]:
    named = [item.name for element in _ELEMENTS for item in getattr(formulation, element)]
    named.append(formulation.objective.name)
    yield from (f"The name {name} is used for two items; rename one." for name in named if named.count(name) > 1)
    if not formulation.variables:
        yield "There is no decision; add one."
    sets = {item.name for item in formulation.sets}
    indexed = [(item.name, item.indices) for item in formulation.parameters]
    indexed += [(item.name, item.indices) for item in formulation.variables]
    indexed += [(item.name, item.indices) for item in formulation.constraints]
    missing = [(name, index) for name, indices in indexed for index in indices if index not in sets]
    yield from (f"{name} is indexed by {index}, which is not a set of the formulation." for name, index in missing)
    yield from _faults_of_goal(formulation)
    for rule in formulation.constraints:
        yield from _faults_of_rule(formulation, rule)


def _faults_of_goal(formulation: Formulation) -> Iterator[str]:
    if formulation.objective.terms:
        try:
            ground_objective(formulation)
        except GroundingError as error:
            yield f"The objective cannot be written: {error}"


def _faults_of_rule(formulation: Formulation, rule: Constraint) -> Iterator[str]:
    if rule.terms and rule.relation is not None:
        try:
            ground_rows(formulation, rule)
        except GroundingError as error:
            yield f"The rule {rule.name} cannot be written: {error}"


def _empty(formulation: Formulation) -> Iterator[str]:
    if not formulation.objective.terms and not formulation.objective.latex:
        yield "The objective is empty; say what is made largest or smallest."
    for rule in formulation.constraints:
        if not rule.terms and not rule.latex:
            yield f"The rule {rule.name} is empty; give its terms and its limit, or remove it."
