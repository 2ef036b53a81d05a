"""Reads how far apart two amounts must be: "at least 5 more puppy lessons than adult lessons"."""

from __future__ import annotations

from copilot.drafting.builtin.cues import cue_before
from copilot.drafting.builtin.expressions import Expression
from copilot.drafting.builtin.facts import Quantity

_MORE, _FEWER = frozenset({"more"}), frozenset({"fewer", "less"})
_NEAR, _FAR = 3, 10


def is_distance(quantity: Quantity) -> bool:
    """Whether the number tells how far apart two amounts are, and is no limit of its own."""
    return quantity.part.shape == "plain" and _than(quantity) > 0


def distance_of(quantity: Quantity) -> Expression | None:
    """The rule on the difference of the two amounts, or None where it is not clear which two."""
    behind = quantity.clause[quantity.position + 1 :]
    than = _than(quantity)
    cue = cue_before(quantity.clause, quantity.position)
    first = [part for part in behind[:than] if part.kind == "item"] or [
        part for part in quantity.before if part.kind == "item"
    ]
    second = next((part for part in behind[than + 1 :] if part.kind == "item"), None)
    if cue is None or len(first) != 1 or second is None or first[0].item == second.item:
        return None
    sign = 1.0 if any(part.low in _MORE for part in behind[:_NEAR]) else -1.0
    terms = {first[0].item: (first[0], sign), second.item: (second, -sign)}
    return Expression(terms, cue, quantity.part, quantity.sentence, quantity.clause)


def _than(quantity: Quantity) -> int:
    """Where "than" stands behind "5 more ...", with an item close behind it, or -1."""
    behind = quantity.clause[quantity.position + 1 :]
    low = [part.low for part in behind]
    more = next((spot for spot, word in enumerate(low[:_NEAR]) if word in _MORE | _FEWER), -1)
    if more < 0 or "than" not in low[more : more + _FAR]:
        return -1
    than = more + low[more:].index("than")
    named = any(part.kind == "item" for part in behind[than + 1 : than + 7])
    return than if named and not any(part.kind == "number" for part in behind[:than]) else -1
