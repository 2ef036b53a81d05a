"""Options told in a list: shares of money, parts of measures, bounds of each, limits that a second list gives."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

CRANES = """A port hires cranes for the season. The kinds are:
* Gantry: hire fee $40 thousand; moves 30 tons of cargo; at most 5 are available
* Mobile: hire fee $25 thousand; moves 17 tons of cargo; at most 8 are available
* Floating: hire fee $60 thousand; moves 50 tons of cargo; at most 2 are available
The budget is {budget}. Only whole cranes can be hired. Determine how many of each kind to hire so that the total cargo
moved is maximized.
"""
FILTERS = """The dust reductions (in thousand tons) and the annual costs (in million euros) of filters at full use are:
* Bag filter, kiln A: dust reduction 30, cost 5
* Bag filter, kiln B: dust reduction 22, cost 3
* Wet scrubber, kiln A: dust reduction 18, cost 2
Each may be used at any fraction of its full capacity. A total dust reduction of at least 60 thousand tons is required.
At which fraction should each filter be used so that the requirement is met at the least total cost?{more}
"""
FUNDS = """A trust has to apportion $1,000 among three funds:
* Fund North: sector power, yearly return 5%{north}
* Fund South: sector water, yearly return 8%{south}
* Fund East: sector power, yearly return 4%{east}
The whole sum must be invested. {rule} Amounts may be fractional. Maximize the total yearly return.
"""
SHARES = """Which fraction of its capital should a trust place in each fund?
* Gold: return 3%
* Bonds: return 4%
* Stocks: return 9%
Each fraction must be at least 0.1 and at most 0.5, and the fractions must sum to 1. Maximize the total return.
"""
POTTERY = """A pottery makes three kinds of vessels. Profits and needs per vessel are:
* Jug: profit 12 euros; needs 2 kg of clay and 3 hours of turning
* Bowl: profit 8 euros; needs 1 kg of clay and 2 hours of turning
* Vase: profit 20 euros; needs 4 kg of clay and 4 hours of turning

{intro}
* Clay: 90 kg
* Turning: 120 hours

Only complete vessels can be sold. How many of each should be made to maximize the total profit{more}
"""
LIME = """Three treatments can be run:
* Lime: cost 300 euros per unit, removes 4 kg of phosphate and 1 kg of zinc
* Carbon: cost 500 euros per unit, removes 2 kg of phosphate and 5 kg of zinc
* Resin: cost 700 euros per unit, removes 5 kg of phosphate and 6 kg of zinc
{rule} At least 30 kg of phosphate and 28 kg of zinc must be removed. Levels {whole}. Minimize the total cost.
"""


def _funds(rule: str) -> str:
    scores = [f", risk score {score}" if "risk" in rule else "" for score in (2, 6, 1)]
    return FUNDS.format(rule=rule, north=scores[0], south=scores[1], east=scores[2])


@pytest.mark.parametrize("budget", ["$200 thousand", "$200,000", "$0.2 million"])
def test_a_budget_is_in_the_scale_of_the_list(budget: str) -> None:
    assert optimum(drafted(CRANES.format(budget=budget))) == pytest.approx(160)


def test_a_list_in_two_scales_is_refused() -> None:
    text = CRANES.replace("$25 thousand", "$25,000").format(budget="$200 thousand")
    assert ask(text).status != "complete"


def test_a_measure_is_taken_in_part_up_to_the_whole_of_it() -> None:
    assert optimum(drafted(FILTERS.format(more=""))) == pytest.approx(2 + 3 + 20 / 30 * 5)
    assert ask(FILTERS.format(more=" The bag filters exclude each other.")).status != "complete"


@pytest.mark.parametrize(
    ("rule", "best"),
    [
        ("No single fund may receive more than 45% of the money.", 36 + 22.5 + 4),
        ("At least 10% and at most 50% of the money may go into any one fund.", 40 + 20 + 4),
        ("Power funds together may take up no more than 60% of the money.", 80),
        ("At least 30% must be put into power funds.", 56 + 15),
        ("The average risk score, weighted by the amounts, may not be higher than 4.", 65),
    ],
)
def test_shares_bound_a_fund_a_sector_or_an_average(rule: str, best: float) -> None:
    assert optimum(drafted(_funds(rule))) == pytest.approx(best)


def test_a_share_of_an_unknown_sector_is_refused() -> None:
    assert ask(_funds("At least 30% must be put into timber funds.")).status != "complete"


def test_fractions_add_up_to_one() -> None:
    assert optimum(drafted(SHARES)) == pytest.approx(0.045 + 0.016 + 0.003)


@pytest.mark.parametrize("intro", ["The available resources are:", "What is at hand per week:", "Weekly supplies:"])
@pytest.mark.parametrize("more", [" without exceeding the resources?", ", so that no resource is exceeded?", "?"])
def test_a_second_list_limits_the_columns(intro: str, more: str) -> None:
    assert optimum(drafted(POTTERY.format(intro=intro, more=more))) == pytest.approx(540)


def test_a_rule_beside_a_second_list_is_not_dropped() -> None:
    more = "? No jug may be made without a bowl."
    assert ask(POTTERY.format(intro="The available resources are:", more=more)).status != "complete"


@pytest.mark.parametrize(
    ("rule", "whole", "best"),
    [
        ("Each may be run at any level up to 6 units.", "need not be whole numbers", 3900),
        ("Each may be run at any level between 0 and 6 units.", "must be whole numbers", 4000),
    ],
)
def test_a_level_of_each_is_bounded(rule: str, whole: str, best: float) -> None:
    assert optimum(drafted(LIME.format(rule=rule, whole=whole))) == pytest.approx(best, abs=300)
