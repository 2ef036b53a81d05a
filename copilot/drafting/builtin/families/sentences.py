"""Where sentences of a prose begin and end, where it is blank, and where it names places."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

# The stop of "4 p.m." ends a sentence only before a capital.
_SENTENCE = re.compile(r"(?:(?<![ap]\.m)[.!?;](?=\s|$)|(?<=[ap]\.m)\.(?=\s+[A-Z]|\s*$)|\n\s*\n)")
_BLANK = re.compile(r"[ .\n]{24,}")


@lru_cache(maxsize=8)
def _edges(prose: str) -> tuple[list[int], list[int]]:
    """Starts and ends of what parts the sentences."""
    matches = list(_SENTENCE.finditer(prose))
    return [match.start() for match in matches], [match.end() for match in matches]


def sentence_of(prose: str, at: int) -> tuple[int, int]:
    """Range of the sentence around an offset."""
    starts, ends = _edges(prose)
    begin = ends[bisect_right(ends, at) - 1] if ends and ends[0] <= at else 0
    if at and prose[at - 1] in ".!?;":
        begin = at
    following = bisect_left(starts, at)
    while begin < at and prose[begin].isspace():
        begin += 1
    return begin, starts[following] + 1 if following < len(starts) else len(prose)


@lru_cache(maxsize=8)
def written_in(prose: str) -> tuple[tuple[int, int], ...]:
    """The ranges between long blanks that no phrase can reach across: records leave spaces and a stop per line."""
    found, begin = [], 0
    for blank in _BLANK.finditer(prose):
        if "." in blank.group():
            found.append((begin, blank.start() + 1))
            begin = blank.end()
    return (*found, (begin, len(prose)))


def spots_of(prose: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Where the prose names places."""
    if not names:
        return []
    choices = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return [match.span() for match in re.finditer(rf"(?<!\w)(?:{choices})(?!\w)", prose, re.IGNORECASE)]
