"""Links between places: "From X: to Y: cost 6", "X to Y: 6 km", a matrix of rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.families.records import Block, Record

_FROM = re.compile(r"^(?:from|source)\s+", re.IGNORECASE)
_TO = re.compile(r"^(?:to|→|->|destination)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"^between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)$", re.IGNORECASE)
_JOINED = re.compile(r"^(?P<a>.+?)\s*(?:\bto\b|→|->|=>|↔|<->|⇒|–|—|\s-\s)\s*(?P<b>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """From one place to another, with its numbers."""

    tail: str
    head: str
    cells: tuple[Cell, ...]


def links_of(block: Block) -> tuple[Link, ...]:
    """The links that a block lists; none where it lists something else."""
    found: list[Link] = []
    for record in block.records:
        if record.stops or record.loose:
            return ()
        ends = _ends(record)
        if ends is None:
            found.extend(_row(record, block))
            continue
        found.append(Link(label_of(ends[0]), label_of(ends[1]), record.cells))
    return _named_alike(found) if len(found) > 1 else ()


def _ends(record: Record) -> tuple[str, str] | None:
    if record.parent and "|" not in record.parent:
        return _FROM.sub("", record.parent), _TO.sub("", record.label)
    match = _BETWEEN.match(record.label) or _JOINED.match(_FROM.sub("", record.label))
    return (match["a"].strip(), match["b"].strip()) if match else None


def _row(record: Record, block: Block) -> Iterable[Link]:
    """A row of a matrix: the columns are named like rows of this block, or the label says "from"."""
    names = {cell.name for cell in record.cells}
    labels = {label.lower() for label in block.labels}
    prefixed = _FROM.match(record.label) is not None
    towards = all(_TO.match(name) for name in names)
    if names and (names <= labels or prefixed or towards):
        for cell in record.cells:
            yield Link(label_of(_FROM.sub("", record.label)), _TO.sub("", cell.name), (cell,))


def _named_alike(links: Sequence[Link]) -> tuple[Link, ...]:
    """ "Office Alpha to Beta": a place named with and without its first word is one place."""
    ends = {end for link in links for end in (link.tail, link.head)}
    folded = {end.lower(): end for end in sorted(ends, reverse=True)}
    short = {}
    for end in ends:
        first, _, rest = end.partition(" ")
        short[end] = (
            folded[rest.lower()] if rest and rest.lower() in folded and first.isalpha() else folded[end.lower()]
        )
    return tuple(Link(short[link.tail], short[link.head], link.cells) for link in links)


def single(links: Sequence[Link]) -> dict[tuple[str, str], float]:
    """The one number of every link. Raises NotThisFamily, or InDoubt where a link is listed twice."""
    if any(len(link.cells) != 1 for link in links):
        raise NotThisFamily
    return unique(links, {(link.tail, link.head): link.cells[0].value for link in links})


def unique(links: Sequence[Link], values: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """The values, if no link is listed twice and none leads back to its own place but as zero."""
    if len(values) < len(links):
        raise InDoubt("A link is listed twice; keep the one that counts.")
    loops = [tail for (tail, head), value in values.items() if tail == head and value]
    if loops:
        raise InDoubt(f"There is a link from {loops[0]} to itself.")
    return {ends: value for ends, value in values.items() if ends[0] != ends[1]}
