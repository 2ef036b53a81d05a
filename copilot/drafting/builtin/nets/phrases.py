"""Phrases of the lexicon of networks as patterns; what lies in a gap is a group of the match."""

from __future__ import annotations

import re
from functools import cache

from copilot.drafting.builtin.phrasing import Dialect, Phrase
from copilot.drafting.builtin.words import load

_BREAKS = r"\s,\-‑–—()'\"“”:=/&+"
_ALSO = {"maxflow": ("flow",), "mincost": ("flow", "ship"), "transport": ("ship",), "facility": ("ship",)}
_DIALECT = Dialect(rf"[{_BREAKS}]+", rf"((?:[{_BREAKS}]+[^.;?!{_BREAKS}]+){{0,8}}?)")


@cache
def phrases(family: str, key: str) -> tuple[Phrase, ...]:
    """The phrases under one key of the lexicon, longest first."""
    listed = load("nets")[family].get(key, [])
    return tuple(pattern(phrase) for phrase in sorted(listed, key=lambda phrase: -len(phrase)))


@cache
def restated(family: str) -> tuple[Phrase, ...]:
    """What a text may say again of a family that the model has anyway, longest first."""
    listed = load("restated")
    kinds = ("any", family, *_ALSO.get(family, ()))
    said = [phrase for kind in kinds for phrase in listed.get(kind, {}).get("phrases", [])]
    filled = [re.sub(r"\{(\w+)\}", lambda name: str(listed["words"][name[1]]), phrase) for phrase in said]
    return tuple(pattern(phrase) for phrase in sorted(filled, key=lambda phrase: -len(phrase)))


@cache
def foreign() -> tuple[Phrase, ...]:
    """Words of rules that no model here knows."""
    return tuple(map(pattern, load("restated")["foreign"]["phrases"]))


@cache
def pattern(phrase: str) -> Phrase:
    """A phrase as a pattern."""
    return _DIALECT.phrase(phrase)
