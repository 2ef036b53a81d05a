"""Links said in sentences: "From City 1, it costs 17 units to City 2 and 25 to City 3", "an edge from A to B of 5".

A sentence is cut at commas and "and"; a piece holds two places and a number, or one place and a number with the place
before still the start, or a number that belongs to the link before. A sentence with anything else is no list of links.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from copilot.drafting.builtin.families.blocks import Block, Leg, Record
from copilot.drafting.builtin.families.cells import NUMBER, Cell
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.places import Mention, Places
from copilot.drafting.builtin.words import load, stem

_LEAST = 3
_SENTENCE = re.compile(r"[.!?;](?=\s|$)|\n")
_PIECE = re.compile(r"[,;:]|\band\b")
_JOINED = re.compile(r"\s*(?:\([^)]*\))?\s*(?:to|and|→|->|=>|–|-|⇒)(?: [a-z]+){0,2}\s*(?:the )?")
_REMARK = re.compile(r"\([^()]*\)")
_UNIT = re.compile(r"\s*(?:%|[A-Za-z]+)")
_FROM = re.compile(r"\b(?:from|from/to|between|leaving)\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(slots=True)
class _Listing:
    """What a sentence has said so far."""

    tail: str = ""
    head: str = ""
    legs: list[Leg] = field(default_factory=list)


def with_legs(block: Block, text: str, places: Places) -> Block:
    """The block with its links, where every record lists links and nothing else."""
    found = [legs_of(text, record.start, record.end, places) for record in block.records]
    if not all(found) or sum(map(len, found)) < 2:
        return block
    records = [
        replace(record, label=legs[0].tail, legs=legs)
        for record, legs in zip(block.records, _alike(found), strict=True)
    ]
    return replace(block, records=tuple(records))


def told_legs(prose: str, places: Places) -> Block | None:
    """The links that sentences of the prose list, as one block; None where there are few."""
    found: list[tuple[int, int, tuple[Leg, ...]]] = []
    begin = 0
    for edge in (*_SENTENCE.finditer(prose), None):
        end = edge.start() if edge else len(prose)
        colons = (match.end() for match in re.compile(":").finditer(prose, begin, end))
        for at in (begin, *colons):
            legs = legs_of(prose, at, end, places)
            if legs:
                found.append((at + len(prose[at:end]) - len(prose[at:end].lstrip()), end, legs))
                break
        begin = edge.end() if edge else end
    if sum(len(legs) for _, _, legs in found) < _LEAST:
        return None
    spoken = _alike([legs for _, _, legs in found])
    records = tuple(Record(legs[0].tail, a, b, legs=legs) for (a, b, _), legs in zip(found, spoken, strict=True))
    before = prose[: found[0][0]].rstrip()
    cut = max(before.rfind("\n"), before.rfind(". "))
    return Block(records, before[cut + 1 :].strip(), found[0][0], found[-1][1], scattered=True)


def legs_of(text: str, start: int, end: int, places: Places) -> tuple[Leg, ...]:
    """The links that a sentence lists, in order; none where it says anything else."""
    named = places.find(text, start, end)
    spots = _mentions(text, named)
    if not spots:
        return ()
    listing, numbers = _Listing(), _numbers(text, start, end, named)
    for a, b in _pieces(text, start, end):
        inside = [spot for spot in spots if a <= spot.start < b]
        if not _take(listing, text, inside, [match for match in numbers if a <= match.start() < b], (a, b)):
            return ()
    if listing.head or _ruled(text, start, end, named):
        return ()
    return tuple(listing.legs)


def _mentions(text: str, spots: Sequence[Mention]) -> list[Mention]:
    """The places of a sentence, without a second name in parentheses."""
    return [
        spot
        for before, spot in zip([None, *spots], spots, strict=False)
        if before is None or text[before.end : spot.start].strip() != "(" or before.name != spot.name
    ]


def _pieces(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Ranges between commas, colons and "and"; parentheses stay whole, and so does "between A and B"."""
    plain = _REMARK.sub(lambda match: "#" * len(match.group()), text[start:end])
    plain = re.sub(r"(?<=\d),(?=\d{3})", "#", plain)
    plain = re.sub(r"\b[Bb]etween\b[^,]*? and ", lambda match: "#" * len(match.group()), plain)
    begin = 0
    for edge in _PIECE.finditer(plain):
        yield start + begin, start + edge.start()
        begin = edge.end()
    yield start + begin, end


def _numbers(text: str, start: int, end: int, spots: Sequence[Mention]) -> list[re.Match[str]]:
    """Numbers of a sentence that are no part of a name; a bare one in parentheses gives way to others."""
    found = [
        match
        for match in NUMBER.finditer(text, start, end)
        if not any(spot.start <= match.start("value") < spot.end for spot in spots)
    ]
    bare = [m for m in found if text[m.start() - 1 : m.start()] == "(" and text[m.end() : m.end() + 1] == ")"]
    return [match for match in found if match not in bare] or found


def _take(
    listing: _Listing, text: str, inside: Sequence[Mention], numbers: Sequence[re.Match[str]], piece: tuple[int, int]
) -> bool:
    """One piece; False where it is no part of a list of links."""
    if len(inside) > 2 or len(numbers) > 1:
        return False
    if len(inside) == 2:
        if listing.head or not _JOINED.fullmatch(text[inside[0].end : inside[1].start]):
            return False
        listing.tail, listing.head = inside[0].name, inside[1].name
    elif len(inside) == 1 and (not listing.tail or (_FROM.search(text[: inside[0].start]) and not numbers)):
        listing.tail = inside[0].name
        return not numbers and not listing.head
    elif len(inside) == 1:
        if listing.head:
            return False
        listing.head = inside[0].name
    if not numbers:
        return True
    cell = _cell(text, numbers[0], piece, inside)
    if listing.head:
        listing.legs.append(Leg(listing.tail, listing.head, (cell,)))
        listing.head = ""
        return True
    if not listing.legs or not cell.name or cell.name in {one.name for one in listing.legs[-1].cells}:
        return False
    listing.legs[-1] = replace(listing.legs[-1], cells=(*listing.legs[-1].cells, cell))
    return True


def _cell(text: str, match: re.Match[str], piece: tuple[int, int], inside: Sequence[Mention]) -> Cell:
    known = load("families")["legs"]["measures"]
    words = [
        word.lower()
        for part in (text[piece[0] : match.start()], text[match.end() : piece[1]])
        for word in re.findall(r"[^\W\d_]+", part)
    ]
    stems = {stem(word): word for word in known}
    name = next((stems[stem(word)] for word in words if stem(word) in stems), "")
    unit = _UNIT.match(text, match.end(), piece[1])
    taken = any(match.end() <= spot.start < unit.end() for spot in inside) if unit else True
    behind = "" if taken or unit is None else unit.group().strip()
    if behind.lower() in load("families")["legs"]["small"]:
        behind = ""
    value = float(match["value"].replace(",", ""))
    return Cell(name, value, (match["money"] or "").strip() or behind, match.start("value"), match.end())


def _ruled(text: str, start: int, end: int, spots: Sequence[Mention]) -> bool:
    """Whether the words between places and numbers may be a rule."""
    plain = list(text[start:end])
    for spot in spots:
        plain[spot.start - start : spot.end - start] = " " * (spot.end - spot.start)
    said = "".join(plain)
    for phrase in patterns("legs", "absorb"):
        said = phrase.sub(" ", said)
    weak = {match.span() for phrase in patterns("any", "weak") for match in phrase.finditer(said)}
    return any(match.span() not in weak for phrase in patterns("any", "cues") for match in phrase.finditer(said))


def _alike(found: Sequence[tuple[Leg, ...]]) -> list[tuple[Leg, ...]]:
    """Links of one number each have one name for it, where only one is said; units in the singular are the same."""
    legs = [leg for one in found for leg in one]
    names = Counter(leg.cells[0].name for leg in legs if leg.cells[0].name)
    units = Counter(leg.cells[0].unit for leg in legs if leg.cells[0].unit)
    if any(len(leg.cells) > 1 for leg in legs) or len(names) > 1:
        return list(found)
    name = next(iter(names), "")
    stems = {tuple(stem(word) for word in unit.split()) for unit in units}
    unit = next(iter(units), "") if len(stems) == 1 else None

    def same(leg: Leg) -> Leg:
        cell = leg.cells[0]
        return replace(leg, cells=(replace(cell, name=name, unit=cell.unit if unit is None else unit),))

    return [tuple(same(leg) for leg in one) for one in found]
