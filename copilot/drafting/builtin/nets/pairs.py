"""Rules over the pairs of a matrix: who cannot do what, who must, and what only some can do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.nets.data import Ends, Matrix, Place
from copilot.drafting.builtin.nets.reading import Reading, pair_in

_BREAKS = re.compile(r"\b(?:if|unless|except|otherwise|when|more|less|both)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PairRule:
    """Pairs that are needed, or that are never taken."""

    pairs: tuple[Ends, ...]
    needed: bool
    place: Place


def pair_rules(reading: Reading, matrix: Matrix) -> list[PairRule]:
    """The rules of the prose; what says them is explained."""
    found: list[PairRule] = []
    for kind in ("only", "bound", "barred", "needed"):
        for match in _matches(reading, kind):
            marks = reading.marks.within(*match.span())
            if kind == "barred" and len(marks) == 1 and len(marks[0]) == 2:  # "Tina and Omar must not be paired"
                marks = [marks[0][:1], marks[0][1:]]
            if len(marks) != 2:
                continue
            pairs = _pairs(matrix, marks)
            if not pairs or (kind == "needed" and len(pairs) > 1):
                continue
            if kind in ("only", "bound"):
                pairs = _others(matrix, marks, kind)
            reading.understood(*match.span())
            found.append(PairRule(tuple(pairs), kind == "needed", reading.sentence(match.start())))
    return found


def _matches(reading: Reading, kind: str) -> Iterator[re.Match[str]]:
    for match in reading.places("pairs", kind):
        new = not all(reading.account.explained[match.start() : match.end()])
        if new and not _BREAKS.search(match.group()) and not reading.numbers_in(*match.span()):
            yield match


def _pairs(matrix: Matrix, marks: Sequence[tuple[str, ...]]) -> list[Ends]:
    """Every row with every column of two marks, in whichever order the text names them."""
    one, other = marks
    rows, heads = set(matrix.rows), set(matrix.heads)
    if set(one) <= heads and set(other) <= rows:
        one, other = other, one
    if not (set(one) <= rows and set(other) <= heads):
        return []
    return [(a, b) for a in one for b in other]


def _others(matrix: Matrix, marks: Sequence[tuple[str, ...]], kind: str) -> list[Ends]:
    """What "only" leaves out: "Ana can only do X" bars her from the rest, "only Ana can do X" bars the others."""
    bound, free = (set(mark) for mark in (marks if kind == "bound" else reversed(marks)))
    if bound <= set(matrix.rows):
        return [(a, b) for a in bound for b in matrix.heads if b not in free]
    return [(a, b) for b in bound for a in matrix.rows if a not in free]


def closed_links(reading: Reading, *, two_way: bool) -> set[Ends]:
    """Links that the prose closes; what says so is explained."""
    closed: set[Ends] = set()
    for match in reading.places("network", "closed_link"):
        ends = pair_in(reading.marks.within(*match.span()))
        if ends is not None and not _BREAKS.search(match.group()):
            closed |= {ends, ends[::-1]} if two_way else {ends}
            reading.understood(*match.span())
            reading.struck.append(match.span())
    return closed
