"""Puts the numbers that statements give of decisions together: one row for each thing that they take or bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.facts import Fact, Row
from copilot.drafting.builtin.letters.lexemes import Lexeme
from copilot.drafting.builtin.letters.worth import facts_of
from copilot.drafting.builtin.statements.lexing import stems_of
from copilot.drafting.builtin.statements.sums import Given
from copilot.drafting.builtin.words import lexicon


def rows_of(told: Sequence[tuple[Given, int]], item_count: int) -> list[Row] | None:
    """The rows, complete or not; None where numbers cannot be told apart."""
    rows: list[Row] = []
    sentences = sorted({index for _, index in told})
    for index in sentences:
        given = [one for one, where in told if where == index]
        fragments = _fragments(given, index, item_count)
        if fragments is None:
            return None
        for place, fragment in enumerate(fragments):
            if not _joined(rows, fragment, place, item_count):
                rows.append(Row(fragment))
    return rows


def _fragments(given: Sequence[Given], index: int, item_count: int) -> list[dict[int, Fact]] | None:
    """The facts of one sentence, as many rows as its decisions have numbers each."""
    words = frozenset().union(*(stems_of(one.lexemes) for one in given))
    found: list[Fact] = []
    for one in given:
        pairs = list(one.pairs) or _in_order(one, item_count)
        if not pairs:
            return None
        if _is_mixed(one.lexemes):
            return None
        own = stems_of(one.lexemes)
        found.extend(facts_of(pairs, one.lexemes, own or words, index, index * 100 + len(found)))
    counts = {item: sum(fact.item == item for fact in found) for item in {fact.item for fact in found}}
    if len(set(counts.values())) > 1:
        return _by_unit(found)
    depth = next(iter(counts.values()))
    rows: list[dict[int, Fact]] = [{} for _ in range(depth)]
    for item in counts:
        for place, fact in enumerate(fact for fact in found if fact.item == item):
            rows[place][item] = fact
    return rows if depth == 1 or all(map(_is_alike, rows)) else _by_unit(found)


def _is_mixed(lexemes: Sequence[Lexeme]) -> bool:
    """ "an ad earns 20 dollars and a song costs 2": what comes in and what goes out are no row together."""
    words = lexicon()
    kinds: list[set[str]] = [set()]
    for one in lexemes:
        if one.kind == "number":
            kinds.append(set())
        kinds[-1] |= {"in"} if one.part.stem in words.money_in_stems else set()
        kinds[-1] |= {"out"} if one.part.stem in words.money_out_stems else set()
    return {"in"} in kinds and {"out"} in kinds


def _is_alike(row: dict[int, Fact]) -> bool:
    """Whether the numbers of a row are all money or none is, and their units do not differ."""
    money = {fact.quantity.part.shape for fact in row.values()}
    units = {fact.quantity.unit for fact in row.values() if fact.quantity.unit}
    return len(money) == 1 and len(units) <= 1


def _by_unit(found: Sequence[Fact]) -> list[dict[int, Fact]] | None:
    """Facts told apart by what they count."""
    rows: dict[tuple[str, str], dict[int, Fact]] = {}
    for fact in found:
        row = rows.setdefault((fact.quantity.part.shape, fact.quantity.unit), {})
        if fact.item in row:
            return None
        row[fact.item] = fact
    return list(rows.values())


def _in_order(given: Given, item_count: int) -> list[tuple[Lexeme, Lexeme]]:
    """ "Wages are 15, 11 and 20": the numbers in the order of the decisions."""
    numbers = [one for one in given.lexemes if one.kind == "number"]
    if len(numbers) != item_count:
        return []
    return [
        (replace(number, kind="item", part=replace(number.part, item=index)), number)
        for index, number in enumerate(numbers)
    ]


def _joined(rows: Sequence[Row], fragment: dict[int, Fact], place: int, item_count: int) -> bool:
    """Fill an incomplete row of the same kind, and tell whether there is one."""
    del place
    one = next(iter(fragment.values())).quantity
    for row in rows:
        known = next(iter(row.facts.values())).quantity
        free = len(row.facts) < item_count and not set(row.facts) & set(fragment)
        bare = not one.unit and not one.money and one.part.shape == "plain"
        alike = bare or (
            (known.part.shape == one.part.shape or bool(known.money) == bool(one.money))
            and (known.unit == one.unit or not known.unit or not one.unit)
        )
        if free and alike:
            row.facts.update(fragment)
            return True
    return False
