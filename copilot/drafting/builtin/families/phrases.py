"""Phrases of the lexicon as patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from copilot.drafting.builtin.phrasing import Dialect, Phrase
from copilot.drafting.builtin.words import load

_BREAKS = r"\s,\-‑–—()'\"’“”:"
_BREAK = rf"[{_BREAKS}]+"
# A denial turns a phrase, and is no part of a gap.
_DENIAL = r"(?!(?:not|never|no|nor|neither|cannot|none|nobody)\b)"
_DIALECT = Dialect(_BREAK, rf"(?:{_BREAK}{_DENIAL}[^.;?!{_BREAKS}]+){{0,8}}?")


@dataclass(frozen=True, slots=True)
class Slot:
    """What a number may be: phrases that stand before it, or behind it."""

    name: str
    before: tuple[Phrase, ...]
    after: tuple[Phrase, ...]


@cache
def words(family: str) -> Mapping[str, Any]:
    """The section of the lexicon for one family, or for all of them ("any")."""
    return dict(load("families")[family])


@cache
def patterns(family: str, key: str) -> tuple[Phrase, ...]:
    """The phrases under one key as patterns, longest first."""
    listed = words(family).get(key, [])
    return tuple(_pattern(phrase) for phrase in sorted(listed, key=lambda phrase: -len(phrase)))


@cache
def compiled(phrases: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Phrases as patterns."""
    return tuple(map(_pattern, phrases))


@cache
def slots(family: str) -> tuple[Slot, ...]:
    """The slots of a family in the lexicon's order."""
    listed = words(family).get("slots", {})
    return tuple(
        Slot(name, tuple(map(_pattern, one.get("before", []))), tuple(map(_pattern, one.get("after", []))))
        for name, one in listed.items()
    )


@cache
def side(kind: str, key: str = "phrases") -> tuple[Phrase, ...]:
    """The phrases of one kind of rule beside a family's own, longest first, with its lists of words filled in."""
    listed = load("sides")
    filled = [re.sub(r"\{(\w+)\}", lambda name: str(listed["words"][name[1]]), one) for one in listed[kind][key]]
    return tuple(_pattern(phrase) for phrase in sorted(filled, key=lambda phrase: -len(phrase)))


@cache
def _pattern(phrase: str) -> Phrase:
    return _DIALECT.phrase(phrase)
