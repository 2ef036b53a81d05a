"""Reads so many of one for so many of another: "at least 2 A for every 3 B", "the ratio of A to B is 1 to 4"."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.sums import Terms
from copilot.drafting.builtin.statements.sums import items_in, numbers_in, related
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Relation

Chunk = Sequence[Lexeme]
_TIES = ("per", "for", "to", "against", "with")
_OTHER = ("plus", "minus", "difference", "than", "many", "unsafe", "harm")


def ratio(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "The ratio of A to B must be at least 1 to 4", "A and B in a ratio of no more than 2:3"."""
    del item_count
    spot = next((spot for spot, one in enumerate(chunk) if one.kind == "ratio"), -1)
    items, numbers = items_in(chunk), numbers_in(chunk)
    sign = _sign(chunk)
    if spot < 0 or len(items) != 2 or sign is None or not 1 <= len(numbers) <= 2 or _is_other(chunk):
        return None
    first, last = chunk.index(numbers[0]), chunk.index(numbers[-1])
    between = [one.low for one in chunk[first + 1 : last] if one.kind not in ("word", "item") or one.low in _TIES]
    if len(numbers) == 2 and between not in (["to"], [":"], ["per"], ["for"], ["to", "every"], ["for", "every"]):
        return None
    named = [one for one in chunk if one.kind == "item"]
    told = [one for one in named if chunk.index(one) > first]
    order = [one.item for one in (told if len({one.item for one in told}) == 2 else named)]
    return _ruled(chunk, order[0], numbers[0].value, order[-1], numbers[-1].value if last > first else 1.0, sign)


def per(chunk: Chunk, item_count: int) -> list[Rule] | None:
    """ "at least 2 A for every 3 B", "for each A there are two B or more", "each A is matched by five B"."""
    del item_count
    items, numbers = items_in(chunk), numbers_in(chunk)
    sign = _sign(chunk)
    if len(items) != 2 or sign is None or len(numbers) > 2 or not numbers or _is_other(chunk):
        return None
    base = _base(chunk)
    if base is None:
        return None
    item, size, spots = base
    counted = [number for number in numbers if chunk.index(number) not in spots]
    other = next(one for one in items if one != item)
    if len(counted) > 1 or any(number.kind == "factor" for number in numbers):
        return None
    if counted and not _counts(chunk, chunk.index(counted[0]), other):
        return None
    return _ruled(chunk, other, counted[0].value if counted else 1.0, item, size, sign)


def _sign(chunk: Chunk) -> Relation | None:
    """The one relation of a chunk; a duty without one is at least that many."""
    spots = [one for one in chunk if one.kind in ("relation", "exceed")]
    if len(spots) != 1:
        return None
    if spots[0].kind == "exceed":
        return "<=" if spots[0].strict and spots[0].sign == ">=" else None
    return spots[0].sign


def _is_other(chunk: Chunk) -> bool:
    matched = _is_matched(chunk, 0)
    return any(one.kind in _OTHER or (one.kind == "by" and not matched) for one in chunk)


def _base(chunk: Chunk) -> tuple[int, float, range] | None:
    """What the other is counted for: its decision, how many of it, and where that stands."""
    found: list[tuple[int, float, range]] = []
    for spot, one in enumerate(chunk):
        tie = one.low in _TIES
        ahead = chunk[spot + 1 : spot + 6] if tie else chunk[spot : spot + 5]
        each = bool(ahead) and ahead[0].kind == "each"
        if not (each or tie) or (each and not tie and not _is_matched(chunk, spot)):
            continue
        number = next((at for at, part in enumerate(ahead) if part.kind == "number"), -1)
        item = next((at for at, part in enumerate(ahead) if part.kind == "item"), -1)
        start = spot + 1 if tie else spot
        if item < 0 or number > item or any(part.kind in ("verb", "comma", "relation") for part in ahead[:item]):
            continue
        if number < 0 and not each and one.low != "per":
            continue
        found.append((ahead[item].item, ahead[number].value if number >= 0 else 1.0, range(start, start + item + 1)))
    return found[0] if len({(item, size) for item, size, _ in found}) == 1 else None


def _is_matched(chunk: Chunk, spot: int) -> bool:
    """Whether a chunk opens with "each A", and A is matched by something."""
    opens = spot == 0 and bool(chunk) and chunk[0].kind == "each"
    return opens and bool(set(load("freely")["words"]["matched"]) & {one.low for one in chunk})


def _counts(chunk: Chunk, number: int, item: int) -> bool:
    """Whether the number stands before the decision that it counts, with only small words between."""
    spot = next((at for at in range(number + 1, len(chunk)) if chunk[at].kind == "item"), -1)
    ahead = chunk[number + 1 : spot]
    return spot > 0 and chunk[spot].item == item and not any(one.low in ("for", "per", "comma") for one in ahead)


def _ruled(chunk: Chunk, one: int, many: float, other: int, size: float, sign: Relation) -> list[Rule] | None:
    if one == other or not many or not size:
        return None
    number = numbers_in(chunk)[0]
    terms: Terms = {one: (number.part, 1.0), other: (number.part, -many / size)}
    return [related(terms, sign, number, chunk, value=0.0)]
