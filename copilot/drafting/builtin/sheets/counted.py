"""Pieces counted by their size in a sentence: "22 pieces of 21 dm" and the like as a sheet."""

from __future__ import annotations

import itertools
import re

from copilot.drafting.builtin.sheets.cells import Cell
from copilot.drafting.builtin.sheets.sheet import Column, Sheet

_COUNTED = re.compile(
    r"(?P<count>\d+)\s*(?:x|×|pcs of|pieces of|pieces at|pieces|pcs|of|at|@"
    r"|(?:[^\W\d_]+\s){1,2}(?:of|at|with|measuring|each)(?:\s(?:a\s)?(?:width|length|size)(?:\sof)?)?"
    r"|(?:[^\W\d_]+\s){0,1}[^\W\d_]+,)\s*"
    r"(?P<size>\d+(?:\.\d+)?)\s?"
    r"(?P<unit>mm|cm|dm|m|inches|inch|in|ft|feet|metres|meters|centimetres|centimeters|millimetres|yards)\b"
    r"(?:\s(?:long|wide|each|in length|in width))?"
)


def counted_of(prose: str) -> Sheet | None:
    """ "6 x 120 cm, 10 x 90 cm" as a sheet of lengths and counts."""
    matches = list(_COUNTED.finditer(prose))
    between = [prose[one.end() : two.start()] for one, two in itertools.pairwise(matches)]
    if len(matches) < 2 or not all(re.fullmatch(r"[\s,;.*•-]*(?:\band\b)?\s*", gap) for gap in between):
        return None
    unit = matches[0]["unit"]
    if any(match["unit"] != unit for match in matches):
        return None
    columns = (
        Column("length", unit, tuple(Cell(m["size"], float(m["size"]), unit) for m in matches), "length"),
        Column("pieces", "", tuple(Cell(m["count"], float(m["count"])) for m in matches), "pieces"),
    )
    labels = tuple(f"{match['size']} {unit}" for match in matches)
    if len(set(labels)) < len(labels):
        return None
    return Sheet("piece", labels, columns, matches[0].start(), matches[-1].end(), listed=True)
