"""A filtered, sorted look at many rows, a page at a time: what an address asks for, and what it shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from copilot.runs.instances import Family, Names
from copilot.runs.words import number

PAGE = 100
TEXT_CHARACTERS = 200
SMALL = 1e-3  # below it a figure is written with its exponent rather than rounded to nothing
Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Look:
    """What of a table is asked for; anything that makes no sense is as if it had not been said.

    `only` leaves out what is zero (variables) or slack (rules); `kept` are the other parameters of the address.
    """

    text: str = ""
    family: str = ""
    only: bool = False
    sort: str = ""
    descending: bool = False
    page: int = 1
    kept: tuple[tuple[str, str], ...] = ()

    def address(self, **changes: Any) -> str:
        """The query string of this look with some of it changed; a change starts at the first page."""
        look = replace(self, **({"page": 1} | changes))
        page = [("page", str(look.page))] if look.page > 1 else []
        return "?" + urlencode([*look.fields, *page])

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The parameters of an address that leads to the first page of this look."""
        asked = {
            "q": self.text,
            "family": self.family,
            "only": "1" if self.only else "",
            "sort": f"-{self.sort}" if self.descending else self.sort,
        }
        return tuple(pair for pair in (*self.kept, *asked.items()) if pair[1])

    @property
    def cleared(self) -> str:
        """The address of the same table without any filter."""
        return self.address(text="", family="", only=False)


def look_of(query: Mapping[str, str], *, sorts: Sequence[str], kept: Iterable[tuple[str, str]] = ()) -> Look:
    """Read a query string; `sorts` are the columns that can be sorted by."""
    raw = query.get("sort", "")
    page = query.get("page", "")
    sort = raw.removeprefix("-")
    known = sort in sorts
    return Look(
        text=query.get("q", "").strip()[:TEXT_CHARACTERS],
        family=query.get("family", "")[:TEXT_CHARACTERS],
        only=query.get("only", "") == "1",
        sort=sort if known else "",
        descending=known and raw.startswith("-"),
        page=max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) < 9 else 1,
        kept=tuple(kept),
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """A column; `address` sorts by it (empty: it cannot be sorted by), `order` is its aria-sort."""

    title: str
    is_figure: bool = False
    address: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its name for people (empty where the index is split) and in the program, its index, its figures."""

    label: str
    name: str
    parts: tuple[str, ...]
    figures: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One page of a table."""

    look: Look
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    matching: int
    total: int
    first: int
    pages: int
    families: tuple[Family, ...]
    earlier: str
    later: str
    which: str = "that match"

    @property
    def words(self) -> str:
        """Which lines are shown, of how many: `1–100 of 2,000 that match, 100,000 in all`."""
        shown = f"{self.first:,}–{self.first + len(self.lines) - 1:,} of {self.matching:,}"
        return shown if self.matching == self.total else f"{shown} {self.which}, {self.total:,} in all"


def chosen(names: Names, look: Look, *, worth: NDArray[np.bool_], keys: Mapping[str, NDArray[Any]]) -> Positions:
    """Positions that match the look, in its order; `worth` is what `only` keeps, `keys` what can be sorted by."""
    mask = np.ones(len(names.names), np.bool_)
    if look.text:
        mask &= names.matching(look.text)
    within = names.within(look.family) if look.family else None
    if within is not None:
        mask &= within
    if look.only:
        mask &= worth
    found = np.flatnonzero(mask)
    if look.sort == "name":
        keys = {"name": names.rank}
    key = keys.get(look.sort)
    if key is None:
        return found
    values = key[found]
    return found[np.argsort(-values if look.descending else values, kind="stable")]


def paged(look: Look, found: Positions) -> tuple[Look, Positions, int]:
    """The look with its page brought into range, the positions of that page, and the number of pages."""
    pages = max(1, math.ceil(len(found) / PAGE))
    look = replace(look, page=min(look.page, pages))
    return look, found[(look.page - 1) * PAGE : look.page * PAGE], pages


def heading(look: Look, title: str, key: str) -> Heading:
    """A figure's column that sorts by `key`: largest first, then smallest, then as in the model again."""
    if look.sort != key:
        return Heading(title, key != "name", look.address(sort=key, descending=key != "name"))
    order = "descending" if look.descending else "ascending"
    first = look.descending == (key != "name")
    turned = {"sort": key, "descending": not look.descending} if first else {"sort": "", "descending": False}
    return Heading(title, key != "name", look.address(**turned), order)


def split_index(name: str) -> tuple[str, ...]:
    """The parts of a name's index: `ship[a,b]` has a and b; none where there is no index."""
    _, bracket, index = name.partition("[")
    return tuple(index.removesuffix("]").split(",")) if bracket else ()


def figure(value: float | None) -> str:
    """A number for a cell: a dash for what is unknown or has no limit, tiny ones not rounded to nothing."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.2g}" if 0 < abs(value) < SMALL else number(value)
