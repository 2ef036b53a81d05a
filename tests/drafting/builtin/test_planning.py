"""Cutting stock, staffing over a week that repeats, and lot sizing from an uploaded table, against brute force."""

from __future__ import annotations

import itertools

import pytest

from copilot.drafting.base import Table
from tests.drafting.builtin.asking import ask, drafted, optimum

BARS = """A smith cuts these pieces from bars that are all 10 m long:
- Rail: 6 m long, 2 needed
- Post: 4 m long, 3 needed
- Peg: 3 m long, 4 needed

What is the smallest number of bars that gives all the pieces?
"""
WARD = """A kiosk is open five days, and the week repeats. Each clerk works 3 days in a row:
- Monday: at least 3 clerks; a week that starts then is paid $40
- Tuesday: at least 2 clerks; a week that starts then is paid $35
- Wednesday: at least 4 clerks; a week that starts then is paid $50
- Thursday: at least 2 clerks; a week that starts then is paid $45
- Friday: at least 3 clerks; a week that starts then is paid $60

How many clerks should start on each day so that the weekly pay is as low as possible?
"""
NEED, PAY = [3, 2, 4, 2, 3], [40, 35, 50, 45, 60]
DOUGH = Table(
    "doughs",
    {
        "dough": ["rye", "oat"],
        "setup cost": [30, 20],
        "holding cost": [2, 1],
        "day 1": [5, 0],
        "day 2": [10, 8],
        "day 3": [4, 6],
    },
)
LOTS = (
    "Plan what to make of each dough in each day. A setup is paid on every day on which it is made. All doughs "
    "together at most 25 units a day. Demand must be met in time, and there is no initial stock. "
    "Minimize the cost of setups and stock."
)


def _bars() -> int:
    """Fewest bars: over the ways of Rail, Post and Peg that fit into one."""
    ways = [w for w in itertools.product(range(2), range(3), range(4)) if 6 * w[0] + 4 * w[1] + 3 * w[2] <= 10]
    for count in range(1, 6):
        for chosen in itertools.combinations_with_replacement(ways, count):
            if all(sum(column) >= need for column, need in zip(zip(*chosen, strict=True), (2, 3, 4), strict=True)):
                return count
    raise AssertionError


def _pay() -> int:
    starts = itertools.product(range(5), repeat=5)
    enough = (s for s in starts if all(s[d] + s[d - 1] + s[d - 2] >= NEED[d] for d in range(5)))
    return min(sum(p * x for p, x in zip(PAY, s, strict=True)) for s in enough)


def _lots() -> float:
    """Made in one go for the days until the next setup; the room of a day is never short at the optimum."""

    def cost(need: list[int], setup: int, hold: int) -> float:
        best = float("inf")
        for days in itertools.product((False, True), repeat=3):
            total, stock = 0.0, 0
            for day, made in enumerate(days):
                if made:
                    until = next((later for later in range(day + 1, 3) if days[later]), 3)
                    total, stock = total + setup, stock + sum(need[day:until])
                stock -= need[day]
                total += hold * stock if stock >= 0 else float("inf")
            best = min(best, total)
        return best

    return cost([5, 10, 4], 30, 2) + cost([0, 8, 6], 20, 1)


def test_the_fewest_bars_are_cut() -> None:
    assert optimum(drafted(BARS)) == _bars()


def test_the_week_goes_round_where_the_text_says_so_and_else_that_is_assumed() -> None:
    assert optimum(drafted(WARD)) == _pay()
    once = drafted(WARD.replace("five days, and the week repeats", "five days"))
    assert any("do not repeat" in assumption.text for assumption in once.formulation.assumptions)


def test_lots_of_a_table_are_made_at_least_cost() -> None:
    draft = drafted(LOTS, tables=(DOUGH,))
    assert optimum(draft) == pytest.approx(_lots())
    sources = {parameter.name: parameter.source for parameter in draft.formulation.parameters}
    assert sources["setup_cost"] == "table:doughs.setup cost"
    assert sources["demand"] == "table:doughs"


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (f"{BARS}A cut wastes 0.2 m.", ()),
        (f"{BARS}Rail and Peg must not come from one bar.", ()),
        (f"{WARD}At most 4 clerks may start on one day.", ()),
        (f"{WARD}Nobody may start on Sunday unless it is a holiday.", ()),
        (f"{LOTS} At most 2 doughs may be made in a day.", (DOUGH,)),
        (f"{LOTS} At the end 5 units of each must be left.", (DOUGH,)),
    ],
)
def test_a_rule_beside_the_family_is_never_dropped(text: str, tables: tuple[Table, ...]) -> None:
    assert ask(text, tables=tables).status != "complete"


def test_too_many_ways_to_cut_are_refused_with_the_reason() -> None:
    pieces = "\n".join(f"- Kind {k}: {k + 5} m long, 40 needed" for k in range(12))
    outcome = ask(f"Cut these from bars that are all 200 m long:\n{pieces}\n\nUse the fewest bars.\n")
    assert "ways to cut" in " ".join(outcome.reasons)
