"""Steps of jobs told in lines or rows: "saw 3 h, then press 2 h"; "mixer 2, oven 4", where the text gives the order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from copilot.drafting.builtin.families.blocks import Record
from copilot.drafting.builtin.families.cells import Stop
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.reading import Reading
from copilot.drafting.builtin.families.records import Layout

FAMILY = "jobshop"
_PART = re.compile(r"[,;|→]|[-=]>|\b(?:and )?(?:then|followed by|finally|lastly)\b", re.IGNORECASE)
_LEAD = r"(?:(?:and|first|next|on|in|at|the|to|through|for|needs|takes|visits|goes|spends|afterwards)\s+)*"
_PLACE = r"(?P<place>[^\W\d_](?:[\w'’-]|\s(?!for\b|takes\b))*?)"
_TIME = r"(?P<time>\d+(?:\.\d+)?)"
_STEPS = (
    re.compile(rf"\s*{_LEAD}{_PLACE}\s*(?:[:(=]|for|takes)?\s*{_TIME}\s*(?P<unit>[^\W\d_]+)?\.?\)?\s*\.?\s*", re.I),
    re.compile(rf"\s*{_LEAD}{_TIME}\s*(?P<unit>[^\W\d_]+)\s+(?:(?:on|in|at|of)\s+)?(?:the\s+)?{_PLACE}\s*\.?\s*", re.I),
)
_ORDER = re.compile(r"\b(?:first|then|next|second|followed by|step 1|finally|1st)\b|→|[-=]>", re.IGNORECASE)


def with_steps(reading: Reading) -> Layout | None:
    """The layout with the steps of each record of its one block; None where a record tells anything else."""
    layout, block = reading.layout, reading.layout.blocks[0]
    records = []
    for record in block.records:
        stops = _stops(layout.text, record)
        if len(stops) < 2:
            return None
        records.append(replace(record, cells=(), stops=stops))
    used = Counter(stop.place for record in records for stop in record.stops)
    ordered = _ORDER.search(layout.text, block.start, block.end) or reading.account.says(patterns(FAMILY, "ordered"))
    if not ordered or min(used.values()) < 2 or len({_places(record) for record in records}) < 2:
        return None  # the same things of every record in the same order are columns, not routes
    return replace(layout, blocks=(replace(block, records=tuple(records)),))


def _places(record: Record) -> tuple[str, ...]:
    return tuple(stop.place for stop in record.stops)


def _stops(text: str, record: Record) -> tuple[Stop, ...]:
    """The steps behind the label of a record; none where a part of it is no step."""
    begin = text.find(record.label, record.start, record.end)
    if begin < 0:
        return ()
    at, found = begin + len(record.label), []
    line = text[at : record.end]
    at += len(line) - len(line.lstrip(" :|*-–—"))
    edges = [*_PART.finditer(text, at, record.end), None]
    for edge in edges:
        piece = text[at : edge.start() if edge else record.end]
        match = next((one for step in _STEPS if (one := step.fullmatch(piece))), None)
        if match:
            place = match["place"].strip()
            found.append(
                Stop(place, float(match["time"]), match["unit"] or "", at + match.start("time"), at + match.end("time"))
            )
        elif piece.strip(" .*"):
            return ()
        at = edge.end() if edge else record.end
    return tuple(found)
