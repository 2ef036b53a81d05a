"""The formulation as fields that a person fills, and back; what cannot be read is said beside its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from copilot.drafting.base import DraftingError
from copilot.drafting.formulation import (
    RELATION_WORDS,
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Variable,
)
from copilot.drafting.render import formulation_lines
from copilot.drafting.sums import read_sum, sum_text

ENTRIES = 200  # of a table or set that is edited as text; a longer one is attached as a file
RELATIONS = tuple(RELATION_WORDS.items())
DOMAINS = (("continuous", "any amount"), ("integer", "whole number"), ("binary", "yes or no"))
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?")


class Unreadable(Exception):
    """Fields that cannot be read: name of the field -> sentence."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Field:
    """One input: `kind` is number, text, lines, relation, domain or sense; `fault` says what to change."""

    name: str
    label: str
    kind: str
    value: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One item with its fields; `remove` names the box that takes it out (empty: it cannot go)."""

    title: str
    sentence: str
    fields: tuple[Field, ...]
    remove: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one element."""

    title: str
    rows: tuple[Row, ...]


def sections_of(read: Formulation, written: Mapping[str, str], faults: Mapping[str, str]) -> tuple[Section, ...]:
    """Every item that can be edited here; `written` are values that came back from a person, kept as they were."""
    said: dict[tuple[str, str], str] = {(line.element, line.name): line.sentence for line in formulation_lines(read)}

    def row(element: str, name: str, remove: str, *fields: Field) -> Row:
        told = tuple(
            Field(f.name, f.label, f.kind, written.get(f.name, f.value), faults.get(f.name, "")) for f in fields
        )
        return Row(name, said.get((element, name), ""), told, remove, bool(remove and written.get(remove)))

    goal = read.objective
    rules = [row("constraint", item.name, f"r{i}.remove", *_rule(i, item)) for i, item in enumerate(read.constraints)]
    found = (
        Section("Goal", (row("objective", goal.name, "", *_goal(goal)),)),
        Section("Rules", (*rules, row("constraint", "A new rule", "", *_new_rule()))),
        Section(
            "Decisions", tuple(row("variable", v.name, "", *_variable(i, v)) for i, v in enumerate(read.variables))
        ),
        Section("Numbers", tuple(row("parameter", p.name, "", *_given(i, p)) for i, p in enumerate(read.parameters))),
        Section("Sets", tuple(row("set", s.name, "", *_set(i, s)) for i, s in enumerate(read.sets))),
    )
    return tuple(section for section in found if section.rows)


def edited_by(read: Formulation, written: Mapping[str, str]) -> Formulation:
    """The formulation with what was written in the fields. Raises Unreadable."""
    faults: dict[str, str] = {}

    def get(field: Field, reader: Callable[[str], Any], otherwise: Any) -> Any:
        text = written.get(field.name, field.value)
        if text.replace("\r\n", "\n").strip() == field.value.strip():
            return otherwise
        try:
            return reader(text.strip())
        except (DraftingError, ValueError) as error:
            faults[field.name] = str(error)
            return otherwise

    update: dict[str, Any] = {
        "sets": tuple(_read_set(i, one, get) for i, one in enumerate(read.sets)),
        "parameters": tuple(_read_given(i, one, get) for i, one in enumerate(read.parameters)),
        "variables": tuple(_read_variable(i, one, get) for i, one in enumerate(read.variables)),
    }
    given = read.model_copy(update=update)
    kept = [(i, one) for i, one in enumerate(read.constraints) if not written.get(f"r{i}.remove")]
    rules = [_read_rule(i, one, given, get) for i, one in kept]
    update |= {"constraints": (*rules, *_read_new(given, written, faults)), "objective": _read_goal(given, get)}
    if faults:
        raise Unreadable(faults)
    try:
        return Formulation.model_validate(read.model_copy(update=update).model_dump())
    except ValidationError as error:
        first = error.errors()[0]
        raise Unreadable({"": f"{first['loc'][0]}: {first['msg']}."}) from error


def _goal(item: Objective) -> tuple[Field, ...]:
    sense = Field("g.sense", "Make it", "sense", item.sense)
    return (sense, Field("g.terms", "Sum", "text", sum_text(item.terms))) if item.terms else (sense,)


def _read_goal(read: Formulation, get: Any) -> Objective:
    item = read.objective
    sense, *terms = _goal(item)
    chosen = get(sense, _one_of(("maximize", "minimize")), item.sense)
    update: dict[str, Any] = {"sense": chosen}
    if terms:
        update["terms"] = get(terms[0], lambda text: read_sum(text, read), item.terms)
    if chosen != item.sense:
        update |= {"sentence": "", "label": ""}  # they may say the old direction
    return item.model_copy(update=update)


def _rule(number: int, item: Constraint) -> tuple[Field, ...]:
    fields = [Field(f"r{number}.terms", "Sum", "text", sum_text(item.terms))] if item.terms else []
    if item.relation is not None:
        fields.append(Field(f"r{number}.relation", "Relation", "relation", item.relation))
        if not item.limit_parameter:
            fields.append(Field(f"r{number}.limit", "Limit", "number", plain(item.limit or 0.0)))
    return tuple(fields)


def _read_rule(number: int, item: Constraint, read: Formulation, get: Any) -> Constraint:
    readers: dict[str, tuple[str, Callable[[str], Any], Any]] = {
        f"r{number}.terms": ("terms", lambda text: read_sum(text, read), item.terms),
        f"r{number}.relation": ("relation", _one_of([sign for sign, _ in RELATIONS]), item.relation),
        f"r{number}.limit": ("limit", number_of, item.limit),
    }
    found = {readers[f.name][0]: get(f, *readers[f.name][1:]) for f in _rule(number, item)}
    changed = any(getattr(item, name) != value for name, value in found.items())
    return item.model_copy(update=found | ({"sentence": "", "label": "", "latex": ""} if changed else {}))


def _new_rule() -> tuple[Field, ...]:
    return (
        Field("n.terms", "Sum", "text", ""),
        Field("n.relation", "Relation", "relation", "<="),
        Field("n.limit", "Limit", "number", ""),
    )


def _read_new(read: Formulation, written: Mapping[str, str], faults: dict[str, str]) -> Iterator[Constraint]:
    terms, limit = (written.get(f"n.{name}", "").strip() for name in ("terms", "limit"))
    if not terms and not limit:
        return
    names = {item.name for item in read.constraints} | {item.name for item in read.variables}
    names |= {item.name for item in read.parameters} | {item.name for item in read.sets}
    name = next(f"rule_{n}" for n in range(1, 1_000_000) if f"rule_{n}" not in names)
    for field, reader in (("terms", lambda text: read_sum(text, read)), ("limit", number_of)):
        try:
            reader(terms if field == "terms" else limit)
        except (DraftingError, ValueError) as error:
            faults[f"n.{field}"] = str(error)
    relation = written.get("n.relation", "<=")
    if not faults and relation in dict(RELATIONS):
        kind = "resource" if relation == "<=" else "requirement" if relation == ">=" else "sum"
        yield Constraint(name=name, kind=kind, terms=read_sum(terms, read), relation=relation, limit=number_of(limit))


def _variable(number: int, item: Variable) -> tuple[Field, ...]:
    bounds = [] if item.domain == "binary" else [("lower", "At least", item.lower), ("upper", "At most", item.upper)]
    return (
        Field(f"v{number}.domain", "Kind", "domain", item.domain),
        *(Field(f"v{number}.{n}", label, "number", "" if v is None else plain(v)) for n, label, v in bounds),
    )


def _read_variable(number: int, item: Variable, get: Any) -> Variable:
    domain, *bounds = _variable(number, item)
    found = {"domain": get(domain, _one_of([name for name, _ in DOMAINS]), item.domain)}
    found |= {f.name.partition(".")[2]: get(f, _optional, getattr(item, f.name.partition(".")[2])) for f in bounds}
    changed = any(getattr(item, name) != value for name, value in found.items())
    return item.model_copy(update=found | ({"sentence": ""} if changed else {}))


def _given(number: int, item: Parameter) -> tuple[Field, ...]:
    if isinstance(item.value, int | float):
        return (Field(f"p{number}", item.unit or "Value", "number", plain(item.value)),)
    if len(item.value) > ENTRIES:
        return ()
    lines = "\n".join(f"{', '.join(key)}: {plain(value)}" for key, value in item.value)
    return (Field(f"p{number}", " by ".join((item.unit or "Numbers", *item.indices)), "lines", lines),)


def _read_given(number: int, item: Parameter, get: Any) -> Parameter:
    fields = _given(number, item)
    if not fields:
        return item
    reader = number_of if isinstance(item.value, int | float) else _entries
    value = get(fields[0], reader, item.value)
    return item.model_copy(update={"value": value} | ({"sentence": ""} if value != item.value else {}))


def _set(number: int, item: IndexSet) -> tuple[Field, ...]:
    if len(item.elements) > ENTRIES:
        return ()
    return (Field(f"s{number}", "Labels", "lines", "\n".join(item.elements)),)


def _read_set(number: int, item: IndexSet, get: Any) -> IndexSet:
    fields = _set(number, item)
    elements = get(fields[0], _labels, item.elements) if fields else item.elements
    return item.model_copy(update={"elements": elements} | ({"sentence": ""} if elements != item.elements else {}))


def _labels(text: str) -> tuple[str, ...]:
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    if twice := next((label for label in found if found.count(label) > 1), ""):
        raise ValueError(f"“{twice}” stands there twice.")
    return found


def _entries(text: str) -> tuple[tuple[tuple[str, ...], float], ...]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        labels, colon, value = line.rpartition(":")
        if not colon:
            raise ValueError(f"“{line}” has no colon. Write each line as label: number.")
        found.append((tuple(label.strip() for label in labels.split(",")), number_of(value.strip())))
    return tuple(found)


def number_of(text: str) -> float:
    """The number that a person wrote. Raises ValueError with a sentence."""
    if not text or not _NUMBER.fullmatch(text.replace("−", "-")):
        raise ValueError(f"“{text}” is no number. Write digits, with a point before decimals.")
    return float(text.replace(",", "").replace("−", "-"))


def _optional(text: str) -> float | None:
    return number_of(text) if text else None


def _one_of(names: Any) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"“{text}” is none of {', '.join(names)}.")
        return text

    return read


def plain(value: float) -> str:
    """A number as it stands in a field, with all its digits."""
    return f"{int(value)}" if value == int(value) and abs(value) < 1e15 else repr(float(value))
