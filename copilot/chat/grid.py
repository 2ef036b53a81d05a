"""A request that was not understood, as a grid of decisions and quantities to correct, and the algebra that it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from copilot.chat.editing import Unreadable, number_of, plain
from copilot.drafting.formulation import RELATION_WORDS, Formulation
from copilot.drafting.grounding import GroundingError, ground_objective, ground_rows
from copilot.drafting.naming import Names, identifier

SPARE_DECISIONS = 1  # empty rows below what was read, and at least
LEAST_DECISIONS = 3
SPARE_RULES = 2
LEAST_RULES = 3
MOST = 40  # decisions or rules of a grid; more are a table's work
RELATIONS = tuple(("=" if sign == "==" else sign, words) for sign, words in RELATION_WORDS.items())
_SIGN = {"<=": "<=", ">=": ">=", "==": "="}


@dataclass(frozen=True, slots=True)
class Cell:
    """One input; `is_doubtful` marks what was not read although its row and column were."""

    name: str
    value: str = ""
    is_doubtful: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A row: its name, its cells in the order of goal and rules, and whether it is counted in whole numbers."""

    name: Cell
    cells: tuple[Cell, ...]
    whole: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A column below the goal's: its name, relation and limit."""

    name: Cell
    relation: Cell
    limit: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    """Decisions by goal and rules."""

    sense: str
    rules: tuple[Rule, ...]
    decisions: tuple[Decision, ...]


def grid_of(read: Formulation | None) -> Grid | None:
    """What was read, with empty places for what was not; None where it does not fit a grid."""
    if read is None:
        return _arranged("", {}, [], [])
    if read.sets or max(len(read.variables), len(read.constraints)) > MOST:
        return None
    try:
        goal = ground_objective(read) if read.objective.terms else {}
        rows = [row for rule in read.constraints for row in ground_rows(read, rule)]
    except GroundingError:
        return None
    rules = [(row.name, _SIGN[row.relation], plain(row.limit), dict(row.terms)) for row in rows]
    decisions = [(item.name, item.domain != "continuous") for item in read.variables]
    return _arranged(read.objective.sense, goal, rules, decisions)


def refilled(grid: Grid, written: Mapping[str, str], faults: Mapping[str, str]) -> Grid:
    """The grid with what a person wrote, and what is wrong with it."""

    def again(cell: Cell) -> Cell:
        value = written.get(cell.name, cell.value)
        return replace(cell, value=value, is_doubtful=cell.is_doubtful and not value, fault=faults.get(cell.name, ""))

    return Grid(
        written.get("sense", grid.sense),
        tuple(Rule(again(rule.name), again(rule.relation), again(rule.limit)) for rule in grid.rules),
        tuple(
            Decision(again(one.name), tuple(map(again, one.cells)), one.whole, bool(written.get(one.whole)))
            for one in grid.decisions
        ),
    )


def text_of(grid: Grid) -> str:
    """The filled grid as lines of algebra. Raises Unreadable with a sentence for each field to correct."""
    faults: dict[str, str] = {}
    names = _names([one.name for one in grid.decisions], "x")
    columns = _names([rule.name for rule in grid.rules], "rule")
    sums = [_sum(grid, names, place, faults) for place in range(len(grid.rules) + 1)]
    lines = [f"{'maximize' if grid.sense == 'maximize' else 'minimize'} {sums[0]}", "subject to"]
    if not sums[0]:
        faults[""] = "Give what at least one decision brings or costs, in the first column."
    for rule, label, total in zip(grid.rules, columns, sums[1:], strict=True):
        if not total and not rule.limit.value.strip():
            continue
        limit = _read(rule.limit, faults)
        if not total:
            faults[rule.name.name] = "This rule counts no decision."
        lines.append(f"{label}: {total} {rule.relation.value or '<='} {plain(limit)}")
    if faults:
        raise Unreadable(faults)
    whole = [name for one, name in zip(grid.decisions, names, strict=True) if one.is_whole and _is_used(one)]
    return "\n".join([*lines, *([f"{', '.join(whole)} are integer"] if whole else ())])


def _arranged(
    sense: str,
    goal: Mapping[str, float],
    rules: Sequence[tuple[str, str, str, Mapping[str, float]]],
    decisions: Sequence[tuple[str, bool]],
) -> Grid:
    spare = max(SPARE_RULES, LEAST_RULES - len(rules))
    filled = [*rules, *[("", "<=", "", dict[str, float]())] * spare]
    more = max(SPARE_DECISIONS, LEAST_DECISIONS - len(decisions))
    columns = [goal, *(terms for *_, terms in filled)]
    return Grid(
        sense or "maximize",
        tuple(
            Rule(Cell(f"c{place}.name", name), Cell(f"c{place}.relation", sign), Cell(f"c{place}.limit", limit))
            for place, (name, sign, limit, _) in enumerate(filled, 1)
        ),
        tuple(
            _decision(row, name, columns, is_whole=is_whole)
            for row, (name, is_whole) in enumerate([*decisions, *[("", True)] * more])
        ),
    )


def _decision(row: int, name: str, columns: Sequence[Mapping[str, float]], *, is_whole: bool) -> Decision:
    cells = tuple(
        Cell(
            f"c{place}.{row}",
            plain(terms[name]) if terms.get(name) else "",
            bool(name and terms) and not terms.get(name),
        )
        for place, terms in enumerate(columns)
    )
    return Decision(Cell(f"d{row}", name), cells, f"w{row}", is_whole)


def _sum(grid: Grid, names: Sequence[str], place: int, faults: dict[str, str]) -> str:
    parts: list[str] = []
    for one, name in zip(grid.decisions, names, strict=True):
        if not one.cells[place].value.strip():
            continue
        value = _read(one.cells[place], faults)
        if not one.name.value.strip():
            faults[one.name.name] = "Name this decision, or empty its row."
        if value:
            sign = "- " if value < 0 else ("+ " if parts else "")
            parts.append(f"{sign}{plain(abs(value))} {name}")
    return " ".join(parts)


def _read(cell: Cell, faults: dict[str, str]) -> float:
    try:
        return number_of(cell.value.strip())
    except ValueError as error:
        faults[cell.name] = str(error)
        return 0.0


def _names(cells: Sequence[Cell], fallback: str) -> list[str]:
    """An identifier for each name, all different."""
    names = Names()
    return [
        names.reserve(identifier(cell.value, fallback=f"{fallback}_{place}"), suffix=str(place))
        for place, cell in enumerate(cells, 1)
    ]


def _is_used(one: Decision) -> bool:
    return any(cell.value.strip() for cell in one.cells)
