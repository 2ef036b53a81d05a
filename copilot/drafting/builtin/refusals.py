"""Limits that cannot be written at all: on how many kinds are chosen, or on things that are no choice."""

from __future__ import annotations

from copilot.drafting.builtin.facts import Quantity
from copilot.drafting.builtin.rownames import written
from copilot.drafting.builtin.words import lexicon

_KINDS = frozenset({"typ", "kind", "sort", "variety"})


def refusal_of(quantity: Quantity) -> str:
    """Why a limit cannot be written at all, or nothing."""
    if quantity.head in _KINDS or quantity.unit in _KINDS:
        return f'"{written(quantity)}" limits how many kinds are chosen, which the built-in drafter cannot write yet.'
    stranger = _stranger(quantity)
    return f'"{stranger}" in "{written(quantity)}" is not one of the things to choose.' if stranger else ""


def _stranger(quantity: Quantity) -> str:
    """A noun that stands in one list with an item and is no item itself: "desks and lamps"."""
    words, parts = lexicon(), quantity.clause
    numbers = [spot for spot, part in enumerate(parts) if part.kind == "number"]
    first = max((spot for spot in numbers if spot < quantity.position), default=0)
    last = min((spot for spot in numbers if spot > quantity.position), default=len(parts))
    for spot in range(first, last - 2):
        if parts[spot].kind != "item" or parts[spot + 1].low not in words.conjunctions:
            continue
        ahead = [part for part in parts[spot + 2 : spot + 5] if part.low not in words.determiners]
        if ahead and ahead[0].low in ("rest", "remainder"):
            continue
        named = bool(ahead) and ahead[0].kind == "word" and not ahead[0].verb and not words.is_small(ahead[0].low)
        if (
            named
            and not any(part.kind in ("item", "number") for part in ahead)
            and ahead[0].stem not in words.empty_stems
        ):
            return ahead[0].text
    return ""
