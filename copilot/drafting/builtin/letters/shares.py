"""Reads shares of all decisions ("X at most 30% of the total") and amounts by decision before a limit."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.pairing import Pairs, pairs_in
from copilot.drafting.builtin.letters.sums import Terms

_ALL = frozenset({"total", "all", "everything", "whole", "overall", "combined"})
_SMALL = frozenset({"of", "the", "a", "number", "amount", "sum", "our", "its", "their"})


def share_of_all(lexemes: Lexemes, position: int, item_count: int) -> tuple[Terms, int, int] | None:
    """ "at most 30% of the total": the share of every decision, the offset where it ends, and where the rest begins."""
    if position + 1 >= len(lexemes) or lexemes[position + 1].part.shape not in ("percent", "fraction"):
        return None
    factor, spot, whole = lexemes[position + 1], position + 2, False
    if spot >= len(lexemes) or lexemes[spot].low != "of":
        return None
    while spot < len(lexemes) and (lexemes[spot].low in _SMALL | _ALL or (whole and lexemes[spot].kind == "word")):
        whole = whole or lexemes[spot].low in _ALL
        spot += 1
    if not whole or (spot < len(lexemes) and lexemes[spot].kind not in ("comma", "join", "purpose", "break")):
        return None
    terms: Terms = dict.fromkeys(range(item_count), (factor.part, factor.value))
    return terms, lexemes[spot - 1].end, spot


def weights_in(region: Sequence[Lexeme], item_count: int) -> Pairs | None:
    """Numbers before a limit that belong to decisions one to one, and end their clause before it."""
    numbers = [lexeme for lexeme in region if lexeme.kind == "number"]
    if len(numbers) < 2 or any(lexeme.kind in ("factor", "plus", "minus", "relation") for lexeme in region):
        return None
    pairs = pairs_in(tuple(region), item_count, told=False)
    if pairs is None or len(pairs) != len(numbers) or len({item.item for item, _ in pairs}) < len(pairs):
        return None
    last = max(region.index(one) for pair in pairs for one in pair)
    closes = any(lexeme.kind in ("comma", "join", "break", "close", "colon") for lexeme in region[last + 1 :])
    return pairs if closes else None
