"""Numbers of the prose in the scale of a list that counts in thousands: "$9 thousand" there, "$2 million" here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.sheets.problem import Doubt
from copilot.drafting.builtin.sheets.sheet import Sheet
from copilot.drafting.builtin.words import stem

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_WORD = r"(?P<scale>thousand|million|billion)s?\b"
_CELL = re.compile(rf"(?P<coin>[$€£¥])?\d[\d.,]*(?:[ -]{_WORD}(?: (?P<unit>[a-z]+))?)?", re.IGNORECASE)
_HEAD = re.compile(rf"\bin {_WORD}(?: of)?(?: (?P<unit>[a-z]+))?", re.IGNORECASE)
_COINS = {"dollar": "$", "euro": "€", "pound": "£", "usd": "$", "eur": "€", "gbp": "£"}


def rescale(text: str, account: Account, sheet: Sheet) -> None:
    """Bring the account's numbers into the scale of the sheet, unit by unit. Doubt where the sheet mixes scales."""
    bases = dict(_bases(text, sheet))
    for at, said in enumerate(account.numbers):
        words = [word for word in said.unit.split() if word.lower() not in _SCALES]
        base = bases.get(_unit(words[0] if words else ""))
        if base and not re.search(r"[%]", said.unit):
            account.numbers[at] = replace(said, value=said.value / base)


def _bases(text: str, sheet: Sheet) -> Iterable[tuple[str, float]]:
    """(a unit, the scale that the sheet counts it in)."""
    for match in _HEAD.finditer(sheet.intro):
        yield _unit(match["unit"] or ""), _SCALES[match["scale"].lower()]
    told: dict[str, set[str]] = {}
    for match in _CELL.finditer(text, sheet.start, sheet.end):
        unit = match["coin"] or _unit(match["unit"] or "")
        if match["scale"] or match["coin"]:
            told.setdefault(unit, set()).add((match["scale"] or "").lower())
    for unit, scales in told.items():
        if len(scales) > 1:
            raise Doubt("The list counts one thing in thousands and alone; write all of its numbers in one scale.")
        if scales != {""}:
            yield unit, _SCALES[scales.pop()]


def _unit(word: str) -> str:
    known = stem(word.lower())
    return _COINS.get(known, known or word)
