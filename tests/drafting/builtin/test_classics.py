"""Stores, round trips, shops and bins in the words of other trades; what changes the problem is refused."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

STORE = """A mill plans its purchases of grain over 4 weeks.
{initial}
{order}
{lead}
Demand by week:
* Week 1: demand 30 units
* Week 2: demand 45 units
* Week 3: demand 20 units
* Week 4: demand 50 units

{lost}
{room}
{cost}
Which orders lead to the lowest total cost?
"""
GRAIN = {
    "initial": "At the start of week 1 the silo contains 40 units.",
    "order": "The order of each week must be between 10 and 40 units.",
    "lead": "An order arrives one week later.",
    "lost": "Unmet demand is lost.",
    "room": "The silo can never hold more than 60 units.",
    "cost": "Buying costs 3 per unit, storing costs 1 per unit left at the end of a week, and every unit of unmet "
    "demand costs 9.",
}
BARGE = (
    "There is a barge cost of 3 per unit shipped in, a storage cost of 1 per unit kept from one week to the next, and "
    "a penalty of 9 per unit of unmet demand."
)
TRIP = """{start} The distances are the same in both directions:* Hall Aster to Birch: 12 m
* Aster to Cedar: 10 m
* Aster to Dahlia: 19 m
* Birch to Cedar: 14 m
* Birch to Dahlia: 7 m
* Cedar to Dahlia: 9 m
{end}
"""
SHOP = """Three cars wait for service in two bays. The route of each car lists (Bay, Time) and has to be observed:
* Car Tall: (Bay 1, 3) → (Bay 2, 2)
* Car Round: (Bay 2, 4) → (Bay 1, 1)
* Car Flat: (Bay 1, 2) → (Bay 2, 2)
{rules}
"""


def _store(**other: str) -> str:
    return STORE.format(**{**GRAIN, **other})


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"initial": "There are 40 units in stock when week 1 begins."},
        {"order": "Each week a barge brings an amount that must lie in the closed interval [10, 40] units."},
        {"lead": "Each purchase requires 1 week before it can be used or stored."},
        {"lost": "If the demand of a week cannot be covered, the missing amount is lost and is not made up later."},
        {"room": "The silo imposes an upper bound of 60 units on the stock at any moment."},
        {"cost": BARGE},
        {"lead": "Each order, however, is subject to a 1-week lead time before it becomes available."},
        {"cost": BARGE.replace("9 per unit of unmet demand", "9 for each unit of unmet need")},
    ],
)
def test_a_store_may_be_said_in_many_ways(other: dict[str, str]) -> None:
    assert optimum(drafted(_store(**other))) == pytest.approx(365)


def test_a_store_without_lead_time() -> None:
    assert optimum(
        drafted(_store(lead="Orders can be used in the same week; there is no lead time."))
    ) == pytest.approx(345)


@pytest.mark.parametrize(
    "other",
    [
        {"lost": "Unmet demand is backlogged and delivered later."},
        {"lead": "An order arrives some weeks later."},
        {"room": "The silo can never hold more than 60 units and must hold at least 5 units at the end of each week."},
    ],
)
def test_another_store_is_refused(other: dict[str, str]) -> None:
    assert ask(_store(**other)).status != "complete"


@pytest.mark.parametrize(
    "start",
    [
        "A guard makes a single round through four halls and may start in any of the halls.",
        "A robot runs a closed loop through four halls, with a mandatory visit to every hall.",
        "A cleaner must pass all four halls.",
    ],
)
@pytest.mark.parametrize(
    "end",
    [
        "Each hall is visited exactly once before the way ends where it began; its total length is to be minimized.",
        "Call at every hall exactly once and return to the first. Find the shortest walk.",
    ],
)
def test_a_round_trip_may_be_said_in_many_ways(start: str, end: str) -> None:
    assert optimum(drafted(TRIP.format(start=start, end=end))) == pytest.approx(38)


@pytest.mark.parametrize(
    "end",
    [
        "Visit every hall exactly once; the guard need not come back to the first. Find the shortest walk.",
        "Visit every hall exactly once, Birch before Dahlia, and return to the first. Find the shortest walk.",
        "Visit every hall exactly once and return to the first. Find the shortest walk. Management refuses the first.",
    ],
)
def test_another_trip_is_refused(end: str) -> None:
    assert ask(TRIP.format(start="A guard walks through four halls.", end=end)).status != "complete"


RUN = "Once started, a service runs to its end without a break. All cars must be ready as early as possible."


@pytest.mark.parametrize("single", ["At any moment a bay serves at most one car.", "A bay can hold one car at a time."])
def test_a_shop_may_be_said_in_many_ways(single: str) -> None:
    assert optimum(drafted(SHOP.format(rules=f"{single} {RUN}"))) == pytest.approx(8)


def test_a_bay_that_rests_is_refused() -> None:
    rest = "A bay can hold one car at a time. Between two cars a bay must be cleaned for 1 hour."
    assert ask(SHOP.format(rules=f"{rest} {RUN}")).status != "complete"
