"""Comparisons of two things that stand among numbers and from which no rule was made."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.facts import Gap, Limit, Row
from copilot.drafting.builtin.mentions import Part, Parts

_MODALS = frozenset({"must", "should", "cannot", "can", "may", "shall", "not", "never", "needs", "need", "has", "have"})
_COMPARES = frozenset({"than", "exceed", "exceeds", "outnumber", "outnumbers", "match", "equal", "equals"})
_RULES = frozenset({"comparison", "multiple"})
_NEAR = 8
_REASONS = frozenset({"since", "because", "as", "while", "whereas", "although", "given", "to", "due", "so", "bounds"})


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


def left_out(parted: Sequence[Parts], limits: Sequence[Limit], rows: Sequence[Row]) -> list[Gap]:
    """ "P must get 50 more than (Q)": a gap for each sentence with a rule that passes over a thing it names."""
    gaps = []
    for index, parts in enumerate(parted):
        ruled = [limit for limit in limits if limit.sentence == index]
        known = {item for limit in ruled for item in _items_of(limit, rows)}
        known |= {item for row in rows for item, fact in row.facts.items() if fact.quantity.sentence == index}
        missing = [part for part in _without_reasons(parts) if part.kind == "item" and part.item not in known]
        if ruled and missing:
            said = " ".join(part.text for part in parts)
            text = f'"{said[:300]}" names {missing[0].text}, and I could not read what is said of it.'
            gaps.append(Gap(text, ((parts[0].start, parts[-1].end),)))
    return gaps


def _items_of(limit: Limit, rows: Sequence[Row]) -> set[int]:
    return {*limit.items, *limit.base, *(item for row in limit.all_rows for item in rows[row].facts)}


def _without_reasons(parts: Parts) -> list[Part]:
    """Without the pieces that only give a reason or set no bound: no number stands in them."""
    pieces: list[list[Part]] = [[]]
    for part in parts:
        if part.low in (",", ":", "(", ")") or part.low in _REASONS:
            pieces.append([])
        pieces[-1].append(part)
    return [
        part
        for piece in pieces
        for part in piece
        if any(one.kind == "number" for one in piece) or not _REASONS & {one.low for one in piece}
    ]
