"""Comparisons, ratios, shares and limits in the words of many authors, and what must not be read for them."""

from __future__ import annotations

import pytest

from copilot.drafting.base import DraftRequest
from copilot.drafting.builtin import BuiltinDrafter
from tests.drafting.builtin.asking import optimum
from tests.drafting.builtin.test_statements import said

RULES = {
    "The pots have to outnumber the quilts by no less than 6.": "P - Q >= 6",
    "Pots are to be more numerous than quilts, the margin being 5 or greater.": "P - Q >= 5",
    "Pots must outnumber quilts, by a margin of at least 5.": "P - Q >= 5",
    "P must stay ahead of Q by six or more.": "P - Q >= 6",
    "P has to stay ahead of Q by six units or longer.": "P - Q >= 6",
    "Q may trail P by 8 units at the utmost.": "P - Q <= 8",
    "Q may lag behind P by at most 8.": "P - Q <= 8",
    "Q must not fall more than 8 behind P.": "P - Q <= 8",
    "The surplus of pots over quilts should be kept down to 12 or below.": "P - Q <= 12",
    "The excess of pots over quilts must not exceed 12.": "P - Q <= 12",
    "The amount by which pots surpass quilts has 10 as its upper limit.": "P - Q <= 10",
    "The amount by which pots exceed quilts must be 10 or less.": "P - Q <= 10",
    "The lead of pots over quilts may not go beyond 10.": "P - Q <= 10",
    "The shortfall of pots against quilts is confined to 6.": "-P + Q <= 6",
    "Pots are allowed to be at most 4 units larger than quilts.": "P - Q <= 4",
    "P is not to top Q by over 40 units.": "P - Q <= 40",
    "Quilts may be ahead of pots by five at most.": "-P + Q <= 5",
    "Pots may run ahead of quilts by 24 but not further.": "P - Q <= 24",
    "P has to exceed Q by two or a bigger number.": "P - Q >= 2",
    "Pots need to number 25 beyond the quilts, or even more.": "P - Q >= 25",
    "P is awarded 50 more than Q or an even larger excess.": "P - Q >= 50",
    "The pots should stand 10 or more above double the number of quilts.": "P - 2 Q >= 10",
    "P needs a number of units that is 30 or more in excess of half the units of Q.": "P - 0.5 Q >= 30",
    "The number of pots must be at least 20 more than twice the number of quilts.": "P - 2 Q >= 20",
    "The number of pots is restricted to 12 plus half the number of quilts.": "P - 0.5 Q <= 12",
    "The pots must be no greater in number than the quilts plus 3.": "P - Q <= 3",
    "Pots should be as many as twice the quilts less 10, or more.": "P - 2 Q >= -10",
    "The count for P is never to go below the count for Q minus 9.": "P - Q >= -9",
    "P should not come out less than Q minus 7.": "P - Q >= -7",
    "Pots minus quilts must come out at 10 or higher.": "P - Q >= 10",
    "Twice P, when added to R, should give a value of 95 or beyond.": "2 P + R >= 95",
    "P, augmented by three times R, should total 75 or else surpass it.": "P + 3 R >= 75",
    "The units of P, with the units of R counted double, have to reach 64.": "P + 2 R >= 64",
    "Three times the pots together with five times the quilts must come to 150 or more.": "3 P + 5 Q >= 150",
    "The number of pots, after one half of the quilts has been deducted, has to be 20 or better.": "P - 0.5 Q >= 20",
    "Pots must not exceed quilts and rugs taken as one group.": "P - Q - R <= 0",
    "There must be at least as many pots as quilts and rugs combined.": "P - Q - R >= 0",
    "Pots may be up to half as many as quilts and rugs together.": "P - 0.5 Q - 0.5 R <= 0",
    "P must receive precisely as many units as Q and R put together, less 10.": "P - Q - R == -10",
    "P must equal twice Q.": "P - 2 Q == 0",
    "There must be exactly twice as many pots as quilts.": "P - 2 Q == 0",
    "P is to be exactly one fifth of Q.": "P - 0.2 Q == 0",
    "Q must match the number of pots.": "-P + Q == 0",
    "P is to be equal to or above a third of Q.": "P - 0.333333 Q >= 0",
    "P must stay at or under the figure for Q.": "P - Q <= 0",
    "The number of pots stays at or over a third of the number of quilts.": "P - 0.333333 Q >= 0",
    "Pots can't be made in excess of 1.5 times the quilts.": "P - 1.5 Q <= 0",
    "P should be open for one third of Q's hours as a minimum.": "P - 0.333333 Q >= 0",
    "The double of P mustn't be lower than Q.": "2 P - Q >= 0",
    "For each pot there have to be two or more quilts.": "-2 P + Q >= 0",
    "Each pot should be matched by at least five quilts.": "-5 P + Q >= 0",
    "For every four pots, there has to be one quilt or more.": "-0.25 P + Q >= 0",
    "There must be one pot, as a minimum, per eight quilts.": "P - 0.125 Q >= 0",
    "There must be exactly three pots to one quilt.": "P - 3 Q == 0",
    "The ratio of pots to quilts must be at least 1 to 4.": "P - 0.25 Q >= 0",
    "The ratio of pots to quilts must be no lower than 5:3.": "P - 1.66667 Q >= 0",
    "The ratio of pots to quilts must not pass 1 to 4.": "P - 0.25 Q <= 0",
    "At least 2 pots must be made for every 3 quilts.": "P - 0.666667 Q >= 0",
    "No more than two pots may be made per three quilts.": "P - 0.666667 Q <= 0",
    "Pots must make up 30% or more of all units.": "0.7 P - 0.3 Q - 0.3 R >= 0",
    "Pots and quilts together must account for no less than a quarter of all units.": "0.75 P + 0.75 Q - 0.25 R >= 0",
    "Pots should form at least two fifths of the total.": "0.6 P - 0.4 Q - 0.4 R >= 0",
    "The share of pots must not exceed 40% of the total.": "0.6 P - 0.4 Q - 0.4 R <= 0",
    "Pots may contribute 45% of the total or a lower share.": "0.55 P - 0.45 Q - 0.45 R <= 0",
    "No more than half of the units can be pots.": "0.5 P - 0.5 Q - 0.5 R <= 0",
    "Pots and quilts jointly get a minimum of 24 units.": "P + Q >= 24",
    "Not more than 18 units may be spent on P and R taken as a pair.": "P + R <= 18",
    "P and R, as a pair, shall hold 55 units or above.": "P + R >= 55",
    "Pots and rugs considered together cannot be fewer than 70.": "P + R >= 70",
    "P and R have to be given, in aggregate, a floor of 18 units.": "P + R >= 18",
    "The value of P is bounded above by 14.": "P <= 14",
    "14 is the smallest acceptable P.": "P >= 14",
    "Pots start at 100 units.": "P >= 100",
    "P has space for 50 units only.": "P <= 50",
    "P delivers 400 or under.": "P <= 400",
    "There are to be 5 to 12 pots.": "P >= 5; P <= 12",
    "P must lie between 5 and 12.": "P >= 5; P <= 12",
    "P may range from 5 to 12.": "P >= 5; P <= 12",
    "P minus Q has to lie between -3 and 6 inclusive.": "P - Q >= -3; P - Q <= 6",
    "Only 18 of the units can be rugs.": "R <= 18",
    "Anything below 35 pots and quilts would leave customers unserved.": "P + Q >= 35",
    "More than 68 pots and rugs would overload the shelf.": "P + R <= 68",
    "With fewer than 20 pots the order is refused.": "P >= 20",
}
REFUSED = (
    "There are no places for a 13th pot.",
    "The designer warns against letting five pots in excess of the quilts.",
    "Pots must not fall behind the average of quilts and rugs.",
    "Twice the pots and quilts together must reach 30.",
    "The double is a multiple of 3 pots.",
)
LED = "A firm makes X, Y and Z. A unit of X costs $5, a unit of Y costs $6 and a unit of Z costs $7. "
WHOLE = LED + "The total of X, Y and Z is at least 30. {} X, Y and Z are integers. What is the minimum total cost?"
BEST = {
    "X may be at most one quarter of Y and Z combined.": 174,
    "X may not exceed half the combined number of Y and Z.": 170,
    "The absolute difference between X and Y must not exceed 4.": 163,
    "The difference between X and Y must not exceed 4 in either direction.": 163,
    "X must not exceed Y by more than 4 in either direction.": 163,
    "Y must not be less than X by more than 4.": 163,
    "X must be below Y by at least 4.": 167,
}
SCALED = (
    "A fleet buys trucks and vans. A truck costs ${} and carries 9 tons, a van costs ${} and carries 4 tons. At least "
    "70 tons have to be carried. Vehicles are integers. What is the minimum total cost in thousands of dollars?"
)
SHOP = (
    "A shop makes tables and chairs. A table costs $5 and a chair costs $6. There must be at least 90 pieces in total. "
)


def _draft(text: str) -> float | None:
    outcome = BuiltinDrafter().draft(DraftRequest(text), lambda event, payload: None, lambda: False)
    return optimum(outcome.draft) if outcome.draft else None


@pytest.mark.parametrize("sentence", RULES)
def test_a_comparison_is_read_as_meant(sentence: str) -> None:
    assert said(sentence) == RULES[sentence]


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_not_clear_makes_no_rule(sentence: str) -> None:
    assert not said(sentence)


@pytest.mark.parametrize("rule", BEST)
def test_a_rule_on_letters_changes_the_best_plan(rule: str) -> None:
    assert _draft(WHOLE.format(rule)) == pytest.approx(BEST[rule])


@pytest.mark.parametrize(("prices", "best"), [(("20 thousand", "10 thousand"), 160), (("20,000", "10 thousand"), None)])
def test_an_amount_stays_in_the_scale_that_is_asked_for(prices: tuple[str, str], best: float | None) -> None:
    assert _draft(SCALED.format(*prices)) == best


def test_limits_of_two_things_are_no_comparison() -> None:
    assert _draft(SHOP + "Fewer than 30 tables and more than 50 chairs are wanted. What is the minimum cost?") == 510


def test_an_amount_for_one_thing_is_no_limit_of_all() -> None:
    hours = "A table takes 2 hours, a chair takes 1 hour. More than 20.5 hours must go to chairs. "
    assert _draft(SHOP + hours + "What is the minimum cost?") is None
