"""Reads what each decision is worth: "$5 per unit for X and $8 for Y", "costs are 5 and 8 respectively"."""

from __future__ import annotations

from dataclasses import replace

from copilot.drafting.builtin.facts import Fact, Money, Quantity
from copilot.drafting.builtin.letters.lexemes import Lexeme, Lexemes
from copilot.drafting.builtin.letters.pairing import Pairs
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.words import lexicon, load
from copilot.drafting.formulation import Relation


def bounds_of(pairs: Pairs, words: frozenset[str]) -> list[Rule] | None:
    """The pairs as limits, where the words around them speak of the largest or smallest amounts and not of money."""
    known = load("letters")["words"]
    money = lexicon().money_in_stems | lexicon().money_out_stems
    sign: Relation | None = "<=" if words & set(known["largest"]) else ">=" if words & set(known["smallest"]) else None
    both = words & set(known["largest"]) and words & set(known["smallest"])  # "the least of X is 2, the most of Y 5"
    if not sign or both or words & money:
        return None
    return _bounds(pairs, sign)


def limits_of(pairs: Pairs, lexemes: Lexemes) -> list[Rule] | None:
    """ "A, B and C can have up to 30, 40 and 50 respectively": limits, where a limit phrase stands before the first."""
    number = next(spot for spot, lexeme in enumerate(lexemes) if lexeme.kind == "number")
    relations = [spot for spot, lexeme in enumerate(lexemes) if lexeme.kind == "relation"]
    if len(relations) != 1 or relations[0] != number - 1 or lexemes[relations[0]].strict:
        return None
    return _bounds(pairs, lexemes[relations[0]].sign)


def _bounds(pairs: Pairs, sign: Relation) -> list[Rule]:
    return [
        Rule(
            {item.item: (item.part, 1.0)},
            sign,
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
    of = [lexeme.low if lexeme.kind == "word" else "" for lexeme in lexemes[end : end + 2]]
    if len(of) > 1 and of[0] == "of" and of[1] and not lexicon().is_small(of[1]) and end > spot + 1:
        end += 2  # "4 units of capacity"
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
