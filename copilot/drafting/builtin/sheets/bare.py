"""A sentence that only counts up sizes: "the twelve crates weigh, in kilograms, 410, 385, ... and 235"."""

from __future__ import annotations

import re

from copilot.drafting.builtin.sheets.cells import cell_of
from copilot.drafting.builtin.sheets.sheet import Sheet, column_of
from copilot.drafting.builtin.words import lexicon

_VALUE = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_UNIT = (
    r"(?:(?:kg|g|t|tons?|tonnes|kilos?|kilograms|grams|pounds|lbs?|litres|liters|l|m|cm|mm|metres|meters|feet|inches"
    r"|s|seconds|min|minutes|hours|MB|GB|TB|gigabytes|terabytes|megabytes|pages|seats|people|persons)\b)"
)
_ONE = rf"{_VALUE}(?:\s?{_UNIT})?"
_RUN = re.compile(rf"(?<![\w.,]){_ONE}(?:(?:,|,? and|;)\s+{_ONE}){{3,}}(?![\w%]|[.,]\d)")
_IN = re.compile(rf"\bin (?P<unit>{_UNIT})\b|\((?P<sign>{_UNIT})\)", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?P<count>[a-z]+|\d+) (?:[a-z]+ ){0,2}?(?P<noun>[a-z]+s)\b", re.IGNORECASE)


def bare_sizes(prose: str) -> Sheet | None:
    """The sizes as a sheet of numbered rows; None where there is no such run, or several."""
    runs = list(_RUN.finditer(prose))
    if len(runs) != 1:
        return None
    run = runs[0]
    start = max(prose.rfind(". ", 0, run.start()), prose.rfind("\n", 0, run.start())) + 1
    before = prose[start : run.start()]
    values = [cell_of(value) for value in re.findall(_VALUE, run.group())]
    units = re.findall(rf"{_VALUE}\s?({_UNIT})", run.group())
    told = _IN.search(before)
    unit = (told["unit"] or told["sign"]) if told else units[-1] if units else ""
    if not unit or len(set(units)) > 1 or not _is_count(before, len(values)):
        return None
    labels = tuple(f"item {at}" for at in range(1, len(values) + 1))
    column = column_of(f"size ({unit})", values)
    return Sheet("item", labels, (column,), run.start(), run.end(), before.strip(), listed=True)


def _is_count(before: str, count: int) -> bool:
    """Whether the sentence counts as many things as there are sizes, or does not count them at all."""
    numbers = lexicon().numbers
    told = [match["count"].lower() for match in _COUNTED.finditer(before)]
    said = {numbers.get(word) or (float(word) if word.isdigit() else 0.0) for word in told}
    said.discard(0.0)
    return not said or said == {float(count)}
