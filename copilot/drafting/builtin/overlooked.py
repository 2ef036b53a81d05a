"""Comparisons of two things that stand among numbers and from which no rule was made."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.facts import Gap, Limit, Row
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.words import load

_MODALS = frozenset({"must", "should", "cannot", "can", "may", "shall", "not", "never", "needs", "need", "has", "have"})
_COMPARES = frozenset({"than", "exceed", "exceeds", "outnumber", "outnumbers", "match", "equal", "equals"})
_RULES = frozenset({"comparison", "multiple"})
_NEAR = 8
_JOINTS = frozenset({"and", "but"})
_REASONS = frozenset({"since", "because", "as", "while", "whereas", "although", "given", "due", "so"})
_ANNOUNCES = frozenset({"bounds", "limits", "ranges"})


def overlooked(parted: Sequence[Parts], limits: Sequence[Limit], rows: Sequence[Row]) -> list[Gap]:
    """ "at most $900, and vans cannot be more than cars": a gap for each sentence whose comparison made no rule."""
    ruled = {limit.sentence for limit in limits if limit.kind in _RULES or _is_sum(limit, rows)}
    gaps = []
    for index, parts in enumerate(parted):
        if index in ruled:
            continue
        for spot, part in enumerate(parts):
            if (part.low in _COMPARES or part.low == "minus") and _compares_items(parts, spot):
                said = " ".join(word.text for word in parts)
                text = f'"{said[:300]}" compares two things, and I could not read how.'
                gaps.append(Gap(text, ((parts[0].start, parts[-1].end),)))
                break
    return gaps


def _is_sum(limit: Limit, rows: Sequence[Row]) -> bool:
    return limit.row >= 0 and rows[limit.row].said_as_sum


def _compares_items(parts: Parts, spot: int) -> bool:
    """Whether two different things stand around the word, with "must" or the like, and with no number in between."""
    ahead = parts[max(0, spot - _NEAR) : spot]
    behind = parts[spot + 1 : spot + 1 + _NEAR]
    first = next((part for part in reversed(ahead) if part.kind in ("item", "number")), None)
    second = next((part for part in behind if part.kind in ("item", "number")), None)
    if parts[spot].low == "minus":
        named = [part for part in (first, second) if part is not None and part.kind == "item"]
        return bool(named) and behind[0].kind != "number"
    if first is None or second is None or "number" in (first.kind, second.kind) or first.item == second.item:
        return False
    return bool(_MODALS & {part.low for part in ahead})


def left_out(
    parted: Sequence[Parts], limits: Sequence[Limit], rows: Sequence[Row], *, piecewise: bool = True
) -> list[Gap]:
    """ "P must get 50 more than (Q)": a gap for each sentence with a rule that passes over a thing it names.

    Where limits know their words, each piece of a sentence must tell of the things that it names by itself.
    """
    gaps = []
    for index, parts in enumerate(parted):
        ruled = [limit for limit in limits if limit.sentence == index]
        told = {item for row in rows for item, fact in row.facts.items() if fact.quantity.sentence == index}
        missing = [part for piece in _pieces(parts) for part in _passed_over(piece, ruled, rows, told, piecewise)]
        if ruled and missing:
            said = " ".join(part.text for part in parts)
            text = f'"{said[:300]}" names {missing[0].text}, and I could not read what is said of it.'
            gaps.append(Gap(text, ((parts[0].start, parts[-1].end),)))
    return gaps


def _passed_over(
    piece: Parts, ruled: Sequence[Limit], rows: Sequence[Row], told: set[int], piecewise: bool
) -> list[Part]:
    """The things that a piece names, and of which neither a number nor a rule in that piece tells."""
    start, end = piece[0].start, piece[-1].end
    here = [
        limit for limit in ruled if not piecewise or any(first < end and last > start for first, last in limit.spans)
    ]
    known = told | {item for limit in here for item in _items_of(limit, rows)}
    return [part for part in piece if part.kind == "item" and part.item not in known]


def _items_of(limit: Limit, rows: Sequence[Row]) -> set[int]:
    return {*limit.items, *limit.base, *(item for row in limit.all_rows for item in rows[row].facts)}


def _pieces(parts: Parts) -> list[Parts]:
    """The pieces of a sentence; not those that only give a reason or set no bound, with no number in them."""
    pieces: list[list[Part]] = [[]]
    for position, part in enumerate(parts):
        parted = part.low in _JOINTS and any(one.kind == "number" for one in pieces[-1]) and _counts(parts, position)
        if part.low in (",", ":", "(", ")") or _opens_reason(parts, position) or parted:
            pieces.append([])
        pieces[-1].append(part)
    return [
        tuple(piece)
        for piece in pieces
        if any(one.kind == "number" for one in piece) or (piece and not _gives_reason(tuple(piece)))
    ]


def _opens_reason(parts: Parts, position: int) -> bool:
    """ "because", "to balance": not the "to" of "go to X"."""
    purpose = parts[position].low == "to" and any(part.verb for part in parts[position + 1 : position + 2])
    return purpose or parts[position].low in _REASONS


def _gives_reason(piece: Parts) -> bool:
    return any(_opens_reason(piece, spot) or piece[spot].low in _ANNOUNCES for spot in range(len(piece)))


def _counts(parts: Parts, position: int) -> bool:
    """Whether a number stands behind a place, before the next comma."""
    for part in parts[position + 1 :]:
        if part.kind == "number":
            return True
        if part.low in (",", ":"):
            return False
    return False


def overstepped(parted: Sequence[Parts], limits: Sequence[Limit], rows: Sequence[Row]) -> list[Gap]:
    """ "no more than 40 go to P and Q": a gap for each limit on more things than the words around it name."""
    gaps = []
    for limit in limits:
        plain = limit.row < 0 or rows[limit.row].said_as_sum
        named = {part.item for piece in _pieces(parted[limit.sentence]) for part in _named_near(piece, limit)}
        if plain and named and not _items_of(limit, rows) <= named:
            said = " ".join(part.text for part in parted[limit.sentence])
            gaps.append(Gap(f'It is not clear what "{said[:300]}" limits.', limit.spans))
    return gaps


def _named_near(piece: Parts, limit: Limit) -> list[Part]:
    near = any(first < piece[-1].end and last > piece[0].start for first, last in limit.spans)
    return [part for part in piece if near and part.kind == "item"]


def unsummed(parted: Sequence[Parts]) -> list[Gap]:
    """A gap for each sentence about the things, with a number, whose words say more than a plain sum can."""
    words = frozenset(load("letters")["words"]["unsummed"])
    return [
        Gap(f'I could not read "{" ".join(part.text for part in parts)[:300]}".', ((parts[0].start, parts[-1].end),))
        for parts in parted
        if words & {part.low for part in parts}
        and any(part.kind == "number" for part in parts)
        and any(part.kind == "item" for part in parts)
        and not {"what", "how", "find"} & {part.low for part in parts}
    ]
