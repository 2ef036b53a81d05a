"""Things that a sentence lists with their numbers in brackets: "a vase (4 kg, worth $90), a clock (7 kg, $140)"."""

from __future__ import annotations

import re

from copilot.drafting.builtin.sheets.lists import Item, Items, sheet_of
from copilot.drafting.builtin.sheets.sheet import Sheet

_ITEM = re.compile(
    r"(?:\b(?:an?|the|some|one)\s+)?\b(?P<label>(?!and\b)[^\W\d_][\w'’-]*(?: [\w'’-]+){0,3}?)"
    r"\s*\((?P<facts>[^()]*\d[^()]*)\)",
    re.IGNORECASE,
)
_JOIN = re.compile(r"\s*(?:[,;]\s*(?:and\s+)?|\band\s+)")
_FEWEST = 3


def bracketed(prose: str) -> Sheet | None:
    """The things as a sheet; None where there is no such list, or it is not all of the brackets."""
    run: list[Item] = []
    for match in _ITEM.finditer(prose):
        gap = _JOIN.fullmatch(prose, run[-1].end, match.start()) if run else None
        if run and gap is None:
            return None
        label = match["label"] if run else _first(match["label"])
        run.append(Item(label, match["facts"], match.end("label") - len(label), match.end()))
    if len(run) < _FEWEST or len({item.label for item in run}) < len(run):
        return None
    return sheet_of(Items(tuple(run), prose[: run[0].start].rpartition(". ")[2].strip()))


def _first(label: str) -> str:
    """The name in the words that lead up to the list."""
    words = re.split(r"\b(?:an?|the|of|are|is|between|among|from|with|for)\s+", label, flags=re.IGNORECASE)
    return words[-1]
