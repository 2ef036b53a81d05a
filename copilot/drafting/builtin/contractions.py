"""Opens contractions: "can't" is can and not, "what's" what and is, "he's got" he and has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.drafting.builtin.words import load, stem

if TYPE_CHECKING:
    from copilot.drafting.builtin.tokens import Token


def opened(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each contraction as the two words that it stands for, at their places in the text."""
    found: list[Token] = []
    for position, token in enumerate(tokens):
        follower = tokens[position + 1].low if position + 1 < len(tokens) else ""
        found.extend(_parts(token, follower) or (token,))
    return found


def _parts(token: Token, follower: str) -> tuple[Token, ...]:
    low = token.low.replace("’", "'")
    if token.kind != "word" or "'" not in low:
        return ()
    told = load("contractions")
    if low.endswith("n't") and len(low) > len("n't"):
        base = told["negated"].get(low, low.removesuffix("n't"))
        return _split(token, len("n't"), base, "not")
    head, _, tail = low.partition("'")
    if tail == "s":
        return _split(token, 2, head, "has" if follower == "got" else "is") if head in told["owners"] else ()
    word = told["endings"].get(tail, "")
    return _split(token, len(tail) + 1, head, word) if word and head else ()


def _split(token: Token, length: int, first: str, second: str) -> tuple[Token, Token]:
    cut = token.end - length
    text = token.text[: len(token.text) - length]
    head = replace(token, text=text, low=first, stem=stem(first), end=cut)
    return head, replace(token, text=second, low=second, stem=stem(second), start=cut, glued=False)
