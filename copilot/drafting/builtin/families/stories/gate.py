"""What stands beside the data of a story: known rules are understood, asides are let pass, all else is a doubt.

A sentence is an aside where it has no number, no word that turns a rule of its kind ("twist"), and no word of duty on a
place by name. Phrases that the kind knows are taken out before a sentence is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from copilot.drafting.builtin.families.asides import is_turned, is_unsaid
from copilot.drafting.builtin.families.cells import NUMBER
from copilot.drafting.builtin.families.phrases import compiled
from copilot.drafting.builtin.families.places import Places
from copilot.drafting.builtin.phrasing import Phrase
from copilot.drafting.builtin.silent import states_rule
from copilot.drafting.builtin.words import lexicon, load

_END = re.compile(r"[.!?](?=\s|$)|\n\s*\n")
_COUNTED = re.compile(
    r"[\s-]+(?:[^\W\d]+[\s-]+){0,3}?[^\W\d]+(?<!s)(?:s|men|women|people|children)\b|\s+(?:of|in|are|have)\b"
)
_DOUBT = "I did not understand “{said}”"


@dataclass(frozen=True, slots=True)
class Cast:
    """Places by their groups, those that may be named anywhere, and how many there are of each sort."""

    places: Places
    groups: tuple[frozenset[str], ...]
    free: frozenset[str] = frozenset()
    counts: tuple[int, ...] = ()


def doubts_of(prose: str, kind: str, cast: Cast) -> list[str]:
    """Why the prose beside the data is not understood, sentence by sentence; empty where all of it is."""
    found = []
    for sentence in _sentences(prose):
        said = _without(sentence, compiled(tuple(phrases(kind, "known"))))
        if not re.search(r"\w", said) or _is_harmless(said):
            continue
        named = {spot.name for spot in cast.places.find(said)} & frozenset().union(*cast.groups)
        listed = any(group <= named and len(group) > 1 for group in cast.groups)
        ruled = bool(named - cast.free) and _has(said, "any", "only" if listed else "duty")
        ruled = ruled or states_rule(said) or is_turned(said, sentence) or is_unsaid(sentence)
        if ruled or _has(said, kind, "twist") or _counts_other(said, cast):
            found.append(_DOUBT.format(said=" ".join(sentence.split())[:200]))
    return found


def _has(said: str, kind: str, key: str) -> bool:
    return any(phrase.search(said) for phrase in compiled(tuple(phrases(kind, key))))


def _is_harmless(said: str) -> bool:
    """Whether a sentence says itself that it does not count, or tells of the past, and puts no duty on anybody."""
    return _has(said, "any", "harmless") and not _has(said, "any", "firm")


@cache
def phrases(kind: str, key: str) -> list[str]:
    """The phrases of a kind of story, with those of all kinds."""
    listed = load("stories")["gate"]
    return [*listed["any"].get(key, []), *(listed[kind].get(key, []) if kind != "any" else [])]


def _sentences(prose: str) -> Iterable[str]:
    begin = 0
    for edge in (*_END.finditer(prose), None):
        stop = edge.end() if edge else len(prose)
        if prose[begin:stop].strip():
            yield prose[begin:stop]
        begin = stop


def _without(sentence: str, known: Iterable[Phrase]) -> str:
    for phrase in known:
        sentence = phrase.sub(" ", sentence)
    return sentence


def _counts_other(said: str, cast: Cast) -> bool:
    """Whether a number in the sentence is none that counts what is listed, as in "six towns"."""
    spots = cast.places.find(said)
    numbers = [(*match.span("value"), float(match["value"].replace(",", ""))) for match in NUMBER.finditer(said)]
    for word in re.finditer(r"[A-Za-z]+", said):
        value = lexicon().numbers.get(word.group().lower(), 0)
        if value > 1:
            numbers.append((*word.span(), value))
    return any(
        not any(spot.start <= start < spot.end for spot in spots)
        and not (value in cast.counts and _COUNTED.match(said, end))
        for start, end, value in numbers
    )
