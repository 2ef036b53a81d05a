"""Bounds that a sentence sets on what is sent: "at least 100 from plant C", "no line may carry more than 20"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.reading import InDoubt
from copilot.drafting.builtin.nets.data import Place
from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.formulation import Relation

_JOINT = re.compile(r"\b(?:together|combined|jointly|in total|both)\b", re.IGNORECASE)
_BREAKS = re.compile(  # what is left bounds nothing that is sent
    r"\b(?:if|unless|except|otherwise|when|twice|half|percent|per cent|each time|first|then"
    r"|left|leaves? over|remain|remains|remaining|stays?|keeps?|kept|wasted?)\b|%",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:]|,\s*(?:and|but)\b|[.!?](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound on what goes out of, into or through the marked names; without names on every link."""

    marks: tuple[tuple[str, ...], ...]
    relation: Relation
    said: Said
    through: bool
    every: bool


def bounds_of(reading: Reading) -> list[Bound]:
    """The bounds of the prose; what says them is explained."""
    return [bound for said in tuple(reading.account.numbers) if (bound := _bound(reading, said))]


def check_sources(reading: Reading) -> None:
    """Raise InDoubt where each place is to be served from one place alone."""
    if any(phrase.search(reading.marks.text) for phrase in patterns("network", "one_source")):
        raise InDoubt("The text may want each place to be served from one place alone, and I cannot write that.")


def _bound(reading: Reading, said: Said) -> Bound | None:
    start, end = _clause(reading, said)
    if len(reading.numbers_in(start, end)) != 1 or _BREAKS.search(reading.marks.prose, start, end):
        return None
    relation, begin = _relation(reading, start, said)
    marks = reading.marks.within(start, end)
    every = _first(reading, "every", start, end)
    if sum(map(len, marks)) > 1 and _JOINT.search(reading.marks.prose, start, end):
        return None
    if relation is None or len(marks) > 2 or (not marks and every is None):
        return None
    through = _first(reading, "through", start, end) is not None
    spots = [one for one in reading.marks.mentions if start <= one.start < end]
    first = min([begin, *(one.start for one in spots), *([every.start()] if every and not marks else [])])
    last = max([said.end, *(one.end for one in spots), *([every.end()] if every and not marks else [])])
    reading.understood(first, last)
    for match in _all(reading, "duty", start, end):
        reading.account.explain(*match.span())
    reading.take(said)
    return Bound(tuple(marks), relation, said, through, every is not None and not marks)


def _clause(reading: Reading, said: Said) -> Place:
    start, end = reading.sentence(said.start)
    for edge in _CLAUSE.finditer(reading.marks.text, start, end):
        if edge.end() <= said.start and not reading.marks.covers(edge.start()):
            start = edge.end()
        elif edge.start() >= said.end:
            return start, edge.start()
    return start, end


def _relation(reading: Reading, start: int, said: Said) -> tuple[Relation | None, int]:
    """(which way the number bounds, where the words of it begin)."""
    text = reading.marks.text
    ways: Sequence[tuple[str, Relation]] = (("most", "<="), ("least", ">="), ("exactly", "=="))
    found: list[tuple[int, int, Relation]] = []
    for key, relation in ways:
        for phrase in phrases("bounds", key):
            found += [(match.end(), match.start(), relation) for match in phrase.finditer(text, start, said.start)]
        for phrase in phrases("bounds", f"{key}_behind"):
            match = phrase.search(text, said.end, min(len(text), said.end + 40))
            found += [(said.start, said.start, relation)] if match else []
    if not found:
        return None, said.start
    end, begin, relation = max(found)
    if said.start - end > 12 and end != said.start:
        return None, said.start
    return relation, begin


def _first(reading: Reading, key: str, start: int, end: int) -> re.Match[str] | None:
    return next(_all(reading, key, start, end), None)


def _all(reading: Reading, key: str, start: int, end: int) -> Iterator[re.Match[str]]:
    for phrase in phrases("bounds", key):
        yield from phrase.finditer(reading.marks.text, start, end)
