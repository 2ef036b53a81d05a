"""Limits in one period of an inventory, against a plan worked out by a linear program of its own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from scipy.optimize import linprog

from copilot.runs import checks
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import ask, built, drafted, optimum

DEMAND = (20, 12, 30, 25)
TEXT = """A mill stores grain over 4 weeks. The initial stock is 25 tons.
In each week it may order between 0 and 40 tons.
{lead}
Demand:
* Week 1: demand 20 tons
* Week 2: demand 12 tons
* Week 3: demand 30 tons
* Week 4: demand 25 tons
Shortages are allowed, but unmet demand is lost and not carried forward. The stock at the end of any week must not
exceed the capacity of 45 tons. {rules}
The total cost comprises the ordering cost of 4 per ton ordered, the storage cost of 1 per ton held from one week to the
next, and a penalty of 9 per ton of unmet demand. Determine the orders that minimize the total cost.
"""
NONE, ONE = "An order can be used in the same week.", "Each order takes one full week before it becomes available."


def best(lead: int, *, caps: Mapping[int, float] = {}, floors: Mapping[int, float] = {}) -> float:
    """Columns: order, stock, unmet of each week."""
    size = len(DEMAND)
    rows, wanted = [], []
    for week in range(size):
        row = [0.0] * 3 * size
        if week >= lead:
            row[week - lead] = 1.0
        if week:
            row[size + week - 1] = 1.0
        row[size + week], row[2 * size + week] = -1.0, 1.0
        rows.append(row)
        wanted.append(DEMAND[week] - (0 if week else 25))
    bounds = [(0, caps.get(week, 40)) for week in range(size)]
    bounds += [(floors.get(week, 0), 45) for week in range(size)]
    bounds += [(0, need) for need in DEMAND]
    found = linprog([4] * size + [1] * size + [9] * size, A_eq=rows, b_eq=wanted, bounds=bounds)
    return float(found.fun)


@pytest.mark.parametrize(
    ("rules", "caps", "floors"),
    [
        ("", {}, {}),
        ("In week 3, the maximum order quantity is 6 tons.", {2: 6}, {}),
        ("Specifically, in the second week, the maximum quantity ordered is 5 tons.", {1: 5}, {}),
        ("By the end of week 2, the stock on hand must be no less than 14 tons.", {}, {1: 14}),
        ("On week 2, the stock must be held at a level no lower than 14 tons.", {}, {1: 14}),
        ("In the third week, the upper limit for an order is 6 tons.", {2: 6}, {}),
        ("In the third week, the stock must be at least 3 tons. In week 4, the maximum order is 9.", {3: 9}, {2: 3}),
    ],
)
@pytest.mark.parametrize(("told", "lead"), [(NONE, 0), (ONE, 1)])
def test_limits_of_one_week(rules: str, caps: dict[int, float], floors: dict[int, float], told: str, lead: int) -> None:
    text = TEXT.format(lead=told, rules=rules)
    draft = drafted(text)
    assert optimum(draft) == pytest.approx(best(lead, caps=caps, floors=floors))
    found = checks.before_solve(draft.formulation, to_instance(built(draft)), text)
    assert not [check.summary for check in found if check.status == "failed"]


def test_a_stock_that_only_refused_demand_could_leave_is_asked_about() -> None:
    text = TEXT.format(
        lead="Each order takes 3 weeks to arrive.", rules="In week 2, the stock must be at least 12 tons."
    )
    assert "only if demand is turned away" in " ".join(ask(text).reasons)


@pytest.mark.parametrize(
    "rules",
    [
        "In week 9, the maximum order quantity is 6 tons.",
        "In week 2, the stock must be at least 14 tons unless it rains.",
        "At the beginning of week 3, the stock must be at least 5 tons.",
        "In week 2, between 3 and 9 tons must be in stock.",
    ],
)
def test_a_limit_that_is_not_known_is_not_passed_over(rules: str) -> None:
    outcome = ask(TEXT.format(lead=NONE, rules=rules))
    assert outcome.draft is None
    assert outcome.reasons


def test_a_delay_without_a_number_is_not_passed_over() -> None:
    text = TEXT.format(lead="An order must be dried before it becomes available.", rules="")
    outcome = ask(text)
    assert outcome.draft is None
    assert "delay" in " ".join(outcome.reasons)


@pytest.mark.parametrize("words", ["no less than 5 and no more than 30 tons", "within the range of 5 to 30 tons"])
def test_the_range_of_an_order_is_said_in_several_ways(words: str) -> None:
    text = TEXT.format(lead=NONE, rules="").replace("it may order between 0 and 40 tons", f"an order must be {words}")
    rules = {rule.label: rule for rule in drafted(text).formulation.constraints}
    assert {"order at least", "order at most"} <= rules.keys()
