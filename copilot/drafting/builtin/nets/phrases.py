"""Phrases of the lexicon of networks as patterns; what lies in a gap is a group of the match."""

from __future__ import annotations

import re
from functools import cache

from copilot.drafting.builtin.phrasing import Dialect
from copilot.drafting.builtin.words import load

_BREAKS = r"\s,\-‑–—()'\"“”:=/&+"
_DIALECT = Dialect(rf"[{_BREAKS}]+", rf"((?:[{_BREAKS}]+[^.;?!{_BREAKS}]+){{0,8}}?)")


@cache
def phrases(family: str, key: str) -> tuple[re.Pattern[str], ...]:
    """The phrases under one key of the lexicon, longest first."""
    listed = load("nets")[family].get(key, [])
    return tuple(pattern(phrase) for phrase in sorted(listed, key=lambda phrase: -len(phrase)))


@cache
def pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern."""
    return _DIALECT.pattern(phrase)
