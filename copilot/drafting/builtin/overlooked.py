"""Comparisons of two things that stand among numbers and from which no rule was made."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.facts import Gap, Limit, Row
from copilot.drafting.builtin.mentions import Parts

_MODALS = frozenset({"must", "should", "cannot", "can", "may", "shall", "not", "never", "needs", "need", "has", "have"})
_COMPARES = frozenset({"than", "exceed", "exceeds", "outnumber", "outnumbers", "match", "equal", "equals"})
_RULES = frozenset({"comparison", "multiple"})
_NEAR = 8


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
