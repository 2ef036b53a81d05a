"""Whether amounts that are added up, or compared, are in one unit: minutes per piece against hours of a shift."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.drafting.formulation import Constraint, Formulation, Parameter, Term
from copilot.drafting.measures import scale_of
from copilot.runs.checking.check import Check

TITLE = "What is added up is in one unit"
_PLAIN = re.compile(r"-?\s*([A-Za-z]\w*)\s*(?:\[[^\]]*\])?")


def units(formulation: Formulation) -> Check | None:
    """Fail where one sum mixes two units of one scale unconverted; None where no sum has two units that are known."""
    known = {item.name: item for item in formulation.parameters}
    compared, wrong = 0, []
    for name, sources in _sums(formulation, known):
        scales: dict[int, dict[float, str]] = {}
        for source, unit in sources:
            if (place := scale_of(unit)) is not None:
                scales.setdefault(place[0], {}).setdefault(place[1], f"{source} in {unit}")
        compared += sum(map(bool, scales.values())) and len(sources) > 1
        wrong += [
            f"{name} mixes {' and '.join(list(found.values())[:2])}" for found in scales.values() if len(found) > 1
        ]
    if wrong:
        return Check("units", TITLE, "fail", f"{'; '.join(wrong[:3])}, without converting one into the other.")
    return Check("units", TITLE, "pass", f"{compared} sums compared by their units.") if compared else None


def _sums(formulation: Formulation, known: dict[str, Parameter]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    goal = formulation.objective
    yield goal.name, list(_sources(goal.terms, known))
    for rule in formulation.constraints:
        yield rule.name, [*_sources(rule.terms, known), *_limit(rule, known)]


def _sources(terms: Sequence[Term], known: dict[str, Parameter]) -> Iterator[tuple[str, str]]:
    """(parameter, its unit) of every term whose number is that parameter itself, as it was given."""
    for term in terms:
        match = _PLAIN.fullmatch(term.parameter.strip())
        item = known.get(match.group(1)) if match else None
        if item is not None and item.unit and _is_unconverted(term, item):
            yield item.name, item.unit


def _is_unconverted(term: Term, item: Parameter) -> bool:
    """Whether the term's own number is the parameter's, or the plain sign of it."""
    size = abs(term.coefficient)
    return size == 1.0 or not isinstance(item.value, int | float) or abs(size - abs(item.value)) <= 1e-9 * size


def _limit(rule: Constraint, known: dict[str, Parameter]) -> Iterator[tuple[str, str]]:
    match = _PLAIN.fullmatch(rule.limit_parameter.strip())
    item = known.get(match.group(1)) if match else None
    if item is not None and item.unit:
        unconverted = rule.limit is None or not isinstance(item.value, int | float) or rule.limit == item.value
        if unconverted:
            yield item.name, item.unit
    elif rule.limit and rule.unit and not rule.limit_parameter:
        yield f"the limit {rule.limit:g}", rule.unit
