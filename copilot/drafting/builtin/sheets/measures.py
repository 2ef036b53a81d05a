"""Lengths, weights, times and sizes in one unit."""

from __future__ import annotations

from copilot.drafting.builtin.sheets.sheet import units_of

_FACTORS: tuple[dict[str, float], ...] = (
    {
        "mm": 0.001,
        "millimeter": 0.001,
        "cm": 0.01,
        "centimeter": 0.01,
        "dm": 0.1,
        "decimeter": 0.1,
        "m": 1.0,
        "meter": 1.0,
        "km": 1000.0,
    },
    {"inch": 1.0, "in": 1.0, "foot": 12.0, "yard": 36.0},
    {"second": 1.0, "minut": 60.0, "hour": 3600.0},
    {"gram": 0.001, "kilogram": 1.0, "ton": 1000.0},
    {"kb": 0.001, "mb": 1.0, "gb": 1000.0, "tb": 1_000_000.0},
    {"ml": 0.001, "milliliter": 0.001, "liter": 1.0, "l": 1.0},
)


def factor(unit: str, to: str) -> float | None:
    """What a number in one unit is multiplied by in the other; 1 where one is not given, None where they differ."""
    one, other = units_of(unit), units_of(to)
    if not one or not other or one & other:
        return 1.0
    for known in _FACTORS:
        a = [known[name] for name in one if name in known]
        b = [known[name] for name in other if name in known]
        if a and b:
            return a[0] / b[0]
    return None
