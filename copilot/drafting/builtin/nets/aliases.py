"""Other names of places: "the dam outlet (Node 0)", "Node 0 (the dam outlet)", "node s, the well,"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from copilot.drafting.builtin.words import load

_NOUN = r"(?:(?:the|its|our|her|his|their|an?)\s+)?(?P<words>[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*){0,3})"
_PLAIN = re.compile(r"[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*){0,3}")
_OPENS = r"(?:(?:the|its|our|her|his|their|an?)\s+)?"


def aliases_in(prose: str, labels: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """What the prose calls the places besides their labels: (other name, label)."""
    found = {alias: label for alias, label in known.items() if _PLAIN.fullmatch(alias)}
    for label in labels:
        for words in _told(prose, label):
            plain = _noun(words, labels)
            if plain and found.get(plain, label) == label:
                found[plain] = label
    return {alias: label for alias, label in found.items() if alias.lower() not in {one.lower() for one in labels}}


def _told(prose: str, label: str) -> Iterator[str]:
    name = re.escape(label) if len(label) > 2 else rf"(?:[a-z]+ )?{re.escape(label)}"
    for match in re.finditer(rf"(?P<words>(?:[\w'-]+\s+){{1,5}})\(\s*{name}\s*\)", prose):
        yield match["words"]
    for match in re.finditer(
        rf"(?<!\w){name}\s*(?:\(\s*{_NOUN}\s*\)|,\s+(?:the|our|its|an?)\s+(?P<more>[a-z][\w' -]{{1,30}}?),)", prose
    ):
        yield match["words"] or match["more"]


def _noun(words: str, labels: Sequence[str]) -> str:
    """The last words that are no part of the sentence around them."""
    out: list[str] = []
    for word in reversed(words.split()):
        if word.lower() in _around() or word in labels or (out and word[0].islower() and out[0][0].isupper()):
            break
        out.insert(0, word)
    return " ".join(out) if len(" ".join(out)) > 2 else ""


def _around() -> frozenset[str]:
    return frozenset(load("nets")["data"]["around"])


def pattern_of(alias: str) -> re.Pattern[str]:
    """Where a text says another name of a place, perhaps with its label in brackets."""
    case = re.NOFLAG if alias[0].isupper() else re.IGNORECASE
    return re.compile(rf"(?<!\w){_OPENS}(?P<name>{re.escape(alias)})(?!\w)", case)
