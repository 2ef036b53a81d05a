"""The tables of one stored solution: its variables, and the rules with level, sides, slack and price."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.chat.tables import PAGE, Heading, Line, Look, Positions, Table, chosen, figure, heading, paged, split_index
from copilot.runs.instances import Family, Known, Names
from copilot.runs.models import Solution
from copilot.runs.solutions import unpacked
from solvers.instance import FloatArray

ZERO = 1e-9
BINDING = 1e-6  # relative to 1 + |side|, as everywhere
SORTS = {"variables": ("name", "value", "price"), "rules": ("name", "level", "slack", "price")}


@dataclass(frozen=True, slots=True)
class Point:
    """A solution decoded against its instance; prices are None where the solve gave none.

    `x` and `reduced_cost` have an entry per column, `values` one per variable: the fixed ones follow.
    """

    known: Known
    x: FloatArray
    values: FloatArray
    activity: FloatArray
    row_dual: FloatArray | None
    reduced_cost: FloatArray | None

    @property
    def slack(self) -> FloatArray:
        """Distance of each rule's level to its nearest side; infinite without sides, negative where broken."""
        instance = self.known.instance
        return np.minimum(self.activity - instance.row_lower, instance.row_upper - self.activity)

    @property
    def binds(self) -> NDArray[np.bool_]:
        """Which rules stand at a side."""
        instance = self.known.instance
        nearest = np.where(
            self.activity - instance.row_lower < instance.row_upper - self.activity,
            instance.row_lower,
            instance.row_upper,
        )
        scale = 1.0 + np.abs(np.where(np.isfinite(nearest), nearest, 0.0))
        return np.asarray(self.slack <= BINDING * scale)


def point_of(solution: Solution, known: Known) -> Point:
    """Decode the vectors of a solution; raises UnreadableVector where they do not fit the instance."""
    rows, columns = known.instance.row_count, known.instance.column_count
    x = unpacked(solution.values, columns)
    return Point(
        known,
        x,
        np.append(x, [value for _, value in known.instance.fixed]),
        known.instance.row_activity(x),
        None if solution.row_dual is None else unpacked(solution.row_dual, rows),
        None if solution.reduced_cost is None else unpacked(solution.reduced_cost, columns),
    )


def table_of(point: Point, show: str, look: Look) -> Table:
    """One page of the variables (`show` is "variables") or of the rules."""
    names, columns, found = _asked(point, show, look)
    look, here, pages = paged(look, found)
    family = _family_to_split(names, look, here)
    split = () if family is None else _index_headings(names, family, here)
    titles = [heading(look, title, key) if key else Heading(title, is_figure=True) for title, key, _ in columns]
    return Table(
        look=look,
        headings=(heading(look, family.label if family else _FIRST[show], "name"), *split, *titles),
        lines=tuple(_lines(names, columns, here, split=bool(split))),
        matching=len(found),
        total=len(names.names),
        first=(look.page - 1) * PAGE + 1,
        pages=pages,
        families=names.families,
        earlier=look.address(page=look.page - 1) if look.page > 1 else "",
        later=look.address(page=look.page + 1) if look.page < pages else "",
    )


def records_of(point: Point, show: str, look: Look) -> Iterator[dict[str, Any]]:
    """Everything that matches the look, in its order, as plain values; a missing or infinite number is None."""
    names, columns, found = _asked(point, show, look)
    keys = [_FIELDS[title] for title, *_ in columns]
    vectors = [vector[found].tolist() for *_, vector in columns]
    for place, position in enumerate(found.tolist()):
        family = names.families[names.family_of[position]]
        record: dict[str, Any] = {"name": names.names[position], "label": family.label, "unit": family.unit}
        for key, vector in zip(keys, vectors, strict=True):
            value = vector[place]
            record[key] = value if math.isfinite(value) else None
        yield record


Column = tuple[str, str, FloatArray]
_FIRST = {"variables": "What", "rules": "Rule"}
_FIELDS = {
    "Value": "value",
    "Reduced cost": "reduced_cost",
    "Level": "activity",
    "At least": "lower",
    "At most": "upper",
    "Slack": "slack",
    "Shadow price": "shadow_price",
}


def _asked(point: Point, show: str, look: Look) -> tuple[Names, list[Column], Positions]:
    variables = show == "variables"
    names = point.known.variables if variables else point.known.rows
    columns = _variable_columns(point) if variables else _rule_columns(point)
    worth = np.abs(point.values) > ZERO if variables else point.binds
    keys: Mapping[str, FloatArray] = {key: vector for _, key, vector in columns if key}
    return names, columns, chosen(names, look, worth=worth, keys=keys)


def _variable_columns(point: Point) -> list[Column]:
    columns = [("Value", "value", point.values)]
    if point.reduced_cost is None:
        return columns
    priced = np.append(point.reduced_cost, np.full(len(point.known.instance.fixed), np.nan))
    return [*columns, ("Reduced cost", "price", priced)]


def _rule_columns(point: Point) -> list[Column]:
    instance = point.known.instance
    columns = [
        ("Level", "level", point.activity),
        ("At least", "", instance.row_lower),
        ("At most", "", instance.row_upper),
        ("Slack", "slack", point.slack),
    ]
    return columns if point.row_dual is None else [*columns, ("Shadow price", "price", point.row_dual)]


def _family_to_split(names: Names, look: Look, here: Positions) -> Family | None:
    """The only family shown, if each of its names on this page has as many parts in its index."""
    only = names.families[0] if len(names.families) == 1 else None
    family = next((one for one in names.families if one.name == look.family), only)
    counts = {len(split_index(names.names[position])) for position in here.tolist()}
    return family if len(counts) == 1 and counts != {0} else None


def _index_headings(names: Names, family: Family, here: Positions) -> tuple[Heading, ...]:
    count = len(split_index(names.names[here[0]]))
    titles = family.indices if len(family.indices) == count else tuple(f"Index {i + 1}" for i in range(count))
    return tuple(Heading(title) for title in titles)


def _lines(names: Names, columns: list[Column], here: Positions, *, split: bool) -> Iterator[Line]:
    vectors = [vector[here].tolist() for *_, vector in columns]
    for place, position in enumerate(here.tolist()):
        name, family = names.names[position], names.families[names.family_of[position]]
        index = name.partition("[")[2].removesuffix("]")
        yield Line(
            label="" if split else f"{family.label}: {index}" if index else family.label,
            name=name,
            parts=split_index(name) if split else (),
            figures=tuple(figure(vector[place]) for vector in vectors),
            unit=family.unit,
        )
