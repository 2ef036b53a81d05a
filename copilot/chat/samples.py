"""One family of both models side by side: its formula, its lines in the programs, and a few of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from copilot.chat.reviewing import Family, Rename
from copilot.chat.spec import formulas_of, groups_of
from copilot.drafting.formulation import Formulation
from copilot.review.sides import Side, instance_of
from copilot.runs.models import ModelVersion
from solvers.equivalence.changes import column_text, number_text, row_sense
from solvers.instance import Instance

ROWS = 3
TERMS = 12
DEMANDS = ("at most ", "at least ", "exactly ")  # said first, as in "at most 240 hours", in a message
LIMITS = ("sense", "right-hand side", "lower limit", "upper limit")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a row; `changed` where the other model has another."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One row or column in both models; no parts where a model does not have it."""

    name: str
    before: tuple[Part, ...]
    after: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """How one side writes the family: as a formula, and in which lines of its program."""

    title: str
    formula: SafeString | None
    sentence: str
    lines: tuple[tuple[int, str], ...]


def written_of(side: Side, title: str, family: Family, which: str) -> Written:
    """Formula and program lines of a family on one side; a file has neither."""
    if not isinstance(side, ModelVersion):
        return Written(title, None, "", ())
    found = None
    if side.formulation:
        formulas = formulas_of(Formulation.model_validate(side.formulation), side.request_text)
        elements = {"constraints": "constraint", "variables": "variable", "objective": "objective"}
        found = next((f for f in formulas if f.name == family.name and f.element == elements[family.kind]), None)
    lines = family.lines.get(which) or _declared(side.program, family.name)
    text = side.program.splitlines()
    shown = tuple((n, text[n - 1].strip()) for n in lines if 0 < n <= len(text))
    formula = found.mathml if found and found.mathml else None
    return Written(title, formula, found.sentence if found else "", shown)


def as_before(side: Side, family: Family) -> str:
    """What to say so that a family becomes as it is on this side: its sentence there, else what changed."""
    if family.change == "added":
        return f"remove {family.name}"
    if isinstance(side, ModelVersion) and side.formulation:
        formulation = Formulation.model_validate(side.formulation)
        labels = {rule.label for rule in formulation.constraints}
        groups = groups_of(formulation, side.request_text)
        elements = {"constraints": "constraint", "variables": "variable", "objective": "objective"}
        items = (item for group in groups if group.element == elements[family.kind] for item in group.items)
        found = next((item.sentence for item in items if item.name == family.name), "")
        says_it = found not in labels or any(sign.isdigit() for sign in found)
        if found and says_it:  # a label alone does not say what it was
            subject, _, demand = found.rstrip(".").partition(": ")
            return f"{demand} {subject}" if demand.startswith(DEMANDS) else found.rstrip(".")
    called = "the objective" if family.kind == "objective" else f"{family.kind} {family.name}"
    return f"{called} ({'; '.join(family.patterns)}), so that it is as before"


def samples_of(sides: tuple[Side, Side], family: Family, renames: Sequence[Rename]) -> tuple[Sample, ...]:
    """The first rows or columns of the family that changed, in both models."""
    models = instance_of(sides[0]), instance_of(sides[1])
    subjects = list(dict.fromkeys(entry.subject for entry in family.entries))[:ROWS]
    renamed = {one.old: one.new for one in renames}
    renamed |= {family.name: family.renamed} if family.renamed else {}
    if family.kind == "constraints":
        return tuple(_row_sample(name, models, family, renamed) for name in subjects)
    names = [subject for subject in subjects if subject != family.name] if family.kind == "objective" else subjects
    return tuple(_column_sample(name, models, renamed) for name in names)


def unchanged_names(sides: tuple[Side, Side], families: Iterable[Family]) -> tuple[str, ...]:
    """Families of rows and columns that both models have and that did not change."""
    changed = {(family.kind, family.name) for family in families}
    found = []
    for kind, names in (("variables", "column_names"), ("constraints", "row_names")):
        known = [dict.fromkeys(name.partition("[")[0] for name in getattr(instance_of(side), names)) for side in sides]
        found += [name for name in known[0] if name in known[1] and (kind, name) not in changed]
    return tuple(dict.fromkeys(found))


def family_names(side: Side) -> Mapping[str, tuple[str, ...]]:
    """The families of a model, by kind."""
    instance = instance_of(side)
    pairs = (("variables", instance.column_names), ("constraints", instance.row_names))
    return {kind: tuple(dict.fromkeys(name.partition("[")[0] for name in names)) for kind, names in pairs}


def _row_sample(name: str, models: tuple[Instance, Instance], family: Family, renamed: Mapping[str, str]) -> Sample:
    entries = [entry for entry in family.entries if entry.subject == name]
    columns = {entry.field.removeprefix("coefficient of ") for entry in entries if " of " in entry.field}
    columns |= {_renamed(column, renamed) for column in columns}
    limits = any(entry.field in LIMITS for entry in entries)
    places = [_place(model.row_names, one) for model, one in zip(models, (name, _renamed(name, renamed)), strict=True)]
    if places[1] is None and name in models[1].row_names:
        places[1] = models[1].row_names.index(name)
    one, other = (
        () if place is None else tuple(_row_parts(model, place, columns, limits=limits))
        for model, place in zip(models, places, strict=True)
    )
    return Sample(name, one, other)


def _row_parts(instance: Instance, row: int, changed: set[str], *, limits: bool) -> Iterable[Part]:
    start, end = int(instance.indptr[row]), int(instance.indptr[row + 1])
    names = [instance.column_names[int(j)] for j in instance.indices[start:end]]
    ranked = sorted(range(len(names)), key=lambda k: (names[k] not in changed, k))
    for k in sorted(ranked[:TERMS]):
        value = float(instance.values[start + k])
        sign = "−" if value < 0 else "+"
        size = "" if abs(value) == 1.0 else f"{number_text(abs(value))} "
        yield Part(f"{sign} {size}{names[k]}", names[k] in changed)
    if len(names) > TERMS:
        yield Part(f"… ({len(names) - TERMS} more terms)", False)
    lower, upper = float(instance.row_lower[row]), float(instance.row_upper[row])
    sense = row_sense(lower, upper)
    words = {"<=": f"≤ {number_text(upper)}", ">=": f"≥ {number_text(lower)}", "==": f"= {number_text(lower)}"}
    yield Part(words.get(sense) or _between(lower, upper, sense), limits)


def _between(lower: float, upper: float, sense: str) -> str:
    return "without limit" if sense == "free" else f"between {number_text(lower)} and {number_text(upper)}"


def _column_sample(name: str, models: tuple[Instance, Instance], renamed: Mapping[str, str]) -> Sample:
    places = [
        _place(model.column_names, one) for model, one in zip(models, (name, _renamed(name, renamed)), strict=True)
    ]
    texts = [
        [] if place is None else column_text(model, place).split(", ")
        for model, place in zip(models, places, strict=True)
    ]
    one, other = (
        tuple(Part(piece, piece not in theirs) for piece in mine)
        for mine, theirs in ((texts[0], texts[1]), (texts[1], texts[0]))
    )
    return Sample(name, one, other)


def _place(names: Sequence[str], name: str) -> int | None:
    return next((place for place, one in enumerate(names) if one == name), None)


def _renamed(name: str, renamed: Mapping[str, str]) -> str:
    family, bracket, index = name.partition("[")
    return renamed.get(family, family) + bracket + index


def _declared(program: str, family: str) -> tuple[int, ...]:
    """The line that declares a component, where the line of it is not known otherwise."""
    declares = re.compile(rf"\.{re.escape(family)}\s*=|[\"']{re.escape(family)}[\"']")
    return tuple(number for number, line in enumerate(program.splitlines(), 1) if declares.search(line))[:1]
