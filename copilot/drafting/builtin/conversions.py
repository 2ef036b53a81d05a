"""Brings a limit to the unit of the row that it limits: 40 hours against minutes per piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Fact, Quantity, RawLimit, Row
from copilot.drafting.builtin.words import lexicon, stem
from copilot.drafting.measures import SCALES

_SCALES: tuple[Mapping[str, float], ...] = tuple({stem(unit): size for unit, size in scale.items()} for scale in SCALES)


def converted(raw: RawLimit, rows: Sequence[Row], context: Context) -> tuple[RawLimit, str]:
    """The limit in the only other unit of its scale that a row has, and the note that says so.

    Unchanged, with an empty note, where a row has the limit's own unit, or the items themselves are counted in it.
    """
    quantity = raw.quantity
    scale = next((scale for scale in _SCALES if quantity.unit in scale), None)
    units = {row.unit for row in rows}
    if scale is None:
        return raw, ""
    others = sorted(units & set(scale))
    if quantity.unit in units | context.measures:
        others = sorted(_named_alike(quantity, rows, scale))
        if quantity.unit in others:
            return raw, ""
    if len(others) != 1:
        return raw, ""
    target, names = others[0], lexicon().full_names
    value = quantity.part.value * scale[quantity.unit] / scale[target]
    note = (
        f"{quantity.part.text} {names[quantity.unit]}s are {value:.12g} {names[target]}s, "
        f"the unit that the rest of the text uses."
    )
    words = quantity.words - {quantity.unit} | {target}
    quantity = replace(quantity, part=replace(quantity.part, value=value), unit=target, words=words)
    return replace(raw, quantity=quantity), note


def _named_alike(quantity: Quantity, rows: Sequence[Row], scale: Mapping[str, float]) -> set[str]:
    """Units of the rows that the limit's other words name: "1.3 kilos of yeast" against grams of yeast."""
    said = quantity.words | quantity.said | quantity.tail
    return {row.unit for row in rows if row.unit in scale and (row.words - set(scale)) & said}


def same_unit(fact: Fact, row: Row) -> Fact:
    """The fact in the unit of the row that it joins: 90 minutes beside 1 hour."""
    quantity, target = fact.quantity, row.unit
    scale = next((scale for scale in _SCALES if quantity.unit in scale and target in scale), None)
    if scale is None or quantity.unit == target or row.money:
        return fact
    value = fact.value * scale[quantity.unit] / scale[target]
    words = quantity.words - {quantity.unit} | {target}
    quantity = replace(quantity, part=replace(quantity.part, value=value), unit=target, words=words)
    return replace(fact, value=value, quantity=quantity)


def comparable(unit: str, other: str) -> bool:
    """Whether one unit can be written in the other: hours and minutes."""
    return unit == other or any(unit in scale and other in scale for scale in _SCALES)
