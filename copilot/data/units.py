"""Units in the names of columns and in the cells: "Cost (EUR/t)", "Weight [kg]", 12 %, € 40."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_LONGEST = 24
_BRACKETS = re.compile(r"^(?P<name>.*\S)\s*\[\s*(?P<unit>[^\[\]]{1,24}?)\s*\]$")
_PARENTHESES = re.compile(r"^(?P<name>.*\S)\s*\(\s*(?:in\s+)?(?P<unit>[^()]{1,24}?)\s*\)$")
_PARTS = re.compile(r"\s*(?:/|·|\*|\bper\b|\bpro\b|\bà\b)\s*", re.IGNORECASE)
_POWER = re.compile(r"(?:\^?[-+]?[0-9]|[²³])$")
_UNITS = frozenset(
    """
    % ‰ pct percent € $ £ ¥ eur usd gbp chf jpy cad aud euro euros dollar dollars cent cents k€ m€ keur meur
    kusd musd g kg mg t to ton tons tonne tonnes lb lbs oz kt mt quintal m mm cm dm km mi mile miles ft in
    inch yd m2 m3 km2 ha acre acres sqm sqft l ml hl liter liters litre litres gal bbl s sec min minute
    minutes h hr hrs hour hours d day days wk week weeks month months mo quarter quarters a yr year years
    shift shifts w kw mw gw wh kwh mwh gwh j kj mj gj btu v kv amp hz khz mhz gb mb tb gbit mbit bit byte °c
    °f k c pa kpa bar kcal cal unit units pc pcs piece pieces item items box boxes case cases pallet pallets
    container containers teu truck trucks trip trips person persons people worker workers head heads employee
    employees batch batches lot lots order orders call calls machine machines vehicle vehicles passenger
    passengers patient patients bed beds seat seats flow score point points time times kgco2 tco2 co2 co2e
    """.split()  # noqa: SIM905 -- read as a list of words
)


def split_unit(name: str) -> tuple[str, str]:
    """(the name alone, its unit): "Cost (EUR/t)" is ("Cost", "EUR/t"); a remark such as "(optional)" is no unit."""
    if found := _BRACKETS.match(name):
        return found["name"], found["unit"]
    found = _PARENTHESES.match(name)
    if found and is_unit(found["unit"]):
        return found["name"], found["unit"]
    return name, ""


def is_unit(text: str) -> bool:
    """Whether every part of a short text is the name of a unit, such as "EUR/t" or "hours per week"."""
    if not text or len(text) > _LONGEST:
        return False
    parts = [word for part in _PARTS.split(text) for word in part.split()]
    return bool(parts) and all(_POWER.sub("", part).lower().rstrip(".") in _UNITS or _known(part) for part in parts)


def units_of(names: Iterable[str]) -> dict[str, str]:
    """Column -> the unit in its name, where it has one."""
    found = {name: split_unit(name)[1] for name in names}
    return {name: unit for name, unit in found.items() if unit}


def shared_sign(cells: Sequence[str]) -> tuple[str, list[str]]:
    """(the sign that every filled cell begins or ends with, the cells without it): "%", or a currency; else "".

    Shares in per cent and amounts of one currency are numbers for whoever wrote them.
    """
    filled = [cell for cell in cells if cell]
    for sign in "%€$£¥":
        if not filled or sign not in filled[0]:
            continue
        bare = [_without(cell, sign) for cell in filled]
        if all(one is not None for one in bare):
            rest = iter(bare)
            return sign, [str(next(rest)) if cell else cell for cell in cells]
    return "", list(cells)


def _known(part: str) -> bool:
    return part.lower() in _UNITS


def _without(cell: str, sign: str) -> str | None:
    minus, body = ("-", cell[1:].lstrip()) if cell[:1] == "-" else ("", cell)
    if body.startswith(sign) and sign != "%":
        body = body[1:]
    elif body.endswith(sign):
        body = body[:-1]
    else:
        return None
    body = body.strip()
    return minus + body if body and body[:1] != "-" else body or None
