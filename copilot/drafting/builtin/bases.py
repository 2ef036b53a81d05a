"""Of what a share is: of the number of things, or of what they amount to, as in "30 % of all teller hours"."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Quantity, Row
from copilot.drafting.builtin.words import lexicon

_FAR = 7


def weighed_by(share: Quantity, rows: Sequence[Row], context: Context) -> int:
    """The row that the words behind the share name, or -1 where it is of the number of things."""
    named = _named(share) - context.hypernyms - context.measures
    if not named:
        return -1
    full = [index for index, row in enumerate(rows) if len(row.facts) == len(context.items) and not row.is_rate]
    found = [index for index in full if rows[index].unit in named and not rows[index].money]
    if not found and named & (lexicon().money_out_stems - {"budget", "invest", "investment"}):
        found = [index for index in full if rows[index].money == "out"]
    return found[0] if len(found) == 1 else -1


def is_of_money(share: Quantity, context: Context) -> bool:
    """ "at most 40 % of the budget", where the things are not counted in money."""
    return not context.invested and "budget" in _named(share)


def _named(share: Quantity) -> frozenset[str]:
    """Stems of what stands behind "of", up to the next verb or small word."""
    words, found = lexicon(), set()
    behind = share.clause[share.position + 1 : share.position + _FAR]
    if not behind or behind[0].low != "of":
        return frozenset()
    for part in behind[1:]:
        if part.kind == "item" or part.low in words.determiners | {"of", "total", "whole", "entire"}:
            continue
        if part.kind != "word" or part.verb or words.is_small(part.low):
            break
        found.add(part.stem)
    return frozenset(found)
