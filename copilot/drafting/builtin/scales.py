"""Scales: said once behind a list, "11, 14 and 13 thousand dollars", or asked for, "in thousands of dollars"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.drafting.builtin.words import lexicon

if TYPE_CHECKING:
    from copilot.drafting.builtin.tokens import Token

_TIES = frozenset({",", "and", "or"})
_ASKED = re.compile(
    r"\bin (?:units of (?:one |a )?)?(thousand|million|billion)s?\b"
    r"(?! of (?!dollar|euro|pound|franc|crown|rupee|peso|y[eu]))",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(?P<sign>[$€£]\s?)?\d[\d,]*(?:\.\d+)?\$?(?:\s(?P<scale>thousand|million|billion)\b)?"
    r"(?P<unit>\s(?:dollar|euro|pound|franc|crown|rupee|peso|shilling|ruble|dirham|dinar)s\b|\s(?:yen|yuan|kroner|kronor)\b)?"
)
_LISTED = re.compile(r"(?:,| and| or|, and|, or)\s")
_LARGE = 1000.0  # a number that large is said without a scale


def shared(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the scale of a list's last number on the bare numbers before it."""
    found = list(tokens)
    for last, token in enumerate(tokens):
        factor = _scale(token)
        if factor == 1.0 or not last or tokens[last - 1].low not in _TIES:
            continue
        spot = last - 1
        while spot >= 0 and (tokens[spot].low in _TIES or _is_bare(tokens[spot])):
            if tokens[spot].kind == "number":
                found[spot] = replace(tokens[spot], value=tokens[spot].value * factor, shape=token.shape)
            spot -= 1
    return found


def unscaled(text: str) -> str:
    """Where the answer is asked "in thousands of dollars", amounts of thousands stay as they are written."""
    asked = {found[1].lower() for found in _ASKED.finditer(text)}
    amounts = _amounts(text)
    if len(asked) != 1 or {found["scale"] for found in amounts} - asked - {None}:
        return text
    for found in amounts:
        if found["scale"]:
            start, end = found.span("scale")
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _amounts(text: str) -> list[re.Match[str]]:
    """The amounts of money, those of a list before its last among them: "3 million and 5 million crowns"."""
    found = list(_AMOUNT.finditer(text))
    kept: list[re.Match[str]] = []
    for amount in reversed(found):
        listed = bool(kept) and _LISTED.fullmatch(text[amount.end() : kept[-1].start()]) is not None
        if amount["sign"] or amount["unit"] or (listed and amount["scale"]):
            kept.append(amount)
    return kept[::-1]


def misses_scale(text: str) -> bool:
    """Whether the answer is asked in a scale that only some amounts, or none, are told in."""
    asked = {found[1].lower() for found in _ASKED.finditer(text)}
    told = {found["scale"] for found in _amounts(text)}
    return bool(asked) and bool(told) and told != asked


def _scale(token: Token) -> float:
    """By how much a number in figures is more than its figures say; 1 where that is no known scale."""
    if token.kind != "number" or token.worded or not token.text[:1].isdigit():
        return 1.0
    figures = float(token.text.replace(",", ""))
    factor = token.value / figures if figures else 1.0
    return factor if factor in lexicon().scales.values() else 1.0


def _is_bare(token: Token) -> bool:
    return token.kind == "number" and token.shape == "plain" and not token.worded and token.value < _LARGE
