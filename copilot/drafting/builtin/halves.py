"""Reads parts of one thing as numbers: "half an hour", "a quarter of a litre", "an hour and a half", "2 and a half"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from copilot.drafting.builtin.words import lexicon

if TYPE_CHECKING:
    from copilot.drafting.builtin.tokens import Token

_ONE = frozenset({"a", "an", "one"})
_AND_HALF = ("and", "a", "half")


def halved(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with each such phrase as one number before its unit."""
    found: list[Token] = []
    tokens = _counted_ones(tokens)
    position = 0
    while position < len(tokens):
        for reader in (_part_of_one, _one_and_half, _some_and_half):
            read, used = reader(tokens, position)
            if used:
                found.extend(read)
                position += used
                break
        else:
            found.append(tokens[position])
            position += 1
    return found


def _part_of_one(tokens: Sequence[Token], position: int) -> tuple[list[Token], int]:
    """ "half an", "a quarter of an", "three quarters of an", where a noun follows."""
    low = [token.low for token in tokens[position : position + 5]] + [""] * 5
    words = lexicon()
    if low[0] == "half" and low[1] in ("a", "an") and low[2]:
        return [_number(tokens[position], tokens[position + 1], 0.5)], 2
    times = 1.0 if low[0] in _ONE else words.numbers.get(low[0], 0.0)
    if times and low[1] in words.fractions and low[2] == "of" and low[3] in ("a", "an"):
        return [_number(tokens[position], tokens[position + 3], times / words.fractions[low[1]])], 4
    return [], 0


def _one_and_half(tokens: Sequence[Token], position: int) -> tuple[list[Token], int]:
    """ "an hour and a half"."""
    ahead = tokens[position : position + 5]
    if len(ahead) < 5 or ahead[0].low not in _ONE or tuple(token.low for token in ahead[2:]) != _AND_HALF:
        return [], 0
    if ahead[1].stem not in lexicon().measure_stems:
        return [], 0
    return [replace(_number(ahead[0], ahead[4], 1.5), end=ahead[0].end), replace(ahead[1], end=ahead[4].end)], 5


def _some_and_half(tokens: Sequence[Token], position: int) -> tuple[list[Token], int]:
    """ "2 and a half hours", "one and a half"; not "2 kilograms of A and a half of B"."""
    ahead = tokens[position : position + 5]
    if len(ahead) < 5 or tuple(token.low for token in ahead[1:4]) != _AND_HALF or ahead[4].kind != "word":
        return [], 0
    whole = ahead[0].value if ahead[0].kind == "number" else lexicon().numbers.get(ahead[0].low, 0.0)
    if not whole or ahead[4].low in ("of", "as", "the"):
        return [], 0
    return [_number(ahead[0], ahead[3], whole + 0.5)], 4


def _counted_ones(tokens: Sequence[Token]) -> list[Token]:
    """ "one plank" as a number, in a list behind "and" or a verb, where others have "two planks"."""
    words = lexicon()
    counted = {
        follower.stem
        for token, follower in pairwise(tokens)
        if token.kind == "number" or (token.low in words.numbers and token.low != "one")
    }
    found = list(tokens)
    for spot in range(1, len(tokens) - 1):
        if tokens[spot].low != "one" or tokens[spot + 1].stem not in counted or tokens[spot + 1].kind != "word":
            continue
        before, after = tokens[spot - 1].low, tokens[spot + 2].low if spot + 2 < len(tokens) else "."
        made = spot > 1 and tokens[spot - 2].low == "to"  # "30 minutes to bake one plank"
        listed = before in ("and", "plus") or (before in words.verb_forms and not before.endswith("ing") and not made)
        if listed and after not in words.verb_forms and after not in words.auxiliaries:
            found[spot] = _number(tokens[spot], tokens[spot], 1.0)
    return found


def _number(first: Token, last: Token, value: float) -> Token:
    text = f"{value:g}"
    return replace(first, kind="number", text=text, low=text, stem=text, end=last.end, value=value, worded=True)
