"""Finds where a text names what its data name, and marks the spots so that phrases of the lexicon can speak of them.

A mark is a word of one letter as long as what it stands for, so that offsets stay the same: "ᛗ*" is one name, "ᛚ*" are
several that only commas and joining words part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from copilot.drafting.builtin.nets.aliases import aliases_in, pattern_of
from copilot.drafting.builtin.words import lexicon, load

ONE, SEVERAL = "ᛗ", "ᛚ"
_MARK = re.compile(f"[{ONE}{SEVERAL}]+")
_CHUNK = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_JOIN = re.compile(r"\s*(?:[,;/&]\s*)?(?:\b(?:and|or|nor|as well as)\b\s*)?(?:\b(?:either|the|with)\b\s*)?")
_NOUN = re.compile(r"\b(?:the|its|our|her|his|their)\s+(?P<words>(?:[a-z][\w'-]*\s+){1,3})$")
_BRACKET = re.compile(r"\s*\(\s*")
_ARTICLE = re.compile(r"\s+[a-z]")
_CALENDAR = frozenset(
    {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    | {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of the data, and where the text says it."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class Marks:
    """The mentions of a text, and the text with marks in their place."""

    prose: str
    mentions: tuple[Mention, ...]

    @cached_property
    def _runs(self) -> Mapping[int, tuple[Mention, ...]]:
        runs: list[list[Mention]] = []
        for mention in self.mentions:
            gap = self.prose[runs[-1][-1].end : mention.start] if runs else ""
            joined = runs and _JOIN.fullmatch(gap) and re.search(r"[,;/&]|and|or|as well", gap)
            if joined:
                runs[-1].append(mention)
            else:
                runs.append([mention])
        return {run[0].start: tuple(run) for run in runs}

    @cached_property
    def text(self) -> str:
        """The text with marks."""
        out = list(self.prose)
        for start, run in self._runs.items():
            end = run[-1].end
            out[start:end] = (ONE if len(run) == 1 else SEVERAL) * (end - start)
        return "".join(out)

    def within(self, start: int, end: int) -> list[tuple[str, ...]]:
        """The labels of each mark in a range, in order."""
        return [
            tuple(dict.fromkeys(mention.label for mention in self._runs[match.start()]))
            for match in _MARK.finditer(self.text, start, end)
            if match.start() in self._runs
        ]

    def covers(self, at: int) -> bool:
        """Whether an offset lies in a mention."""
        return any(mention.start <= at < mention.end for mention in self.mentions)


def marks_of(prose: str, labels: Sequence[str], known: Mapping[str, str] = MappingProxyType({})) -> Marks:
    """The mentions of labels, by themselves or by what tells one from the others: "Bell" for "Prof. Bell"."""
    found: list[Mention] = []
    taken = bytearray(len(prose))
    for label, pattern in _patterns(labels):
        for match in pattern.finditer(prose):
            start, end = match.span("name")
            if any(taken[start:end]) or _is_article(prose, start, end):
                continue
            kind = re.search(r"\b([A-Za-z]+)\s+#?$", prose[:start]) if label.isdigit() else None
            if kind and kind[1].lower() not in load("nets")["data"]["leads"]:
                if lexicon().is_small(kind[1].lower()):
                    continue
                start = kind.start(1)
            start = _led(prose, start, taken, plain=len(label) < 3)
            taken[start:end] = b"\x01" * (end - start)
            found.append(Mention(label, start, end))
    found = _aliased(prose, found, aliases_in(prose, labels, known), taken)
    found = [*found, *_continued(prose, found, labels, taken)]
    return Marks(prose, tuple(sorted(found, key=lambda mention: mention.start)))


def _aliased(prose: str, found: Sequence[Mention], aliases: Mapping[str, str], taken: bytearray) -> list[Mention]:
    """The mentions with those by other names; "the dam outlet (Node 0)" is one mention."""
    more: list[Mention] = []
    for alias in sorted(aliases, key=len, reverse=True):
        for match in pattern_of(alias).finditer(prose):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            behind = _BRACKET.match(prose, end)
            same = next((one for one in found if behind and one.start == behind.end()), None)
            if same is not None and same.label == aliases[alias]:
                closed = prose.find(")", same.end)
                end = closed + 1 if 0 <= closed < same.end + 3 else same.end
                found = [one for one in found if one is not same]
            opened = next((one for one in found if one.label == aliases[alias] and _opens(prose, one.end, start)), None)
            if opened is not None and prose[end : end + 1] == ")":  # "Node 0 (the dam outlet)"
                start, end = opened.start, end + 1
                found = [one for one in found if one is not opened]
            taken[start:end] = b"\x01" * (end - start)
            more.append(Mention(aliases[alias], start, end))
    return [*found, *more]


def _opens(prose: str, end: int, start: int) -> bool:
    """Whether there is only a bracket between the end of one name and the start of another."""
    return prose[end:start].strip() == "("


def _patterns(labels: Sequence[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    kinds = "|".join(load("nets")["data"]["kinds"])
    leads = "|".join(load("nets")["data"]["leads"])
    for label in sorted(labels, key=len, reverse=True):
        chunks = [re.escape(chunk) for chunk in _CHUNK.findall(label)]
        body = r"[\s\-_]*".join(chunks)
        if label.isdigit() or (len(label) == 1 and label.islower()):
            end = r"(?![\w.]*\w)"
            small = "|".join({*load("nets")["data"]["small"], *load("nets")["data"]["filler"]})
            kind = rf"(?:{kinds})s?" if not label.isdigit() else rf"(?!(?:{small})\b)[a-z]{{3,}}"
            yield label, re.compile(rf"\b{kind}\s+#?(?P<name>{body}){end}", re.IGNORECASE)
            yield (
                label,
                re.compile(rf"(?:\b(?:{leads})|[→–-])\s*(?P<name>{body}){end}(?!\s+(?!to\b|and\b|or\b|is\b)[a-z])"),
            )
        elif len(label) == 1:
            yield label, re.compile(rf"(?<![\w'’])(?P<name>{body})(?![\w'’])")
        else:
            end = r"[a-z]*" if label.lower()[:3] in _CALENDAR and len(label) < 5 else "(?:s|es)?"
            case = re.IGNORECASE if len(label) > 3 or not label.isalpha() else re.NOFLAG
            yield label, re.compile(rf"(?<!\w)(?P<name>{body}){end}(?!\w)", case)
    for label, word in _short_names(labels):
        yield label, re.compile(rf"(?<!\w)(?P<name>{re.escape(word)})(?!\w)")


def _short_names(labels: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Words of a longer label that no other label has: (label, word)."""
    words = {label: list(re.findall(r"[^\W_]+", label)) for label in labels}
    count = Counter(word.lower() for own in words.values() for word in set(own))
    for label, own in words.items():
        if len(own) > 1:
            for word in own:
                if count[word.lower()] == 1 and len(word) > 2 and word[0].isupper():
                    yield label, word


def _continued(prose: str, found: Sequence[Mention], labels: Iterable[str], taken: bytearray) -> Iterator[Mention]:
    """ "Site A or B", "sites A and C": the shared first word is said once."""
    yield from _numbered(prose, found, labels, taken)
    heads = {label: label.rpartition(" ") for label in labels if " " in label}
    for head in {parts[0] for parts in heads.values()}:
        tails = {parts[2]: label for label, parts in heads.items() if parts[0] == head}
        if len(tails) < 2:
            continue
        tail = "|".join(re.escape(one) for one in sorted(tails, key=len, reverse=True))
        more = re.compile(rf"\s*(?:,|and|or|nor|&|to|→|-)\s*(?:,\s*)?(?:and|or)?\s*(?P<tail>{tail})(?![\w.]*\w)")
        first = re.compile(rf"\b{re.escape(head)}(?:e?s)\s+(?P<tail>{tail})(?!\w)", re.IGNORECASE)
        starts = [mention.end for mention in found if heads.get(mention.label, ("",))[0] == head]
        for match in first.finditer(prose):
            yield Mention(tails[match["tail"]], *match.span("tail"))
            starts.append(match.end())
        for end in starts:
            while (other := more.match(prose, end)) and not taken[other.start("tail")]:
                yield Mention(tails[other["tail"]], *other.span("tail"))
                end = other.end()


def _numbered(prose: str, found: Sequence[Mention], labels: Iterable[str], taken: bytearray) -> Iterator[Mention]:
    """ "Nodes 2, 3 and 4": the kind is said once."""
    short = sorted((label for label in labels if label.isdigit()), key=len, reverse=True)
    if not short:
        return
    more = re.compile(rf"\s*(?:,|and|or|to|–|-)\s*(?:(?:and|or)\s+)?(?P<name>{'|'.join(short)})(?![\w.]*\w)")
    for one in found:
        end = one.end if re.match(r"[a-z]+s\s", prose[one.start : one.end], re.IGNORECASE) else 0
        while end and (other := more.match(prose, end)) and not any(taken[slice(*other.span("name"))]):
            yield Mention(other["name"], *other.span("name"))
            taken[slice(*other.span("name"))] = b"\x01" * (other.end("name") - other.start("name"))
            end = other.end()


def _led(prose: str, start: int, taken: bytearray, *, plain: bool) -> int:
    """Where the words before a name begin that only say what it is: "the", "node", "our warehouse"."""
    kinds = "|".join(load("nets")["data"]["kinds"])
    lead = re.search(rf"\b(?:(?:the|our|its|node)\s+)?(?:(?:{kinds})\s+)?$", prose[:start], re.IGNORECASE)
    begin = lead.start() if lead else start
    noun = _NOUN.search(prose[max(0, start - 48) : start]) if plain else None
    if noun and not set(noun["words"].lower().split()) & set(load("nets")["data"]["around"]):  # "its sorting hall S"
        begin = min(begin, start - len(noun.group()))
    return start if any(taken[begin:start]) else begin


def _is_article(prose: str, start: int, end: int) -> bool:
    """ "A driver ..." at the start of a sentence names no place A."""
    if prose[start:end] not in ("A", "I"):
        return False
    before = prose[:start].rstrip()
    opens = not before or before[-1] in ".?!:\n" or (start and prose[start - 1] == "\n")
    verbs = "|".join(load("nets")["data"]["verbs"])
    return bool(
        opens
        and _ARTICLE.match(prose, end)
        and not re.match(rf"\s+(?:{verbs}|can|cannot|must|to|and|or)\b", prose[end:])
    )
