"""Reads how far apart two amounts must be: "at least 5 more coats than hats", "hats cannot exceed coats by over 5"."""

from __future__ import annotations

from copilot.drafting.builtin.cues import Cue, cue_before
from copilot.drafting.builtin.expressions import Expression
from copilot.drafting.builtin.facts import Quantity
from copilot.drafting.builtin.mentions import Part

_MORE, _FEWER = frozenset({"more"}), frozenset({"fewer", "less"})
_EXCEEDS = frozenset({"exceed", "exceeds", "outnumber", "outnumbers", "surpass", "surpasses"})
_HIGHER = frozenset({"higher", "greater", "larger", "more", "bigger"})
_NOT = frozenset({"cannot", "not", "n't", "never"})
_FLOORS = (("at", "least"), ("more", "than"), ("a", "minimum", "of"), ("no", "less", "than"), ("not", "less", "than"))
_CEILINGS = (("at", "most"), ("no", "more", "than"), ("not", "more", "than"), ("a", "maximum", "of"), ("up", "to"))
_NEAR, _FAR = 3, 10


def is_distance(quantity: Quantity) -> bool:
    """Whether the number tells how far apart two amounts are, and is no limit of its own."""
    cued = quantity.part.shape == "money" and cue_before(quantity.clause, quantity.position) is not None
    return (cued or quantity.part.shape == "plain") and (_than(quantity) > 0 or _by(quantity) > 0)


def distance_of(quantity: Quantity) -> Expression | None:
    """The rule on the difference of the two amounts, or None where it is not clear which two."""
    if _by(quantity) > 0:
        return _excess_of(quantity)
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
    if any(part.kind == "number" for part in behind[than + 1 : than + 2]):
        return -1  # "30 tables and more than 50 chairs"
    return than if named and not any(part.kind == "number" for part in behind[:than]) else -1


def _by(quantity: Quantity) -> int:
    """Where "by" stands in "A exceeds B by at least 5", with one item on each side of the verb, or -1."""
    by = next((spot for spot in range(quantity.position - 1, -1, -1) if quantity.clause[spot].low == "by"), -1)
    return by if by > 0 and _verb(quantity, by) > 0 and len(_sides(quantity, by)) == 2 else -1


def _verb(quantity: Quantity, by: int) -> int:
    """Where "exceeds", or the "higher" of "higher than", stands before "by"; -1 where it does not."""
    low = [part.low for part in quantity.clause[:by]]
    for spot in range(by - 1, 0, -1):
        if low[spot] in _EXCEEDS or (low[spot] in _HIGHER and low[spot + 1 : spot + 2] == ["than"]):
            return spot
    return -1


def _sides(quantity: Quantity, by: int) -> list[Part]:
    """The item before the verb and the item behind it, where each is one and they differ."""
    verb = _verb(quantity, by)
    first = [part for part in quantity.clause[:verb] if part.kind == "item"]
    second = [part for part in quantity.clause[verb:by] if part.kind == "item"]
    if len({part.item for part in first}) != 1 or len({part.item for part in second}) != 1:
        return []
    return [first[0], second[0]] if first[0].item != second[0].item else []


def _excess_of(quantity: Quantity) -> Expression | None:
    by = _by(quantity)
    low = [part.low for part in quantity.clause]
    phrase = tuple(low[by + 1 : quantity.position])
    forbidden = bool(_NOT & set(low[: _verb(quantity, by)]))
    # "cannot exceed it by more than 5", "cannot exceed it by 5"
    ceiling = phrase in ((), ("more", "than"), ("over",)) if forbidden else phrase in _CEILINGS
    if not ceiling and (forbidden or phrase not in _FLOORS):
        return None
    first, second = _sides(quantity, by)
    terms = {first.item: (first, 1.0), second.item: (second, -1.0)}
    cue = Cue("<=" if ceiling else ">=", by)
    return Expression(terms, cue, quantity.part, quantity.sentence, quantity.clause)
