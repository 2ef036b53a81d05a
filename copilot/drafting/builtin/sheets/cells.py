"""One cell of a table or one fact of a list: a number with its unit and the direction it says, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Relation

_SIGNS: dict[str, Relation] = {"<=": "<=", "≤": "<=", "<": "<=", ">=": ">=", "≥": ">=", ">": ">=", "=": "=="}
_MONEY = r"[$€£¥]|USD|EUR|GBP"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_CELL = re.compile(
    rf"^(?P<before>[^\d$€£¥+-]*?)\s*(?P<sign>[+\-−])?\s*(?P<money>{_MONEY})?\s?(?P<value>{_NUMBER})"
    rf"(?P<scale>\s?[kKmM](?![\w/²³]))?\s?(?P<percent>%)?\s*(?P<after>[^\d]*)$"
)
_LONGEST = 120  # signs; what is longer is a sentence
_SPLIT_NUMBER = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: `value` where it is a number, `relation` where it says which way it limits."""

    text: str
    value: float | None = None
    unit: str = ""
    relation: Relation | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing stands there."""
        return self.value is None and (not self.text or self.text in load("sheets")["cells"]["no"])


@lru_cache(maxsize=4096)  # a cell is looked at as part of every table that it might belong to
def cell_of(text: str) -> Cell:
    """The cell that some text says; a dash and its like say nothing."""
    bare = _SPLIT_NUMBER.sub(",", text.strip(" *`_\t"))
    words = load("sheets")["cells"]
    if not re.search(r"[^\W_]", bare) and bare not in words["yes"]:
        return Cell(bare if bare in words["no"] else "")
    if bare.lower() in words["nothing"]:
        return Cell("")
    match = _CELL.match(bare) if len(bare) <= _LONGEST else None
    if match is None:
        return Cell(bare)
    before, after = match["before"].strip(), match["after"].strip()
    relation = _relation(before) or _relation(after)
    if (before and _relation(before) is None) or len(after) > 24:
        return Cell(bare)
    value = float(match["value"].replace(",", "")) * (-1 if match["sign"] in ("-", "−") else 1)
    value *= {"k": 1e3, "m": 1e6}.get((match["scale"] or "").strip().lower(), 1.0)
    unit = "%" if match["percent"] else match["money"] or ""
    value = value / 100 if unit == "%" else value
    return Cell(bare, value, unit or _unit(after), relation)


def _relation(words: str) -> Relation | None:
    low = words.lower().strip(" .:()").removesuffix(" of")
    if low in _SIGNS:
        return _SIGNS[low]
    known = load("sheets")["cells"]
    if low in known["most"]:
        return "<="
    return ">=" if low in known["least"] else None


def _unit(after: str) -> str:
    return "" if _relation(after) else after.strip(" .()/")
