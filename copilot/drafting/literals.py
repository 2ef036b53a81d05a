"""Traces each number and label that a program holds: to the request, to the formulation, to the data, or to nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.drafting.base import Data, Table
from copilot.drafting.formulation import Formulation, Term

Origin = Literal["request", "formulation", "data", "nowhere"]
_SIGNS = frozenset((0, 1, 2, 0.5, 100, 0.01))  # what a program may hold whatever the data says
_CONVERSIONS = frozenset((10, 1_000, 0.001, 1_000_000, 60, 3_600, 24, 7, 12, 52, 365))  # unless the data has them too
_COUNTING = frozenset(("range", "round", "enumerate", "RangeSet", "islice", "combinations", "permutations"))
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:,\d{3})*(?:\.\d+)?)(\s*%)?")
_LISTED = "three four five six seven eight nine ten eleven twelve"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS: Mapping[str, float] = {
    **{word: float(number) for number, word in enumerate(_LISTED.split(" "), 3)},
    **{word: float(10 * tens) for tens, word in enumerate(_TENS.split(" "), 2)},
    **{"quarter": 0.25, "third": 1 / 3, "two-thirds": 2 / 3, "three-quarters": 0.75, "triple": 3.0, "dozen": 12.0},
}


@dataclass(frozen=True, slots=True)
class Traced:
    """A number or a label as the program writes it, the line where it stands, and where it comes from."""

    text: str
    line: int
    origin: Origin


def traced(
    program: str, formulation: Formulation, data: Data, text: str, tables: Sequence[Table] = ()
) -> tuple[Traced, ...]:
    """Every literal that is not structural, in order; a program that cannot be parsed has none."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    said, settled, cells, labels = said_numbers(text), _settled(formulation), _cells(tables), _labels(data, tables)
    found = []
    for value, line in _literals(tree):
        if isinstance(value, str):
            if value in labels and not _is_said(value, text):
                found.append(Traced(repr(value), line, "data"))
        elif not _is_structural(value, cells):
            found.append(Traced(f"{value:g}", line, _origin(value, said, settled, cells)))
    return tuple(found)


def _is_said(label: str, text: str) -> bool:
    """Whether the request names a label; a short one must stand alone, as "A" stands in every text."""
    if len(label) > 2:
        return label.lower() in text.lower()
    return re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text) is not None


def _is_structural(value: float, cells: set[float]) -> bool:
    return value in _SIGNS or (value in _CONVERSIONS and value not in cells)


def _origin(value: float, said: set[float], settled: set[float], cells: set[float]) -> Origin:
    if _among(value, said):
        return "request"
    if _among(value, settled):
        return "formulation"
    return "data" if _among(value, cells) else "nowhere"


def _among(value: float, known: set[float]) -> bool:
    return value in known or any(abs(value - one) <= 1e-9 * max(1.0, abs(value)) for one in known)


def _literals(tree: ast.AST) -> Iterator[tuple[float | str, int]]:
    """Numbers and texts of the program, without those that count places: subscripts, ranges, digits, powers."""
    counted = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            counted |= {id(part) for part in ast.walk(node.slice) if isinstance(part, ast.Constant) and _is_place(part)}
        elif isinstance(node, ast.Call) and _name(node.func) in _COUNTING:
            counted |= {id(part) for argument in node.args for part in ast.walk(argument)}
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            counted |= {id(part) for part in ast.walk(node.right)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            counted.add(id(node.value))  # a docstring
    held = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in counted]
    for node in sorted(held, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float):
            yield float(node.value), node.lineno
        elif isinstance(node.value, str):
            yield node.value, node.lineno


def _is_place(node: ast.Constant) -> bool:
    return isinstance(node.value, int) and -10 <= node.value <= 10


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def said_numbers(text: str) -> set[float]:
    """The numbers of a text, percentages as shares too, and number words."""
    found = set[float]()
    for match in _NUMBER.finditer(text):
        number = float(match[1].replace(",", ""))
        found |= {number, number / 100} if match[2] else {number}
    return found | {_WORDS[word] for word in re.findall(r"[a-z-]+", text.lower()) if word in _WORDS}


def _settled(formulation: Formulation) -> set[float]:
    """The numbers that a formulation states by itself: coefficients, limits, bounds, and parameters read from text."""
    terms: list[Term] = [*formulation.objective.terms]
    terms += [term for rule in formulation.constraints for term in rule.terms]
    found = {abs(term.coefficient) for term in terms} | {abs(formulation.objective.constant)}
    found |= {abs(rule.limit) for rule in formulation.constraints if rule.limit is not None}
    found |= {abs(side) for one in formulation.variables for side in (one.lower, one.upper) if side is not None}
    for parameter in formulation.parameters:
        if parameter.source == "text":
            value = parameter.value
            found |= {abs(value)} if isinstance(value, int | float) else {abs(number) for _, number in value}
    return found


def _cells(tables: Sequence[Table]) -> set[float]:
    numbers = (cell for table in tables for column in table.columns.values() for cell in column)
    return {float(cell) for cell in numbers if isinstance(cell, int | float) and not isinstance(cell, bool)}


def _labels(data: Data, tables: Sequence[Table]) -> set[str]:
    """Labels that come with the data, without the names by which a program asks for it."""
    found = {
        entry for value in data.values() if isinstance(value, list | tuple) for entry in value if isinstance(entry, str)
    }
    found |= {cell for table in tables for column in table.columns.values() for cell in column if isinstance(cell, str)}
    return found - data.keys() - {column for table in tables for column in table.columns}
