"""Whether each limit of the request stands in the model, and points the way that its phrase does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from copilot.drafting.formulation import RELATION_WORDS, Constraint, Formulation, Objective, Relation
from copilot.drafting.grounding import GroundingError, GroundRow, ground_rows, value_of
from copilot.runs.checking.check import Check
from copilot.runs.checking.request import Stated, stated_numbers

TITLE = "Each limit of the request is a limit of the model"
_MOST_ROWS = 400


def stated(formulation: Formulation, text: str) -> Check | None:
    """Fail for a stated limit that no item holds, or that all rules hold the other way; None where none is stated."""
    said = [one for one in stated_numbers(text) if one.way in ("<=", ">=") and one.token.value]
    if not said:
        return None
    held, known = _limits(formulation), list(_numbers(formulation))
    apart = _of_differences(formulation)
    compared, wrong = 0, list[tuple[str, str]]()
    for one in (one for one in said if not any(_same(one, limit) for limit in apart)):
        signs = {sign: names for sign, names in held.items() if any(_same(one, limit) for limit in names)}
        if not signs:
            if one.sign and not one.token.worded and not any(_same(one, number) for number in known):
                wrong.append(("", f"nothing in the model holds “{_phrase(one, text)}”"))
            continue
        compared += 1
        if one.way not in signs and "==" not in signs and one.token.shape == "plain":
            (sign, limits), *_ = signs.items()
            name = next(limits[limit] for limit in limits if _same(one, limit))
            holds = f"“{_called(formulation, name)}” holds {RELATION_WORDS[sign]}"
            wrong.append((name, f"{holds}, but the request says “{_phrase(one, text)}”"))
    if wrong:
        detail = "; ".join(problem for _, problem in wrong[:3])
        items = tuple(name for name, _ in wrong[:3] if name)
        return Check("stated", TITLE, "fail", f"{detail[0].upper()}{detail[1:]}.", items=items)
    return Check("stated", TITLE, "pass", f"{compared} limits found again.") if compared else None


def _phrase(one: Stated, text: str) -> str:
    start = text.rfind(" ", 0, max(0, one.token.start - 18)) + 1
    end = text.find(" ", min(len(text), one.token.end + 12))
    return " ".join(text[start : end if end > 0 else len(text)].split())


def _called(formulation: Formulation, name: str) -> str:
    """What the page calls an item."""
    labels = {item.name: item.label for item in formulation.variables}
    labels.update({rule.name: rule.label for rule in formulation.constraints})
    return labels.get(name) or name


def _same(one: Stated, number: float) -> bool:
    return any(math.isclose(value, abs(number), rel_tol=1e-9) for value in one.values)


def _limits(formulation: Formulation) -> dict[Relation, dict[float, str]]:
    """Direction -> limit -> the item that holds it; for rules with all terms on the left and plus, and for bounds."""
    found: dict[Relation, dict[float, str]] = {}
    for rule in formulation.constraints:
        for row in _rows(formulation, rule):
            if row.limit > 0 and all(value >= 0 for value in row.terms.values()):
                found.setdefault(row.relation, {})[row.limit] = rule.name
    for item in formulation.variables:
        for side, relation in ((item.lower, ">="), (item.upper, "<=")):
            if side:
                found.setdefault(relation, {}).setdefault(side, item.name)  # type: ignore[arg-type]
    return found


def _of_differences(formulation: Formulation) -> set[float]:
    """Limits of rules that subtract: which way such a rule points, its phrase does not tell."""
    rows = (row for rule in formulation.constraints for row in _rows(formulation, rule))
    return {abs(row.limit) for row in rows if any(value < 0 for value in row.terms.values())}


def _rows(formulation: Formulation, rule: Constraint) -> Iterable[GroundRow]:
    try:
        return ground_rows(formulation, rule)[:_MOST_ROWS]
    except GroundingError:
        return ()


def _numbers(formulation: Formulation) -> Iterator[float]:
    """Every number that the formulation states, expressions of them among its limits included."""
    for item in formulation.parameters:
        values = [item.value] if isinstance(item.value, int | float) else [number for _, number in item.value]
        yield from (made for number in values for made in (number, 1 - number, number * 60, number / 60))
    rules: list[Objective | Constraint] = [formulation.objective, *formulation.constraints]
    for term in (term for rule in rules for term in rule.terms):
        yield from (term.coefficient, 1 - term.coefficient)
    for rule in formulation.constraints:
        yield rule.limit or 0.0
        try:
            yield value_of(formulation, rule.limit_parameter) if rule.limit_parameter else 0.0
        except GroundingError:
            continue
