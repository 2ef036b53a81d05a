"""Links between places: "From X: to Y: cost 6", "X to Y: 6 km", a matrix of rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from copilot.drafting.builtin.families.blocks import Block, Leg, Record
from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily

_AMOUNT = r"(?P<money>[$€£¥]\s?)?(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)"
_PLACE = r"(?:the )?(?P<to>[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|\d+))*)(?: \([^)\d]*\d?\))?"
_GIVEN = re.compile(rf"{_AMOUNT}(?: [a-z]+){{0,2}} (?:to|for) {_PLACE}(?!\w)")
_TURNED = re.compile(rf"(?:\b(?:to|reach) )?{_PLACE}\s*(?::|=|is|costs?|at|\()\s*{_AMOUNT}(?: ?[A-Za-z]+(?![\w(]))?\)?")
_FROM = re.compile(r"^(?:from|source)\s+", re.IGNORECASE)
_TO = re.compile(r"^(?:to|→|->|destination)\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"^between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)$", re.IGNORECASE)
_JOINED = re.compile(r"^(?P<a>.+?)\s*(?:\bto\b|→|->|=>|↔|<->|⇒|–|—|\s-\s)\s*(?P<b>.+)$", re.IGNORECASE)


Link = Leg


def known_labels(blocks: Iterable[Block]) -> dict[str, str]:
    """Labels of the records that name one place, by their small letters."""
    records = [record for block in blocks for record in block.records if not record.legs]
    labels = (_bare(label_of(_FROM.sub("", record.label))) for record in records if _ends(record) is None)
    return {label.lower(): label for label in labels}


def links_of(block: Block, known: Mapping[str, str] | None = None) -> tuple[Link, ...]:
    """The links that a block lists, with places called as in `known`; none where it lists something else."""
    known = known or {label.lower(): label for label in block.labels}
    found: list[Link] = []
    if all(record.legs for record in block.records):
        said = [leg for record in block.records for leg in record.legs]
        return _named_alike([Link(_called(leg.tail, known), _called(leg.head, known), leg.cells) for leg in said])
    for record in block.records:
        pieces = _pieces(record)
        if pieces:
            found.extend(_link(tail, match, record, known) for tail, match in pieces)
            continue
        if record.stops or record.loose:
            return ()
        ends = _ends(record)
        if ends is None:
            found.extend(_row(record, block, known))
            continue
        found.append(Link(_called(ends[0], known), _called(ends[1], known), record.cells))
    return _named_alike(found) if len(found) > 1 else ()


def _called(words: str, known: Mapping[str, str]) -> str:
    label = _bare(label_of(words))
    return known.get(label.lower(), label)


def _ends(record: Record) -> tuple[str, str] | None:
    if record.parent and "|" not in record.parent:
        return _FROM.sub("", record.parent), _TO.sub("", record.label)
    match = _BETWEEN.match(record.label) or _JOINED.match(_FROM.sub("", record.label))
    return (match["a"].strip(), match["b"].strip()) if match else None


def _pieces(record: Record) -> tuple[tuple[str, re.Match[str]], ...]:
    """ "From Center 1 to stores: $3 to Store 1, $5 to Store 2": (tail, a match for each place with its number)."""
    if not _FROM.match(record.label) or not record.said:
        return ()
    tail = _bare(re.sub(r"\s+(?:to|→)\s+.*$", "", _FROM.sub("", record.label)))
    for pattern in (_GIVEN, _TURNED):
        matches = list(pattern.finditer(record.said))
        rest = pattern.sub("", record.said)
        if len(matches) > 1 and not re.search(r"\d", re.sub(r"\([^)]*\)", "", rest)):
            return tuple((tail, match) for match in matches)
    return ()


def _bare(label: str) -> str:
    """The label without a remark in parentheses."""
    return re.sub(r"\s*\([^)]*\)\s*$", "", label).strip()


def _link(tail: str, match: re.Match[str], record: Record, known: Mapping[str, str]) -> Link:
    value = float(match["value"].replace(",", ""))
    cell = Cell("", value, (match["money"] or "").strip(), record.start, record.end)
    return Link(_called(tail, known), _called(match["to"], known), (cell,))


def _row(record: Record, block: Block, known: Mapping[str, str]) -> Iterable[Link]:
    """A row of a matrix: the columns are named like places, or the label says "from"."""
    names = {cell.name for cell in record.cells}
    labels = {label.lower() for label in block.labels} | set(known)
    prefixed = _FROM.match(record.label) is not None
    towards = all(_TO.match(name) for name in names)
    if names and (names <= labels or prefixed or towards):
        for cell in record.cells:
            yield Link(_called(_FROM.sub("", record.label), known), _called(_TO.sub("", cell.name), known), (cell,))


def _named_alike(links: Sequence[Link]) -> tuple[Link, ...]:
    """ "Office Alpha to Beta": a place named with and without its first words is one place."""
    ends = {end for link in links for end in (link.tail, link.head)}
    folded = {end.lower(): end for end in sorted(ends, reverse=True)}
    short = {}
    for end in ends:
        parts = end.split(" ")
        tails = [" ".join(parts[at:]).lower() for at in range(1, len(parts)) if parts[at - 1].isalpha()]
        short[end] = folded[next((tail for tail in tails if tail in folded), end.lower())]
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
