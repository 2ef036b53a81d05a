"""Reads what each decision is worth: "$5 per unit for X and $8 for Y", "costs are 5 and 8 respectively"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.drafting.builtin.facts import Fact, Money, Quantity
from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.words import lexicon, load

_BREAKS = ("comma", "join", "break", "colon", "open", "close")
Pairs = list[tuple[Lexeme, Lexeme]]


@dataclass(frozen=True, slots=True)
class Worth:
    """Numbers paired with decisions, and the stems of the words around them."""

    pairs: Pairs
    words: frozenset[str]


def pairs_in(lexemes: Lexemes, item_count: int, *, told: bool) -> Pairs | None:
    """Each number with its decision; None where they do not go together one to one.

    `told` tells that the sentence says "respectively".
    """
    whole = _together(lexemes, item_count, told=told)
    pieces = _pieces(lexemes)
    if whole is not None or len(pieces) < 2:
        return whole
    pairs: Pairs = []
    for piece in pieces:
        part = _together(piece, item_count, told=told) if any(one.kind == "number" for one in piece) else []
        if part is None:
            return None
        pairs.extend(part)
    return pairs


def _pieces(lexemes: Lexemes) -> list[Lexemes]:
    """The statements that "while" joins."""
    pieces: list[list[Lexeme]] = [[]]
    for lexeme in lexemes:
        if lexeme.low in ("while", "whereas"):
            pieces.append([])
        pieces[-1].append(lexeme)
    return [tuple(piece) for piece in pieces]


def _together(lexemes: Lexemes, item_count: int, *, told: bool) -> Pairs | None:
    numbers = [lexeme for lexeme in lexemes if lexeme.kind == "number"]
    zipped = _zipped(lexemes, numbers, item_count) if told else None
    if zipped:
        return zipped
    chunked = _chunked(lexemes)
    if len(chunked) == len(numbers):
        return chunked
    return _alternating(lexemes, numbers) or _zipped(lexemes, numbers, item_count)


def _chunked(lexemes: Lexemes) -> Pairs:
    """Pairs that stand between two commas or joints."""
    pairs: Pairs = []
    chunk: list[Lexeme] = []
    for lexeme in (*lexemes, None):
        if lexeme is not None and lexeme.kind not in _BREAKS:
            chunk.append(lexeme)
            continue
        numbers = [one for one in chunk if one.kind == "number"]
        items = _named([one for one in chunk if one.kind == "item"])
        if len(numbers) == len(items) == 1:
            pairs.append((items[0], numbers[0]))
        chunk = []
    return pairs


def _named(items: Sequence[Lexeme]) -> list[Lexeme]:
    """Each decision once."""
    return list({lexeme.item: lexeme for lexeme in reversed(items)}.values())[::-1]


def _alternating(lexemes: Lexemes, numbers: Sequence[Lexeme]) -> Pairs | None:
    """ "for X it is 5, and for Y it is 8"; "5 for X ... 8 for Y"."""
    told = [lexeme for lexeme in lexemes if lexeme.kind in ("item", "number")]
    kept = [
        one
        for spot, one in enumerate(told)
        if not spot or (one.kind, one.item) != (told[spot - 1].kind, told[spot - 1].item) or one.kind == "number"
    ]
    if len(kept) != 2 * len(numbers) or len(numbers) < 1:
        return None
    pairs = [(kept[spot], kept[spot + 1]) for spot in range(0, len(kept), 2)]
    if all(one.kind == "item" and other.kind == "number" for one, other in pairs):
        return pairs
    if all(one.kind == "number" and other.kind == "item" for one, other in pairs):
        return [(item, number) for number, item in pairs]
    return None


def _zipped(lexemes: Lexemes, numbers: Sequence[Lexeme], item_count: int) -> Pairs | None:
    """A row of numbers and a row of decisions of the same length."""
    items = [lexeme for lexeme in lexemes if lexeme.kind == "item"]
    first, last = numbers[0].part.start, numbers[-1].part.start
    ahead = _named([lexeme for lexeme in items if lexeme.part.start < first])
    behind = _named([lexeme for lexeme in items if lexeme.part.start > last])
    if len(ahead) + len(behind) < len(_named(items)):
        return None
    for group in (behind, ahead):
        if len(group) == len(numbers) > 1:
            return list(zip(group, numbers, strict=True))
    del item_count
    return None


def bounds_of(pairs: Pairs, words: frozenset[str]) -> list[Rule] | None:
    """The pairs as limits, where the words around them speak of the largest or smallest amounts and not of money."""
    known = load("letters")["words"]
    money = lexicon().money_in_stems | lexicon().money_out_stems
    sign = "<=" if words & set(known["largest"]) else ">=" if words & set(known["smallest"]) else ""
    if not sign or words & money:
        return None
    return [
        Rule(
            {item.item: (item.part, 1.0)},
            sign,  # type: ignore[arg-type]
            replace(number.part, value=number.value),
            (min(item.part.start, number.part.start), max(item.end, number.end)),
        )
        for item, number in pairs
    ]


def facts_of(pairs: Pairs, lexemes: Lexemes, words: frozenset[str], sentence: int, order: int) -> list[Fact]:
    """The pairs as coefficients of one attribute."""
    facts: list[Fact] = []
    for item, number in pairs:
        quantity = _quantity(number, lexemes, words, sentence)
        facts.append(Fact(item.item, number.value, quantity, order=order + len(facts)))
    return facts


def _quantity(number: Lexeme, lexemes: Lexemes, words: frozenset[str], sentence: int) -> Quantity:
    spot = lexemes.index(number)
    parts = tuple(lexeme.part for lexeme in lexemes)
    end = spot + 1
    while end < len(lexemes) and lexemes[end].kind == "word" and not lexicon().is_small(lexemes[end].low):
        end += 1
    after = parts[spot + 1 : end]
    before = tuple(lexeme.part for lexeme in lexemes[:spot] if lexeme.kind in ("word", "verb"))
    telling = frozenset(word for word in words if word not in lexicon().empty_stems)
    return Quantity(
        part=replace(number.part, value=number.value),
        clause=parts,
        position=spot,
        sentence=sentence,
        after=after,
        before=before,
        unit=after[0].stem if after else "",
        words=frozenset(part.stem for part in after),
        said=telling,
        money=_money(number, words),
        left=(),
        right=(),
        next_item=-1,
    )


def _money(number: Lexeme, words: frozenset[str]) -> Money:
    known = lexicon()
    paid, earned = bool(words & known.money_out_stems), bool(words & known.money_in_stems)
    if paid != earned:
        return "out" if paid else "in"
    return "unknown" if paid or number.part.shape == "money" else ""
