"""Reads two limits that share what they limit: "between 4 and 10 weddings", "at least 20 but at most 50 bottles"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.cues import cue_before
from copilot.drafting.builtin.facts import Quantity, RawLimit

_BETWEEN = frozenset(
    {"and", "but", "to", "or", ",", "at", "most", "least", "no", "not", "more", "than", "up", "a", "maximum", "minimum"}
    | {"of", "less", "fewer", "also"}
)


def shared_limit(quantities: Sequence[Quantity], index: int) -> RawLimit | None:
    """The limit that a number sets together with its neighbour, or None where it stands for itself."""
    quantity = quantities[index]
    if index + 1 < len(quantities) and _share(quantity, quantities[index + 1]):
        whole = replace(quantities[index + 1], part=quantity.part)
        if _is_lower(quantity):
            return RawLimit(">=", whole)
        cue = cue_before(quantity.clause, quantity.position)
        return RawLimit(cue.sign, whole, strict=cue.strict) if cue else None
    if index and _is_lower(quantities[index - 1]) and _share(quantities[index - 1], quantity):
        return RawLimit("<=", quantity)
    return None


def _is_lower(quantity: Quantity) -> bool:
    return bool(quantity.before) and quantity.before[-1].low == "between"


def _share(first: Quantity, second: Quantity) -> bool:
    """Whether nothing but small words stands between two numbers, and the second says what is counted."""
    gap = first.clause[first.position + 1 : second.position]
    named = _is_lower(first) and any(part.kind == "item" for part in first.before)  # "desks must be between 5 and 20"
    told = bool(second.words) or second.next_item >= 0 or named
    joined = bool(gap) and all(part.low in _BETWEEN for part in gap)
    limited = _is_lower(first) or cue_before(second.clause, second.position) is not None
    return joined and told and limited and first.part.shape == second.part.shape
