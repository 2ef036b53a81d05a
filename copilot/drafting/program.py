"""Writes a formulation as a Pyomo program `build_model(data)`, with the data that it reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from copilot.drafting.base import Data, Datum, DraftingError
from copilot.drafting.formulation import Constraint, Formulation, Objective, Parameter, Term, Variable
from copilot.drafting.naming import Names

_WIDTH = 110
_REFERENCE = re.compile(r"([A-Za-z]\w*)(?:\[([^\]]*)\])?")
_PIECE = re.compile(r"\s*(?:([A-Za-z]\w*(?:\[[^\]]*\])?)|(100|[01])(?![\d.])|([-+*/()]))")
_DOMAINS = {
    ("continuous", True): "NonNegativeReals",
    ("continuous", False): "Reals",
    ("integer", True): "NonNegativeIntegers",
    ("integer", False): "Integers",
}


def write_program(formulation: Formulation) -> str:
    """The formulation as readable Python; every number is read from `data` by its parameter's name.

    A term's `parameter` is a parameter's name, `name[label]`, `name[set]` for an indexed one, or an expression of such
    names with + - * / and the structural numbers 0, 1 and 100 ("1 - share"). A variable `name[set]` whose set is not
    among the rule's own indices is summed over that set. Raises DraftingError where an item cannot be written.
    """
    return _Writer(formulation).program()


def data_of(formulation: Formulation) -> Data:
    """What the written program reads: parameter name -> number or {label: number}; set name -> its labels.

    A number that no parameter names (a bound, a bare coefficient) gets a name of its own, as in the program.
    """
    return _Writer(formulation).data()


@dataclass(slots=True)
class _Writer:
    formulation: Formulation
    names: dict[str, str] = field(default_factory=dict)
    loose: dict[str, float] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def program(self) -> str:
        """All lines, in the order sets, variables, objective, rules."""
        self._write()
        return "\n".join(self.lines) + "\n"

    def data(self) -> Data:
        """Sets that are used, parameters, and the numbers that have no parameter."""
        self._write()
        found: dict[str, Datum] = {}
        used = self._used_sets()
        for index_set in self.formulation.sets:
            if index_set.name in used:
                found[index_set.name] = list(index_set.elements)
        for parameter in self.formulation.parameters:
            if parameter.name in found:
                raise DraftingError(f'Two items of the formulation are named "{parameter.name}"; rename one of them.')
            found[parameter.name] = _datum(parameter)
        return {**found, **{name: _plain(value) for name, value in self.loose.items()}}

    def _write(self) -> None:
        self._name_components()
        title = _one_line(self.formulation.title) or "Optimization model"
        self.lines = [
            "import pyomo.environ as pyo",
            "",
            "",
            "def build_model(data):",
            f"    {_quoted_docstring(title)}",
            "    model = pyo.ConcreteModel()",
        ]
        for index_set in self.formulation.sets:
            if index_set.name in self._used_sets():
                self._put("", *_comment(index_set.name.replace("_", " "), index_set.sentence))
                self._put(f"model.{self.names[index_set.name]} = pyo.Set(initialize=data[{_quoted(index_set.name)}])")
        for variable in self.formulation.variables:
            self._put("", *_comment(variable.label, variable.sentence))
            self._variable(variable)
        goal = self.formulation.objective
        self._put("", *_comment(goal.label, goal.sentence))
        self._objective(goal)
        for rule in self.formulation.constraints:
            self._put("", *_comment(rule.label, rule.sentence))
            self._constraint(rule)
        self._put("", "return model")

    def _name_components(self) -> None:
        names = Names()
        goal = self.formulation.objective
        kinds = [(item.name, "set") for item in self.formulation.sets]
        kinds += [(item.name, "amount") for item in self.formulation.variables] + [(goal.name, "goal")]
        kinds += [(item.name, "rule") for item in self.formulation.constraints]
        self.names, self.loose = {}, {}
        for name, kind in kinds:
            if name in self.names:
                raise DraftingError(f'Two items of the formulation are named "{name}"; rename one of them.')
            self.names[name] = names.reserve(name, suffix=kind)

    def _used_sets(self) -> set[str]:
        families = [item.indices for item in self.formulation.variables]
        families += [item.indices for item in self.formulation.constraints]
        return {name for indices in families for name in indices}

    def _put(self, *lines: str) -> None:
        self.lines.extend(f"    {line}" if line else "" for line in lines)

    def _variable(self, item: Variable) -> None:
        name = self.names[item.name]
        sets = "".join(f"model.{self.names[index]}, " for index in item.indices)
        if item.domain == "binary":
            self._put(f"model.{name} = pyo.Var({sets}domain=pyo.Binary)")
            return
        nonnegative = item.lower is not None and item.lower >= 0
        domain = _DOMAINS[item.domain, nonnegative]
        lower = "None" if item.lower is None else self._number(f"{item.name}_lower", item.lower)
        upper = "None" if item.upper is None else self._number(f"{item.name}_upper", item.upper)
        bounds = "" if (item.lower in (0, None) and item.upper is None) else f", bounds=({lower}, {upper})"
        self._put(f"model.{name} = pyo.Var({sets}domain=pyo.{domain}{bounds})")

    def _objective(self, goal: Objective) -> None:
        terms = [self._term(term, owner=goal.name, fixed=()) for term in goal.terms]
        if goal.constant:
            terms.append((goal.constant < 0, self._number(f"{goal.name}_constant", abs(goal.constant))))
        if not terms:
            raise DraftingError("The objective has no terms, so there is nothing to make largest or smallest.")
        self._component(self.names[goal.name], "Objective", [*_sum(terms)], f"sense=pyo.{goal.sense}")

    def _constraint(self, item: Constraint) -> None:
        if not item.terms or item.relation is None:
            raise DraftingError(f'The rule "{item.label or item.name}" is not a sum with a limit; write it as one.')
        left = [self._term(term, owner=item.name, fixed=item.indices) for term in item.terms]
        right: list[tuple[bool, str]] = []
        if not item.limit and not item.limit_parameter and any(not negative for negative, _ in left):
            right = [(False, body) for negative, body in left if negative]
            left = [(negative, body) for negative, body in left if not negative]
        if not right:
            limit = self._expression(item.limit_parameter)
            right = [(False, limit or self._number(f"{item.name}_limit", item.limit or 0.0))]
        pieces = [*_sum(left)]
        after = [*_sum(right)]
        after[0] = f"{item.relation} {after[0]}"
        name = self.names[item.name]
        if item.indices:
            letters = ", ".join(self._letter(index) for index in item.indices)
            self._put(f"def {name}_rule(model, {letters}):", f"    return {' '.join([*pieces, *after])}", "")
            sets = ", ".join(f"model.{self.names[index]}" for index in item.indices)
            self._put(f"model.{name} = pyo.Constraint({sets}, rule={name}_rule)")
            return
        self._component(name, "Constraint", [*pieces, *after])

    def _component(self, name: str, kind: str, pieces: Sequence[str], *options: str) -> None:
        arguments = ", ".join([f"expr={' '.join(pieces)}", *options])
        line = f"model.{name} = pyo.{kind}({arguments})"
        if len(line) <= _WIDTH:
            self._put(line)
            return
        self._put(f"model.{name} = pyo.{kind}(", f"    expr={pieces[0]}")
        self._put(*(f"    {piece}" for piece in pieces[1:]))
        if options:
            self.lines[-1] += ","
            self._put(*(f"    {option}," for option in options))
        self._put(")")

    def _term(self, term: Term, *, owner: str, fixed: Sequence[str]) -> tuple[bool, str]:
        """(is it subtracted, the product) of one term."""
        name, inside = _split(term.variable)
        if name not in self.names:
            raise DraftingError(f'"{owner}" uses "{name}", which is not one of the decisions.')
        variable, free = f"model.{self.names[name]}", []
        if inside:
            variable += f"[{self._subscript(inside)}]"
            free = [index for index in inside if index in self._set_names() and index not in fixed]
        coefficient = self._expression(term.parameter)
        negative = coefficient.startswith("-") if coefficient else term.coefficient < 0
        coefficient = coefficient.lstrip("-")
        if not coefficient and abs(term.coefficient) != 1:
            coefficient = self._number(f"{owner}_{name}", abs(term.coefficient), structural=False)
        product = f"{coefficient} * {variable}" if coefficient else variable
        if free:
            loops = "".join(f" for {self._letter(index)} in model.{self.names[index]}" for index in free)
            product = f"sum({product}{loops})"
        return negative, product

    def _expression(self, source: str) -> str:
        """A parameter expression as Python; parentheses where it is a sum."""
        if not source:
            return ""
        out: list[str] = []
        position, depth, is_sum = 0, 0, False
        while position < len(source):
            match = _PIECE.match(source, position)
            if not match:
                raise DraftingError(f'"{source}" is not a parameter of the formulation.')
            reference, digit, operator = match.groups()
            depth += {"(": 1, ")": -1}.get(operator or "", 0)
            is_sum = is_sum or (operator in ("+", "-") and depth == 0 and bool(out))
            spaced = operator in ("+", "-", "*", "/") and bool(out)
            out.append(
                self._reference(reference) if reference else (digit or (f" {operator} " if spaced else operator))
            )
            position = match.end()
        text = "".join(out).strip()
        return f"({text})" if is_sum else text

    def _reference(self, reference: str) -> str:
        name, inside = _split(reference)
        if name not in {parameter.name for parameter in self.formulation.parameters}:
            raise DraftingError(f'"{name}" is not a parameter of the formulation.')
        return f"data[{_quoted(name)}]" + (f"[{self._subscript(inside)}]" if inside else "")

    def _subscript(self, inside: Sequence[str]) -> str:
        known = self._set_names()
        return ", ".join(self._letter(label) if label in known else _quoted(label) for label in inside)

    def _set_names(self) -> list[str]:
        return [index_set.name for index_set in self.formulation.sets]

    def _letter(self, index: str) -> str:
        position = self._set_names().index(index)
        return "ijkl"[position] if position < 4 else f"i{position}"

    def _number(self, name: str, value: float, *, structural: bool = True) -> str:
        if structural and value == 0:
            return "0"
        self.loose[name] = value
        return f"data[{_quoted(name)}]"


def _sum(terms: Sequence[tuple[bool, str]]) -> Iterator[str]:
    for position, (negative, body) in enumerate(terms):
        if position:
            yield f"- {body}" if negative else f"+ {body}"
        else:
            yield f"-{body}" if negative else body


def _split(reference: str) -> tuple[str, tuple[str, ...]]:
    match = _REFERENCE.fullmatch(reference.strip())
    if not match:
        raise DraftingError(f'"{reference}" is not a name that a program can use.')
    inside = match.group(2)
    return match.group(1), tuple(label.strip() for label in inside.split(",")) if inside else ()


def _datum(parameter: Parameter) -> Datum:
    if isinstance(parameter.value, float):
        return _plain(parameter.value)
    return {(key[0] if len(key) == 1 else key): _plain(value) for key, value in parameter.value}


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def _quoted(label: str) -> str:
    return json.dumps(label, ensure_ascii=False)


def _quoted_docstring(text: str) -> str:
    safe = text.replace("\\", "/").replace('"', "'")
    return f'"""{safe}"""'


def _one_line(words: str) -> str:
    line = " ".join(words.split())
    return line if line.isprintable() else "".join(filter(str.isprintable, line))


def _comment(label: str, sentence: str) -> list[str]:
    label, sentence = _one_line(label), _one_line(sentence)
    said = f'"{sentence}"' if sentence else ""
    return [f"# {line}" for line in (label, said) if line]
