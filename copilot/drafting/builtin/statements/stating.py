"""Reads one statement: a sum with its limit, a share of all, an amount that is needed, numbers of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.pairing import pairs_in
from copilot.drafting.builtin.letters.regions import less
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.sums import Terms
from copilot.drafting.builtin.statements.comparing import compared
from copilot.drafting.builtin.statements.lexing import stems_of
from copilot.drafting.builtin.statements.sums import Aside, Given, Statement, items_in, numbers_in, related, sum_of
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Relation

Chunk = Sequence[Lexeme]
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
    for read in (_range, _share, _each, _limited, _ordered, _given):
        found = read(chunk, item_count)
        if found is not None:
            return found
    return None


def _without_only(chunk: Chunk) -> Chunk:
    """Without the "only" of "straw brings only 5", which limits nothing."""
    kept = [one for one in chunk if one.phrase not in ("only", "just")]
    return chunk if len(kept) == len(chunk) or direction(kept) == "<=" else kept


def _share(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "at least a quarter of the milk must come from U", "technology may hold no more than 30 percent of the money"."""
    spots = [spot for spot, one in enumerate(chunk) if one.part.shape in ("percent", "fraction") and one.value < 1]
    relations = [spot for spot, one in enumerate(chunk) if one.kind == "relation"]
    if len(spots) != 1 or len(relations) != 1 or len(numbers_in(chunk)) != 1 or relations[0] > spots[0]:
        return None
    spot, items = spots[0], items_in(chunk)
    of_item = any(one.kind == "item" for one in chunk[spot + 1 : spot + 4]) and chunk[spot + 1].low == "of"
    if len(items) != 1 or of_item or any(one.kind in ("exceed", "by", "than") for one in chunk):
        return None
    word = {one.low for one in chunk}
    whole = chunk[spot + 1 : spot + 2] and chunk[spot + 1].low == "of"
    if not (whole or chunk[spot].part.shape == "percent"):
        return None
    del word
    part = chunk[spot].part
    every: Terms = dict.fromkeys(range(item_count), (part, chunk[spot].value))
    terms = less({items[0]: (part, 1.0)}, every)
    return [related(terms, chunk[relations[0]].sign, chunk[spot], chunk, value=0.0)]


def _range(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "between six and twenty nightly berths", "canal shifts: anything from 4 to 11"."""
    numbers, items = numbers_in(chunk), items_in(chunk)
    if len(numbers) != 2 or len(items) != 1 or any(one.kind in ("exceed", "by", "plus", "minus") for one in chunk):
        return None
    low, high = (chunk.index(number) for number in numbers)
    opened = low > 0 and chunk[low - 1].low in ("between", "from")
    tie = [one for one in chunk[low + 1 : high] if one.kind == "join" or one.low == "to"]
    if not (opened and tie and high - low <= 3 and numbers[0].value < numbers[1].value):
        return None
    terms: Terms = {items[0]: (numbers[0].part, 1.0)}
    return [related(terms, sign, number, chunk) for sign, number in ((">=", numbers[0]), ("<=", numbers[1]))]  # type: ignore[arg-type]


def _each(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "at least 3 of each"."""
    relations = [spot for spot, one in enumerate(chunk) if one.kind == "relation"]
    low = [one.low for one in chunk]
    of_each = any(low[spot : spot + 2] == ["of", "each"] and spot > len(chunk) - 4 for spot in range(len(low)))
    if not of_each or len(relations) != 1 or items_in(chunk) or len(numbers_in(chunk)) != 1:
        return None
    number = numbers_in(chunk)[0]
    sign = chunk[relations[0]].sign
    return [related({item: (number.part, 1.0)}, sign, number, chunk) for item in range(item_count)]


def _named_limit(chunk: Chunk) -> Chunk:
    """ "The limit for pots is 12": the noun is the limit phrase of the number."""
    numbers = [spot for spot, one in enumerate(chunk) if one.kind == "number" and one.part.shape in ("plain", "money")]
    if len(numbers) != 1 or any(one.kind == "relation" for one in chunk):
        return chunk
    low = {one.low for one in chunk[: numbers[0]]}
    known = load("statements")["words"]
    most, least = bool(low & set(known["ceilings"])), bool(low & set(known["floors"]))
    if most == least:
        return chunk
    number = chunk[numbers[0]]
    relation = replace(number, kind="relation", sign="<=" if most else ">=", value=0.0, phrase="limit")
    return (*chunk[: numbers[0]], relation, *chunk[numbers[0] :])


def _limited(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """A sum and its limit, in either order; with no decision named, a limit of what its words name."""
    chunk = _named_limit(chunk)
    relations = [spot for spot, one in enumerate(chunk) if one.kind == "relation"]
    if len(relations) != 1 or any(one.kind in ("exceed", "differ", "many") for one in chunk):
        return None
    spot = relations[0]
    if chunk[spot].strict and any(one.kind == "deny" for one in chunk[spot:]):
        if chunk[spot].sign != "<=" or items_in(chunk):
            return None
        turned = replace(chunk[spot], sign=">=", strict=False)  # "with fewer than 84 he cannot finish"
        chunk = (*chunk[:spot], turned, *(one for one in chunk[spot + 1 :] if one.kind != "deny"))
    number = next((at for at in range(spot + 1, min(spot + 6, len(chunk))) if chunk[at].kind == "number"), -1)
    if number < 0 or any(one.kind in ("item", "factor") for one in chunk[spot:number]):
        return None
    if chunk[number].part.shape == "percent":
        return None
    before, behind = chunk[:spot], chunk[number + 1 :]
    strict = chunk[spot].strict
    if not items_in(chunk):
        if numbers_in(before) or numbers_in(behind):
            return None
        words = stems_of(chunk) | ({"total"} if any(one.kind in ("total", "all") for one in chunk) else set())
        rule = related({}, chunk[spot].sign, chunk[number], chunk)
        return [replace(rule, words=frozenset(words), pending=True, strict=strict)]
    if items_in(before) and items_in(behind):
        return None
    region, other = (before, behind) if items_in(before) else (behind, before)
    if numbers_in(other):
        return None
    if region is behind and not _tied(behind):
        return None
    together = any(one.kind == "total" for one in chunk) or (region is behind and len(items_in(behind)) == item_count)
    terms = sum_of(region, item_count, together=together)
    if terms is None or any(one.low in ("each", "every", "apiece") for one in chunk):
        return None
    return [replace(related(terms, chunk[spot].sign, chunk[number], chunk), strict=strict)]


def _tied(behind: Chunk) -> bool:
    """Whether the decisions behind a limit belong to it: no new statement or number stands before them."""
    first = next(spot for spot, one in enumerate(behind) if one.kind == "item")
    if any(one.kind in ("comma", "break", "colon", "join") for one in behind[:first]):
        return False
    return not numbers_in(behind) or any(one.kind in ("plus", "minus") for one in behind)


def direction(chunk: Chunk) -> Relation | None:
    """Whether the words around a number without a limit phrase tell what there is, or what is needed."""
    known = load("statements")["words"]
    low = {one.low for spot, one in enumerate(chunk) if not _helps(chunk, spot)} | {
        word for one in chunk for word in one.phrase.split()
    }
    if "how" in low:
        return None
    low |= {"must"} if any(one.kind == "must" for one in chunk) else set()
    have, want = bool(low & set(known["have"])), bool(low & set(known["want"]))
    if {"there", "available"} & low and not low & {
        "needs",
        "need",
        "needed",
        "must",
        "required",
        "ordered",
        "promised",
    }:
        return "<="
    if want:
        return ">="
    return "<=" if have else None


def _helps(chunk: Chunk, spot: int) -> bool:
    """ "have arrived": a helper of the verb behind it, which says nothing of what there is."""
    after = chunk[spot + 1 : spot + 2]
    told = bool(after) and (after[0].low.endswith("ed") or after[0].low in ("been", "already"))
    return chunk[spot].low in ("have", "has", "had", "having") and told


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
    if any(one.kind == "must" for one in chunk):
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
        one.kind == "number" and one.part.shape == "plain" and after.kind == "item"
        for one, after in zip(chunk, chunk[1:], strict=False)
    )


def _told_of_one(chunk: Chunk) -> bool:
    """ "handbag: profit 16, leather 5": several numbers of the decision before them, with no new statement between."""
    first = next(spot for spot, one in enumerate(chunk) if one.kind in ("item", "number"))
    last = max(spot for spot, one in enumerate(chunk) if one.kind == "number")
    number = next(spot for spot, one in enumerate(chunk) if one.kind == "number")
    between = [one for one in chunk[number:last] if one.kind == "word"]
    return (
        chunk[first].kind == "item"
        and len(between) < 4
        and not any(
            one.kind in ("verb", "may", "must", "break", "total", "all", "colon") or one.low in ("there", "has", "have")
            for one in chunk[number:last]
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
