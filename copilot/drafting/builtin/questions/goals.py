"""Doubts about the goal: what is made largest or smallest, and what a quantity is for that nothing uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from copilot.drafting.builtin.facts import Gap, Goal, RawLimit
from copilot.drafting.builtin.questions.doubts import (
    MOST_CHOICES,
    Choice,
    Doubt,
    close,
    doubt_of,
    figures_of,
    listed,
    row_names,
    short,
    wording,
)
from copilot.drafting.builtin.questions.limits import limiting
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name, written
from copilot.drafting.formulation import Relation

Sense = Literal["maximize", "minimize"]
Weights = tuple[tuple[int, float], ...]
_READ_AS = "is read as"
_ODD = {"maximize": "out", "minimize": "in"}  # cost is not made large, nor income small


def about_goal(reading: Reading, gap: Gap) -> Doubt | None:
    """No objective could be matched: any complete quantity may be it, or the number of things."""
    said, words, named = wording("goal"), gap.reason.lower(), row_names(reading)
    sense: Sense | None = "minimize" if "to minimize" in words else "maximize" if "to maximize" in words else None
    both = "maximize or minimize" in words or sense is None
    limited = {row for limit in reading.limits for row in limit.all_rows}
    complete = [index for index, row in enumerate(reading.rows) if len(row.facts) == len(reading.context.items)]
    choices = _net(reading, gap, named) if both or sense == "maximize" else []
    for index in sorted(complete, key=lambda index: (index in limited, not reading.rows[index].money)):
        if sense and not both and reading.rows[index].money == _ODD[sense]:
            continue
        own: Sense = _own_sense(reading, index) if both or sense is None else sense
        sentence = said["row"].format(sense=said[own.capitalize()], name=named[index])
        choices.append(Choice(sentence, _aiming(gap, own, ((index, 1.0),), named[index])))
    if sense is not None and not both:
        items = listed(reading.context)
        sentence = said["count"].format(sense=said[sense.capitalize()], items=items)
        choices.insert(MOST_CHOICES - 1, Choice(sentence, _aiming(gap, sense, (), f"the number of {items} together")))
    return doubt_of("goal", choices, gap=gap)


def goals(reading: Reading) -> Iterator[Doubt]:
    """A goal that fitted no quantity by its words: what it was read as, and what else it may be."""
    goal = reading.goal
    if goal is None or not any(_READ_AS in note for note in goal.notes):
        return
    said, named = wording("goal"), row_names(reading)
    verb, used = said[goal.sense.capitalize()], {row for limit in reading.limits for row in limit.all_rows}
    rows = [index for index, row in enumerate(reading.rows) if len(row.facts) == len(reading.context.items)]
    mine = [index for index, _ in goal.rows]
    choices = [
        Choice(said["row"].format(sense=verb, name=named[index]), _becoming(goal.sense, ((index, 1.0),), named[index]))
        for index in rows
        if index not in used and mine != [index]
    ]
    if len(mine) == 1 and not reading.rows[mine[0]].money:
        count = said["count"].format(sense=verb, items=listed(reading.context))
        choices.append(Choice(count, _becoming(goal.sense, (), f"the number of {listed(reading.context)} together")))
    if goal.count:
        usual = said["count"].format(sense=verb, items=listed(reading.context))
    else:
        usual = said["row"].format(sense=verb, name=" and ".join(named[index] for index in mine))
    if choices:
        yield doubt_of("goal", (Choice(usual, lambda _: None), *choices), usual=usual)


def about_unused(reading: Reading, gap: Gap) -> Doubt | None:
    """A quantity that nothing uses: told by the way, or part of the goal, or the goal itself."""
    said = wording("unused")
    index = gap.rows[0]
    row, name = reading.rows[index], row_names(reading)[index]
    choices = _as_limit(reading, gap, index)
    choices.append(Choice(said["told"].format(name=name), lambda reading: reading.settled.add(index), gap.spans))
    goal = reading.goal
    complete = len(row.facts) == len(reading.context.items)
    if goal is not None and complete and len(choices) == 1:
        alike = bool(goal.rows) and all(bool(reading.rows[other].money) == bool(row.money) for other, _ in goal.rows)
        if alike and row.money:
            against = row.money == "out" and goal.sense == "maximize"
            said_as = said["cost" if against else "gain"].format(name=name, goal=goal.label)
            choices.append(Choice(said_as, _joining(index, -1.0 if against else 1.0, name)))
        verb = wording("goal")[_own_sense(reading, index).capitalize()] if row.money else goal.sense.capitalize()
        instead = said["goal"].format(sense=verb, name=name, goal=goal.label)
        sense: Sense = "minimize" if verb == wording("goal")["Minimize"] else "maximize"
        choices.append(Choice(instead, _aiming(gap, sense, ((index, 1.0),), name)))
    return doubt_of("unused", choices, gap=gap, name=short(row_name(row)), figures=figures_of(row))


def _as_limit(reading: Reading, gap: Gap, index: int) -> list[Choice]:
    """One number that was given to all things alike may be the limit of another row of its unit."""
    facts, row = list(reading.rows[index].facts.values()), reading.rows[index]
    others = [
        other
        for other, one in enumerate(reading.rows)
        if other != index and one.unit == row.unit and row.unit and bool(one.money) == bool(row.money)
    ]
    if len(others) != 1 or len(facts) < 2 or any(fact.quantity is not facts[0].quantity for fact in facts):
        return []
    said, quantity = wording("direction"), facts[0].quantity

    def limited(sign: Relation) -> Callable[[Reading], None]:
        def apply(reading: Reading) -> None:
            reading.settled.add(index)
            limiting(gap, RawLimit(sign, quantity), others)(reading)

        return apply

    phrase = short(written(quantity))
    signs: tuple[tuple[str, Relation], ...] = (("most", "<="), ("least", ">="))
    return [Choice(said[name].format(phrase=phrase), limited(sign)) for name, sign in signs]


def _net(reading: Reading, gap: Gap, named: Sequence[str]) -> list[Choice]:
    """Income less cost, where the text gives one of each."""
    kinds = [row.money if len(row.facts) == len(reading.context.items) else "" for row in reading.rows]
    if kinds.count("in") != 1 or kinds.count("out") != 1:
        return []
    income, cost = kinds.index("in"), kinds.index("out")
    said, name = wording("goal"), f"{named[income]} less {named[cost]}"
    sentence = said["row"].format(sense=said["Maximize"], name=name)
    return [Choice(sentence, _aiming(gap, "maximize", ((income, 1.0), (cost, -1.0)), name))]


def _own_sense(reading: Reading, index: int) -> Sense:
    """Income is made large, cost small; anything else is made small where something is asked for."""
    money = reading.rows[index].money
    if money == "in":
        return "maximize"
    if money == "out":
        return "minimize"
    return "minimize" if any(limit.sign == ">=" for limit in reading.limits) else "maximize"


def _aiming(gap: Gap, sense: Sense, rows: Weights, label: str) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        close(reading, gap)
        reading.gaps = [one for one in reading.gaps if not one.about_goal]
        span = gap.spans[0] if gap.spans else (reading.offsets or [(0, 0)])[-1]
        sentence = next((i for i, (start, end) in enumerate(reading.offsets) if start <= span[0] < end), 0)
        count = () if rows else reading.context.everything
        reading.settled |= {row for row, _ in reading.goal.rows} if reading.goal else set()
        reading.goal = Goal(sense, rows, count, label, sentence, span)

    return apply


def _becoming(sense: Sense, rows: Weights, label: str) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        assert reading.goal is not None
        reading.settled |= {row for row, _ in reading.goal.rows}
        count = () if rows else reading.context.everything
        reading.goal = replace(reading.goal, sense=sense, rows=rows, count=count, label=label, notes=())

    return apply


def _joining(index: int, sign: float, name: str) -> Callable[[Reading], None]:
    def apply(reading: Reading) -> None:
        assert reading.goal is not None
        label = f"{reading.goal.label} {'less' if sign < 0 else 'and'} {name}"
        reading.goal = replace(reading.goal, rows=(*reading.goal.rows, (index, sign)), label=label)

    return apply
