"""Turns of phrase that are easily misread: each is read as it is meant, or refused with the reason."""

from __future__ import annotations

import pytest

from copilot.drafting.formulation import Formulation
from tests.drafting.builtin.asking import ask, drafted, optimum

POTTER = (
    "A potter makes bowls and vases. {said} A bowl takes 1 hour and a vase takes 3 hours, and 60 hours are available. "
    "At least 10 bowls must be made. How many of each should be made to maximize profit?"
)
SECTORS = (
    "A town will invest $40,000 in the {first} sector and the rail sector. Money placed in the {first} sector earns 6% "
    "and money placed in the rail sector earns 3%. At least 40% of the money must be in the rail sector {cap}. "
    "How much should be placed in each sector to maximize earnings?"
)


def rules(formulation: Formulation) -> list[tuple[dict[str, float], str | None, float | None]]:
    return [
        ({term.variable: term.coefficient for term in rule.terms}, rule.relation, rule.limit)
        for rule in formulation.constraints
    ]


def test_a_loss_counts_against_the_profit() -> None:
    draft = drafted(POTTER.format(said="Each bowl sold results in a $2 loss, but each vase sold in a $9 profit."))
    assert [term.coefficient for term in draft.formulation.objective.terms] == [-2, 9]
    assert optimum(draft) == pytest.approx(124)


def test_what_is_available_is_no_coefficient_of_the_thing_before_it() -> None:
    draft = drafted(POTTER.format(said="A bowl brings $2 and a vase brings $9."))
    assert ({"bowls": 1.0, "vases": 3.0}, "<=", 60.0) in rules(draft.formulation)


def test_a_share_in_a_thing_is_a_share_of_everything() -> None:
    draft = drafted(SECTORS.format(first="ferry", cap="and at most 50% in the ferry sector"))
    assert optimum(draft) == pytest.approx(0.06 * 20000 + 0.03 * 20000)


def test_of_each_limits_every_thing_by_itself() -> None:
    draft = drafted(
        "A roastery makes mocha and java. It can make at most 18 tons of each per month. The profit per ton of mocha "
        "is $700 and the profit per ton of java is $450. How many tons of each should be made to maximize profit?"
    )
    assert rules(draft.formulation) == [({"mocha": 1.0}, "<=", 18.0), ({"java": 1.0}, "<=", 18.0)]


def test_a_greatest_daily_output_is_a_limit() -> None:
    draft = drafted(
        "The van crew has a maximum daily output of 12 vans and the coach crew has a maximum daily output of 7 "
        "coaches. A van brings $300 and a coach brings $800. How many vans and coaches should "
        "be repaired to maximize revenue?"
    )
    assert rules(draft.formulation) == [({"vans": 1.0}, "<=", 12.0), ({"coaches": 1.0}, "<=", 7.0)]


def test_a_name_with_an_and_inside_is_one_thing() -> None:
    draft = drafted(
        "Vera has $6000 to invest in the salt and pepper, paper, and toy industries. The amount invested in the toy "
        "industry can not exceed the amount invested in the salt and pepper industry. The annual return is as follows: "
        "salt and pepper, 4%; paper, 7%; toy, 9%. Vera wants to maximize her return."
    )
    assert [item.name for item in draft.formulation.variables] == [
        "salt_and_pepper_industries",
        "paper_industries",
        "toy_industries",
    ]


def test_the_average_of_a_mixture_is_not_added_up() -> None:
    outcome = ask(
        "Two glues of different quality, Bond and Grip, have quality ratings of 40 and 85. Bond costs $2 per liter and "
        "Grip costs $5 per liter. A carpenter wants a mix with a quality of at least 70. What minimizes his cost?"
    )
    assert outcome.draft is None
    assert "average" in " ".join(outcome.reasons)


def test_a_cost_is_not_taken_for_the_profit() -> None:
    outcome = ask(
        "The cost per blue crate is $12 and the cost per red crate is $9. A blue crate takes 5 minutes of loading and "
        "a red crate takes 4 minutes of loading. There are 400 minutes of loading available. How many blue crates and "
        "red crates should be sent to maximize profit?"
    )
    assert outcome.draft is None


def test_goods_that_money_is_put_into_are_counted() -> None:
    draft = drafted(
        "A shop sells silk scarves and wool scarves. A silk scarf costs the shop $25 and a wool scarf costs the shop "
        "$15. The profit per silk scarf is $13 and the profit per wool scarf is $9. The owner does not want to invest "
        "more than $1,990 in scarves. How many of each scarf should be stocked to maximize profit?"
    )
    assert {item.domain for item in draft.formulation.variables} == {"integer"}
