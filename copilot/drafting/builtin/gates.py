"""What a clause or a limit says that must not be read past: open numbers, rules without a number, other periods."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from copilot.drafting.builtin.clauses import Clause
from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Gap, Limit, Quantity, Row
from copilot.drafting.builtin.mentions import Part, Parts
from copilot.drafting.builtin.rownames import row_name, written
from copilot.drafting.builtin.words import load, said_among, stem

_NEAR = 4
_SPANS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year"}
_PERIODS = frozenset({"hour", "day", "week", "month", "year"})


def open_number(clause: Clause) -> Gap | None:
    """ "its painting time has not been measured yet": a number that is needed, and that the text does not give."""
    told = load("gates")
    low = [part.low for part in clause.parts]
    if any(part.kind == "number" for part in clause.parts):
        return None
    for spot, word in enumerate(low):
        if word in told["known"] and set(told["not_yet"]) & set(low[max(0, spot - _NEAR) : spot + 2]):
            return _gap(clause, "leaves a number open. Say it, and ask again.")
    return None


def beyond(clause: Clause) -> Gap | None:
    """Prices that change with the amount, and costs that do not: no plain sum says them."""
    told = load("gates")
    low = [part.low for part in clause.parts]
    if phrase := next(said_among(map(tuple, map(str.split, told["beyond"])), low), None):
        return _gap(clause, f'speaks of "{" ".join(phrase)}", which no plain sum can say.')
    first = [part for part, after in pairwise(clause.parts) if part.low == "first" and after.kind == "number"]
    return _gap(clause, "gives a number for the first few only, which no plain sum can say.") if first else None


def dropped_rule(clause: Clause, limits: Sequence[Limit]) -> Gap | None:
    """A clause about the things that compares them without a number, and of which no rule was made."""
    if limits or not clause.items or any(part.kind == "number" for part in clause.parts):
        return None
    if {"possible", "can", "could"} & {part.low for part in clause.parts} and _says_able(clause.parts):
        return None
    text = f" {' '.join(part.low for part in clause.parts)} "
    if any(f" {phrase} " in text for phrase in load("gates")["rules"]):
        return _gap(clause, "sounds like a rule that I could not read.")
    return None


def _says_able(parts: Parts) -> bool:
    """ "as many of both as they can": a wish and no rule."""
    low = [part.low for part in parts]
    spots = [spot for spot, word in enumerate(low) if word == "as"]
    return len(spots) > 1 and bool({"possible", "can", "could"} & set(low[spots[-1] : spots[-1] + _NEAR]))


def bare_heads(parted: Sequence[Parts], context: Context) -> list[Gap]:
    """ "room for 20 boats", of canoes and pedal boats: the last word of one name may stand for all of them."""
    long = {index for index, item in enumerate(context.items) if len(item.stems) > 1}
    heads = {index: context.items[index].stems[-1] for index in long}
    bare = [
        (parts, spot)
        for parts in parted
        for spot, part in enumerate(parts)
        if part.kind == "item" and part.item in heads and not part.holder and stem(part.text) == heads[part.item]
    ]
    counted = [(parts, spot) for parts, spot in bare if spot and parts[spot - 1].kind == "number"]
    told = {parts[spot].item for parts, spot in bare if not spot or _names_one(parts[spot - 1])}
    return [
        Gap(
            f'It is not clear whether "{parts[spot].text}" are all things to choose, or only '
            f'"{context.items[parts[spot].item].label}".',
            ((parts[spot - 1].start, parts[spot].end),),
            kind="gate",
        )
        for parts, spot in counted
        if parts[spot].item not in told
    ]


def _names_one(before: Part) -> bool:
    """Whether a bare name behind that word is one of the things; a number, or "of every", may mean any of them."""
    return before.kind != "number" and before.low not in ("each", "every", "both")


def other_period(limit: Limit, rows: Sequence[Row]) -> Gap | None:
    """ "20 litres a day" under "500 litres a week": the two must be brought to one period first."""
    if limit.row < 0 or limit.quantity is None or rows[limit.row].said_as_sum:
        return None
    told = {_period(fact.quantity) for fact in rows[limit.row].facts.values()} - {""}
    span = _period(limit.quantity)
    if not span or not told or span in told or limit.quantity.unit == span:
        return None
    name = row_name(rows[limit.row])
    text = f'"{written(limit.quantity)}" is per {span}, but "{name}" is per {min(told)}. Say both for one period.'
    return Gap(text, (limit.quantity.span,), kind="gate")


def _period(quantity: Quantity) -> str:
    """Day in "20 litres a day", "daily 20 litres"; nothing where none is said."""
    behind = quantity.clause[quantity.position + 1 :]
    after = quantity.after if quantity.after else _to_number(behind)
    for part, follower in pairwise(after):
        if part.low in ("a", "an", "per", "each", "every") and follower.stem in _PERIODS:
            return follower.stem
    return next((_SPANS[part.low] for part in (*quantity.before, *after) if part.low in _SPANS), "")


def _to_number(parts: Parts) -> Parts:
    end = next((spot for spot, part in enumerate(parts) if part.kind in ("number", "mark")), len(parts))
    return parts[:end]


def _gap(clause: Clause, what: str) -> Gap:
    said = " ".join(part.text for part in clause.parts)
    return Gap(f'"{said[:300]}" {what}', ((clause.parts[0].start, clause.parts[-1].end),), kind="gate")
