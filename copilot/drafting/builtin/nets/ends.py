"""Where a path or a flow starts and where it ends, by what the prose says of its places."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.reading import Reading, pair_in

_NAMES = (
    ("s", "t"),
    ("source", "sink"),
    ("start", "end"),
    ("start", "finish"),
    ("origin", "destination"),
    ("source", "target"),
    ("in", "out"),
    ("entrance", "exit"),
    ("entry", "exit"),
    ("inlet", "outlet"),
)
_TOWARDS = re.compile(
    r"\b(?:at|to|into|in|of|from|out of|reach|reaches|reaching|leave|leaves|leaving)\s+$", re.IGNORECASE
)
# "junctions 1", "numbered 1": what follows is the last of a row of names.
_RANGED = re.compile(r"\b(?:[a-z]{3,}(?<!s)s|numbered|labell?ed|lettered|called|named)\s+[A-Z\d]{1,3}$", re.IGNORECASE)
_SHUT = re.compile(
    r"\b(?:closed|blocked|shut|unavailable|broken|under repair|out of (?:service|order))\b", re.IGNORECASE
)
_RULED = re.compile(
    r"\b(?:not|no|never|cannot|only|must|avoid|via|through|closed|before|after|if|unless)\b|n't", re.IGNORECASE
)


def ends_of(reading: Reading, nodes: Sequence[str]) -> tuple[str, str] | None:
    """(start, end); None where the prose does not name one of each. What says them is explained."""
    found = _trips(reading)
    if found is None:
        apart = _apart(reading)
        if apart is not None:
            return apart
        turned = _trips(reading, turned=True)
        found = {(last, first) for first, last in turned} if turned else None
    if not found:
        return _by_name(nodes)
    if len(found) > 1:
        return None
    _again(reading, *found)
    return next(iter(found))


def _trips(reading: Reading, *, turned: bool = False) -> set[tuple[str, str]] | None:
    """Pairs of places of the phrases for "from A to B", or `turned` for "to B from A"; None where there are none."""
    found: set[tuple[str, str]] = set()
    for phrase in phrases("ends", "turned" if turned else "trip"):
        for match in phrase.finditer(reading.marks.text):
            if any(start < match.end() and match.start() < end for start, end in reading.struck):
                continue
            if _SHUT.search(reading.marks.prose, *reading.sentence(match.start())):
                continue
            if _RANGED.search(reading.marks.prose[max(0, match.start() - 24) : match.end()].partition(" to ")[0]):
                continue
            pair = None if turned and " and " in match.group() else pair_in(reading.marks.within(*match.span()))
            if pair is not None and pair[0] != pair[1]:
                reading.account.explain(*match.span())
                found.add(pair)
    return found or None


def _again(reading: Reading, ends: tuple[str, str]) -> None:
    """The start or the end named once more, "how much can arrive at F", where nothing is ruled."""
    text = reading.marks.text
    for one in reading.marks.mentions:
        start, end = reading.sentence(one.start)
        plain = not _RULED.search(text, start, end) and not reading.numbers_in(start, end)
        if one.label in ends and plain and _TOWARDS.search(text, max(0, one.start - 24), one.start):
            reading.account.explain(one.start, one.end)


def _apart(reading: Reading) -> tuple[str, str] | None:
    """A start and an end that are said of one place each."""
    found = []
    for key in ("start", "end"):
        labels: set[str] = set()
        for phrase in phrases("ends", key):
            for match in phrase.finditer(reading.marks.text):
                marks = reading.marks.within(*match.span())
                if len(marks) == 1 and len(marks[0]) == 1:
                    reading.account.explain(*match.span())
                    labels.add(marks[0][0])
        if len(labels) != 1:
            return None
        found.append(next(iter(labels)))
    return (found[0], found[1]) if found[0] != found[1] else None


def _by_name(nodes: Sequence[str]) -> tuple[str, str] | None:
    low = {re.sub(r"\W", "", node.lower()): node for node in nodes}
    for first, last in _NAMES:
        if first in low and last in low:
            return low[first], low[last]
    return None
