"""Brackets of a text with symbols: examples and repeated names are left out, a name's symbol stands for it."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.letters.declared import is_symbol
from copilot.drafting.builtin.tokens import Token
from copilot.drafting.builtin.words import load

FACTORS = frozenset({"doubled", "tripled", "halved", "twice", "double", "triple", "thrice"})
_OPENS, _CLOSES = "([", ")]"


def without_remarks(sentence: Sequence[Token]) -> list[Token]:
    """The sentence with its brackets settled, each by `_settled`."""
    found: list[Token] = []
    for token in sentence:
        found.append(token)
        opening = max((spot for spot, before in enumerate(found) if before.low in tuple(_OPENS)), default=-1)
        if token.low in tuple(_CLOSES) and opening >= 0:
            found[opening:] = _settled(found[opening:], found[opening - 1] if opening else None)
    return found


def _settled(bracket: Sequence[Token], before: Token | None) -> Sequence[Token]:
    """What stays of a bracket: nothing of a remark, an example or a name said again; of "project (X)" the symbol."""
    inside = _without_reason(bracket[1:-1])
    letters = [token.text for token in inside if is_symbol(token)]
    figures = any(token.text[:1].isdigit() or token.low in FACTORS for token in inside)
    name = before.text if before is not None and is_symbol(before) else ""
    if _is_example(inside) or (not figures and (not letters or letters == [name])):
        return ()
    if len(inside) == 1 and letters and before is not None and before.kind == "word" and not name:
        return inside
    return (bracket[0], *inside, bracket[-1])


def _is_example(inside: Sequence[Token]) -> bool:
    """ "(e.g., half a tree cannot be planted)": no part of the problem, unless it names a decision."""
    low = [token.low for token in inside[:2]]
    opens = any(low[: len(words)] == words for words in (["e", "g"], ["eg"], ["for", "example"], ["for", "instance"]))
    return opens and not any(map(is_symbol, inside))


def _without_reason(inside: Sequence[Token]) -> Sequence[Token]:
    """ "(counted as double due to its size)": without the reason."""
    reasons = load("letters")["words"]["reasons"]
    spot = next((spot for spot, token in enumerate(inside) if spot and token.low in reasons), len(inside))
    return inside if any(map(is_symbol, inside[spot:])) else inside[:spot]
