"""What the prose only lists or counts: "four crews", "plants 1 to 3", the names of all places, the marks of a table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from copilot.drafting.builtin.nets.data import Place
from copilot.drafting.builtin.nets.marks import Mention
from copilot.drafting.builtin.words import lexicon, load, stem

if TYPE_CHECKING:
    from copilot.drafting.builtin.nets.reading import Reading

_KEY = re.compile(
    r"(?<!\w)(?:an? (?:capacity|entry|value|figure|limit|number) of )?[\"'“]?"
    r"(?:0|inf|∞|-|–|—|x|blank|empty|blanks|dash)[\"'”]?(?: cells?)?\s*"
    r"(?:=|:|is|are|tells(?: us)?|(?:would )?stands? for|implies|signifies"
    r"|(?:would )?(?:mean|signal|signify|say|show|indicate|denote|represent|mark|reflect|imply)s?)\s*"
    r"(?:that )?(?:there (?:is|are) )?(?:the )?(?:two [a-z]+ (?:with|that have) )?"
    r"(?:no|not|same|none|absence|lack|impossible|forbidden|cannot|can't|closed)\b[^,;).\d]*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"[^\n.?!]+:[ \t.]*$", re.MULTILINE)
_RULED = re.compile(r"\b(?:not|no|never|only|must|if|unless|at least|at most|except)\b|n't", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:number|count|no\.?) of [^.\n:=]*(?::|=|is)\s*$", re.IGNORECASE)
_BOUNDEN = re.compile(
    r"\b(?:must|has to|have to|needs? to|should|shall|only|each|every|at (?:least|most)|both|exactly|not|no|never"
    r"|cannot)\b",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"\s+(?:kinds?|types?|sorts?|parts|components|elements|items) of "
    r"(?:costs?|money|expenses?|charges?|spending|outlay)\b"
)
_RANGE = re.compile(r"\s*(?:to|through|–|-|…|\.\.\.?)\s*")


def count(reading: Reading, sizes: Sequence[int]) -> None:
    """Numbers that only say how many the data list, "four crews"; a measure or a bound is none."""
    for one, other in itertools.pairwise(tuple(reading.account.numbers)):  # "rooms 1 to 4"
        gap = reading.marks.prose[one.end : other.start]
        if one.value in (0, 1) and other.value - one.value + 1 in sizes and _RANGE.fullmatch(gap):
            reading.account.counts += [reading.account.take(one), reading.account.take(other)]
    for said in tuple(reading.account.numbers):
        before = reading.marks.prose[max(0, said.start - 60) : said.start]
        noun = re.match(r"[^\W\d_]+", said.unit)
        if (
            _KINDS.match(reading.marks.prose, said.end)
            or (
                said.value == 2
                and re.search(
                    r"\b(?:between|any|those|these|between (?:the|these|those|its|any))\s*$", before, re.IGNORECASE
                )
            )
            or (said.value in sizes and _COUNTED.search(before))
            or (said.value in sizes and noun and not _is_measure(noun.group()) and not reading.account.bounds(said))
        ):
            reading.account.counts.append(reading.account.take(said))


def legend(reading: Reading) -> None:
    """ "0 = same town, inf = no road": what a mark of the table stands for."""
    for match in _KEY.finditer(reading.marks.text):
        if not re.search(r"[ᛗᛚ]", match.group()):
            reading.account.explain(*match.span())
            for said in reading.numbers_in(*match.span()):
                reading.account.counts.append(reading.account.take(said))


def enumerate_names(reading: Reading, *, strict: bool) -> None:
    """A sentence that names every row, every column or every place only lists them."""
    axes: list[Sequence[str]] = [axis for one in reading.data.matrices for axis in (one.rows, one.heads)]
    axes += [list(one.values) for one in reading.data.columns] + [one.nodes for one in reading.data.links]
    _ranges(reading, axes)
    _headings(reading)
    for begin, end in {reading.sentence(one.start) for one in reading.marks.mentions}:
        inside = [one for one in reading.marks.mentions if begin <= one.start < end]
        named = {one.label for one in inside}
        for axis in axes:
            if len(axis) > 1 and set(axis) <= named:
                for one in inside:
                    if one.label in axis:
                        reading.account.explain(one.start, one.end)
        _between(reading, inside, (begin, end), strict=strict)


def _between(reading: Reading, inside: Sequence[Mention], place: Place, *, strict: bool) -> None:
    """All places but two, in a sentence without a duty: those between the start and the end.

    `strict`: a duty that is explained counts too, since it may be the way that must pass them.
    """
    named = {one.label for one in inside}
    nodes = [set(one.nodes) for one in reading.data.links]
    inner = [{a for a, _ in one.values} & {b for _, b in one.values} for one in reading.data.links]
    nodes += [{*one.rows, *one.heads} for one in reading.data.matrices if set(one.rows) & set(one.heads)]
    bound = [match.span() for match in _BOUNDEN.finditer(reading.marks.prose, *place)]
    if len(named) < 2 or any(strict or not all(reading.account.explained[slice(*one)]) for one in bound):
        return
    if named in inner or any(named <= one and len(one - named) <= 2 for one in nodes):
        for one in inside:
            reading.account.explain(one.start, one.end)
        for said in reading.numbers_in(*place):
            if said.value == len(named) and said.end <= inside[0].start:
                reading.account.counts.append(reading.account.take(said))


def _headings(reading: Reading) -> None:
    """A line that leads to the data may name places; what it rules has cues of its own."""
    for match in _HEADING.finditer(reading.marks.prose):
        if not reading.numbers_in(*match.span()) and not _RULED.search(match.group()):
            for one in reading.marks.mentions:
                if match.start() <= one.start < match.end():
                    reading.account.explain(one.start, one.end)


def _ranges(reading: Reading, axes: Sequence[Sequence[str]]) -> None:
    """ "K1 to K6", "plants 1-3": the first and the last of some names in order."""
    for one, other in itertools.pairwise(reading.marks.mentions):
        if not _RANGE.fullmatch(reading.marks.prose[one.end : other.start]):
            continue
        for axis in axes:
            if one.label in axis and other.label in axis:
                inside = axis[axis.index(one.label) : axis.index(other.label) + 1]
                heads = {re.sub(r"[\dA-Z]$", "", label) for label in inside}
                if len(inside) > 2 and len(heads) == 1:
                    reading.account.explain(one.start, other.end)


def _is_measure(word: str) -> bool:
    """Whether a word behind a number measures something, and counts no things."""
    known = {stem(one) for one in load("nets")["data"]["measures"]}
    return stem(word.lower()) in known or stem(word.lower()) in lexicon().measure_stems
