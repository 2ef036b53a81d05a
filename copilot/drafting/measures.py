"""Units that measure the same thing, and how many of the smallest each of them is."""

from __future__ import annotations

from collections.abc import Mapping

SCALES: tuple[Mapping[str, float], ...] = (
    {"second": 1.0, "minute": 60.0, "hour": 3600.0},
    {"milligram": 0.001, "gram": 1.0, "kilogram": 1000.0, "ton": 1_000_000.0},
    {"milliliter": 0.001, "liter": 1.0},
    {"millimeter": 0.001, "centimeter": 0.01, "meter": 1.0, "kilometer": 1000.0},
    {"ounce": 1.0, "pound": 16.0},
)
_SHORT = {
    "s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour",
    "mg": "milligram", "g": "gram", "kg": "kilogram", "kilo": "kilogram",
    "ml": "milliliter", "millilitre": "milliliter", "l": "liter", "litre": "liter",
    "cm": "centimeter", "t": "ton", "tonne": "ton", "m": "meter", "metre": "meter", "km": "kilometer",
    "kilometre": "kilometer", "oz": "ounce", "lb": "pound",
}  # fmt: skip


_SPENT = {0: "time", 3: "distance"}


def scale_of(unit: str) -> tuple[int, float] | None:
    """(which scale, size on it) of what a unit counts: `minutes per desk` counts minutes. None: a unit of no scale."""
    words = unit.lower().replace("/", " per ").split()
    head = words[: words.index("per")] if "per" in words else words
    if len(head) != 1:
        return None
    word = head[0].rstrip(".")
    for name in (word, word.removesuffix("s")):
        name = _SHORT.get(name, name)
        for number, scale in enumerate(SCALES):
            if name in scale:
                return number, scale[name]
    return None


def spent(unit: str) -> str:
    """What a sum of amounts in that unit is called: `hours` add up to time, `km` to distance, all else to cost."""
    scale = scale_of(unit)
    return _SPENT.get(scale[0], "cost") if scale is not None else "cost"
