"""What a story tells: its links and amounts, and the prose that is left when their sentences are taken out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from copilot.drafting.builtin.families.blocks import Leg
from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.families.places import Places
from copilot.drafting.builtin.families.stories.amounts import Told, amounts_in
from copilot.drafting.builtin.families.stories.links import Listed, told_in
from copilot.drafting.builtin.families.stories.names import names_of

_LINE = re.compile(r"[^\n]+")
_MARK = re.compile(r"[ \t]*(?:[-*•–‣]|\d{1,2}[.)])[ \t]+")
_SENTENCE = re.compile(r"(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])[.!?](?=\s|$)")
_WRAPPED = re.compile(r"(?<=[^\n]{50}[\w,)’'–—-])\n(?=[^\W_])(?![^\n]{0,40}?[:|])")
_AMOUNT = re.compile(
    r"[ \t]*(?:[-*•–‣]|\d{1,2}[.)])?[ \t]*(?P<name>[^:\n]{1,40}?)\s*(?::| - |–|—|=)\s*(?P<money>[$€£])?\s?"
    r"(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<unit>(?: [a-z]+){0,2})[.;,]?\s*"
)
_TABLE = re.compile(r"\|\s*[-:]{2,}")


@dataclass(slots=True)
class Telling:
    """Links in order, amounts of one place each by sentence, and what a line tells of the place in front."""

    text: str
    places: Places
    legs: list[Leg] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    amounts: list[Told] = field(default_factory=list)
    owned: dict[str, list[Cell]] = field(default_factory=dict)

    @property
    def prose(self) -> str:
        """The text with what was read blanked out; a stop stays at the end of each."""
        signs = list(self.text)
        for start, end in [*self.spans, *((one.start, one.end) for one in self.amounts)]:
            signs[start:end] = " " * (end - start)
        return "".join(signs)

    def heard(self, start: int, end: int) -> bool:
        """Read one unit; False where it lists no links and tells no amounts."""
        listed = told_in(self.text, start, end, self.places)
        if listed.legs:
            self._keep(listed, start, end)
            return True
        told = amounts_in(self.text, start, end, self.places)
        if told is not None:
            self.amounts.append(told)
            return True
        return False

    def _keep(self, listed: Listed, start: int, end: int) -> None:
        self.legs += listed.legs
        self.spans.append((start, end))
        if listed.own:
            self.owned.setdefault(listed.owner, []).extend(listed.own)


def telling_of(text: str) -> Telling:
    """All that the lines and sentences of a text tell."""
    text = _unwrapped(text)
    telling = Telling(text, names_of(text))
    if telling.places.pattern is None or _TABLE.search(text):
        return telling
    taken = _columns(telling)
    for line in _LINE.finditer(text):
        if line.start() in taken:
            continue
        mark = _MARK.match(line.group())
        start = line.start() + (mark.end() if mark else 0)
        if mark and re.search(r"\d", mark.group()):
            telling.spans.append((line.start(), start))
        for begin, end in _sentences(text, start, line.end()):
            if re.search(r"\d", text[begin:end]) and not telling.heard(begin, end):
                _parts(telling, begin, end)
    return telling


def _unwrapped(text: str) -> str:
    """The text with a blank for each line break inside a sentence; offsets stay the same."""
    return _WRAPPED.sub(" ", text)


def _columns(telling: Telling) -> set[int]:
    """Lines such as "Hub 1: $118,000" below each other are amounts, named by the line above; returns their starts."""
    lines = list(_LINE.finditer(telling.text))
    taken: set[int] = set()
    at = 0
    while at < len(lines):
        run: list[re.Match[str]] = []
        while at + len(run) < len(lines) and (one := _AMOUNT.fullmatch(lines[at + len(run)].group())):
            run.append(one)
        names = [telling.places.called.get(one["name"].strip().lower(), "") for one in run]
        if len(run) > 1 and all(names) and len(set(names)) == len(names) and at:
            values = {name: float(one["value"].replace(",", "")) for name, one in zip(names, run, strict=True)}
            units = {(one["money"] or one["unit"] or "").strip() for one in run}
            first, last = lines[at], lines[at + len(run) - 1]
            unit = next(iter(units)) if len(units) == 1 else ""
            telling.amounts.append(Told(values, unit, lines[at - 1].group(), first.start(), last.end()))
            taken |= {line.start() for line in lines[at : at + len(run)]}
        at += max(1, len(run))
    return taken


def _parts(telling: Telling, begin: int, end: int) -> None:
    """A sentence that is no unit as a whole: what stands between its semicolons and behind its colon."""
    edges = [match.end() for match in re.finditer(r"[;:]\s", telling.text[begin:end])]
    if not edges:
        return
    cuts = [begin, *(begin + edge for edge in edges), end]
    for start, stop in itertools.pairwise(cuts):
        stop = stop if stop == end else stop - 1
        if re.search(r"\d", telling.text[start:stop]):
            telling.heard(start, stop)


def _sentences(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    begin = start
    for stop in _SENTENCE.finditer(text, start, end):
        yield begin, stop.start()
        begin = stop.end()
    if text[begin:end].strip():
        yield begin, end
