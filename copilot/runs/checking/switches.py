"""Whether a big M leaves every good plan possible: with ten times as much of it, the best value must stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from copilot.drafting.base import Data, Datum
from copilot.drafting.formulation import Constraint, Formulation
from copilot.drafting.literals import said_numbers
from copilot.runs.checking.check import Check
from copilot.runs.checking.moves import Build, Known, Solve
from solvers.instance import Sense
from solvers.result import TerminationCondition

TITLE = "A switch is wide enough: its big M shuts out no good plan"
MOST = 3
_WIDER = 10.0
TOLERANCE = 1e-6
_OPTIMAL = (TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE)


def switches(known: Known, text: str, build: Build, solve: Solve) -> Check | None:
    """Fail where a factor of a yes-or-no decision that the request does not say limits the best plan; None without."""
    formulation, data = known.draft.formulation, known.draft.data
    names = list(_made_up(formulation, data, text))[:MOST]
    tried = []
    for name in names:
        built = build(known.draft.program, {**data, name: _scaled(data[name])})
        if built.instance is None:
            continue
        result = solve(built.instance)
        if result.termination_condition not in _OPTIMAL or result.objective_value is None:
            continue
        tried.append(name)
        gain = result.objective_value - known.value
        gain *= 1.0 if known.instance.sense is Sense.MAXIMIZE else -1.0
        if gain > (TOLERANCE + 2 * known.relative_gap) * max(1.0, abs(known.value)):
            values = f"{known.value:,.6g} to {result.objective_value:,.6g}"
            detail = f"With ten times as much of {name} the best value goes from {values}."
            items = tuple(rule.name for rule in formulation.constraints if _uses(rule, name))[:3]
            return Check("switches", TITLE, "fail", detail, (name,), items=items)
    return Check("switches", TITLE, "pass", f"Widened and solved again: {', '.join(tried)}.") if tried else None


def _made_up(formulation: Formulation, data: Data, text: str) -> Iterator[str]:
    """Numbers that stand on yes-or-no decisions beside other decisions and nowhere else, and not in the request."""
    binary = {item.name for item in formulation.variables if item.domain == "binary"}
    said = {*said_numbers(text)}
    elsewhere = {term.parameter.strip("-") for term in formulation.objective.terms}
    for rule in formulation.constraints:
        kinds = {term.variable.partition("[")[0] in binary for term in rule.terms}
        is_switch = kinds == {True, False}
        elsewhere |= {
            term.parameter.strip("-")
            for term in rule.terms
            if not is_switch or term.variable.partition("[")[0] not in binary
        }
    for item in formulation.parameters:
        if item.source != "text" or item.name not in data or any(_names(source, item.name) for source in elsewhere):
            continue
        values = [item.value] if isinstance(item.value, int | float) else [number for _, number in item.value]
        from_request = bool(item.spans) and all(abs(value) in said for value in values if value not in (0, 1))
        rules = [rule for rule in formulation.constraints if _uses(rule, item.name)]
        if rules and not from_request and all(value >= 0 for value in values) and max(values, default=0.0) > 1:
            yield item.name


def _uses(rule: Constraint, name: str) -> bool:
    return any(_names(term.parameter, name) for term in rule.terms)


def _names(source: str, name: str) -> bool:
    return source.strip().removeprefix("-").partition("[")[0].strip() == name


def _scaled(value: Datum) -> Datum:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value * _WIDER
    if isinstance(value, Mapping):
        return {key: number * _WIDER for key, number in value.items()}
    return value
