"""The account of a text: which of its words and numbers are explained, and which are still open."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from copilot.drafting.builtin.families.cells import NUMBER
from copilot.drafting.builtin.families.phrases import Slot, patterns, slots
from copilot.drafting.builtin.families.sentences import sentence_of, spots_of, written_in
from copilot.drafting.builtin.phrasing import Phrase, said_in
from copilot.drafting.builtin.words import lexicon, load, stem

_CLAUSE = re.compile(r"[.!?](?=\s|$)|[,;:()]|\n\s*\n|\b(?:and|but|while|whereas|so that|such that)\b")
_COMPOUND = re.compile(r"[-‑](?:hour|day|week|month|year|stage|phase|dimensional)\b")
_SUFFIX = re.compile(r"(?:[Kk](?!\w)|\s?%)?")
_SIGNS = "$€£¥%"
_NEAR = 30  # characters
_UP_TO = re.compile(r"[\"'’”]?\s*(?:through|to|up to|until|–|-|…|\.\.\.)\s*(?:[A-Za-z]+ )?[\"'‘“]?")


@dataclass(frozen=True, slots=True)
class Said:
    """A number of the prose: its value, the words behind it, its place, and its sentence."""

    value: float
    unit: str
    start: int
    end: int
    sentence: tuple[int, int]


@dataclass(slots=True)
class Account:
    """The prose with what is already explained; `numbers` are those that no item has taken yet."""

    prose: str
    places: Sequence[str] = ()
    explained: bytearray = field(init=False)
    numbers: list[Said] = field(init=False)
    written: tuple[tuple[int, int], ...] = field(init=False)
    taken: list[Said] = field(default_factory=list)
    counts: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.explained = bytearray(len(self.prose))
        named = spots_of(self.prose, self.places)
        self.numbers = [n for n in _numbers(self.prose) if not any(a <= n.start < b for a, b in named)]
        self.written = written_in(self.prose)

    def explain(self, start: int, end: int) -> None:
        """Mark a range as understood."""
        self.explained[start:end] = b"\x01" * (end - start)

    def absorb(self, phrases: Iterable[Phrase | re.Pattern[str]]) -> None:
        """Mark every place where a phrase stands; numbers inside stay open."""
        for phrase in phrases:
            for match in self.matches(phrase):
                self.explain(*match.span())

    def matches(self, phrase: Phrase | re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The places of a phrase; the room that the records left blank is not searched."""
        for begin, end in self.written:
            yield from phrase.finditer(self.prose, begin, end)

    def says(self, phrases: Iterable[Phrase]) -> re.Match[str] | None:
        """The first place of any of the phrases."""
        found = [match for phrase in phrases if (match := next(self.matches(phrase), None))]
        return min(found, key=lambda match: match.start()) if found else None

    def take(self, said: Said, begin: int | None = None) -> Said:
        """A number is explained, with the words from `begin` on."""
        self.numbers.remove(said)
        self.explain(said.start if begin is None else begin, said.end)
        return said

    def fill(self, family: str) -> dict[str, list[Said]]:
        """Numbers given to the slots of a family by the words next to them; the nearest phrase before it wins."""
        found: dict[str, list[Said]] = {}
        edges = [said.end for said in self.numbers]
        for said in [n for n in self.numbers if not re.match(r"[-‑](?:stage|phase)\b", self.prose[n.end :])]:
            previous = max([edge for edge in edges if edge <= said.start], default=0)
            before = (max(previous, said.sentence[0]), said.start)
            following = min([other.start for other in self.numbers if other.start > said.end], default=len(self.prose))
            after = (said.end, min(following, said.sentence[1]))
            chosen = self._nearest(slots(family), before, after)
            if chosen:
                name, begin, end = chosen
                self.explain(said.end, max(said.end, end))
                self.taken.append(self.take(said, min(begin, said.start)))
                found.setdefault(name, []).append(said)
        return found

    def _nearest(
        self, known: Sequence[Slot], before: tuple[int, int], after: tuple[int, int]
    ) -> tuple[str, int, int] | None:
        ranked = []
        for order, slot in enumerate(known):
            for phrase in slot.before:
                spots = list(phrase.finditer(self.prose, *before))
                if spots:
                    ranked.append((0, -spots[-1].end(), order, slot.name, spots[-1].start(), before[1]))
            for phrase in slot.after:
                match = phrase.search(self.prose, *after)
                if match:
                    ranked.append((1, match.start(), order, slot.name, before[1], match.end()))
        return min(ranked)[3:] if ranked else None

    def count(self, *sizes: int) -> None:
        """Numbers that only say how many records there are, what they are called, or that zero stands for none."""
        for one, other in itertools.pairwise(tuple(self.numbers)):
            between = self.prose[one.end : other.start]
            if one.value in (0, 1) and other.value - one.value + 1 in sizes and _UP_TO.fullmatch(between):
                self.counts += [self.take(one), self.take(other)]
        for said in [said for said in self.numbers if not self.bounds(said)]:
            counted = any(phrase.match(self.prose, said.end + 1) for phrase in patterns("any", "counted"))
            if said.value in sizes or counted or _is_any_two(self.prose, said):
                self.counts.append(self.take(said))
        for said in [said for said in self.numbers if said.value == 0]:
            beside = [n for n in self.numbers if n.sentence == said.sentence and n is not said]
            paired = all(n.value == 2 and any(self._right_before(n, "paired")) for n in beside)
            if paired and any(phrase.search(self.prose, *said.sentence) for phrase in patterns("any", "none")):
                self.counts += [self.take(one) for one in (said, *beside)]
                self.explain(*said.sentence)

    def bounds(self, said: Said) -> bool:
        """Whether a number is an amount of money, a part, or the end of what something may be: no count of records."""
        return said.unit[:1] in {*_SIGNS} or any(
            not _is_extent(self.prose, bound, said) for bound in self._right_before(said, "bounds")
        )

    def _right_before(self, said: Said, key: str) -> Iterator[re.Match[str]]:
        """Phrases that end where a number begins."""
        for phrase in patterns("any", key):
            for match in phrase.finditer(self.prose, max(0, said.start - _NEAR), said.start):
                if self.prose[match.end() : said.start].isspace():
                    yield match

    def relax(self, known: Iterable[Phrase]) -> None:
        """In a sentence that tells a number or a rule of the family, its small words are part of the telling."""
        sentences = {said.sentence for said in self.taken}
        sentences |= {self.sentence_at(match.start()) for phrase in known for match in self.matches(phrase)}
        for span, phrase in itertools.product(sentences, said_in(self.prose, patterns("any", "soft"))):
            for match in phrase.finditer(self.prose, *span):
                self.explain(*match.span())

    def relax_clauses(self, core: Sequence[Phrase]) -> None:
        """A clause that repeats what makes the family may use small words of duty; the next may not."""
        begin = 0
        core, mild = said_in(self.prose, core), said_in(self.prose, patterns("any", "mild"))
        for edge in (*(match.start() for match in _CLAUSE.finditer(self.prose)), len(self.prose)):
            blank = self.prose[begin:edge].isspace()
            if not blank and any(phrase.search(self.prose, begin, edge) for phrase in core):
                for phrase in mild:
                    for match in phrase.finditer(self.prose, begin, edge):
                        self.explain(*match.span())
            begin = edge + 1

    def relax_scene(self, until: int) -> None:
        """The first sentence may use words of duty, where it stands before the records and says no rule."""
        start, end = self.sentence_at(len(self.prose) - len(self.prose.lstrip()))
        end = min(end, until)
        if start >= end or any(phrase.search(self.prose, start, end) for phrase in patterns("any", "firm")):
            return
        for phrase in patterns("any", "scene"):
            for match in phrase.finditer(self.prose, start, end):
                self.explain(*match.span())
        for said in [said for said in self.numbers if start <= said.start < end]:
            if _COMPOUND.match(self.prose, said.end) and not self.prose[said.start].isdigit():
                self.counts.append(self.take(said))

    def relax_weak(self) -> None:
        """A clause that tells no number and holds no firm cue tells no rule: its weak cues are part of the telling."""
        begin = 0
        weak, cues = (said_in(self.prose, patterns("any", key)) for key in ("weak", "cues"))
        for edge in (*_CLAUSE.finditer(self.prose), None):
            start, end = begin, edge.start() if edge else len(self.prose)
            begin = edge.start() + (not edge.group()[0].isalpha()) if edge else end
            if any(start <= number.start < end for number in self.numbers):
                continue
            mild = {match.span() for phrase in weak for match in phrase.finditer(self.prose, start, end)}
            said = [match.span() for phrase in cues for match in phrase.finditer(self.prose, start, end)]
            if all(span in mild or all(self.explained[span[0] : span[1]]) for span in said):
                for span in mild:
                    self.explain(*span)

    def left(self) -> list[tuple[str, int, int]]:
        """(what is not explained, start, end): numbers, and words that state a rule."""
        found = [(f"the number {self.prose[n.start : n.end]}", n.start, n.end) for n in self.numbers]
        for phrase in patterns("any", "cues"):
            for match in self.matches(phrase):
                if not all(self.explained[match.start() : match.end()]):
                    found.append((f"“{match.group().lower()}”", match.start(), match.end()))
        return sorted(found, key=lambda item: item[1])

    def sentence_at(self, start: int) -> tuple[int, int]:
        """Range of the sentence around an offset."""
        return sentence_of(self.prose, start)


def _is_extent(prose: str, bound: re.Match[str], said: Said) -> bool:
    """Whether a bound is none: "over 6 weeks", "spread over 3 sites", "considers opening up to 8 sites"."""
    if bound.group().lower() == "over" and stem(said.unit.split(" ")[0].lower()) in _periods():
        return True
    begin = max(0, bound.start() - _NEAR)
    spans = [one.end() for phrase in patterns("any", "extents") for one in phrase.finditer(prose, begin, bound.end())]
    return bound.end() in spans


@cache
def _periods() -> frozenset[str]:
    return frozenset(stem(word) for word in load("units")["periods"])


def _is_any_two(prose: str, said: Said) -> bool:
    """ "between any two stations", "those two hubs": no amount."""
    before = prose[: said.start].rstrip().lower()
    parted = before.endswith("between") and re.match(r"\s+[a-z]+s\b(?!\s+and)", prose[said.end :]) is not None
    return said.value == 2 and (parted or before.endswith(("any", "those", "these", "particular")))


@lru_cache(maxsize=8)
def _numbers(prose: str) -> tuple[Said, ...]:
    return tuple(_found_numbers(prose))


def _found_numbers(prose: str) -> Iterator[Said]:
    numbers = lexicon().numbers
    worded = re.compile(r"\b(?:" + "|".join(word for word, value in numbers.items() if value > 1) + r")\b", re.I)
    found = [
        (match.start("value"), match.end(), float(match["value"].replace(",", ""))) for match in NUMBER.finditer(prose)
    ]
    found += [(match.start(), match.end(), numbers[match.group().lower()]) for match in worded.finditer(prose)]
    for start, end, value in sorted(found):
        suffix = _SUFFIX.match(prose, end)
        if suffix and suffix.group().strip() == "%":
            value /= 100
        end = suffix.end() if suffix else end
        behind = re.match(r"[\s\-‑]*((?:[^\W\d_][^\W_]*[²³]?\s?){0,3})", prose[end : end + 60])
        unit = prose[start - 1] if start and prose[start - 1] in "$€£¥" else (behind.group(1).strip() if behind else "")
        yield Said(value, unit, start, end, sentence_of(prose, start))
