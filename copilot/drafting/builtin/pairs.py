"""Reads rules per piece of another thing: "at least two teams for each machine", "for every aide 1.5 nurses"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

from copilot.drafting.builtin.cues import cue_before
from copilot.drafting.builtin.facts import Limit, Quantity, RawLimit
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import lexicon

_EACH = frozenset({"each", "every"})
_NEAR = 6


def paired(raw: RawLimit) -> Limit | None:
    """The rule that so many of one item go with each of another, or None where the limit says no such thing."""
    quantity = raw.quantity
    counted, behind = _counted(quantity)
    if counted is None or quantity.part.shape != "plain":
        return None
    base = _for_each(behind) or _for_each(quantity.clause[: quantity.position])
    if base is None or base.item == counted.item:
        return None
    span = (quantity.clause[0].start, quantity.clause[-1].end)
    return Limit("multiple", raw.sign, (counted.item,), quantity.sentence, (span,), base=(base.item,), share=quantity)


def in_proportion(quantities: Sequence[Quantity]) -> tuple[Limit, frozenset[int]] | None:
    """ "at least one guide for every 8 guests", told in either order: the rule, and where its two numbers stand."""
    plain = [quantity for quantity in quantities if quantity.part.shape == "plain"]
    for base, limited in permutations(plain, 2):
        near = abs(base.position - limited.position) <= 2 * _NEAR
        if not near or not _follows_every(base) or base.part.value <= 0:
            continue
        cue = cue_before(limited.clause, limited.position)
        counted, each = _counted(limited)[0], _counted(base)[0]
        if cue is None or counted is None or each is None or counted.item == each.item:
            continue
        part = replace(limited.part, value=limited.part.value / base.part.value)
        span = (limited.clause[0].start, limited.clause[-1].end)
        share = replace(limited, part=part)
        rule = Limit("multiple", cue.sign, (counted.item,), limited.sentence, (span,), (each.item,), share=share)
        return rule, frozenset({base.position, limited.position})
    return None


def _follows_every(quantity: Quantity) -> bool:
    """ "for every 8 guests", "per 8 guests"."""
    ahead = [part.low for part in quantity.clause[max(0, quantity.position - 2) : quantity.position]]
    return ahead[-1:] == ["per"] or (ahead[-1:] in (["every"], ["each"]) and ahead[:1] in (["for"], ["to"], ["with"]))


def _counted(quantity: Quantity) -> tuple[Part | None, Parts]:
    """The item that the number counts, right behind it, and what follows that."""
    small = lexicon().determiners
    for spot in range(quantity.position + 1, min(quantity.position + 4, len(quantity.clause))):
        part = quantity.clause[spot]
        if part.kind == "item":
            return part, quantity.clause[spot + 1 :]
        if part.kind != "word" or part.verb or part.low in small:
            break
    return None, ()


def _for_each(parts: Parts) -> Part | None:
    """The item in "for each machine", "per machine", near the start of these parts."""
    for spot, part in enumerate(parts[:_NEAR]):
        each = part.low == "per" or (part.low in _EACH and spot and parts[spot - 1].low in ("for", "with", "to"))
        if part.kind == "number":
            return None
        if each and spot + 1 < len(parts) and parts[spot + 1].kind == "item":
            return parts[spot + 1]
    return None
