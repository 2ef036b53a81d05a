"""Lot sizing: what to make of each item in each period, where making any of it costs a setup."""

from __future__ import annotations

from copilot.drafting.builtin.families.blocks import Block
from copilot.drafting.builtin.families.phrases import patterns, words
from copilot.drafting.builtin.families.plan import Key, Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, columns, place_of, stems
from copilot.drafting.formulation import Formulation, Term

FAMILY = "lots"


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    goal, setup = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "setup"))
    if len(blocks) != 2 or goal is None or setup is None:
        raise NotThisFamily
    costs, demand = _tables(blocks)
    roles = {key: _column(costs, key) for key in ("setup_cost", "hold_cost")}
    if account.says(patterns(FAMILY, "in_time")) is None:
        raise InDoubt("The text does not say that demand is met in time.")
    limits = account.fill(FAMILY).get("capacity", [])
    if len(limits) > 1:
        raise InDoubt(f"There are {len(limits)} numbers for what all items together may need in a period.")
    items, periods = list(demand), list(next(iter(demand.values())))
    empty = account.says(patterns(FAMILY, "empty"))
    reading.settle(FAMILY, len(items), len(periods))
    said, place = account.sentence_at(goal.start()), place_of(blocks[0])
    plan = Plan(reading.layout.text, reading.layout.sources)
    item, time = plan.index("items", items, place), plan.index("periods", periods, place)
    needs: dict[Key, float] = {(a, t): demand[a][t] for a in items for t in periods}
    plan.table("demand", (item, time), needs, place_of(blocks[1]))
    later: dict[Key, float] = {
        (a, t): sum(demand[a][u] for u in periods[at:]) for a in items for at, t in enumerate(periods)
    }
    most = plan.table("still_needed", (item, time), later, place_of(blocks[1]), label="demand from a period on")
    setups = plan.table("setup_cost", (item,), roles["setup_cost"], place)
    holds = plan.table("holding_cost", (item,), roles["hold_cost"], place)
    make = plan.variable("make", (item, time), said, label="amount made in each period")
    stock = plan.variable("stock", (item, time), said, label="stock at the end of each period")
    ready = plan.variable("setup", (item, time), said, domain="binary", label="the item is made in the period")
    link = [term(make), term(ready, most, minus=True)]
    plan.rule("only with a setup", link, "<=", 0, said, kind="logical", indices=(item, time))
    _balances(plan, item, periods, place)
    if limits:
        room = plan.said("most in a period", limits[0])
        plan.rule("room in a period", [term(make)], "<=", room, limits[0].sentence, kind="resource", indices=(time,))
    if empty is None:
        plan.assume("There is no stock at the start.", stock)
    total = [term(ready, setups), term(stock, holds)]
    return plan.formulation("Lot sizing at least cost", "cost of setups and stock", "minimize", total, said)


def _balances(plan: Plan, item: str, periods: list[str], place: Place) -> None:
    """Stock before and what is made cover the demand and the stock after, in each period."""
    for at, period in enumerate(periods):
        terms: list[Term] = [term(f"stock[{item},{periods[at - 1]}]")] if at else []
        terms += [term(f"make[{item},{period}]"), term(f"stock[{item},{period}]", minus=True)]
        limit = f"demand[{item},{period}]"
        plan.rule(f"balance of {period}", terms, "==", limit, place, kind="balance", indices=(item,))


def _tables(blocks: tuple[Block, ...]) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """(costs by column and item, demand by item and period)."""
    costs, wanted = columns(blocks[0]), columns(blocks[1])
    if blocks[0].labels != blocks[1].labels or len(costs) != 2:
        raise NotThisFamily
    return costs, {label_of(label): {period: wanted[period][label] for period in wanted} for label in blocks[1].labels}


def _column(costs: dict[str, dict[str, float]], key: str) -> dict[str, float]:
    found = [name for name in costs if stems(name) & stems(" ".join(words(FAMILY)[key]))]
    if len(found) != 1:
        raise InDoubt(f"It is not clear which column is the {key.replace('_', ' ')}.")
    return {label_of(label): value for label, value in costs[found[0]].items()}
