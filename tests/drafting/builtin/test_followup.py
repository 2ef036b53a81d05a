"""A follow-up message edits the plan before it and leaves everything else as it was."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum, revised

WORKSHOP = (
    "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; a chair "
    "brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. How many of each?"
)


@pytest.mark.parametrize(
    ("message", "label", "best"),
    [
        ("at least twice as many chairs as desks", "chairs: at least 2 times desks", 3600),
        ("at most 30 desks", "desks: at most 30", 3700),
        ("Make at least 10 chairs.", "chairs: at least 10", 3700),
        ("total at most 50", "total: at most 50", 3500),
        ("no more than 40% of the items are chairs", "chairs: at most 40 % of all", 3620),
        ("We need at least $1000 of profit", "profit: at least $1,000", 3700),
        ("More chairs than desks.", "chairs: more than desks", 3700),
        ("the number of chairs must not exceed the number of desks", "chairs: at most as many as desks", 3660),
        ("there are now 300 hours of carpentry", "hours of carpentry: at most 300", 4000),
        ("change finishing to 120", "hours of finishing: at most 120", 4200),
        ("increase carpentry by 10%", "hours of carpentry: at most 264", 3820),
        ("Only 200 hours of carpentry are available.", "hours of carpentry: at most 200", 3500),
    ],
)
def test_a_rule_is_added_or_its_number_changed(message: str, label: str, best: float) -> None:
    outcome = revised(WORKSHOP, message)
    assert outcome.draft is not None, outcome.reasons
    assert label in [rule.label for rule in outcome.draft.formulation.constraints]
    assert optimum(outcome.draft) == pytest.approx(best)


@pytest.mark.parametrize("message", ["desk profit is 80", "A desk now brings $80.", "the profit per desk is now $80"])
def test_a_coefficient_is_changed_where_it_stands(message: str) -> None:
    outcome = revised(WORKSHOP, message)
    assert outcome.draft is not None, outcome.reasons
    assert optimum(outcome.draft) == pytest.approx(4000)
    assert outcome.draft.data["profit_desks"] == 80


def test_a_rule_is_dropped_with_its_parameters() -> None:
    outcome = revised(WORKSHOP, "remove the finishing limit")
    assert outcome.draft is not None, outcome.reasons
    assert [rule.name for rule in outcome.draft.formulation.constraints] == ["hours_of_carpentry"]
    assert not [name for name in outcome.draft.data if "finishing" in name]


def test_whole_numbers_become_amounts_and_back() -> None:
    outcome = revised(WORKSHOP, "allow fractions")
    assert outcome.draft is not None
    assert {variable.domain for variable in outcome.draft.formulation.variables} == {"continuous"}


def test_the_aim_changes_its_sense_or_its_quantity() -> None:
    turned = revised(WORKSHOP, "minimize profit").draft
    other = revised(WORKSHOP, "maximize the number of chairs").draft
    assert turned is not None
    assert turned.formulation.objective.sense == "minimize"
    assert other is not None
    assert optimum(other) == pytest.approx(80)


def test_what_the_message_does_not_touch_stays_identical() -> None:
    before = drafted(WORKSHOP).formulation
    outcome = revised(WORKSHOP, "at most 30 desks")
    assert outcome.draft is not None
    after = outcome.draft.formulation
    assert after.variables == before.variables
    assert after.objective == before.objective
    assert after.constraints[:-1] == before.constraints
    assert after.parameters[:-1] == before.parameters


def test_new_items_point_into_the_message() -> None:
    text = f"{WORKSHOP}\n\nat most 30 desks"
    outcome = revised(WORKSHOP, "at most 30 desks")
    assert outcome.draft is not None
    span = outcome.draft.formulation.constraints[-1].spans[0]
    assert text[span.start : span.end] == "30"
    assert span.start > len(WORKSHOP)


@pytest.mark.parametrize(
    "message", ["please dance", "at most 30 sofas of velvet made by 5", "change the colour to 7", "??"]
)
def test_a_message_that_is_not_understood_changes_nothing_and_says_so(message: str) -> None:
    outcome = revised(WORKSHOP, message)
    assert outcome.status == "abstained"
    assert outcome.draft is None
    assert any("desks" in reason or message[:8] in reason for reason in outcome.reasons)


def test_follow_ups_chain() -> None:
    first = revised(WORKSHOP, "at most 30 desks").draft
    assert first is not None
    text = f"{WORKSHOP}\n\nat most 30 desks\n\nat most 20 desks"
    second = ask(text, previous=first, start=text.rindex("at most")).draft
    assert second is not None
    labels = [rule.label for rule in second.formulation.constraints]
    assert "desks: at most 20" in labels
    assert "desks: at most 30" not in labels


def test_algebra_takes_another_line() -> None:
    before = "maximize 3 x + 2 y\nc1: x + y <= 40"
    text = f"{before}\n\nc2: x <= 10"
    outcome = ask(text, previous=drafted(before), start=len(before) + 2)
    assert outcome.draft is not None
    assert optimum(outcome.draft) == pytest.approx(90)


def test_a_whole_new_problem_starts_anew() -> None:
    message = (
        "A bakery makes cakes and pies. Each cake takes 2 hours and each pie takes 1 hour. There are 40 hours. "
        "The profit per cake is $5 and the profit per pie is $2. How many of each to maximize profit?"
    )
    outcome = revised(WORKSHOP, message)
    assert outcome.draft is not None
    assert {variable.name for variable in outcome.draft.formulation.variables} == {"cakes", "pies"}
