"""Years that only date a text: "founded in 1987"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.drafting.builtin.words import lexicon

if TYPE_CHECKING:
    from copilot.drafting.builtin.tokens import Token

_AHEAD = frozenset({"in", "since", "during", "until", "year", "before", "after", "of"})
_FIRST, _LAST = 1700, 2100


def undated(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with years as plain words."""
    return [
        replace(token, kind="word", stem=token.low, value=0.0) if _is_year(tokens, position) else token
        for position, token in enumerate(tokens)
    ]


def _is_year(tokens: Sequence[Token], position: int) -> bool:
    """Four digits behind "in" or "since", with nothing that they could count."""
    token = tokens[position]
    if token.kind != "number" or token.shape != "plain" or len(token.text) != len("1987") or not token.text.isdigit():
        return False
    if not position or tokens[position - 1].low not in _AHEAD or not _FIRST <= token.value <= _LAST:
        return False
    before, after = tokens[position - 2 : position - 1], tokens[position + 1 : position + 2]
    dated = tokens[position - 1].low != "of" or any(
        word.low in ("summer", "spring", "autumn", "winter") for word in before
    )
    ends = not after or (after[0].kind == "mark" and after[0].low not in "%/") or lexicon().is_small(after[0].low)
    return dated and ends
