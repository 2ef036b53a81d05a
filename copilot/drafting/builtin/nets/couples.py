"""Lines of a list in plainer words: "A and B, 14 km" is a link, and what all lines say goes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from copilot.drafting.builtin.nets.phrases import phrases

_BULLET = r"[ \t]*(?:[*•‣▪◦–—-]|\d{1,2}[.)])[ \t]+"
_PLACE = r"[^\W_][\w.'’ ]{0,24}?"
_COUPLE = re.compile(
    rf"{_BULLET}(?:between )?(?P<a>{_PLACE})(?P<and> and )(?P<b>{_PLACE})\s*[,:(–=-]\s*[$€£]?\d",
)
_TOLD = re.compile(
    rf"(?:{_BULLET})?(?P<label>[^\W_][\w.'’-]*(?: [\w.'’-]+){{0,2}}?) "
    r"(?P<words>(?!to\b)[a-z]+(?: [^:\d\s]+){3,16}):\s*[$€£]?\d"
)


def plainer(text: str) -> str:
    """The text, as long as before, with such lines in a plainer form."""
    out = list(text)
    for run in _runs(text, _COUPLE):
        places = {place for match in run for place in (match["a"].strip(), match["b"].strip())}
        if len(run) > 2 and len(places) <= len(run) + 1:
            for match in run:
                out[slice(*match.span("and"))] = " –   "
    for run in _runs(text, _TOLD):
        for match in _alike(run):
            out[slice(*match.span("words"))] = " " * len(match["words"])
    return "".join(out)


def _alike(run: Sequence[re.Match[str]]) -> Sequence[re.Match[str]]:
    """The lines, where all say the same between the name and the numbers, and it states no rule."""
    words = run[0]["words"]
    ruled = any(one.search(words) for one in phrases("any", "cues"))
    return run if len(run) > 1 and not ruled and all(match["words"] == words for match in run) else ()


def _runs(text: str, shape: re.Pattern[str]) -> Iterator[list[re.Match[str]]]:
    """Lines of one shape that follow each other."""
    lines = [shape.match(text, line.start(), line.end()) for line in re.finditer(r"[^\n]+", text)]
    for found, run in itertools.groupby(lines, key=lambda match: match is not None):
        if found:
            yield [match for match in run if match is not None]
