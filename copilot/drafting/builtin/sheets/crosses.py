"""A table of crosses as what each option reaches: options are its rows or its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.sheets.cells import Cell
from copilot.drafting.builtin.sheets.goal import goals_of
from copilot.drafting.builtin.sheets.problem import Doubt, Problem, phrases
from copilot.drafting.builtin.sheets.rules import Rule
from copilot.drafting.builtin.sheets.sheet import Column, Sheet, stems_of
from copilot.drafting.builtin.words import load

FAMILY = "covering"


@dataclass(slots=True)
class Reach:
    """What each option reaches and costs."""

    reached: dict[str, list[str]]
    costs: dict[str, float]
    place: tuple[int, int]
    rules: list[Rule] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)

    @property
    def wanted(self) -> list[str]:
        """All that is reached by any."""
        return list(dict.fromkeys(one for several in self.reached.values() for one in several))


def crossed(cells: tuple[Cell, ...]) -> bool:
    known = load("sheets")["cells"]
    return all(
        cell.blank or cell.value in (0.0, 1.0) or cell.text in known["yes"] or cell.text in known["no"]
        for cell in cells
    )


def of_crosses(problem: Problem, sheet: Sheet) -> Reach | None:
    """Options as rows, or as columns where the costs stand in a row or the goal names them."""
    beside = [column for column in sheet.columns if not crossed(column.cells)]
    below = [at for at, label in enumerate(sheet.labels) if stems_of(label) & stems_of("cost price rent fee")]
    if below:
        return of_crosses(problem, sheet.turned())
    if len(beside) > 1 or (beside and not beside[0].numeric):
        return None
    inside = [column for column in sheet.columns if column not in beside]
    if not beside:
        named = stems_of(sheet.corner) | _shared(sheet.labels)
        heads = _shared([column.head for column in inside])
        goals = {stem for goal in goals_of(problem) for stem in goal.stems}
        if heads & goals and not named & goals:
            return _of_crosses_rows(sheet.turned(), [])
        corner = stems_of(sheet.corner) - stems_of("of the")
        every = problem.says(FAMILY, "every")
        sizes = _sizes_wanted(problem, len(sheet.labels), len(inside))
        if sizes is not None:
            return _of_crosses_rows(sheet if sizes else sheet.turned(), [])
        asked = stems_of(problem.prose[slice(*problem.account.sentence_at(every.start()))]) if every else frozenset()
        if heads & asked and not named & asked:
            return _of_crosses_rows(sheet, beside)
        if not named & goals and not (corner & stems_of(problem.prose) and re.search(r"\brows?\b", problem.prose)):
            raise Doubt("It is not clear whether the rows or the columns are the options; name them in the question.")
    return _of_crosses_rows(sheet, beside)


def _sizes_wanted(problem: Problem, rows: int, columns: int) -> bool | None:
    """Whether the columns are what must be reached (False: the rows), by how many the sentence of the duty counts."""
    account = problem.account
    spots = [m.start() for phrase in phrases(FAMILY, "every") for m in account.matches(phrase)]
    sentences = {account.sentence_at(at) for at in spots}
    said = {number.value for number in account.numbers if number.sentence in sentences} & {float(rows), float(columns)}
    return None if len(said) != 1 or rows == columns else said == {float(columns)}


def _shared(names: list[str] | tuple[str, ...]) -> frozenset[str]:
    sets = [stems_of(name) for name in names]
    return frozenset.intersection(*sets) if sets else frozenset()


def _of_crosses_rows(sheet: Sheet, beside: list[Column]) -> Reach:
    known = load("sheets")["cells"]
    inside = [column for column in sheet.columns if column not in beside]
    reached = {
        label_of(label): [
            label_of(column.head or column.name)
            for column in inside
            if column.cells[at].value == 1.0
            or (column.cells[at].value is None and column.cells[at].text in known["yes"])
        ]
        for at, label in enumerate(sheet.labels)
    }
    never = [
        column.head for column in inside if not any(label_of(column.head or column.name) in r for r in reached.values())
    ]
    if never:
        raise Doubt(f"Nothing reaches “{never[0]}”, so no choice reaches all.")
    return Reach(reached, costs_of(sheet, beside), sheet.place)


def costs_of(sheet: Sheet, columns: list[Column]) -> dict[str, float]:
    if not columns:
        return {}
    values = columns[0].values
    return {label_of(label): value for label, value in zip(sheet.labels, values, strict=True)}
