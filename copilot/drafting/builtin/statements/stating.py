"""Reads one statement: a sum with its limit, a share of all, an amount that is needed, numbers of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.pairing import pairs_in
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.statements.comparing import compared
from copilot.drafting.builtin.statements.lexing import stems_of
from copilot.drafting.builtin.statements.limiting import direction, limited, of_each, ranged, shared
from copilot.drafting.builtin.statements.sums import Aside, Given, Statement, items_in, numbers_in, related, sum_of

Chunk = Sequence[Lexeme]
_POOLS = frozenset(
    {"between them", "among them", "together", "jointly", "in all", "altogether", "combined", "in total"}
)
_RULING = ("relation", "exceed", "differ", "many", "same", "either")


def stated(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """What a piece of a sentence says, when every number, limit phrase and decision in it is accounted for."""
    chunk = _without_only(chunk)
    if any(lexeme.kind == "unsafe" for lexeme in chunk) and (items_in(chunk) or numbers_in(chunk)):
        return None
    numbers, items = numbers_in(chunk), items_in(chunk)
    if not numbers or (all(one.part.shape == "fraction" for one in numbers) and len(chunk) < 6 and not items):
        numbers = []
    if not numbers and not items:
        return [Aside(lexemes=tuple(chunk))]
    rules = compared(chunk, item_count) if items or item_count == 2 else None
    if rules is not None:
        return [*rules]
    if not numbers:
        if any(lexeme.kind in (*_RULING, "difference", "plus", "minus") for lexeme in chunk):
            return None
        return [Aside(items[0] if len(items) == 1 else -1, tuple(chunk))]
    for read in (ranged, shared, of_each, limited, _pooled, _ordered, _given):
        found = read(chunk, item_count)
        if found is not None:
            return found
    return None


def _without_only(chunk: Chunk) -> Chunk:
    """Without the "only" of "straw brings only 5", which limits nothing."""
    kept = [one for one in chunk if one.phrase not in ("only", "just")]
    spot = next((spot for spot, one in enumerate(chunk) if one.phrase in ("only", "just")), 0)
    return chunk if not items_in(chunk[:spot]) or direction(kept) == "<=" else kept


def _pooled(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "A and B are run by one team, which has 70 hours between them": what several have or need together."""
    numbers, items = numbers_in(chunk), items_in(chunk)
    sign = direction(chunk)
    if len(items) < 2 or len(numbers) != 1 or sign is None or any(one.kind in _RULING for one in chunk):
        return None
    spot = chunk.index(numbers[0])
    pooled = any(one.kind == "total" and one.phrase in _POOLS for one in chunk)
    if not pooled or items_in(chunk[spot:]) or numbers[0].kind != "number" or numbers[0].part.shape != "plain":
        return None
    last = max(at for at, one in enumerate(chunk) if one.kind == "item")
    terms = sum_of(chunk[: last + 1], item_count, together=True)
    return [related(terms, sign, numbers[0], chunk)] if terms else None


def _ordered(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "the chorus needs six scarves", "Skimmers: 20 available": an amount of one decision, needed or there."""
    items, numbers = items_in(chunk), numbers_in(chunk)
    if len(items) != 1 or len(numbers) != 1 or any(one.kind in _RULING for one in chunk):
        return None
    number = numbers[0]
    spot = chunk.index(number)
    item = next(at for at, one in enumerate(chunk) if one.kind == "item")
    if number.kind != "number" or number.part.shape != "plain" or any(one.kind == "each" for one in chunk):
        return None
    between = chunk[min(spot, item) + 1 : max(spot, item)]
    if any(one.kind in ("comma", "break") for one in chunk):
        return None
    counted = item > spot and _counts(between)
    listed = item < spot and any(one.kind == "colon" for one in between)
    roomy = item < spot and chunk[spot - 1].low == "for" and any(one.low in ("has", "have") for one in between)
    sign = "<=" if roomy else direction(chunk)
    signed = item > spot and item == len(chunk) - 1 and sign == ">=" and any(one.low == "for" for one in between)
    counted = counted or roomy or signed
    if sign is None or not (counted or listed) or (listed and chunk[0].kind == "word" and chunk[0].low in ("a", "an")):
        return None
    return [related({items[0]: (number.part, 1.0)}, sign, number, chunk)]


def _counts(between: Chunk) -> bool:
    """Whether a number counts the decision behind it: "six scarves", "two machines of type C", "25 kg of rye"."""
    low = [one.low for one in between if one.kind != "all"]
    plain = all(one.kind in ("word", "all") for one in between)
    held = all(one.low in ("of", "the") or one.part.stem in _holders() for one in between)
    return not low or held or (plain and len(low) < 4 and "of" in low and not {"per", "for", "a", "an"} & set(low))


def _holders() -> frozenset[str]:
    from copilot.drafting.builtin.words import lexicon

    return lexicon().container_stems | lexicon().measure_stems


def _given(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """Numbers of decisions, one to one, or several numbers of one; with no decision, a bare amount."""
    numbers, items = numbers_in(chunk), items_in(chunk)
    if any(one.kind in _RULING for one in chunk) or any(one.kind == "factor" for one in numbers):
        return None
    if any(one.kind in ("plus", "minus", "difference") for one in chunk):
        return None
    if not items:
        return _bare(chunk, numbers, item_count)
    if any(one.kind == "must" or (one.kind == "total" and one.phrase in _POOLS) for one in chunk):
        return None
    told = any(one.low in ("respectively", "order") for one in chunk)
    if _counts_one(chunk):
        return None
    if len(items) == 1 and len(numbers) > 1:
        if not _told_of_one(chunk):
            return None
        item = next(one for one in chunk if one.kind == "item")
        return [Given(((item, number),), (*_around(chunk, number),)) for number in numbers]
    kept = tuple(replace(one, kind="break") if one.kind == "total" else one for one in chunk)
    pairs = pairs_in(kept, item_count, told=told)
    if pairs is None or len(pairs) != len(numbers) or len({item.item for item, _ in pairs}) < len(pairs):
        return None
    return [Given(tuple(pairs), tuple(chunk))]


def _counts_one(chunk: Chunk) -> bool:
    """Whether a number stands right before a decision, as "six" does in "six scarves"."""
    return any(
        one.kind == "number" and one.part.shape == "plain" and after.kind == "item" for one, after in pairwise(chunk)
    )


def _told_of_one(chunk: Chunk) -> bool:
    """ "handbag: profit 16, leather 5": several numbers of the decision before them, with no new statement between."""
    first = next(spot for spot, one in enumerate(chunk) if one.kind in ("item", "number"))
    number = next(spot for spot, one in enumerate(chunk) if one.kind == "number")
    between = [one for one in chunk[number:] if one.kind == "word"]
    return (
        chunk[first].kind == "item"
        and len(between) < 4
        and not any(
            one.kind in ("verb", "may", "must", "break", "total", "all", "colon") or one.low in ("there", "has", "have")
            for one in chunk[number:]
        )
    )


def _around(chunk: Chunk, number: Lexeme) -> tuple[Lexeme, ...]:
    """The words around one of several numbers, from the joint before it to the joint behind it."""
    spot = chunk.index(number)
    start, end = spot, spot + 1
    while start > 0 and chunk[start - 1].kind not in ("comma", "join", "colon", "number"):
        start -= 1
    while end < len(chunk) and chunk[end].kind not in ("comma", "join", "colon", "number"):
        end += 1
    return tuple(chunk[start:end])


def _bare(chunk: Chunk, numbers: Sequence[Lexeme], item_count: int) -> list[Statement] | None:
    """Numbers without a decision: a list in the order of the decisions, or what there is or is needed."""
    if len(numbers) > 1:
        return [Given((), tuple(chunk))] if _is_list(chunk, numbers, item_count) else None
    number = numbers[0]
    if any(one.kind in ("comma", "break", "colon") for one in chunk):
        return None
    sign = direction(chunk)
    if number.part.shape not in ("plain", "money"):
        return None
    words = stems_of(chunk) | ({"total"} if any(one.kind in ("total", "all") for one in chunk) else set())
    rule = related({}, sign or "==", number, chunk)
    return [replace(rule, words=frozenset(words), pending=True, strict=sign is None)]


def _is_list(chunk: Chunk, numbers: Sequence[Lexeme], item_count: int) -> bool:
    """ "are 15, 11 and 20": as many numbers as decisions, with nothing but joints between them."""
    if len(numbers) != item_count:
        return False
    first, last = chunk.index(numbers[0]), chunk.index(numbers[-1])
    return all(one.kind in ("number", "comma", "join", "word") for one in chunk[first : last + 1])


__all__ = ["Chunk", "Rule", "direction", "stated"]
