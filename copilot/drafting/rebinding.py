"""The same formulation and program on other data: which names they read, and the formulation with its new numbers."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from copilot.drafting.base import Data, Datum, DraftingError
from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Parameter, Term

_REFERENCE = re.compile(r"([A-Za-z]\w*)(?:\[([^\]]*)\])?")
_TOKEN = re.compile(r"\s*(?:([A-Za-z]\w*(?:\[[^\]]*\])?)|(\d+(?:\.\d+)?)|([-+*/()]))")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.UAdd)


def rebound(formulation: Formulation, data: Data, sources: Mapping[str, str]) -> Formulation:
    """The formulation with the values of `data`; `sources` names the column that a parameter or set now comes from.

    Coefficients and limits that are written from parameters follow them; a label or sentence that holds the old limit
    is told with the new one, unless it quotes the request.
    """
    sets = tuple(_set(item, data) for item in formulation.sets)
    parameters = tuple(_parameter(item, data, sources) for item in formulation.parameters)
    numbers = {item.name: item.value for item in parameters}
    return formulation.model_copy(
        update={
            "sets": sets,
            "parameters": parameters,
            "objective": formulation.objective.model_copy(update={"terms": _terms(formulation.objective, numbers)}),
            "constraints": tuple(_constraint(item, numbers) for item in formulation.constraints),
        }
    )


def labels_named(formulation: Formulation, program: str) -> dict[str, set[str]]:
    """Set -> those of its labels that a rule or the program names one by one, so that they cannot be taken away."""
    named = {label.strip() for inside in _subscripts(formulation) for label in inside.split(",")}
    named |= _texts(program)
    return {item.name: named & set(item.elements) for item in formulation.sets}


def _set(item: IndexSet, data: Data) -> IndexSet:
    found = data.get(item.name)
    if not isinstance(found, list | tuple) or not all(isinstance(label, str) for label in found):
        return item
    return item.model_copy(update={"elements": tuple(found)})


def _parameter(item: Parameter, data: Data, sources: Mapping[str, str]) -> Parameter:
    found = data.get(item.name)
    source = sources.get(item.name, item.source)[:200]
    if isinstance(found, int | float):
        return item.model_copy(update={"value": float(found), "source": source})
    if isinstance(found, Mapping):
        value = tuple((key if isinstance(key, tuple) else (key,), float(number)) for key, number in found.items())
        return item.model_copy(update={"value": value, "source": source})
    return item


def _constraint(item: Constraint, numbers: Mapping[str, Any]) -> Constraint:
    changes: dict[str, Any] = {"terms": _terms(item, numbers)}
    if item.limit_parameter and item.limit is not None:
        limit = _value(item.limit_parameter, numbers)
        if limit is not None and limit != item.limit:
            changes |= {"limit": limit, "label": _retold(item.label, item.limit, limit)}
            if not item.spans:  # else it quotes the request, which stays as it was written
                changes["sentence"] = _retold(item.sentence, item.limit, limit)
    return item.model_copy(update=changes)


def _terms(item: Objective | Constraint, numbers: Mapping[str, Any]) -> tuple[Term, ...]:
    """Terms with their coefficients computed anew; where an index stands for many labels, the first is as good."""
    found = []
    for term in item.terms:
        value = _value(term.parameter, numbers) if term.parameter else None
        found.append(term if value is None else term.model_copy(update={"coefficient": value}))
    return tuple(found)


def _value(source: str, numbers: Mapping[str, Any]) -> float | None:
    """The number of an expression of parameters; None where it has an index or a label that is not there any more."""
    pieces: list[str] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            return None
        reference, digits, operator = match.groups()
        if reference:
            number = _number(reference, numbers)
            if number is None:
                return None
            pieces.append(repr(number))
        else:
            pieces.append(digits or operator)
        position = match.end()
    return _calculated(" ".join(pieces))


def _number(reference: str, numbers: Mapping[str, Any]) -> float | None:
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None or match[1] not in numbers:
        return None
    value = numbers[match[1]]
    if match[2] is None:
        return value if isinstance(value, int | float) else None
    if isinstance(value, int | float):
        return None
    key = tuple(label.strip() for label in match[2].split(","))
    found: dict[tuple[str, ...], float] = dict(value)
    return found.get(key)


def _calculated(text: str) -> float | None:
    try:
        tree = ast.parse(text, mode="eval")
        value = _walk(tree.body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _walk(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, _OPERATORS):
        return -_walk(node.operand) if isinstance(node.op, ast.USub) else _walk(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
        left, right = _walk(node.left), _walk(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        return left * right if isinstance(node.op, ast.Mult) else left / right
    raise ValueError("not arithmetic")


def _retold(text: str, old: float, new: float) -> str:
    """The text with the old number exchanged, where it stands exactly once."""
    written = re.compile(rf"(?<![\d.,])(?:{re.escape(f'{old:g}')}|{re.escape(f'{old:,.10g}')})(?![\d]|[.,]\d)")
    return written.sub(f"{new:,.10g}", text) if len(written.findall(text)) == 1 else text


def _subscripts(formulation: Formulation) -> Iterator[str]:
    rules: list[Objective | Constraint] = [formulation.objective, *formulation.constraints]
    for rule in rules:
        references = [term.variable for term in rule.terms] + [term.parameter for term in rule.terms]
        if isinstance(rule, Constraint):
            references.append(rule.limit_parameter)
        for reference in references:
            yield from re.findall(r"\[([^\]]*)\]", reference)


def _texts(program: str) -> set[str]:
    """Texts that a program holds, but for names of data and columns, which are keys of dictionaries."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    data = {
        id(node.slice)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "data"
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in data
    }


def merged(before: Data, changes: Mapping[str, Datum]) -> dict[str, Datum]:
    """What the program reads from now on; DraftingError for a name that it does not read, or data of another shape."""
    for name, value in changes.items():
        if name not in before:
            raise DraftingError(f"The program reads nothing named {name}, so it cannot be given other data.")
        if isinstance(before[name], Mapping) != isinstance(value, Mapping):
            raise DraftingError(f"{name} is read as another kind of data than the column gives.")
    return {**before, **changes}
