"""Brings roundabout ways to name a sum or a difference into the usual order of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.words import load

_SIDES = ("against", "behind", "to", "compared to", "compared with", "below", "from", "on", "under", "short of")
_ENDS = ("must", "may", "relation", "verb", "deny", "number", "comma", "colon")


def shaped(found: Sequence[Lexeme]) -> list[Lexeme]:
    """The lexemes with factors before what they are of, and what is taken off or apart said as such."""
    kept = list(found)
    for shape in (_counted, _taken_off, _by_which, _short):
        kept = shape(kept)
    return kept


def _counted(found: list[Lexeme]) -> list[Lexeme]:
    """ "with the hours of C counted double": twice the hours of C."""
    for spot in range(len(found) - 2, 0, -1):
        factor = found[spot + 1]
        if found[spot].low not in ("counted", "counting", "counts") or factor.kind != "factor":
            continue
        item = next((at for at in range(spot - 1, -1, -1) if found[at].kind == "item"), -1)
        if item < 0:
            continue
        lead = found[item - 1 : item] if item else []
        joined = bool(lead) and lead[0].kind not in ("comma", "join", "break", "plus")
        start = _phrase_start(found, item) if joined else item
        found = [*found[:start], factor, *found[start:spot], *found[spot + 2 :]]
    return _with_added(found)


def _phrase_start(found: Sequence[Lexeme], item: int) -> int:
    start = item
    while start and found[start - 1].kind == "word" and found[start - 1].low != "with":
        start -= 1
    return start


def _with_added(found: list[Lexeme]) -> list[Lexeme]:
    """ "B, with twice C,": a factor behind "with" is of something that is added."""
    for spot in range(1, len(found) - 1):
        before = any(one.kind == "item" for one in found[:spot])
        if found[spot].low == "with" and found[spot].kind == "break" and found[spot + 1].kind == "factor" and before:
            found[spot] = replace(found[spot], kind="plus", phrase="plus")
    return found


def _taken_off(found: list[Lexeme]) -> list[Lexeme]:
    """ "A, after half of B has been deducted": A minus half of B."""
    words = load("freely")["words"]
    end = next((spot for spot, one in enumerate(found) if one.low in words["deducted"]), -1)
    start = next((spot for spot in range(end - 1, -1, -1) if found[spot].low in ("after", "once", "when")), -1)
    if end < 0 or start < 1 or not any(one.kind == "item" for one in found[start:end]):
        return found
    last = max(spot for spot in range(start, end) if found[spot].kind == "item")
    if any(one.kind in ("relation", "exceed", "must") for one in found[start:end]):
        return found
    minus = replace(found[start], kind="minus", phrase="minus")
    head = found[:start] if found[start - 1].kind != "comma" else found[: start - 1]
    return [*head, minus, *found[start + 1 : last + 1], *found[end + 1 :]]


def _by_which(found: list[Lexeme]) -> list[Lexeme]:
    """ "the amount by which A exceeds B": the difference of A and B."""
    low = [one.low for one in found]
    spots = [spot for spot in range(1, len(found) - 1) if low[spot : spot + 2] == ["by", "which"]]
    if len(spots) != 1 or low[spots[0] - 1] not in load("freely")["words"]["distances"]:
        return found
    first = spots[0] + 2
    verb = next((spot for spot in range(first, len(found)) if found[spot].kind in ("exceed", "relation")), -1)
    if verb < 0 or found[verb].kind != "exceed":
        return found
    end = _side_end(found, verb + 1)
    left, right = found[first:verb], found[verb + 1 : end]
    if found[verb].sign == "<=":
        left, right = right, left
    return _difference(found, spots[0] - 1, left, right, end)


def _short(found: list[Lexeme]) -> list[Lexeme]:
    """ "the shortfall of A against B": the difference of B and A."""
    start = next((spot for spot, one in enumerate(found) if one.low in load("freely")["words"]["shortfalls"]), -1)
    if start < 0:
        return found
    side = next(
        (spot for spot in range(start + 1, len(found)) if (found[spot].phrase or found[spot].low) in _SIDES), -1
    )
    if side < 0 or not any(one.kind == "item" for one in found[start:side]):
        return found
    end = _side_end(found, side + 1)
    return _difference(found, start, found[side + 1 : end], found[start + 1 : side], end)


def _side_end(found: Sequence[Lexeme], start: int) -> int:
    """Where the decisions named from a place on end."""
    end, named = start, False
    while end < len(found) and not (named and found[end].kind in _ENDS):
        named = named or found[end].kind == "item"
        end += 1
    while (
        named and end > start and found[end - 1].kind == "word" and found[end - 1].low in ("has", "have", "is", "are")
    ):
        end -= 1
    return end


def _difference(
    found: Sequence[Lexeme], start: int, left: Sequence[Lexeme], right: Sequence[Lexeme], end: int
) -> list[Lexeme]:
    apart = replace(found[start], kind="difference", phrase="difference")
    join = replace(found[start], kind="join", phrase="and", part=replace(found[start].part, low="and"))
    return [*found[:start], apart, *left, join, *right, *found[end:]]
