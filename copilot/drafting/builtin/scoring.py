"""Scores how well a limit's words name a row of coefficients."""

from __future__ import annotations

from copilot.drafting.builtin.facts import Quantity, Row
from copilot.drafting.builtin.words import lexicon

_UNIT = 0.6


def row_score(quantity: Quantity, row: Row, *, alone: bool = False) -> float:
    """How well a limit's words name a row: 0.6 for the unit alone, 1 for each word that tells rows apart."""
    if bool(quantity.money) != bool(row.money):
        return 0.0
    said = quantity.words | quantity.said | quantity.tail
    score = 0.0
    if row.is_rate and (quantity.part.shape == "money" or _is_plain_count(quantity)):
        return 0.0
    if quantity.money:
        score = (
            0.7
            if alone and _speaks_of_pay(quantity, row)
            else {"out": 0.9, "unknown": 0.7, "in": 0.2, "": 0.0}[row.money]
        )
    elif quantity.unit and quantity.unit == row.unit:
        score = _UNIT if quantity.unit in lexicon().measure_stems | lexicon().container_stems else 2 * _UNIT
    elif quantity.unit and row.unit and {quantity.unit, row.unit} <= lexicon().measure_stems:
        return 0.0
    telling = (row.words | row.said) - ({row.unit} if not row.is_rate else set())
    shared = {stem for stem in telling if stem in said or _akin(stem, said)}
    if quantity.money:
        return score + 0.3 * len(shared)
    exact = shared & row.words
    weight = 0.3 if quantity.words and row.words and not quantity.words & row.words else 0.7
    return (
        score
        + len(exact & quantity.words)
        + weight * len(shared - (exact & quantity.words))
        - 0.03 * len(telling - shared)
    )


def _is_plain_count(quantity: Quantity) -> bool:
    """ "200 tapes": so many things are no sum of shares; "36 kg of potash" may be."""
    plain = quantity.part.shape == "plain" and quantity.unit
    return bool(plain) and quantity.unit not in lexicon().measure_stems | lexicon().container_stems


def _speaks_of_pay(quantity: Quantity, row: Row) -> bool:
    """What workers earn is what the planner pays: a wage bill may limit a row of earnings."""
    return row.money != "in" or bool({"wag", "bill", "payroll", "salary"} & (quantity.words | quantity.said))


def _akin(stem: str, said: frozenset[str]) -> bool:
    """Stems that differ in their ending only: assembl, assembly; polish, polisher."""
    if len(stem) < 4:
        return False
    return any(len(other) >= 4 and (stem[:5] == other[:5]) and abs(len(stem) - len(other)) <= 5 for other in said)
