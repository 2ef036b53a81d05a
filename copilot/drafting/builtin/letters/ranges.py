"""Reads ranges ("X between 0 and 70", "x1: [0, 30]", "0 <= x <= 20") and takes them out of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.rules import Rule

_BEFORE, _BEHIND = 9, 4


def ranges_in(lexemes: Lexemes) -> tuple[list[Rule], Lexemes]:
    """The bounds that ranges say, and the sentence without them; a lower bound of zero says nothing."""
    rules: list[Rule] = []
    kept: list[Lexeme] = []
    position = 0
    while position < len(lexemes):
        used, low, high = _range_at(lexemes, position)
        item = _owner(lexemes, position, used) if used else None
        if used and _is_of_sum(lexemes, position):
            kept.extend(_limits(low, high))
            position += used
            continue
        if item is None:
            kept.append(lexemes[position])
            position += 1
            continue
        rules.extend(_bounds(item, low, high))
        position += used
    return rules, tuple(kept)


def _is_of_sum(lexemes: Lexemes, position: int) -> bool:
    """Whether several decisions, or their total, stand before "between 18 and 30" in its clause."""
    before: list[Lexeme] = []
    for lexeme in reversed(lexemes[:position]):
        if lexeme.kind in ("number", "comma", "relation", "colon"):
            break
        before.append(lexeme)
    items = {lexeme.item for lexeme in before if lexeme.kind == "item"}
    between = any(lexeme.low == "between" for lexeme in before[:2])
    total = any(lexeme.kind == "total" and lexeme.low != "between" for lexeme in before)
    return between and (len(items) > 1 or total)


def _limits(low: Lexeme, high: Lexeme) -> list[Lexeme]:
    """The range as two limit phrases with their numbers, for the sum that stands before."""
    lower = replace(low, kind="relation", sign=">=", value=0.0, phrase="at least")
    upper = replace(high, kind="relation", sign="<=", value=0.0, phrase="at most")
    join = replace(low, kind="join", value=0.0)
    return [lower, low, join, upper, high]


def _bounds(item: Lexeme, low: Lexeme, high: Lexeme) -> list[Rule]:
    span = (min(item.part.start, low.part.start), max(item.end, high.end))
    terms = {item.item: (item.part, 1.0)}
    upper = Rule(terms, "<=", replace(high.part, value=high.value), span)
    lower = Rule(terms, ">=", replace(low.part, value=low.value), span)
    return [lower, upper] if low.value else [upper]


def _range_at(lexemes: Lexemes, position: int) -> tuple[int, Lexeme, Lexeme]:
    """(lexemes used, smallest, largest) of a range at a place; 0 used where there is none."""
    nothing = (0, lexemes[position], lexemes[position])
    ahead = lexemes[position : position + 10]
    kinds = [lexeme.kind for lexeme in ahead]
    if kinds[:5] == ["number", "relation", "item", "relation", "number"]:
        upward = ahead[1].sign == ahead[3].sign == "<="
        return (5, ahead[0], ahead[4]) if upward else nothing
    if kinds[:5] == ["open", "number", "comma", "number", "close"] and ahead[1].value <= ahead[3].value:
        return 5, ahead[1], ahead[3]
    if kinds[0] != "number":
        return nothing
    start = position - 1 if position else position
    opened = lexemes[start].low in ("between", "from", "range", "ranges", "(") or lexemes[start].kind == "open"
    joined = _joint(ahead, between=lexemes[start].low == "between")
    high = joined
    if not joined or ahead[high].value < ahead[0].value:
        return nothing
    dashed = kinds[1] == "minus"
    begins = not position or lexemes[start].kind in ("comma", "join", "colon", "break")
    listed = begins and ahead[1].low in ("to", "up", "units") and _names(lexemes[position + high + 1 :][:_BEHIND])
    return (high + 1, ahead[0], ahead[high]) if opened or dashed or listed else nothing


def _names(behind: Lexemes) -> bool:
    """ "0 to 200 units for Y": whether a decision stands close behind."""
    item = next((spot for spot, one in enumerate(behind) if one.kind == "item"), 0)
    return item > 0 and behind[item - 1].low in ("for", "of", "to") and all(one.kind == "word" for one in behind[:item])


def _joint(ahead: Sequence[Lexeme], *, between: bool) -> int:
    """Where the second number of "0 to 70", "0 up to a maximum of 70" or "0-70" stands, or 0."""
    for spot, lexeme in enumerate(ahead[1:7], start=1):
        if lexeme.kind == "number":
            return spot if spot > 1 else 0
        ties = lexeme.low in ("to", "till", "until", "units", "up", "of", "a") or lexeme.kind in ("minus", "relation")
        if not (ties or (between and lexeme.kind == "join")):
            return 0
    return 0


def _owner(lexemes: Lexemes, position: int, used: int) -> Lexeme | None:
    """The decision that a range is of: inside it, close before it, or close behind it."""
    inside = [lexeme for lexeme in lexemes[position : position + used] if lexeme.kind == "item"]
    if inside:
        return inside[0]
    for lexeme in reversed(lexemes[max(0, position - _BEFORE) : position]):
        if lexeme.kind == "item":
            return lexeme
        if lexeme.kind == "number":
            break
    for lexeme in lexemes[position + used : position + used + _BEHIND]:
        if lexeme.kind == "item":
            return lexeme
        if lexeme.kind != "word":
            return None
    return None
