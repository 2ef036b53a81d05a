"""Groups facts of different items into rows: one row is one attribute, such as hours of sanding."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.builtin.conversions import comparable, same_unit
from copilot.drafting.builtin.facts import Fact, Quantity, Row
from copilot.drafting.builtin.words import lexicon

_ENOUGH = 0.4


def rows_of(facts: Sequence[Fact], *, item_count: int) -> list[Row]:
    """Rows in the order of their first fact; a fact said twice counts once."""
    rows: list[Row] = []
    collective = _collective(facts, item_count)
    for group in collective:
        rows.append(Row({fact.item: fact for fact in group}))
    shared = {id(fact.quantity) for group in collective for fact in group}
    by_item = [
        [fact for fact in facts if fact.item == item and id(fact.quantity) not in shared] for item in range(item_count)
    ]
    for own in sorted(by_item, key=len, reverse=True):
        _match(_distinct(own), rows)
    rows.sort(key=lambda row: min(fact.order for fact in row.facts.values()))
    return rows


def _collective(facts: Sequence[Fact], item_count: int) -> list[list[Fact]]:
    """Facts that one number gives to several items at once."""
    groups: dict[int, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(id(fact.quantity), []).append(fact)
    return [group for group in groups.values() if len(group) == item_count > 1]


def _distinct(facts: Sequence[Fact]) -> list[Fact]:
    kept: list[Fact] = []
    for fact in facts:
        again = any(
            fact.value == other.value
            and fact.quantity.words == other.quantity.words
            and fact.quantity.words
            and fact.quantity.money == other.quantity.money
            and fact.quantity.sentence != other.quantity.sentence
            for other in kept
        )
        if not again:
            kept.append(fact)
    return kept


def _match(facts: Sequence[Fact], rows: list[Row]) -> None:
    """Join each fact to its most similar row, best pairs first; what is left opens rows of its own."""
    pairs = []
    for place, fact in enumerate(facts):
        for index, row in enumerate(rows):
            if fact.item not in row.facts:
                score = max(similarity(fact.quantity, other.quantity) for other in row.facts.values())
                pairs.append((score + (0.1 if place == index else 0.0), -place, -index))
    taken: set[int] = set()
    for score, place, index in sorted(pairs, reverse=True):
        fact, row = facts[-place], rows[-index]
        if score >= _ENOUGH and -place not in taken and fact.item not in row.facts:
            row.facts[fact.item] = same_unit(fact, row)
            taken.add(-place)
    for place, fact in enumerate(facts):
        if place not in taken:
            rows.append(Row({fact.item: fact}))


def similarity(one: Quantity, other: Quantity) -> float:
    """How likely two numbers measure the same attribute; below 0.4 they do not."""
    if one.part.shape == other.part.shape == "percent" and _is_elided(one, other):
        return 0.5  # "the account pays 2%, the fund 6%"
    if bool(one.money) != bool(other.money):
        alike = one.said == other.said or one.said & other.said  # "carries 30" and "costs $75" are two things
        return 0.4 if alike and not (one.words or other.words) else -1.0
    if {one.part.shape, other.part.shape} & {"percent"} and one.part.shape != other.part.shape:
        return -1.0
    if one.money and {one.money, other.money} == {"in", "out"}:
        return -1.0
    said = 0.5 * _overlap(one.said, other.said)
    if one.money and other.money:
        both = 0.6 if one.money == other.money else 0.4
        return both + said + 0.5 * _overlap(one.words, other.words)
    if not one.words or not other.words:
        return 0.4 + said
    if _differ_in_substance(one, other):
        return -1.0
    unit = 0.3 if comparable(one.unit, other.unit) else 0.0
    first = one.words if one.unit == other.unit or not unit else one.words - {one.unit} | {other.unit}
    return unit + _overlap(first, other.words) + said


def _is_elided(one: Quantity, other: Quantity) -> bool:
    """Whether nothing is said around one of the numbers, which then means the same as the other."""
    return not (one.words or other.words) and not (one.said and other.said)


def _differ_in_substance(one: Quantity, other: Quantity) -> bool:
    """ "6 units of electricity" and "7 units of gas" are two attributes, though both are counted in units."""
    if one.unit != other.unit or one.unit not in lexicon().container_stems:
        return False
    first, second = _substance(one), _substance(other)
    return bool(first and second) and 2 * len(first & second) < min(len(first), len(second)) + 1


def _substance(quantity: Quantity) -> frozenset[str]:
    """Stems of what is counted in units: mango and juice in "4 units of mango juice needed"."""
    of = next((spot for spot, part in enumerate(quantity.after) if part.low == "of"), len(quantity.after))
    found: set[str] = set()
    for part in quantity.after[of + 1 :]:
        if part.kind != "word" or part.verb or lexicon().is_small(part.low):
            break
        found.add(part.stem)
    return frozenset(found)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    union = one | other
    return len(one & other) / len(union) if union else 0.0
