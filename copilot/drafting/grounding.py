"""Writes the rules of a formulation out: every index a label, every parameter a number, one row per rule."""

from __future__ import annotations

import ast
import itertools
import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from copilot.drafting.formulation import Constraint, Formulation, Relation, Term

MAX_TERMS = 200_000
_REFERENCE = re.compile(r"([A-Za-z]\w*)\s*(?:\[([^\]]*)\])?")
# As in Pyomo's component namer; a test compares the two.
_SPECIAL = re.compile(r"""[()\[\],.'":\\]""")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|-?inf|nan")
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

Labels = Mapping[str, str]


class GroundingError(ValueError):
    """An item is not a plain sum of known numbers and variables; the text says which part is not."""


@dataclass(frozen=True, slots=True)
class GroundRow:
    """sum of coefficient x column (by name, as Pyomo writes it) `relation` `limit`."""

    name: str
    terms: Mapping[str, float]
    relation: Relation
    limit: float


def ground_rows(formulation: Formulation, rule: Constraint) -> tuple[GroundRow, ...]:
    """One row per combination of the rule's labels. Raises GroundingError where the rule cannot be written out."""
    grounder = _Grounder(formulation)
    if rule.relation is None or not rule.terms:
        raise GroundingError(f"{rule.name} is not a sum with a limit.")
    rows = []
    for labels in grounder.combinations(rule.indices):
        name = _joined(rule.name, rule.indices, labels)
        terms = grounder.total(rule.terms, labels)
        rows.append(GroundRow(name, terms, rule.relation, grounder.limit(rule, labels)))
    return tuple(rows)


def value_of(formulation: Formulation, source: str) -> float:
    """The number of an expression of parameters without indices. Raises GroundingError for any other."""
    return _Grounder(formulation).value(source, {})


@lru_cache(maxsize=4096)
def as_pyomo_writes(label: str) -> str:
    """A label inside a component's name: quoted where it looks like a number or holds a sign of the name's grammar."""
    quoted = repr(label)
    plain = quoted[1:-1]
    return quoted if plain.startswith("|") or _SPECIAL.search(plain) or _NUMBER.fullmatch(plain) else plain


def ground_objective(formulation: Formulation) -> dict[str, float]:
    """Coefficient of every column in the objective. Raises GroundingError where it cannot be written out."""
    if not formulation.objective.terms:
        raise GroundingError("The objective is not a sum.")
    return _Grounder(formulation).total(formulation.objective.terms, {})


@dataclass(slots=True)
class _Grounder:
    formulation: Formulation
    sets: dict[str, Sequence[str]] = field(init=False)
    numbers: dict[str, Mapping[tuple[str, ...], float]] = field(init=False)
    arity: dict[str, int] = field(init=False)
    written: int = 0

    def __post_init__(self) -> None:
        self.sets = {item.name: item.elements for item in self.formulation.sets}
        self.arity = {item.name: len(item.indices) for item in self.formulation.variables}
        self.numbers = {
            item.name: {(): item.value} if isinstance(item.value, int | float) else dict(item.value)
            for item in self.formulation.parameters
        }

    def combinations(self, indices: Sequence[str]) -> Iterator[Labels]:
        """Every choice of one label per index set."""
        if len(set(indices)) < len(indices):
            raise GroundingError(f"{indices[0]} is used for two indices, which cannot be told apart.")
        for index in indices:
            if index not in self.sets:
                raise GroundingError(f"{index} is not a set.")
        for choice in itertools.product(*(self.sets[index] for index in indices)):
            yield dict(zip(indices, choice, strict=True))

    def total(self, terms: Sequence[Term], labels: Labels) -> dict[str, float]:
        """The sum with like columns collected; an index set that `labels` does not fix is summed over."""
        total: defaultdict[str, float] = defaultdict(float)
        for term in terms:
            name, inside = _split(term.variable)
            if self.arity.get(name) != len(inside):
                raise GroundingError(f"{term.variable} is not a variable with {len(inside)} indices.")
            free = [part for part in inside if part in self.sets and part not in labels]
            for chosen in self.combinations(free):
                self.written += 1
                if self.written > MAX_TERMS:
                    raise GroundingError(f"It has more than {MAX_TERMS:,} terms.")
                known = {**labels, **chosen}
                total[_joined(name, inside, known)] += self.coefficient(term, known)
        return dict(total)

    def coefficient(self, term: Term, labels: Labels) -> float:
        """The number of a term: `coefficient` says it, or is the sign of what `parameter` says."""
        if not term.parameter:
            return term.coefficient
        value = self.value(term.parameter.lstrip("-"), labels)
        is_single = abs(term.coefficient) != 1 or term.parameter.lstrip("-") in self.numbers
        if is_single and math.isclose(abs(value), abs(term.coefficient), rel_tol=1e-9):
            return term.coefficient
        if abs(term.coefficient) == 1:
            negative = term.coefficient < 0 or term.parameter.startswith("-")
            return -value if negative else value
        raise GroundingError(f"{term.parameter} is {value:g}, the coefficient {term.coefficient:g}.")

    def limit(self, rule: Constraint, labels: Labels) -> float:
        """The right-hand side of one row."""
        if rule.limit_parameter:
            return self.value(rule.limit_parameter, labels)
        return rule.limit or 0.0

    def value(self, source: str, labels: Labels) -> float:
        """The number of an expression of parameters with + - * / and plain numbers."""
        if _REFERENCE.fullmatch(source.strip()):
            return self.number(source, labels)
        found: list[float] = []

        def place(match: re.Match[str]) -> str:
            found.append(self.number(match.group(), labels))
            return f"_{len(found) - 1}"

        try:
            tree = ast.parse(_REFERENCE.sub(place, source).strip(), mode="eval")
            return _evaluate(tree.body, found)
        except (SyntaxError, ZeroDivisionError, ValueError) as error:
            if isinstance(error, GroundingError):
                raise
            raise GroundingError(f"{source} cannot be computed.") from error

    def number(self, reference: str, labels: Labels) -> float:
        """The number of one parameter at the given labels."""
        name, inside = _split(reference)
        key = tuple(labels.get(part, part) for part in inside)
        try:
            return self.numbers[name][key]
        except KeyError:
            raise GroundingError(f"{_joined(name, inside, labels)} is not a number of the formulation.") from None


def _evaluate(node: ast.expr, found: Sequence[float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return found[int(node.id[1:])]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, found)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left, found), _evaluate(node.right, found))
    raise GroundingError("Only sums, products and quotients of parameters can be computed.")


@lru_cache(maxsize=4096)
def _split(reference: str) -> tuple[str, tuple[str, ...]]:
    match = _REFERENCE.fullmatch(reference.strip())
    if not match:
        raise GroundingError(f"{reference} is not a name.")
    inside = match.group(2)
    return match.group(1), tuple(part.strip() for part in inside.split(",")) if inside else ()


def _joined(name: str, inside: Sequence[str], labels: Labels) -> str:
    return f"{name}[{','.join(as_pyomo_writes(labels.get(part, part)) for part in inside)}]" if inside else name
