"""Shipments whose supplies and needs are named in the words of their trade."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

TEXT = """A company ships goods from 2 {here}s to 2 {there}s {when}:
* {here} Ida: {supply} = 50 units
* {here} Jon: {supply} = 40 units

{each}
* {there} Rex: {need} = 30 units
* {there} Sue: {need} = 45 units

The rates per unit are:
* From {here} Ida: to {there} Rex = 4, to {there} Sue = 6
* From {here} Jon: to {there} Rex = 3, to {there} Sue = 9

{end}
"""
LISTED = """Orchards and juice makers.
What the orchards have, in litres a day: Elm 30, Fern 45.
What the juice makers need: Gorse 40, Holly 30.
Tanker charges per litre: Elm to Gorse 3, Elm to Holly 8, Fern to Gorse 6, Fern to Holly 4.
{rule}Who should supply whom, and with how much, to keep the tanker bill low?
"""
NO_MORE = "no cellar sends out more than it has in store"
USUAL = {
    "here": "Cellar",
    "there": "Tavern",
    "when": "every week",
    "supply": "Kegs in store",
    "need": "Ordered kegs",
    "each": "Every tavern has placed an order:",
    "end": "Find the shipments that keep the total freight as low as possible while filling all orders.",
}


def _told(**other: str) -> str:
    return TEXT.format(**{**USUAL, **other})


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"when": "before winter", "supply": "Harvest", "need": "Expected goods"},
        {"each": "Each tavern must receive exactly what it has ordered:"},
        {
            "supply": "Goods on hand",
            "end": "Minimize total charges, with every order filled, and ship no more than is on hand.",
        },
        {"supply": "Releasable goods", "end": f"All contracts must be honoured; {NO_MORE}. Minimize the total outlay."},
    ],
)
def test_supplies_and_needs_have_many_names(other: dict[str, str]) -> None:
    assert optimum(drafted(_told(**other))) == pytest.approx(360)


def test_a_supply_that_must_leave_is_sent_whole() -> None:
    other = {"end": "Everything in store must be shipped. Minimize the total freight while filling all orders."}
    assert optimum(drafted(_told(**other))) == pytest.approx(410)


@pytest.mark.parametrize(
    "rule",
    [
        "Each tavern must be served from exactly one cellar.",
        "A tavern may be supplied by only one cellar.",
        "Cellar Ida must not ship to tavern Sue.",
    ],
)
def test_a_rule_on_the_sources_is_not_dropped(rule: str) -> None:
    assert ask(_told(end=f"{rule} Minimize the total freight while filling all orders.")).status != "complete"


def test_a_bill_to_be_kept_low_is_the_goal() -> None:
    assert optimum(drafted(LISTED.format(rule=""))) == pytest.approx(30 * 3 + 10 * 6 + 30 * 4)


@pytest.mark.parametrize(
    "rule", ["Fern must not be left with more than 2 litres. ", "At least 5 litres must be kept at Elm. "]
)
def test_a_bound_on_what_is_left_is_none_on_what_is_sent(rule: str) -> None:
    assert ask(LISTED.format(rule=rule)).status != "complete"
