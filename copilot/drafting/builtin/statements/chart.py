"""Cuts a sentence at its joints into the fewest statements that account for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.sums import Terms
from copilot.drafting.builtin.statements.lexing import JOINTS
from copilot.drafting.builtin.statements.stating import stated
from copilot.drafting.builtin.statements.sums import Aside, Given, Statement, items_in, numbers_in

_MOST_JOINTS = 24
_SUBJECT = frozenset({"it", "they", "them", "this", "these", "those", "one", "its", "their"})


@dataclass(frozen=True, slots=True)
class Cut:
    """The statements of a sentence up to a place, and what they cost."""

    cost: float
    statements: tuple[Statement, ...]
    last: tuple[int, int] = (0, 0)


def cut(lexemes: Lexemes, item_count: int) -> tuple[Statement, ...] | None:
    """The statements of a sentence; None where some part of it is not accounted for."""
    edges = [0]
    for spot, lexeme in enumerate(lexemes):
        if lexeme.kind in JOINTS and spot and spot - edges[-1] >= 1:
            edges.append(spot)
    edges.append(len(lexemes))
    if len(edges) > _MOST_JOINTS:
        return None
    best: list[Cut | None] = [Cut(0.0, ()), *([None] * (len(edges) - 1))]
    for end in range(1, len(edges)):
        for start in range(end):
            before = best[start]
            known = best[end]
            if before is None or (known is not None and known.cost <= before.cost):
                continue
            if _tears(lexemes, edges[start], edges[end]):
                continue
            found = _piece(lexemes[edges[start] : edges[end]], item_count, before.statements)
            if found is None:
                continue
            cost = before.cost + _cost(found)
            if known is None or cost < known.cost - 1e-9:
                best[end] = Cut(cost, (*before.statements, *found))
    return _completed(best[-1].statements) if best[-1] else None


def _completed(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """ "at least 12 but no more than 30 pots": the first limit is of what the second one names."""
    found = list(statements)
    for spot, (one, other) in enumerate(pairwise(statements)):
        bare = isinstance(one, Rule) and one.pending and not one.words
        if bare and isinstance(one, Rule) and isinstance(other, Rule) and not other.pending and one.sign != other.sign:
            found[spot] = replace(one, terms=other.terms, pending=False)
    return tuple(found)


def _tears(lexemes: Lexemes, start: int, end: int) -> bool:
    """Whether a piece ends inside a list of decisions that its number may be of: "120 acres of peas | and oats"."""
    piece = lexemes[start:end]
    if _parts_subject(lexemes, start, end) or _parts_harm(lexemes, start, end):
        return True
    last = next((one for one in reversed(piece) if one.kind not in JOINTS), None)
    if last is None or last.kind != "item" or end >= len(lexemes) or lexemes[end].kind not in ("comma", "join"):
        return False
    if not numbers_in(piece):
        return False
    listed = False
    for one in lexemes[end:]:
        if one.kind == "item":
            listed = True
        elif one.kind in ("verb", "number", "factor", "relation", "exceed", "may", "must") or one.kind == "colon":
            return False
        elif listed and one.kind not in ("comma", "join"):
            return True
    return listed


def _parts_subject(lexemes: Lexemes, start: int, end: int) -> bool:
    """Whether a piece only names a decision, and its list goes on: "pots | and quilts together must"."""
    piece = [one for one in lexemes[start:end] if one.kind not in JOINTS]
    named = bool(piece) and piece[-1].kind == "item" and all(one.kind in ("item", "word", "all") for one in piece)
    if not named or end >= len(lexemes) or lexemes[end].kind != "join":
        return False
    behind = lexemes[end + 1 :]
    item = next((spot for spot, one in enumerate(behind) if one.kind == "item"), len(behind))
    ruled = any(one.kind in ("relation", "exceed") for one in behind[item:])
    return ruled and all(one.kind in ("word", "all") for one in behind[:item])


def _parts_harm(lexemes: Lexemes, start: int, end: int) -> bool:
    """Whether a piece leaves what would happen beyond its limit to the next: "more than 9 A | and B would break it"."""
    if any(one.kind == "harm" for one in lexemes[start:end]):
        return False
    strict = any(one.kind == "relation" and one.strict for one in lexemes[start:end])
    return strict and any(one.kind == "harm" for one in lexemes[end:])


def _cost(found: Sequence[Statement]) -> float:
    """Fewer statements cost less; asides nearly nothing; limits of words alone more than limits of decisions."""
    if not found:
        return 0.01
    first = found[0]
    if isinstance(first, Aside):
        return 0.3 if first.item >= 0 or items_in(first.lexemes) else 0.05
    if isinstance(first, Given):
        return 1.1 if first.pairs else 1.3
    return 1.2 if first.pending else 1.0


def _piece(piece: Lexemes, item_count: int, before: Sequence[Statement]) -> list[Statement] | None:
    chunk = _trimmed(piece)
    if not chunk:
        return []
    carried = _carried(chunk, item_count, before)
    if carried is not None:
        return carried
    return stated(chunk, item_count)


def _trimmed(piece: Lexemes) -> Lexemes:
    start, end = 0, len(piece)
    while start < end and piece[start].kind in JOINTS:
        start += 1
    if start and piece[start - 1].low == "with" and start < end:
        return (replace(piece[start - 1], kind="word"), *_trimmed(piece[start:end]))
    while end > start and piece[end - 1].kind in JOINTS:
        end -= 1
    return piece[start:end]


def _carried(chunk: Lexemes, item_count: int, before: Sequence[Statement]) -> list[Statement] | None:
    """What goes on from the statement before: "tuff to 50", "but at most 20", "E has one for 25"."""
    told = [one for one in before if not (isinstance(one, Aside) and one.item < 0 and not items_in(one.lexemes))]
    last = told[-1] if told else None
    items, numbers = items_in(chunk), numbers_in(chunk)
    kinds = {one.kind for one in chunk}
    if last is None or len(numbers) != 1 or kinds & {"exceed", "plus", "minus", "by", "difference", "unsafe"}:
        return None
    if isinstance(last, Rule) and len(items) == 1 and "relation" not in kinds and len(last.terms) == 1:
        return _same_limit(chunk, items[0], numbers[0], last)
    if isinstance(last, Given) and not items and not kinds & {"relation", "must", "may"}:
        return _same_subject(chunk, numbers[0], last)
    subject = _subject(last)
    if items or "relation" not in kinds or subject is None:
        return None
    spot = next(at for at, one in enumerate(chunk) if one.kind == "relation")
    lead = [one for one in chunk[:spot] if one.kind in ("word", "verb", "total") and one.low not in _SUBJECT]
    own = [one for one in lead if one.kind != "verb" and one.low not in ("is", "are", "be", "also", "must", "the")]
    number = chunk.index(numbers[0])
    named = [one for one in chunk[number + 1 :] if one.kind in ("word", "total")]
    if own or len(named) > 1 or numbers[0].kind != "number" or any(one.kind == "total" for one in chunk):
        return None
    if named and not isinstance(last, Aside) and not _same_unit(named[0], last):
        return None
    limit = replace(numbers[0].part, value=numbers[0].value)
    span = (chunk[0].part.start, chunk[-1].end)
    return [Rule(subject, chunk[spot].sign, limit, span, strict=chunk[spot].strict)]


def _same_subject(chunk: Lexemes, number: Lexeme, last: Given) -> list[Statement] | None:
    """ "A coach costs 600 dollars and carries 50 pupils": another number of the decision that was spoken of."""
    opens = chunk[0].kind == "verb" or chunk[0].low in ("has", "seats", "carries", "brings", "weighs")
    if len(last.pairs) != 1 or not opens or number.kind != "number" or chunk[0].low in ("is", "are", "be"):
        return None
    return [Given(((last.pairs[0][0], number),), chunk)]


def _same_unit(named: Lexeme, last: Statement) -> bool:
    return not isinstance(last, Rule) or named.low in ("or", "so", "too") or named.part.stem == "unit"


def _subject(last: Statement) -> Terms | None:
    """The one sum that the statement before is about."""
    if isinstance(last, Rule) and last.terms:
        return last.terms
    if isinstance(last, Aside):
        items = [one for one in last.lexemes if one.kind == "item"]
        if len({one.item for one in items}) == 1:
            return {items[0].item: (items[0].part, 1.0)}
    return None


def _same_limit(chunk: Lexemes, item: int, number: Lexeme, last: Rule) -> list[Statement] | None:
    """ "Quartzite is limited to 18 tonnes, tuff to 50": the limit phrase of before, for another decision."""
    words = [one for one in chunk if one.kind in ("word", "verb")]
    spot = chunk.index(number)
    counted = spot + 1 < len(chunk) and chunk[spot + 1].kind == "item" and words[-1:] and words[-1].low == "for"
    light = counted or all(
        one.low in ("to", "the", "of", "for", "a", "one", "has", "by", "at", "is", "ones") for one in words
    )
    if not light or len(words) > 3 or number.kind != "number" or item in last.terms:
        return None
    limit = replace(number.part, value=number.value)
    span = (chunk[0].part.start, chunk[-1].end)
    one = next(one for one in chunk if one.kind == "item")
    return [Rule({item: (one.part, 1.0)}, last.sign, limit, span, strict=last.strict)]
