"""Matches a row of numbers to a row of items: "A and B cost 2 and 3 respectively"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.drafting.builtin.clauses import Clause
from copilot.drafting.builtin.facts import Quantity
from copilot.drafting.builtin.mentions import Part
from copilot.drafting.builtin.words import lexicon


def zipped_of(clause: Clause, quantities: Sequence[Quantity]) -> dict[int, int]:
    """ "A and B cost 2 and 3": numbers in a row matched to as many items in a row, by position of the number."""
    told = any(part.low == "respectively" for part in clause.parts)
    found: dict[int, int] = {}
    for run in _number_runs(quantities, told=told):
        group = _item_group(clause, run)
        alike = (
            len({quantity.part.shape == "multiple" for quantity in run}) == 1
        )  # not "9 vans, and twice as many cars"
        if len(group) == len(run) > 1 and alike and (told or _is_bare(run)):
            found.update({quantity.position: item for quantity, item in zip(run, group, strict=True)})
    return found


def named_of(clause: Clause, quantities: Sequence[Quantity]) -> dict[int, Quantity]:
    """ "500 units and 400 units of cheddar and brie respectively": each number with the name in its place."""
    if not any(part.low == "respectively" for part in clause.parts) or clause.items:
        return {}
    names = _names(clause)
    if len(names) != len(quantities) or len(names) < 2:
        return {}
    found = {}
    for quantity, name in zip(quantities, names, strict=True):
        stems = {part.stem for part in name}
        words = (quantity.words - set().union(*({part.stem for part in other} for other in names))) | stems
        found[quantity.position] = replace(quantity, words=frozenset(words), said=frozenset(), tail=frozenset())
    return found


def _names(clause: Clause) -> list[list[Part]]:
    """The longest list of names that "and" joins: [[dye], [thinner], [water]]."""
    best: list[list[Part]] = []
    current: list[list[Part]] = [[]]
    words = lexicon()
    for part in (*clause.parts, None):
        if part is not None and part.kind == "word" and not part.verb and not words.is_small(part.low):
            plain = part.stem not in words.measure_stems | words.container_stems | words.empty_stems
            current[-1].extend([part] if plain and part.low != "available" else [])
        elif part is not None and (part.low == "," or part.low in words.conjunctions):
            current.extend([[]] if current[-1] else [])
        else:
            kept = [name for name in current if name]
            best = max(best, kept, key=len)
            current = [[]]
    return best


def _number_runs(quantities: Sequence[Quantity], *, told: bool) -> list[list[Quantity]]:
    runs: list[list[Quantity]] = []
    for quantity in quantities:
        joined = quantity.linked and all(
            part.kind == "mark" or part.low in lexicon().conjunctions or (told and part.kind == "word")
            for part in quantity.before
        )
        if runs and joined:
            runs[-1].append(quantity)
        else:
            runs.append([quantity])
    return runs


def _is_bare(run: Sequence[Quantity]) -> bool:
    """Only the last number of the run names a unit, or all name the same."""
    units = [quantity.words for quantity in run]
    return all(not words for words in units[:-1]) or len(set(units)) == 1


def _item_group(clause: Clause, run: Sequence[Quantity]) -> list[int]:
    """The list of items nearest before the run, else the nearest behind it."""
    ahead, behind = clause.parts[: run[0].position], clause.parts[run[-1].position + 1 :]
    for parts in (ahead, behind):
        groups: list[list[int]] = [[]]
        for part in parts:
            if part.kind == "item":
                groups[-1].append(part.item)
            elif part.kind == "number" or part.verb:
                groups.append([])
        long = [group for group in groups if len(group) > 1]
        if long:
            return long[-1] if parts is ahead else long[0]
    return [] if clause.items else list(clause.inherited)
