"""Knapsack: choose among items, each whole or not at all, for the most value within one or more capacities."""

from __future__ import annotations

import re

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.phrases import Said, patterns, words
from copilot.drafting.builtin.families.plan import Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    place_of,
    same_unit,
    unit_of,
)
from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import Formulation

FAMILY = "knapsack"


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account = reading.account
    if len(reading.layout.blocks) != 1:
        raise NotThisFamily
    block = reading.layout.blocks[0]
    table = columns(block)
    goal, chosen = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "choose"))
    if goal is None or chosen is None or len(table) < 2 or "" in table:
        raise NotThisFamily
    sentence = account.sentence_at(goal.start())
    value = _value_column(list(table), reading.layout.prose[goal.start() : sentence[1]])
    filled = account.fill(FAMILY)
    capacities = _capacities(block, [name for name in table if name != value], filled.get("capacity", []), reading)
    whole = account.says(patterns(FAMILY, "whole"))
    reading.settle(FAMILY, len(block.records))
    plan = Plan(reading.layout.text, reading.layout.sources)
    labels = [label_of(label) for label in block.labels]
    items = plan.index("items", labels, place_of(block))
    chosen_items = plan.variable("chosen", (items,), account.sentence_at(chosen.start()), domain="binary")
    worth = plan.table(value, (items,), _keyed(table[value]), place_of(block), unit=unit_of(block, value))
    for name, limit in capacities.items():
        amounts = plan.table(name, (items,), _keyed(table[name]), place_of(block), unit=unit_of(block, name))
        plan.rule(
            f"total {name} at most",
            [term(chosen_items, amounts)],
            "<=",
            plan.said(f"limit on {name}", limit),
            limit.sentence,
            kind="resource",
        )
    if whole is None:
        plan.assume("Each item is taken whole, once at most, or left.", chosen_items)
    title = f"Knapsack: which items to take for the largest total {value}"
    return plan.formulation(
        title, f"total {value}", "maximize", [term(chosen_items, worth)], sentence, unit=unit_of(block, value)
    )


def _keyed(values: dict[str, float]) -> dict[str | tuple[str, ...], float]:
    return {label_of(label): value for label, value in values.items()}


def _value_column(names: list[str], said: str) -> str:
    """The column that the objective names, or the only one whose name is a word of worth."""
    stems = {stem(word) for word in re.findall(r"[^\W\d_]+", said)}
    known = {stem(word) for word in words(FAMILY)["value"]}
    worth = [name for name in names if known & _stems(name)]
    if len(worth) == 1:
        return worth[0]
    named = [name for name in worth or names if stems & _stems(name)]
    if len(named) != 1:
        raise InDoubt("It is not clear which column is to be made largest; say “maximize the total value”.")
    return named[0]


def _capacities(block: Block, resources: list[str], limits: list[Said], reading: Reading) -> dict[str, Said]:
    """One limit for every other column, told apart by unit and by name."""
    if len(limits) != len(resources):
        raise InDoubt(f"There must be one limit for each of: {', '.join(resources)}; I found {len(limits)}.")
    found: dict[str, Said] = {}
    for name in resources:
        unit = unit_of(block, name)
        fitting = [limit for limit in limits if same_unit(unit, limit.unit)]
        if len(fitting) > 1:
            fitting = [limit for limit in fitting if _stems(name) & _near(reading.layout.prose, limit)]
        if len(fitting) != 1 or fitting[0] in found.values():
            raise InDoubt(f"It is not clear which number limits the total {name}.")
        found[name] = fitting[0]
    return found


def _near(prose: str, limit: Said) -> set[str]:
    return _stems(prose[max(limit.sentence[0], limit.start - 60) : limit.end + 40])


def _stems(words: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]+", words)}
