"""Finds what a limit is of that names no decision: a row that its words name, or all decisions together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Gap, Limit, Row
from copilot.drafting.builtin.letters.rules import Rule
from copilot.drafting.builtin.letters.settle import row_limit
from copilot.drafting.builtin.mentions import Parts
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.statements.aiming import sense_of
from copilot.drafting.builtin.words import lexicon, stem

_GENERIC = frozenset({"total", "unit", "resourc", "weekly", "each", "piec", "articl"})
_ANY = frozenset({"total", "piec", "articl", "unit", "place"})
Told = Sequence[tuple[Rule, int]]


def placed(
    told: Told, reading: Reading, parted: Sequence[Parts]
) -> tuple[list[tuple[Rule, int]], list[Limit], list[Gap]]:
    """(rules of decisions, limits of rows, gaps of limits that fit nothing)."""
    rules: list[tuple[Rule, int]] = []
    limits: list[Limit] = []
    gaps: list[Gap] = []
    counted = _counted(reading, parted)
    for rule, index in told:
        if not rule.pending:
            rules.append((rule, index))
            continue
        unit = _unit_of(rule, parted[index])
        row = _row_of(rule, index, unit, reading, counted, parted[index])
        row = _loosely(rule, row, unit, reading)
        unsaid = rule.strict and rule.sign == "=="
        if unsaid and row >= 0 and sense_of(parted) == "maximize" and not reading.rows[row].money:
            reading.notes.append(f'"{rule.limit.text} {unit}" is read as "at most {rule.limit.text} {unit}".')
            rule, unsaid = replace(rule, sign="<=", strict=False), False
        if unsaid:
            gaps.append(Gap(f'The number "{rule.limit.text}" has no role that I could find.', (rule.span,)))
        elif row >= 0:
            limits.append(row_limit(rule, row, reading.rows[row], index))
        elif row == -1:
            every = dict.fromkeys(reading.context.everything, (rule.limit, 1.0))
            rules.append((replace(rule, terms=every, pending=False), index))
        else:
            gaps.append(Gap(f'It is not clear what "{rule.limit.text}" limits.', (rule.span,)))
    return rules, limits, gaps


def _row_of(rule: Rule, index: int, unit: str, reading: Reading, counted: frozenset[str], parts: Parts) -> int:
    """The row that a limit is of; -1 for all decisions together, -2 where it may be of several, -3 for none."""
    priced = rule.limit.shape == "money"
    rows = [spot for spot, row in enumerate(reading.rows) if _is_priced(row) == priced]
    if priced and not rows and any(row.is_rate for row in reading.rows):
        return -1  # money is what is shared out
    if (
        not priced
        and _names_some(rule, reading.context, parts)
        and not any(index in _sentences(reading.rows[spot]) for spot in rows)
    ):
        return -2  # "A and B share a crew of 28": of those two
    near = [spot for spot in rows if _sentences(reading.rows[spot]) == {index}]
    same = [spot for spot in rows if unit and _is_counted_in(reading.rows[spot], unit)]
    together = bool(rule.words & _ANY) or (unit in counted | _ANY and not _names_some(rule, reading.context, parts))
    for fits in ([spot for spot in same if spot in near], same):
        if len(fits) == 1 and not (together and unit in counted):
            return fits[0]
    if together and not priced and not (len(near) == 1 and unit not in counted and not unit):
        return -1
    told = [spot for spot in rows if _named(rule, reading.rows[spot], priced=priced)]
    for fits in (near, told):
        if len(fits) == 1:
            return fits[0]
    if told or len(near) > 1 or (unit and _names_some(rule, reading.context, parts)):
        return -2
    return -3


def _is_counted_in(row: Row, unit: str) -> bool:
    """Whether a row counts that: people, or the ore of "20 units of ore"."""
    return row.unit == unit or (row.unit == "unit" and unit in row.words)


def _names_some(rule: Rule, context: Context, parts: Parts) -> bool:
    """Whether the sentence speaks of some of the decisions before the limit, whose amounts it may mean."""
    named = {part.item for part in parts if part.kind == "item" and part.end <= rule.limit.start}
    return 0 < len(named) < len(context.items)


def _loosely(rule: Rule, row: int, unit: str, reading: Reading) -> int:
    """A limit whose words fit nothing is of the number of all decisions together, as a stated assumption.

    A bare number is not: in "at least 4 but at most 9 vans" it is of what the next one counts.
    """
    if row != -3 or not unit or rule.limit.shape == "money" or unit in lexicon().measure_stems or rule.strict:
        return row
    said = f"{rule.limit.text} {unit}".strip()
    reading.notes.append(f'"{said}" is read as the number of all that is chosen together.')
    return -1


def _is_priced(row: Row) -> bool:
    return any(fact.quantity.part.shape == "money" for fact in row.facts.values())


def _unit_of(rule: Rule, parts: Parts) -> str:
    """Stem of what a limit counts."""
    spot = next((at for at, part in enumerate(parts) if part.start == rule.limit.start), len(parts)) + 1
    while spot < len(parts) and parts[spot].low in ("square", "sq", "cubic", "such", "whole", "full", "more"):
        spot += 1
    if (
        parts[spot : spot + 1]
        and parts[spot].stem == "unit"
        and [part.low for part in parts[spot + 1 : spot + 2]] == ["of"]
    ):
        spot += 2
    named = spot < len(parts) and parts[spot].kind == "word" and not parts[spot].verb
    return parts[spot].stem if named and not lexicon().is_small(parts[spot].low) else ""


def _sentences(row: Row) -> set[int]:
    return {fact.quantity.sentence for fact in row.facts.values()}


def _named(rule: Rule, row: Row, *, priced: bool) -> bool:
    """Whether the words of a limit name what a row counts."""
    money = any(fact.quantity.part.shape == "money" for fact in row.facts.values())
    if priced != money:
        return False
    if priced:
        return True
    words = {*row.words, *([row.unit] if row.unit else [])} - _GENERIC
    said = row.said - _GENERIC - lexicon().empty_stems
    return bool(rule.words & words) or bool(rule.words & said)


def _counted(reading: Reading, parted: Sequence[Parts]) -> frozenset[str]:
    """Stems of what the decisions count together: pots in "a pot of A", boards in "wide boards and long boards"."""
    words = lexicon()
    found, direct = set(reading.context.hypernyms), set()
    for parts in parted:
        for part, follower in pairwise(parts):
            if part.kind == "item" and follower.kind == "word" and not words.is_small(follower.low):
                direct.add(follower.stem)
            kind = part.kind == "word" and not part.verb and not words.is_small(part.low)
            if kind and follower.kind == "item" and follower.stem.endswith("__"):
                found.add(part.stem)
        for first, middle, last in zip(parts, parts[1:], parts[2:], strict=False):
            if first.kind == "word" and middle.low in ("of", "in", "at", "for") and last.kind == "item":
                found.add(first.stem)
            if first.low in ("per", "a", "an", "one", "whole", "each") and middle.kind == "word":
                found.add(middle.stem)
    units = {row.unit for row in reading.rows}
    found -= units | words.period_stems | words.empty_stems | {stem("profit"), "dollar"}
    return frozenset(found | (direct - units - words.empty_stems))
