"""Reads limits: of a sum, of a share of all, of each, between two numbers, or of what words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.regions import less
from copilot.drafting.builtin.letters.sums import Terms, grouped
from copilot.drafting.builtin.statements.lexing import stems_of
from copilot.drafting.builtin.statements.sums import Statement, items_in, numbers_in, related, sum_of
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Relation

Chunk = Sequence[Lexeme]
_SEVERAL = frozenset({"combined", "together", "jointly", "taken together", "put together", "both together"})
_FLIP: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


def shared(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "at least a quarter of the milk must come from U", "no more than 30 percent of the money"."""
    spots = [spot for spot, one in enumerate(chunk) if one.part.shape in ("percent", "fraction") and 0 < one.value < 1]
    relations = [spot for spot, one in enumerate(chunk) if one.kind == "relation"]
    if len(spots) != 1 or len(relations) != 1 or len(numbers_in(chunk)) != 1 or relations[0] > spots[0]:
        return None
    spot, items = spots[0], items_in(chunk)
    of_item = any(one.kind == "item" for one in chunk[spot + 1 : spot + 4]) and chunk[spot + 1].low == "of"
    if not items or of_item or any(one.kind in ("exceed", "by", "than", "harm") for one in chunk):
        return None
    whole = chunk[spot + 1 : spot + 2] and chunk[spot + 1].low == "of"
    if not (whole or chunk[spot].part.shape == "percent"):
        return None
    part = chunk[spot].part
    every: Terms = dict.fromkeys(range(item_count), (part, chunk[spot].value))
    own: Terms | None = {items[0]: (part, 1.0)}
    if len(items) > 1:
        own = sum_of(chunk[: relations[0]], item_count)
    if not own or set(own) != set(items):
        return None
    terms = less(own, every)
    return [related(terms, chunk[relations[0]].sign, chunk[spot], chunk, value=0.0)]


def ranged(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """ "between six and twenty nightly berths", "canal shifts: anything from 4 to 11", "A minus B between 2 and 9"."""
    numbers, items = [one for one in numbers_in(chunk) if one.kind == "number"], items_in(chunk)
    if len(numbers) < 2 or any(one.kind in ("exceed", "by", "harm", "ratio") for one in chunk):
        return None
    low, high = (chunk.index(number) for number in numbers[-2:])
    opened = low > 0 and chunk[low - 1].low in ("between", "from")
    opened = opened or (any(one.kind in ("must", "may") for one in chunk[:low]) and chunk[high - 1].low == "to")
    boxed = low > 0 and chunk[low - 1].kind == "open"
    tie = [one for one in chunk[low + 1 : high] if one.kind == "join" or one.low == "to" or (boxed and one.low == ",")]
    opened = opened or boxed
    if not (opened and tie and high - low <= 3 and chunk[low].value < chunk[high].value):
        return None
    if not items:
        words = stems_of(chunk) | ({"total"} if any(one.kind in ("total", "all") for one in chunk) else set())
        if not words or not any(one.kind in ("must", "may", "verb") for one in chunk):
            return None
        rules = [related({}, ">=", chunk[low], chunk), related({}, "<=", chunk[high], chunk)]
        return [replace(rule, words=frozenset(words), pending=True) for rule in rules]
    terms: Terms | None = {items[0]: (chunk[low].part, 1.0)} if len(numbers_in(chunk)) == 2 else None
    if len(items) > 1 or terms is None:
        terms = None if items_in(chunk[low:]) else sum_of(chunk[: low - 1], item_count)
    if not terms or set(terms) != set(items):
        return None
    ends: list[tuple[Relation, Lexeme]] = [(">=", chunk[low]), ("<=", chunk[high])]
    told = ends[1:] if len(terms) == 1 and not chunk[low].value else ends  # what is chosen is never negative
    return [related(terms, sign, number, chunk) for sign, number in told]


def of_each(chunk: Chunk, item_count: int) -> list[Statement] | None:
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
    known = load("freely")["words"]
    most, least = bool(low & set(known["ceilings"])), bool(low & set(known["floors"]))
    if most == least:
        return chunk
    number = chunk[numbers[0]]
    relation = replace(number, kind="relation", sign="<=" if most else ">=", value=0.0, phrase="limit")
    return (*chunk[: numbers[0]], relation, *chunk[numbers[0] :])


def limited(chunk: Chunk, item_count: int) -> list[Statement] | None:
    """A sum and its limit, in either order; with no decision named, a limit of what its words name."""
    found = _limit_in(chunk)
    if found is None:
        return None
    chunk, spot, number = found
    before, behind = chunk[:spot], chunk[number + 1 :]
    if not items_in(chunk):
        if numbers_in(before) or numbers_in(behind):
            return None
        words = stems_of(chunk) | ({"total"} if any(one.kind in ("total", "all") for one in chunk) else set())
        rule = related({}, chunk[spot].sign, chunk[number], chunk)
        return [replace(rule, words=frozenset(words), pending=True, strict=chunk[spot].strict)]
    terms = _terms(chunk, before, behind, item_count)
    if terms is None or any(one.low in ("each", "every", "apiece") for one in chunk):
        return None
    if len(terms) == 1 and any(one.kind == "total" and one.phrase in _SEVERAL for one in chunk):
        return None  # "sheets and B combined": the other has a name that is not known
    return [replace(related(terms, chunk[spot].sign, chunk[number], chunk), strict=chunk[spot].strict)]


def _limit_in(chunk: Chunk) -> tuple[Chunk, int, int] | None:
    """A chunk with one limit phrase, and where the phrase and its number stand."""
    chunk = _named_limit(chunk)
    relations = [spot for spot, one in enumerate(chunk) if one.kind == "relation"]
    if len(relations) != 1 or any(one.kind in ("exceed", "differ", "many") for one in chunk):
        return None
    spot = relations[0]
    if any(one.kind == "harm" for one in chunk):
        if not chunk[spot].strict or any(one.kind == "deny" for one in chunk):
            return None
        turned = replace(chunk[spot], sign=_FLIP[chunk[spot].sign], strict=False)  # "more than 9 would break it"
        chunk = (*chunk[:spot], turned, *chunk[spot + 1 :])
    if chunk[spot].strict and any(one.kind == "deny" for one in chunk[spot:]):
        if chunk[spot].sign != "<=" or items_in(chunk):
            return None
        turned = replace(chunk[spot], sign=">=", strict=False)  # "with fewer than 84 he cannot finish"
        chunk = (*chunk[:spot], turned, *(one for one in chunk[spot + 1 :] if one.kind != "deny"))
    number = next((at for at in range(spot + 1, min(spot + 6, len(chunk))) if chunk[at].kind == "number"), -1)
    torn = any(one.kind in ("item", "factor") for one in chunk[spot:number])
    distance = any(one.kind == "by" for one in chunk[max(0, spot - 1) : max(number, 0)])
    if number < 0 or torn or distance or chunk[number].part.shape == "percent":
        return None
    return chunk, spot, number


def _terms(chunk: Chunk, before: Chunk, behind: Chunk, item_count: int) -> Terms | None:
    """The sum that a limit is of: it stands before the limit, or behind its number."""
    if items_in(before) and items_in(behind):
        if items_in(before) != items_in(behind) or len(items_in(behind)) != 1 or numbers_in(before):
            return None
        before = tuple(one for one in before if one.kind != "item")
    region, other = (before, behind) if items_in(before) else (behind, before)
    groups = [grouped(region, spot) for spot, one in enumerate(region) if one.kind == "factor" and one.value > 1]
    if any(group is not None and region[group[1] - 1].kind == "total" for group in groups):
        return None  # "twice X and Y together must reach 30": is Y doubled?
    if numbers_in(other) or (region is behind and not _tied(behind)):
        return None
    listed = region is behind and len(items_in(behind)) == item_count
    listed = listed or any(one.kind == "harm" for one in chunk)
    return sum_of(region, item_count, together=listed or any(one.kind == "total" for one in chunk))


def _tied(behind: Chunk) -> bool:
    """Whether the decisions behind a limit belong to it: no new statement or number stands before them."""
    first = next(spot for spot, one in enumerate(behind) if one.kind == "item")
    if any(one.kind in ("comma", "break", "colon", "join") for one in behind[:first]):
        return False
    return not numbers_in(behind) or any(one.kind in ("plus", "minus") for one in behind)


def direction(chunk: Chunk) -> Relation | None:
    """Whether the words around a number without a limit phrase tell what there is, or what is needed."""
    known = load("freely")["words"]
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
