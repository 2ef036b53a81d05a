"""Finds which lexemes around a limit phrase belong to it: the sum before, the number, and what is said behind."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.sums import Terms, parsed
from copilot.drafting.builtin.words import load
from copilot.drafting.formulation import Relation

_LIMIT_WORDS = 5
_MORE_WORDS = 4
_THAN = {
    **dict.fromkeys(("more than", "greater than", "higher than", "larger than"), 1),
    **dict.fromkeys(("less than", "fewer than", "lower than", "smaller than"), -1),
}


def number_behind(lexemes: Lexemes, position: int) -> int:
    """Where the number of a limit phrase stands, or -1 where none is near."""
    spot = position + 1
    while spot < len(lexemes) and spot <= position + _LIMIT_WORDS:
        lexeme = lexemes[spot]
        if lexeme.kind == "number":
            near = (
                spot == position + 1 or not lexemes[position].bare or lexemes[spot - 1].low in ("of", "at", "is", "a")
            )
            return spot if near else -1
        if lexeme.kind not in ("word", "verb", "total", "more"):
            return -1
        spot += 1
    return -1


def behind_unit(lexemes: Lexemes, spot: int) -> int:
    """Behind the words that name a limit's unit: "hours", "units of capacity"."""
    while spot < len(lexemes) and lexemes[spot].kind == "word" and lexemes[spot].low not in ("for", "of", "to", "in"):
        spot += 1
    return spot


def than_behind(lexemes: Lexemes, number: int) -> tuple[int, int] | None:
    """ "10 more than Y", "an excess of 200 units over Y": where Y begins, and +1 for more or -1 for less."""
    sign = 1 if any(lexeme.kind in ("more", "difference") for lexeme in lexemes[max(0, number - 4) : number]) else 0
    for spot in range(number + 1, min(number + 3 + _MORE_WORDS, len(lexemes))):
        lexeme = lexemes[spot]
        if lexeme.kind in ("more", "fewer", "difference"):
            sign = -1 if lexeme.kind == "fewer" else 1
        elif sign and (lexeme.kind == "than" or lexeme.phrase in ("over", "above")):
            return spot + 1, sign
        elif lexeme.phrase in _THAN:
            return spot + 1, _THAN[lexeme.phrase]
        elif lexeme.kind not in ("word", "verb") and not (lexeme.kind == "relation" and lexeme.bare):
            return None
    return None


def apart_behind(lexemes: Lexemes, number: int) -> tuple[Terms, int] | None:
    """ "5 more lessons of X than of Y": the difference of the two, and where it ends."""
    ahead = lexemes[number + 1 : number + 12]
    sign = next((1.0 if one.kind == "more" else -1.0 for one in ahead[:2] if one.kind in ("more", "fewer")), 0.0)
    than = next((spot for spot, one in enumerate(ahead) if one.kind == "than"), -1)
    if not sign or than < 0 or any(one.kind in ("number", "factor", "relation") for one in ahead[:than]):
        return None
    first = [one for one in ahead[:than] if one.kind == "item"]
    second = [spot for spot, one in enumerate(ahead) if spot > than and one.kind == "item"]
    if len(first) != 1 or not second or first[0].item == ahead[second[0]].item:
        return None
    if any(one.kind != "word" for one in ahead[than + 1 : second[0]]):
        return None
    other = ahead[second[0]]
    terms = {first[0].item: (first[0].part, sign), other.item: (other.part, -sign)}
    return terms, number + 2 + second[0]


def sum_before(region: Lexemes, item_count: int) -> tuple[Terms, Sequence[Lexeme]] | None:
    """The sum before a limit phrase, and what stands before the sum; no terms where no decision is named."""
    together = any(lexeme.kind == "total" for lexeme in region)
    explained = _explained_in(region, item_count)
    if explained:
        return explained
    region, trailing = _to_last_item(region)
    for start in _starts(region):
        terms = parsed(region[start:], item_count, together=trailing)
        if terms:
            before = region[:start]
            return (terms, before) if _may_precede(before) else None
    if names_any(region) and not _is_aside(region):
        return None
    return ({}, region) if together or not names_any(region) else None


def _explained_in(region: Lexemes, item_count: int) -> tuple[Terms, Sequence[Lexeme]] | None:
    """ "the combined effect (calculated as twice X plus Y) must": the sum in a bracket that ends the subject."""
    opening = next((spot for spot, one in enumerate(region) if one.kind == "open"), -1)
    closing = next((spot for spot, one in enumerate(region) if one.kind == "close"), -1)
    inside = region[opening + 1 : closing]
    around = (*region[:opening], *region[closing + 1 :])
    if opening < 0 or not inside or inside[0].kind != "explains" or names_any(around):
        return None
    if any(one.kind in ("number", "factor", "relation") for one in around):
        return None
    terms = parsed(inside[1:], item_count)
    return (terms, region[:opening]) if terms else None


def _to_last_item(region: Lexemes) -> tuple[Lexemes, bool]:
    """Without the words behind the last decision; whether they say "combined" or the like."""
    end = len(region)
    while end and region[end - 1].kind in ("word", "verb", "comma", "purpose", "break", "total", "all"):
        end -= 1
    tail = region[end:]
    return (region[:end], any(lexeme.kind == "total" for lexeme in tail)) if end else (region, False)


def _starts(region: Lexemes) -> list[int]:
    """Places where a sum may begin: the longest piece first."""
    marks = ("comma", "colon", "break", "explains", "join", "purpose", "open", "close", "verb")
    return [0, *(spot + 1 for spot, lexeme in enumerate(region) if lexeme.kind in marks)]


def _may_precede(before: Sequence[Lexeme]) -> bool:
    """Whether the words before a sum are an aside, or explain what it is, and not a part of it."""
    if any(lexeme.kind == "factor" for lexeme in before):
        return False
    if not before or not names_any(before) or before[-1].kind == "explains":
        return True
    return _is_aside(before)


def _is_aside(region: Sequence[Lexeme]) -> bool:
    """Decisions named in a purpose ("to balance X and Y, ...") or in a statement of their own with numbers."""
    kinds = [lexeme.kind for lexeme in region]
    first = next((spot for spot, kind in enumerate(kinds) if kind == "item"), len(region))
    if "number" in kinds:
        return kinds[-1] in ("comma", "break", "purpose")
    return "purpose" in kinds[: first + 1] and kinds[-1] in ("comma", "break", "colon") and "factor" not in kinds


def names_any(region: Sequence[Lexeme]) -> bool:
    return any(lexeme.kind == "item" for lexeme in region)


def less(one: Terms, other: Terms) -> Terms:
    terms = dict(one)
    for item, (part, value) in other.items():
        known = terms.get(item)
        terms[item] = (known[0] if known else part, (known[1] if known else 0.0) - value)
    return terms


def sum_behind(lexemes: Lexemes, start: int, item_count: int) -> tuple[Terms | None, int]:
    """The longest sum that begins at a place, and where it ends."""
    end = start
    while end < len(lexemes) and not _closes(lexemes, end):
        end += 1
    for last in range(end, start, -1):
        ends = last == end or lexemes[last].kind in ("comma", "join", "open", "break")
        if not ends and _added_number(lexemes, last) < 0:
            continue
        terms = parsed(lexemes[start:last], item_count)
        if terms:
            return terms, last
    return None, end


def _added_number(lexemes: Lexemes, spot: int) -> int:
    """Where the number of "plus 3", "less 6" or "plus an additional ten" stands, or -1."""
    signed = lexemes[spot : spot + 1]
    if not signed or not (signed[0].kind in ("plus", "minus") or signed[0].low == "less"):
        return -1
    spot += 1
    while spot < len(lexemes) and lexemes[spot].low in load("letters")["words"]["added"]:
        spot += 1
    return spot if spot < len(lexemes) and lexemes[spot].kind == "number" else -1


def constant_behind(lexemes: Lexemes, end: int) -> tuple[float, Lexeme, int] | None:
    """ "Y plus 3 units": the number that is added to a sum, with its sign, and where it ends."""
    spot = _added_number(lexemes, end)
    if spot < 0:
        return None
    stop = behind_unit(lexemes, spot + 1)
    if stop < len(lexemes) and lexemes[stop].kind in ("item", "factor", "plus", "minus", "number"):
        return None
    number = lexemes[spot]
    return (number.value if lexemes[end].kind == "plus" else -number.value), number, stop


def _closes(lexemes: Lexemes, spot: int) -> bool:
    """Whether a sum behind a limit phrase cannot reach further."""
    kind = lexemes[spot].kind
    if kind in ("relation", "purpose", "explains", "by", "unsafe", "colon"):
        return True
    following = lexemes[spot + 1 : spot + 3]
    joins = kind in ("comma", "join", "break", "plus") and any(lexeme.kind == "relation" for lexeme in following)
    return joins


def amount_behind(lexemes: Lexemes, position: int) -> tuple[int, Relation | None] | None:
    """The number behind "by", and the limit phrase before it if there is one."""
    sign: Relation | None = None
    for spot in range(position + 1, min(position + 6, len(lexemes))):
        if lexemes[spot].kind == "relation":
            sign = lexemes[spot].sign
        elif lexemes[spot].kind == "number":
            return spot, sign
        elif lexemes[spot].kind not in ("word", "total"):
            return None
    return None


def explained_behind(lexemes: Lexemes, end: int, item_count: int) -> tuple[Terms, int] | None:
    """ "at least 2000 tons, calculated as twice X plus Y", "300 units (0.75 times X plus Y)"."""
    spot = end
    while spot < len(lexemes) and lexemes[spot].kind in ("comma", "word", "purpose"):
        spot += 1
    if spot >= len(lexemes) or lexemes[spot].kind not in ("explains", "open"):
        return None
    terms, last = sum_behind(lexemes, spot + 1, item_count)
    if terms is None and lexemes[spot].kind == "open":
        last = next((at for at in range(spot, len(lexemes)) if lexemes[at].kind == "close"), spot)
        terms = parsed(lexemes[spot + 1 : last], item_count)
    if not terms or len(terms) < 2:
        return None
    return terms, last


def target_behind(lexemes: Lexemes, first: int, end: int, item_count: int) -> tuple[Terms, int] | None:
    """The decisions that a limit said first is for: "at least 10 units for X"."""
    near = begin = end
    while near < len(lexemes) and (
        lexemes[near].kind in ("word", "verb", "total", "each", "all", "more", "fewer") or _must(lexemes, near)
    ):
        if lexemes[near].kind in ("each", "fewer") or lexemes[near].low == "respectively":
            return None
        begin = near + 1 if _must(lexemes, near) else begin
        near += 1
    if near >= len(lexemes) or lexemes[near].kind != "item":
        return None
    stop = near
    while stop < len(lexemes) and not _closes(lexemes, stop) and lexemes[stop].kind != "number":
        stop += 1
    together = any(lexeme.kind == "total" for lexeme in lexemes[first:stop])
    for last in range(stop, near, -1):
        if last < stop and lexemes[last].kind not in ("comma", "join", "verb", "break", "open"):
            continue
        terms = parsed(lexemes[begin:last], item_count, together=together)
        if terms:
            cut = last < stop and lexemes[last].kind == "join" and len(_named(lexemes[last:stop])) > 0
            return None if cut else (terms, last)
    return None


def _must(lexemes: Lexemes, position: int) -> bool:
    """The "to" of "have to go through Y", which tells a duty and no purpose."""
    return lexemes[position].low == "to" and lexemes[position - 1].low in ("have", "has", "need", "needs", "had")


def _named(region: Sequence[Lexeme]) -> set[int]:
    return {lexeme.item for lexeme in region if lexeme.kind == "item"}


def reach(lexemes: Lexemes, end: int) -> Lexemes:
    """The words behind a limit up to where another statement begins."""
    stop = end
    while stop < len(lexemes) and lexemes[stop].kind not in ("comma", "join", "purpose", "break", "relation", "number"):
        stop += 1
    return lexemes[end:stop]
