"""Classes of wording in short word problems: each is read as it is meant, or refused with the reason."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted
from tests.drafting.builtin.test_turns import rules

BOATS = (
    "A ferryman rents rafts and canoes. A raft holds 9 scouts and costs $14, a canoe holds 4 scouts and costs $5. "
    "{said} How many of each minimize the cost?"
)
CREWS = (
    "A camp hires cooks and guards. A cook works 30 hours and is paid $500, a guard works 36 hours and is paid $440. "
    "At least 900 hours of work are needed. {said} How many of each minimize the payroll?"
)
MUGS = (
    "A potter sells mugs and jugs. A mug takes 2 hours and a jug takes 3 hours, and 90 hours are available. {said} "
    "The profit is $4 per mug and $7 per jug. How many of each maximize the profit?"
)
FUNDS = "{said} No more than 40% of the money may go into farm loans. Maximize the yearly interest."
LEAST = [({"rafts": 9.0, "canoes": 4.0}, ">=", 70.0)]


@pytest.mark.parametrize("said", ["There are 70 scouts enrolled.", "70 or more scouts have to be carried."])
def test_those_who_are_served_are_a_lower_limit(said: str) -> None:
    assert rules(drafted(BOATS.format(said=said)).formulation) == LEAST


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("There must be at least one cook for every 8 guards.", ({"cook": 1.0, "guard": -0.125}, ">=", 0.0)),
        ("For every 8 guards there must be at least 2 cooks.", ({"cook": 1.0, "guard": -0.25}, ">=", 0.0)),
        ("There may be at most 5 guards per 2 cooks.", ({"guard": 1.0, "cook": -2.5}, "<=", 0.0)),
    ],
)
def test_so_many_for_every_few_is_a_proportion(said: str, rule: tuple[dict[str, float], str, float]) -> None:
    assert rule in rules(drafted(CREWS.format(said=said)).formulation)


def test_a_proportion_without_a_direction_is_not_guessed() -> None:
    assert ask(CREWS.format(said="Cooks and guards go one for every 8 guards.")).draft is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("The total number of mugs and jugs they can sell is at most 35.", ({"mugs": 1.0, "jugs": 1.0}, "<=", 35.0)),
        ("Mugs are out of fashion, so she can sell at most 12 of them.", ({"mugs": 1.0}, "<=", 12.0)),
        ("6 or more jugs have to be made.", ({"jugs": 1.0}, ">=", 6.0)),
    ],
)
def test_what_is_counted_is_no_money_and_no_other_thing(said: str, rule: tuple[dict[str, float], str, float]) -> None:
    assert rule in rules(drafted(MUGS.format(said=said)).formulation)


def test_a_comparison_beside_a_number_is_kept() -> None:
    said = "At most 30 mugs can be sold, and the number of jugs cannot be greater than the number of mugs."
    found = rules(drafted(MUGS.format(said=said)).formulation)
    assert ({"jugs": 1.0, "mugs": -1.0}, "<=", 0.0) in found
    assert ({"mugs": 1.0}, "<=", 30.0) in found


def test_a_comparison_that_is_not_understood_refuses_the_text() -> None:
    said = "At most 30 mugs can be sold, and jugs on the shelf may seldom match or exceed what mugs there are."
    assert ask(MUGS.format(said=said)).draft is None


def test_a_goal_is_not_capped_by_its_own_limit() -> None:
    assert ask(MUGS.format(said="She may earn a profit of at most $50.")).draft is None


@pytest.mark.parametrize("said", ["The pottery opened in 1987.", "Since 2019 the rent has been paid by the town."])
def test_a_year_only_dates_the_text(said: str) -> None:
    assert len(drafted(MUGS.format(said=said)).formulation.constraints) == 1


@pytest.mark.parametrize(
    "said",
    [
        "A club has $90,000 to put into green bonds, which pay 3% a year, and farm loans, which pay 8% a year.",
        "A club splits $90,000 between green bonds that pay 3% a year and farm loans that pay 8% a year.",
    ],
)
def test_money_to_be_split_is_of_all_that_it_goes_into(said: str) -> None:
    found = rules(drafted(FUNDS.format(said=said)).formulation)
    assert ({"green_bonds": 1.0, "farm_loans": 1.0}, "<=", 90000.0) in found


def test_a_currency_before_the_amount_is_money() -> None:
    text = MUGS.format(said="Clay costs USD 3 per mug and USD 5 per jug, and USD 120 is available for clay.")
    assert ({"mugs": 3.0, "jugs": 5.0}, "<=", 120.0) in rules(drafted(text).formulation)


def test_what_a_thing_has_none_of_is_zero() -> None:
    text = (
        "Each cart of peat gives 5 MWh of heat, leaves 7 kg of ash and costs $200. Each tank of oil gives 4 MWh of "
        "heat, leaves no ash and costs $310. At least 90 MWh of heat are needed and at most 40 kg of ash are allowed. "
        "How many carts of peat and tanks of oil minimize the cost?"
    )
    assert [
        rule.label.split(": ")[1]
        for rule in drafted(text).formulation.constraints
        if [term.coefficient for term in rule.terms] in ([7.0, 0.0], [7.0])
    ] == ["at most 40"]


def test_animals_that_are_fed_are_not_the_amount_of_feed() -> None:
    text = (
        "A farmer has 30 goats and feeds them on hay and oats. Hay costs $2 per kilogram and oats cost $3 per "
        "kilogram. Each kilogram of hay contains 3 grams of protein, each kilogram of oats 8 grams of protein. Each "
        "goat requires at least 20 grams of protein. How much of each minimizes the cost?"
    )
    assert ask(text).draft is None


def test_an_objective_in_the_passive_is_read() -> None:
    text = MUGS.replace("How many of each maximize the profit?", "Plan it so that the profit is maximized.")
    assert drafted(text.format(said="")).formulation.objective.sense == "maximize"
