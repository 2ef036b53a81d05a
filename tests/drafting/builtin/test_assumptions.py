"""What the reader infers is said as an assumption, and what it cannot stand behind is refused."""

from __future__ import annotations

import pytest

from copilot.drafting.formulation import Formulation
from tests.drafting.builtin.asking import ask, drafted, optimum

CANDLES = (
    "Ana makes candles and soaps. It takes 30 minutes to make a candle and 20 minutes to make a soap. She has 40 hours "
    "available. At least 10 candles must be made. A candle brings $9 and a soap brings $5. How many of each?"
)
BUSES = (
    "A trip needs buses and vans. A bus seats 40 students and costs $300. A van seats 8 students and costs $80. "
    "{demand} At most 4 buses can be rented. Minimize the total cost."
)


def said(formulation: Formulation) -> str:
    return " ".join(assumption.text for assumption in formulation.assumptions)


def test_a_limit_in_hours_meets_coefficients_in_minutes() -> None:
    draft = drafted(CANDLES)
    assert optimum(draft) == pytest.approx(720)
    assert "40 hours are 2400 minutes" in said(draft.formulation)


@pytest.mark.parametrize("demand", ["200 students are going.", "There are 200 students to carry."])
def test_a_plain_number_is_a_demand_where_cost_is_made_smallest(demand: str) -> None:
    draft = drafted(BUSES.format(demand=demand))
    assert optimum(draft) == pytest.approx(1600)
    assert "200 students" in said(draft.formulation)


def test_a_plan_of_nothing_that_rests_on_no_guess_is_shown_with_a_doubt() -> None:
    draft = drafted(BUSES.format(demand="At most 200 students can come."))
    assert optimum(draft) == 0
    assert "choosing nothing at all is best" in said(draft.formulation)


def test_a_missing_objective_is_taken_from_what_comes_in_and_marked() -> None:
    draft = drafted(
        "A farmer has 100 acres to plant wheat and corn. Wheat yields $200 per acre, corn $300. "
        "Corn needs 3 workers per acre and wheat needs 1; there are 180 workers."
    )
    assert optimum(draft) == pytest.approx(24000)
    assert "does not say what to make largest" in said(draft.formulation)


def test_a_difference_is_read_in_the_order_of_its_words_and_marked() -> None:
    draft = drafted(
        "A depot sends lorries and vans. A lorry costs $90 and a van costs $50. The difference between the lorries and "
        "the vans must be at most 5. At least 20 vehicles in total must be sent. Minimize the total cost."
    )
    assert "lorries less vans" in said(draft.formulation)


def test_a_sum_keeps_its_place_in_the_text() -> None:
    text = (
        "A dairy fills tubs of X and tubs of Y. Each unit of X costs $4 and each unit of Y costs $6. "
        "Twice the units of X plus three times the units of Y must be at least 60. Minimize the total cost."
    )
    rule = drafted(text).formulation.constraints[0]
    (span,) = rule.spans
    assert text[span.start : span.end].startswith("Twice the units of X plus three times")
    assert {term.coefficient for term in rule.terms} == {2.0, 3.0}


def test_a_summand_that_is_no_choice_is_not_dropped() -> None:
    outcome = ask(
        "A depot sends lorries and vans. A lorry costs $90 and a van costs $50. The number of trains plus twice the "
        "number of vans must be at least 30. At least 20 vehicles in total must be sent. Minimize the total cost."
    )
    assert outcome.draft is None


@pytest.mark.parametrize(
    ("said", "assumed"),
    [
        ("More than 50 lamps must be made.", ["50", "at least 50", "at least 51"]),
        (
            "Fewer than 1,030 jugs can be sold.",
            ["1,030", "at most 1,030", "at most 1,029"],
        ),
        (
            "He makes more than 20 pieces in total.",
            ["20", "at least 20", "at least 21"],
        ),
        ("At least 50 lamps must be made.", []),
        ("No more than 50 lamps can be sold.", []),
        ("The number of lamps must not exceed 50.", []),
    ],
)
def test_whether_the_number_of_a_limit_on_whole_things_counts_itself_is_said(said: str, assumed: list[str]) -> None:
    text = (
        "A smith makes lamps and jugs. A lamp takes 2 hours and brings $30, a jug takes 5 hours and brings $80. "
        f"There are 300 hours. {said} Maximize the profit."
    )
    noted = [item for item in drafted(text).formulation.assumptions if "taken as allowed" in item.text]
    assert len(noted) == bool(assumed)
    for item in noted:
        (span,) = item.spans
        assert text[span.start : span.end] in said
        assert item.text == '{} itself is taken as allowed ("{}"); write "{}" if it is not.'.format(*assumed)
