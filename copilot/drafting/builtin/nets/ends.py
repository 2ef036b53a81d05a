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
_RULED = re.compile(
    r"\b(?:not|no|never|cannot|only|must|avoid|via|through|closed|before|after|if|unless)\b|n't", re.IGNORECASE
)


def ends_of(reading: Reading, nodes: Sequence[str]) -> tuple[str, str] | None:
    """(start, end); None where the prose does not name one of each. What says them is explained."""
    found: list[tuple[str, str]] = []
    for key, turned in (("trip", False), ("turned", True)):
        for phrase in phrases("ends", key):
            for match in phrase.finditer(reading.marks.text):
                marks = reading.marks.within(*match.span())
                if any(start < match.end() and match.start() < end for start, end in reading.struck):
                    continue
                pair = pair_in(marks)
                if pair is not None and pair[0] != pair[1]:
                    first, last = pair
                    reading.account.explain(*match.span())
                    found.append((last, first) if turned else (first, last))
        if found:
            break
    if found and len(set(found)) == 1:
        _again(reading, found[0])
    if found:
        return found[0] if len(set(found)) == 1 else None
    return _apart(reading) or _by_name(nodes)


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
