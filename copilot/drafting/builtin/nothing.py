"""Amounts of nothing: "leaves no ash" beside "leaves 9 kg of ash"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.drafting.builtin.words import lexicon
from copilot.drafting.builtin.years import undated

if TYPE_CHECKING:
    from copilot.drafting.builtin.tokens import Token

_REACH = 5  # words from a number to what it counts


def figured(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with years as words and nothings as numbers."""
    return zeroed(undated(tokens))


def zeroed(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with "no" as the number 0 between a verb and something that numbers count elsewhere."""
    counted: set[str] = set()
    for position, token in enumerate(tokens if any(token.low == "no" for token in tokens) else ()):
        if token.kind == "number":
            counted |= {word.stem for word in tokens[position + 1 : position + _REACH] if word.kind == "word"}
    return [
        replace(token, kind="number", value=0.0, worded=True) if _is_none(tokens, position, counted) else token
        for position, token in enumerate(tokens)
    ]


def _is_none(tokens: Sequence[Token], position: int, counted: set[str]) -> bool:
    token, after = tokens[position], tokens[position + 1 : position + 2]
    if token.low != "no" or not position or not after or after[0].kind != "word":
        return False
    words, before = lexicon(), tokens[position - 1]
    states = before.low in words.verb_forms or before.low in words.irregular_verbs or before.low == "has"
    plain = not words.is_small(after[0].low) and after[0].stem not in words.empty_stems
    return states and plain and after[0].stem in counted
