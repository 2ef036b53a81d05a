"""What a revision knows of the formulation before it: items, rows with their words, and where numbers stand."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.base import DraftingError
from copilot.drafting.builtin.candidates import Item
from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Fact, Money, Quantity, Row
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.words import lexicon, stem
from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter, Term

_ROW_KINDS = ("resource", "requirement", "balance", "other")
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Known:
    """A formulation as the reader of a follow-up sees it; row 0 is the objective, the others are rules."""

    formulation: Formulation
    context: Context
    rows: tuple[Row, ...]
    terms: tuple[tuple[Term, ...], ...]
    labels: tuple[str, ...]


def known_of(formulation: Formulation) -> Known:
    """Items, rows and words of a formulation without index sets."""
    items = tuple(
        Item(variable.name.replace("_", " "), _stems(variable.name), 0, 0) for variable in formulation.variables
    )
    positions = {variable.name: index for index, variable in enumerate(formulation.variables)}
    sources: list[Objective | Constraint] = [formulation.objective]
    seen = {_vector(formulation.objective.terms)}
    for rule in formulation.constraints:
        if rule.kind in _ROW_KINDS and _vector(rule.terms) not in seen:
            sources.append(rule)
            seen.add(_vector(rule.terms))
    rows = tuple(_row(source, positions) for source in sources)
    everything = {item.stems[-1] for item in items} | lexicon().generic_stems
    measures = {stem(variable.unit) for variable in formulation.variables if variable.unit}
    context = Context(items, frozenset(everything), frozenset(measures), invested="money" in measures)
    labels = tuple(source.label.split(":")[0] for source in sources)
    return Known(formulation, context, rows, tuple(source.terms for source in sources), labels)


def words_of(label: str) -> frozenset[str]:
    """Stems of a label that tell it from others."""
    words = lexicon()
    stems = _stems(label)
    return frozenset(word for word in stems if word not in words.empty_stems and not words.is_small(word))


def value_of(source: str, parameters: Sequence[Parameter]) -> float:
    """The number that a parameter expression stands for."""
    values = {parameter.name: parameter.value for parameter in parameters if isinstance(parameter.value, float)}
    return _evaluated(ast.parse(source.strip(), mode="eval").body, values)


def _evaluated(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluated(node.operand, values)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluated(node.left, values), _evaluated(node.right, values))
    raise DraftingError("This formulation holds an expression that a follow-up cannot change; state the problem anew.")


def _vector(terms: Sequence[Term]) -> tuple[tuple[str, str, float], ...]:
    return tuple((term.variable, term.parameter, term.coefficient) for term in terms)


def _row(source: Objective | Constraint, positions: Mapping[str, int]) -> Row:
    label = source.label.split(":")[0]
    for sense in ("maximize ", "minimize "):
        label = label.removeprefix(sense)
    facts = {}
    for term in source.terms:
        if term.variable in positions:
            quantity = _stub(label, source.unit, term.coefficient)
            facts[positions[term.variable]] = Fact(positions[term.variable], term.coefficient, quantity)
    return Row(facts)


def _stub(label: str, unit: str, value: float) -> Quantity:
    """A quantity that has the words of a label, as if it had been read now."""
    stems = words_of(label)
    money = _money(stems, unit)
    written = tuple(Part("word", word.lower(), stem(word), word, 0, 0) for word in label.split())
    number = Part(
        "number", f"{value:g}", "", f"{value:g}", 0, 0, value=value, shape="money" if unit == "$" else "plain"
    )
    measure = "" if money else stem(unit) if unit else (written[0].stem if written else "")
    return Quantity(
        part=number,
        clause=(number, *written),
        position=0,
        sentence=0,
        after=() if money else written,
        before=written if money else (),
        unit=measure,
        words=frozenset() if money else stems | ({measure} if measure else set()),
        said=stems if money else frozenset(),
        money=money,
        left=(),
        right=(),
        next_item=-1,
    )


def _money(stems: frozenset[str], unit: str) -> Money:
    words = lexicon()
    if stems & words.money_in_stems:
        return "in"
    if stems & words.money_out_stems:
        return "out"
    return "unknown" if unit == "$" else ""


def _stems(words: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in re.findall(r"[^\W_]+", words))
