"""Amounts told of places one by one: "Aldo 310 pallets, Brisk 275", "the works at Kilbride has 350 tonnes on hand".

Every number of the sentence belongs to one place; "respectively" and lists of equal length pair them in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.families.cells import NUMBER, Cell
from copilot.drafting.builtin.families.places import Mention, Places
from copilot.drafting.builtin.families.stories.names import spoken
from copilot.drafting.builtin.words import lexicon

_MARK = re.compile(r"[,;:]|\b(?:and|while|whereas|but)\b")
_UNIT = re.compile(r"\s*(?:%|[A-Za-z]+[²³]?)")
_THOUSANDS = re.compile(r"\s*(?P<scale>thousand|million)\b")
_OTHER = re.compile(r"\b(?:twice|half|double|unless|except|if|when|average of)\b", re.IGNORECASE)
_MORE = re.compile(r"\b(?:at least|no less than|not less than|minimum|no fewer than|or more)\b", re.IGNORECASE)
_LESS = re.compile(r"\b(?:at most|no more than|not more than|maximum|up to|or less)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """One amount for each of some places; `words` are those of the whole sentence."""

    values: dict[str, float]
    unit: str
    words: str
    start: int
    end: int

    @property
    def is_least(self) -> bool:
        """Whether the sentence says "at least"."""
        return _MORE.search(self.words) is not None

    @property
    def is_most(self) -> bool:
        """Whether the sentence says "at most"."""
        return _LESS.search(self.words) is not None


def amounts_in(text: str, start: int, end: int, places: Places) -> Told | None:
    """The amounts that a sentence tells; None where it tells anything else."""
    named = spoken(text, start, end, places)
    numbers = [
        match
        for match in NUMBER.finditer(text, start, end)
        if not any(spot.start <= match.start("value") < spot.end for spot in named)
    ]
    if not numbers or not named or _OTHER.search(text, start, end):
        return None
    pairs = _in_order(text, named, numbers) or _side_by_side(text, start, end, named, numbers)
    if not pairs or len({spot.name for spot, _ in pairs}) < len(pairs):
        return None
    cells = [_cell(text, match, end) for _, match in pairs]
    units = {cell.unit for cell in cells if cell.unit}
    money = {unit for unit in units if unit in "$€£¥"}
    if (
        len(money) > 1
        or (money and any(cell.unit not in money for cell in cells))
        or _worded(text, start, end, named, len(pairs))
    ):
        return None
    values = {spot.name: cell.value for (spot, _), cell in zip(pairs, cells, strict=True)}
    return Told(values, next(iter(money or units), ""), text[start:end], start, end)


def _in_order(text: str, named: list[Mention], numbers: list[re.Match[str]]) -> list[tuple[Mention, re.Match[str]]]:
    """ "Nuru, Osha and Pemba need 180, 220 and 300": all places stand before all numbers, or behind them."""
    if len(named) != len(numbers) or len(named) < 2:
        return []
    before = named[-1].end <= numbers[0].start()
    if not before and numbers[-1].end() > named[0].start:
        return []
    return list(zip(named, numbers, strict=True))


def _side_by_side(
    text: str, start: int, end: int, named: list[Mention], numbers: list[re.Match[str]]
) -> list[tuple[Mention, re.Match[str]]]:
    """One place and one number in each piece."""
    edges = [
        match
        for match in _MARK.finditer(text, start, end)
        if not re.fullmatch(r",\d", text[match.start() : match.end() + 1])
    ]
    edges = [edge for edge in edges if not any(spot.start < edge.start() < spot.end for spot in named)]
    pairs: list[tuple[Mention, re.Match[str]]] = []
    begin = start
    for edge in (*edges, None):
        stop = edge.start() if edge else end
        spots = [spot for spot in named if begin <= spot.start < stop]
        inside = [match for match in numbers if begin <= match.start() < stop]
        begin = edge.end() if edge else stop
        if not spots and not inside:
            continue
        if len(inside) == 0 and not pairs:
            continue  # what stands before the list
        if len(spots) != 1 or len(inside) != 1:
            return []
        pairs.append((spots[0], inside[0]))
    return pairs if len(pairs) == len(numbers) else []


def _cell(text: str, match: re.Match[str], end: int) -> Cell:
    value = float(match["value"].replace(",", ""))
    scale = _THOUSANDS.match(text, match.end(), end)
    if scale:
        value *= {"thousand": 1e3, "million": 1e6}[scale["scale"]]
    unit = _UNIT.match(text, scale.end() if scale else match.end(), end)
    word = unit.group().strip() if unit else ""
    if lexicon().is_small(word.lower()):
        word = ""
    return Cell("", value, (match["money"] or "").strip() or word, match.start("value"), match.end())


def _worded(text: str, start: int, end: int, named: list[Mention], count: int) -> bool:
    """Whether a number in words is none that counts what is listed."""
    for word in re.finditer(r"[A-Za-z]+", text[start:end]):
        value = lexicon().numbers.get(word.group().lower(), 0)
        at = start + word.start()
        if value > 1 and value != count and not any(spot.start <= at < spot.end for spot in named):
            return True
    return False
