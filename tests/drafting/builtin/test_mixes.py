"""Options with columns, and limits on the sums over them: production, blending, emission cuts, money over funds."""

from __future__ import annotations

import ast
import itertools

import pytest
from scipy.optimize import linprog

from copilot.drafting.builtin.words import load
from copilot.runs import checks
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import ask, built, drafted, optimum

WORKSHOP = """A workshop builds three kinds of lamp, in fractions too:
- Reading lamp: profit $30 each, takes 2 hours of turning and 1 hours of wiring, at most 20 can be sold
- Ceiling lamp: profit $50 each, takes 3 hours of turning and 4 hours of wiring, at most 30 can be sold
- Garden lamp: profit $24 each, takes 1 hours of turning and 2 hours of wiring, at most 25 can be sold

There are 70 hours of turning and 80 hours of wiring available each week.
Which weekly plan has the largest total profit?
"""
RESOURCES = """Which quantities of these cheeses should a dairy make for the highest revenue? Fractions are fine.

| cheese | revenue ($) | milk (litres) | labour (hours) |
|---|---|---|---|
| Brie | 40 | 8 | 2 |
| Edam | 55 | 10 | 4 |
| Feta | 30 | 7 | 1 |

Resources:
- Milk: 400 litres available
- Labour: 120 hours available
"""
FEED = """A farm mixes 90 tons of fodder from three crops:
- Clover: cost $60 per ton, 20% protein, 30% fibre, 50 tons in stock
- Barley: cost $40 per ton, 10% protein, 6% fibre, 80 tons in stock
- Lupin: cost $90 per ton, 35% protein, 15% fibre, 40 tons in stock

The fodder must contain at least 16% protein and at most 20% fibre by weight. What is the cheapest mix?
"""
CUTS = """A mill can adopt each of these steps fully, partly or not at all; cost and effect are in proportion:
- Filter: cost $12 thousand, cuts dust by 20 tons, cuts soot by 8 tons
- Scrubber: cost $20 thousand, cuts dust by 10 tons, cuts soot by 25 tons
- Stack: cost $9 thousand, cuts dust by 6 tons, cuts soot by 7 tons

Dust must fall by at least 24 tons and soot by at least 22 tons. Find the cheapest mix of steps.
"""
FUNDS = """A trust invests all of $200,000 in four funds:
- North: expected return 4%, risk score 2, at most 50% of the money
- South: expected return 9%, risk score 8, at most 40% of the money
- East: expected return 7%, risk score 6, at most 40% of the money
- West: expected return 5%, risk score 3, at most 50% of the money

The average risk score, weighted by money, may be at most 5. Make the expected return as large as possible.
"""


def _lp(costs: list[float], rows: list[list[float]], limits: list[float], most: list[float], total: float = 0) -> float:
    equal = {"A_eq": [[1.0] * len(costs)], "b_eq": [total]} if total else {}
    return float(linprog(costs, A_ub=rows, b_ub=limits, bounds=[(0, top) for top in most], **equal).fun)


LAMPS = -_lp([-30, -50, -24], [[2, 3, 1], [1, 4, 2]], [70, 80], [20, 30, 25])
CHEESE = -_lp([-40, -55, -30], [[8, 10, 7], [2, 4, 1]], [400, 120], [1e6] * 3)
FODDER = _lp([60, 40, 90], [[-4, 6, -19], [10, -14, -5]], [0, 0], [50, 80, 40], 90)
STEPS = _lp([12, 20, 9], [[-20, -10, -6], [-8, -25, -7]], [-24, -22], [1, 1, 1])
MONEY = -_lp([-0.04, -0.09, -0.07, -0.05], [[-3, 3, 1, -2]], [0], [1e5, 8e4, 8e4, 1e5], 2e5)


@pytest.mark.parametrize(
    ("text", "best"),
    [(WORKSHOP, LAMPS), (RESOURCES, CHEESE), (FEED, FODDER), (CUTS, STEPS), (FUNDS, MONEY)],
    ids=["production", "resources", "blending", "emissions", "funds"],
)
def test_a_mix_solves_to_the_optimum_and_every_check_passes(text: str, best: float) -> None:
    draft = drafted(text)
    assert optimum(draft) == pytest.approx(best)
    numbers = [node.value for node in ast.walk(ast.parse(draft.program)) if isinstance(node, ast.Constant)]
    assert not [value for value in numbers if isinstance(value, int | float) and value not in (0, 1)]
    found = checks.before_solve(draft.formulation, to_instance(built(draft)), text)
    assert {check.name: check.status for check in found if check.status == "fail"} == {}


@pytest.mark.parametrize(
    ("text", "twist"),
    [
        (WORKSHOP, "If reading lamps are made, a setup costs $100."),
        (WORKSHOP, "At least 10 lamps must be built."),
        (FEED, "Lupin may only be used together with clover."),
        (CUTS, "Either the filter or the stack must be left out."),
        (FUNDS, "At most 3 funds may hold any money."),
    ],
)
def test_a_rule_that_the_mix_does_not_know_is_never_dropped(text: str, twist: str) -> None:
    assert ask(f"{text}{twist}\n").status != "complete"


def test_funds_may_be_few_and_each_that_is_used_large_enough() -> None:
    some = (
        FUNDS.replace("North", "Fund N").replace("South", "Fund S").replace("East", "Fund E").replace("West", "Fund W")
    )
    text = f"{some}Money may go to at most 3 funds, and a fund that gets any gets at least 25% of the money.\n"
    gain, risk, most = [0.04, 0.09, 0.07, 0.05], [-3.0, 3.0, 1.0, -2.0], [1e5, 8e4, 8e4, 1e5]
    best = 0.0
    for used in itertools.chain.from_iterable(itertools.combinations(range(4), size) for size in (1, 2, 3)):
        bounds = [(5e4, most[k]) for k in used]
        plan = linprog(
            [-gain[k] for k in used],
            A_ub=[[risk[k] for k in used]],
            b_ub=[0.0],
            A_eq=[[1.0] * len(used)],
            b_eq=[2e5],
            bounds=bounds,
        )
        best = max(best, -plan.fun if plan.success else 0.0)
    assert 0 < best < MONEY
    assert optimum(drafted(text)) == pytest.approx(best)


def test_a_column_without_a_limit_is_asked_for() -> None:
    outcome = ask(WORKSHOP.replace(" and 80 hours of wiring", ""))
    assert "wiring" in " ".join(outcome.reasons)


def test_two_columns_of_money_are_told_apart_by_the_reader_only() -> None:
    assert ask(WORKSHOP.replace("takes", "cost $9, takes")).status != "complete"


def test_no_phrase_of_the_lexicon_nests_its_choices() -> None:
    def phrases(found: object) -> list[str]:
        if isinstance(found, dict):
            return [one for value in found.values() for one in phrases(value)]
        return [one for value in found for one in phrases(value)] if isinstance(found, list) else [str(found)]

    for phrase in phrases(load("families")):
        for inside in phrase.split("(")[1:]:
            assert inside.count(")") == 1, phrase
