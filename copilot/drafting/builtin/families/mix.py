"""Mix: how much of each option, by its columns: production, blending, cuts of emissions, money over funds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from copilot.drafting.builtin import wholeness
from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.mixlimits import CHOSEN, USED, Limit, limits_of
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import (
    InDoubt,
    NotThisFamily,
    Reading,
    columns,
    constant_of,
    place_of,
    stems,
    unit_of,
)
from copilot.drafting.builtin.words import lexicon
from copilot.drafting.formulation import RELATION_WORDS, Formulation

FAMILY = "mix"
Sense = Literal["maximize", "minimize"]


@dataclass(slots=True)
class _Mix:
    block: Block
    table: dict[str, dict[str, float]]
    sense: Sense
    goal: str
    said: Place
    most: list[str] = field(default_factory=list)
    least: list[str] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)

    @property
    def contents(self) -> list[str]:
        """Columns that a limit must be found for."""
        return [name for name in self.table if name not in (self.goal, *self.most, *self.least)]

    @property
    def total(self) -> Limit | None:
        """The limit on all quantities together."""
        return next((limit for limit in self.limits if not limit.column), None)


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    blocks = reading.layout.blocks
    if len(blocks) not in (1, 2):
        raise NotThisFamily
    mix = _mix(reading, blocks[0])
    constant = constant_of(reading)
    up, count = mix.sense == "maximize", len(mix.block.records)
    mix.limits = limits_of(reading, mix.contents, blocks[1:], maximized=up, count=count)
    missing = [name for name in mix.contents if name not in {limit.column for limit in mix.limits}]
    if missing:
        raise InDoubt(f"I found no limit and no need for: {', '.join(missing)}.")
    if not mix.limits and not mix.most:
        raise NotThisFamily
    for key in ("partly", "whole", "divisible"):
        reading.account.absorb(patterns(FAMILY, key))
    wholeness.heard(reading.account, mix.block.labels)
    reading.settle(FAMILY, len(mix.block.records), len(mix.contents))
    return _written(reading, mix, constant)


def _mix(reading: Reading, block: Block) -> _Mix:
    account = reading.account
    up, down = (account.says(patterns(FAMILY, key)) for key in ("maximize", "minimize"))
    amounts, select = (account.says(patterns(FAMILY, key)) for key in ("amounts", "select"))
    if (up is None) == (down is None) or amounts is None or select is not None:
        raise NotThisFamily
    table = columns(block)
    if len(table) < 2:
        raise NotThisFamily
    goal = up or down
    assert goal
    said = account.sentence_at(goal.start())
    sense: Sense = "maximize" if up else "minimize"
    key = "worth" if up else "cost"
    known = stems(" ".join(words(FAMILY)[key]))
    money = [name for name in table if unit_of(block, name) in ("$", "€", "£", "¥")]
    found = [name for name in table if stems(name) & known] or money
    if len(found) > 1:
        named = stems(reading.layout.prose[goal.start() : said[1]])
        found = [name for name in found if stems(name) & named]
    if len(found) != 1:
        raise InDoubt(f"It is not clear which column is to be made {'largest' if up else 'smallest'}.")
    if len(money) > 1 or (money and money != found):
        raise InDoubt(f"There are several columns of money ({', '.join({*money, *found})}); give one number for each.")
    mix = _Mix(block, table, sense, found[0], said)
    for name in table:
        if name != mix.goal and stems(name) & stems(" ".join(words(FAMILY)["upper"])):
            mix.most.append(name)
        elif name != mix.goal and stems(name) & stems(" ".join(words(FAMILY)["lower"])):
            mix.least.append(name)
    if len(mix.most) > 1 or len(mix.least) > 1:
        raise InDoubt(f"There are two bounds of one kind: {', '.join(mix.most + mix.least)}.")
    return mix


def _written(reading: Reading, mix: _Mix, constant: float) -> Formulation:
    place = place_of(mix.block)
    plan = Plan(reading.layout.text, reading.layout.sources)
    items = plan.index("options", [label_of(label) for label in mix.block.labels], place)
    take = _variable(plan, reading, mix, items)
    total = _total(plan, mix, take)
    for names, relation, said in ((mix.most, "<=", "most"), (mix.least, ">=", "least")):
        for name in names:
            bound = plan.table(
                f"{said} of each", (items,), _keyed(mix.table[name]), place, unit=unit_of(mix.block, name)
            )
            if unit_of(mix.block, name) == "%":
                if not total:
                    raise InDoubt(f"“{name}” is a share, and the text gives no total that it is a share of.")
                bound = f"{bound} * {total}"
            rule = f"at {said} of each"
            plan.rule(rule, [term(take)], relation, bound, place, kind="bound", indices=(items,))  # type: ignore[arg-type]
    sources = dict.fromkeys(mix.contents, "")
    _chosen(plan, mix, take, items, total)
    for limit in (limit for limit in mix.limits if limit.column in sources):
        unit = unit_of(mix.block, limit.column)
        if not sources[limit.column]:
            values = _keyed(mix.table[limit.column])
            sources[limit.column] = plan.table(limit.column, (items,), values, place, unit=unit)
        _limited(plan, limit, take, sources[limit.column], unit)
    gain = plan.table(mix.goal, (items,), _keyed(mix.table[mix.goal]), place, unit=unit_of(mix.block, mix.goal))
    named = "cost" if mix.sense == "minimize" else mix.goal
    unit = unit_of(mix.block, mix.goal)
    title = f"How much of each option for the {'largest' if mix.sense == 'maximize' else 'smallest'} total {named}"
    goal = [term(take, gain)]
    return plan.formulation(title, f"total {named}", mix.sense, goal, mix.said, constant=constant, unit=unit)


def _chosen(plan: Plan, mix: _Mix, take: str, items: str, total: str) -> None:
    """How many options may be used, and how much of one that is used there must be at least."""
    some = [limit for limit in mix.limits if limit.column in (CHOSEN, USED)]
    if not some:
        return
    if not total:
        raise InDoubt("The text gives no total, so I cannot tell how much of one option there may be.")
    hold = plan.variable("used", (items,), some[0].place, domain="binary", label="the option is used")
    named = {parameter.name for parameter in plan.parameters}
    most = f"most_of_each[{items}] * {total}" if "most_of_each" in named else total
    link = [term(take), term(hold, most, minus=True)]
    plan.rule("nothing of an option not used", link, "<=", 0, some[0].place, kind="logical", indices=(items,))
    for limit in some:
        number = plan.number(limit.column, limit.value, limit.place, unit=limit.unit)
        if limit.column == CHOSEN:
            plan.rule("options used at most", [term(hold)], "<=", number, limit.place, kind="sum")
            continue
        least = [term(take), term(hold, f"{number} * {total}", minus=True)]
        plan.rule("least of one used", least, ">=", 0, limit.place, kind="logical", indices=(items,))


def _limited(plan: Plan, limit: Limit, take: str, source: str, unit: str) -> None:
    """A limit on the sum over a column, or on its average over what is taken."""
    sense = RELATION_WORDS[limit.relation]
    number = plan.number(f"{limit.column} {sense}", limit.value, limit.place, unit=limit.unit or unit)
    kind: Literal["requirement", "resource"] = "requirement" if limit.relation == ">=" else "resource"
    if limit.average:
        terms = [term(take, f"{source} - {number}")]
        plan.rule(f"average {limit.column} {sense}", terms, limit.relation, 0, limit.place, kind="ratio")
        return
    plan.rule(f"total {limit.column} {sense}", [term(take, source)], limit.relation, number, limit.place, kind=kind)


def _total(plan: Plan, mix: _Mix, take: str) -> str:
    """Name of the number that all quantities together keep to; empty where the text gives none."""
    if mix.total is None:
        return ""
    sense = RELATION_WORDS[mix.total.relation]
    number = plan.number(f"all together {sense}", mix.total.value, mix.total.place, unit=mix.total.unit)
    plan.rule(f"total {sense}", [term(take)], mix.total.relation, number, mix.total.place, kind="sum")
    return number


def _variable(plan: Plan, reading: Reading, mix: _Mix, items: str) -> str:
    """The amount of each option: a part of it, any amount, or whole numbers."""
    account = reading.account
    partly, whole, any_amount = (account.says(patterns(FAMILY, key)) for key in ("partly", "whole", "divisible"))
    outright, free = wholeness.heard(account, mix.block.labels)
    whole, any_amount = whole or outright, any_amount or free
    if partly:
        said = account.sentence_at(partly.start())
        take = plan.variable("part", (items,), said, label="part of each option that is taken")
        plan.rule("in full at most", [term(take)], "<=", 1, said, kind="bound", indices=(items,))
        return take
    shares = mix.total is not None and any(limit.average or limit.unit in "$€£¥%" for limit in mix.limits)
    measured = mix.total is not None and bool(stems(mix.total.unit) & lexicon().measure_stems)
    if whole or not (any_amount or shares or measured):
        if not whole:
            plan.assume("Quantities are whole numbers.", "amount")
        return plan.variable("amount", (items,), mix.said, domain="integer", label="amount of each option")
    unit = mix.total.unit if mix.total else ""
    return plan.variable("amount", (items,), mix.said, label="amount of each option", unit=unit)


def _keyed(values: dict[str, float]) -> dict[str, float]:
    return {label_of(label): value for label, value in values.items()}
