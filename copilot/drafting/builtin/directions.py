"""Gives a limit its direction where the text says none: from what is asked for, or from the objective."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.drafting.builtin.conversions import comparable
from copilot.drafting.builtin.facts import Quantity, RawLimit
from copilot.drafting.builtin.mentions import Parts
from copilot.drafting.builtin.roles import Roles, no_role
from copilot.drafting.builtin.rownames import written
from copilot.drafting.builtin.words import lexicon

if TYPE_CHECKING:
    from copilot.drafting.builtin.reading import Reading

_CARRIES = frozenset({"seat", "hold", "carry", "transport", "fit", "accommodat", "mov", "haul", "ferry", "board"})
_MAKES = frozenset({"produc", "mak", "grow", "harvest", "extract"})
_TAKES = frozenset({"requir", "need", "us", "tak", "consum"})
_SAID_TO_BE = frozenset({"there", "are", "is", "were", "was"})


def direct(reading: Reading, roles: Roles) -> None:
    """Numbers without a limit phrase get their direction from the objective, as a stated assumption."""
    sense = reading.goal.sense if reading.goal else ""
    for quantity in roles.open:
        known = quantity.unit and any(comparable(quantity.unit, row.unit) for row in reading.rows if not row.money)
        alone = not any(part.kind == "item" for part in quantity.clause)
        low = {part.low for part in quantity.clause}
        plain = bool(low & _SAID_TO_BE) or not any(part.verb for part in quantity.clause)
        plain = plain or (sense == "maximize" and _is_own_supply(quantity, reading))
        if not (sense and known and alone and plain):
            reading.gaps.append(no_role(quantity))
            continue
        roles.limits.append(RawLimit(">=" if sense == "minimize" else "<=", quantity, weak=True))
        reading.guessed.append(quantity)
        word = "least" if sense == "minimize" else "most"
        reading.notes.append(f'"{written(quantity)}" is read as "at {word} {written(quantity)}".')
    if sense == "maximize":
        roles.limits = [replace(raw, sign="==") if _must_be_all(raw) else raw for raw in roles.limits]
    if sense == "minimize":
        roles.limits = [_asked_for(raw, reading) if _has_to_do(raw) else raw for raw in roles.limits]
    if sense == "minimize":
        roles.limits = [_asked_for(raw, reading) if _is_carried(raw, reading) else raw for raw in roles.limits]
    if sense == "minimize" and all(raw.sign == "<=" for raw in roles.limits):
        alone = sum(raw.weak and not raw.quantity.money for raw in roles.limits) == 1
        roles.limits = [_turned(raw, reading, alone=alone) for raw in roles.limits]


def _is_own_supply(quantity: Quantity, reading: Reading) -> bool:
    """ "A smelter produces 120 tons of ore a month", where its goods require ore: so much there is to use."""
    if not any(part.verb and part.stem in _MAKES for part in quantity.clause[: quantity.position]):
        return False
    rows = [row for row in reading.rows if row.unit == quantity.unit and row.words & quantity.words]
    return bool(rows) and all(
        any(part.verb and part.stem in _TAKES for part in fact.quantity.clause[: fact.quantity.position])
        for row in rows
        for fact in row.facts.values()
    )


def _must_be_all(raw: RawLimit) -> bool:
    """ "In total, you must throw 12 bags": neither more nor less, where more would be better."""
    low = [part.low for part in raw.quantity.clause]
    return raw.weak and raw.sign == ">=" and "must" in low and "total" in low and not raw.quantity.money


def _has_to_do(raw: RawLimit) -> bool:
    """ "has 950 saplings to send", "150 pupils to be seen": a task, and not what there is to spend."""
    quantity = raw.quantity
    start = quantity.position + 1
    low = [part.low for part in quantity.clause[start:]]
    spot = low.index("to") if "to" in low[:6] else -1
    if not raw.weak or raw.sign != "<=" or quantity.money or spot < 1 or quantity.unit in lexicon().measure_stems:
        return False
    parts = [part for part in quantity.clause[start + spot + 1 :] if part.low != "be"][:1]
    owned = any(part.low in ("has", "have", "had", "are") for part in quantity.before)
    return owned and bool(parts) and parts[0].verb and parts[0].stem not in lexicon().cues.spend_stems


def _is_carried(raw: RawLimit, reading: Reading) -> bool:
    """ "There are 120 singers" where each bus seats so many: all of them are to be carried, at the least cost."""
    quantity = raw.quantity
    low = {part.low for part in quantity.clause}
    said = bool(low & {"there", "has", "have"}) and not low & (lexicon().cues.have_strong | {"only"})
    if not (raw.weak and raw.sign == "<=" and said) or quantity.money or quantity.unit in lexicon().measure_stems:
        return False
    rows = [row for row in reading.rows if row.unit and row.unit == quantity.unit and len(row.facts) > 1]
    return any(all(_carries(fact.quantity.before) for fact in row.facts.values()) for row in rows)


def _carries(before: Parts) -> bool:
    return any(part.verb and part.stem in _CARRIES for part in before)


def _asked_for(raw: RawLimit, reading: Reading) -> RawLimit:
    reading.guessed.append(raw.quantity)
    reading.notes.append(f'"{written(raw.quantity)}" is read as what is asked for, not as what there is.')
    return replace(raw, sign=">=")


def _turned(raw: RawLimit, reading: Reading, *, alone: bool) -> RawLimit:
    """ "There are 120 patients", where otherwise doing nothing would be cheapest: so many are asked for."""
    low = {part.low for part in raw.quantity.clause}
    asked = "there" in low or (bool(low & {"has", "have"}) and "to" in {part.low for part in raw.quantity.after})
    if not raw.weak or raw.quantity.money or not (asked or alone) or low & lexicon().cues.have_strong:
        return raw
    return _asked_for(raw, reading)
