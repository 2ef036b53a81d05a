"""Knapsack: choose among items, each whole or not at all, for the most value within one or more capacities."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.members import marked_records
from copilot.drafting.builtin.families.phrases import patterns, words
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
from copilot.drafting.builtin.families.sides import Amount, Side, bonus_of, losses_of, sides_of, written
from copilot.drafting.builtin.words import stem
from copilot.drafting.formulation import Formulation

FAMILY = "knapsack"


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the text says beside the family: rules over items, room they take away by column, a bonus for any."""

    sides: list[Side]
    losses: dict[str, list[Amount]]
    bonus: Amount | None


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account = reading.account
    if len(reading.layout.blocks) != 1:
        raise NotThisFamily
    block = reading.layout.blocks[0]
    goal, chosen = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "choose"))
    if goal is None or chosen is None:
        raise NotThisFamily
    table = columns(block)
    if len(table) < 2 or "" in table:
        raise NotThisFamily
    end = account.sentence_at(goal.start())[1]
    value = _value_column(block, list(table), reading.layout.prose[goal.start() : end])
    marked = marked_records(reading.layout.prose, block.labels)
    sides, losses, bonus = sides_of(reading, marked), losses_of(reading, marked), bonus_of(reading)
    filled = account.fill(FAMILY)
    capacities = _capacities(block, [name for name in table if name != value], filled.get("capacity", []), reading)
    reading.settle(FAMILY, len(block.records))
    beside = _Beside(sides, _matched(losses, capacities), bonus)
    return _written(reading, table, value, capacities, beside)


def _matched(losses: list[Amount], capacities: dict[str, Said]) -> dict[str, list[Amount]]:
    """The room that items take away, by the column whose limit it lowers."""
    found: dict[str, list[Amount]] = {}
    for loss in losses:
        fitting = [name for name, limit in capacities.items() if same_unit(loss.said.unit, limit.unit)]
        if len(fitting) != 1:
            raise InDoubt(f"It is not clear which limit “{loss.member}” lowers by {loss.said.value:g}.")
        found.setdefault(fitting[0], []).append(loss)
    return found


def _written(
    reading: Reading, table: dict[str, dict[str, float]], value: str, capacities: dict[str, Said], beside: _Beside
) -> Formulation:
    account, block = reading.account, reading.layout.blocks[0]
    goal, taking = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "choose"))
    assert goal
    assert taking
    said = account.sentence_at(goal.start())
    plan = Plan(reading.layout.text, reading.layout.sources)
    items = plan.index("items", [label_of(label) for label in block.labels], place_of(block))
    chosen = plan.variable("chosen", (items,), account.sentence_at(taking.start()), domain="binary")
    worth = plan.table(value, (items,), _keyed(table[value]), place_of(block), unit=unit_of(block, value))
    for name, limit in capacities.items():
        amounts = plan.table(name, (items,), _keyed(table[name]), place_of(block), unit=unit_of(block, name))
        used = [term(chosen, amounts)]
        for loss in beside.losses.get(name, []):
            lost = plan.said(f"room that {loss.member} takes away", loss.said)
            used.append(term(f"chosen[{label_of(loss.member)}]", lost))
        most = plan.said(f"limit on {name}", limit)
        plan.rule(f"total {name} at most", used, "<=", most, limit.sentence, kind="resource")
    written(plan, beside.sides, lambda member: [term(f"chosen[{label_of(member)}]")])
    gain = [term(chosen, worth)]
    if beside.bonus:
        any_one = plan.variable("any", (), beside.bonus.said.sentence, domain="binary", label="anything is taken")
        limit_any = [term(any_one), term(chosen, minus=True)]
        plan.rule("bonus only with an item", limit_any, "<=", 0, beside.bonus.said.sentence, kind="logical")
        gain.append(term(any_one, plan.said("bonus", beside.bonus.said)))
    if account.says(patterns(FAMILY, "whole")) is None:
        plan.assume("Each item is taken whole, once at most, or left.", chosen)
    title = f"Knapsack: which items to take for the largest total {value}"
    return plan.formulation(title, f"total {value}", "maximize", gain, said, unit=unit_of(block, value))


def _keyed(values: dict[str, float]) -> dict[str | tuple[str, ...], float]:
    return {label_of(label): value for label, value in values.items()}


def _value_column(block: Block, names: list[str], said: str) -> str:
    """The column that the objective names, or the only one whose name is a word of worth, or the only one of money."""
    stems = {stem(word) for word in re.findall(r"[^\W\d_]+", said)}
    known = {stem(word) for word in words(FAMILY)["value"]}
    worth = [name for name in names if known & _stems(name)]
    if len(worth) == 1:
        return worth[0]
    named = [name for name in worth or names if stems & _stems(name)]
    if len(named) > 1:
        named = [name for name in named if _stems(name) <= stems] or named
    if not named and stems & {stem(word) for word in words(FAMILY)["money"]}:
        named = [name for name in names if unit_of(block, name) in words(FAMILY)["coins"]]
    if len(named) != 1:
        raise InDoubt("It is not clear which column is to be made largest; say “maximize the total value”.")
    return named[0]


def _capacities(block: Block, resources: list[str], limits: list[Said], reading: Reading) -> dict[str, Said]:
    """One limit for every other column, told apart by unit and by name; "the ten crates" is no limit."""
    if len(limits) > len(resources):
        counts = [one for one in limits if _counts(one, block, resources)]
        reading.account.counts += counts
        limits = [one for one in limits if one not in counts]
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


def _counts(said: Said, block: Block, resources: list[str]) -> bool:
    """Whether a number only says how many records there are: it is their number, and in no unit of a limit."""
    return said.value == len(block.records) and not any(same_unit(unit_of(block, one), said.unit) for one in resources)


def _near(prose: str, limit: Said) -> set[str]:
    return _stems(prose[max(limit.sentence[0], limit.start - 60) : limit.end + 40])


def _stems(words: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W\d_]+", words)}
