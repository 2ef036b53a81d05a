"""Rows of a pasted table that limit the totals of its columns."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

TOOLS = """How many of each tool should be made to maximize total profit?

tool,steel,plastic,profit
drill,2.5,1.2,22
saw,3,0.5,25
{row}
"""


def test_an_available_row_limits_the_totals() -> None:
    draft = drafted(TOOLS.format(row="available,300,90,"))
    rules = {rule.label: rule for rule in draft.formulation.constraints}
    assert set(rules) == {"total steel: at most 300", "total plastic: at most 90"}
    assert rules["total steel: at most 300"].sentence == 'Total steel at most 300, by the row "available" of the table.'
    assert draft.formulation.sets[0].elements == ("drill", "saw")
    assert optimum(draft) == pytest.approx(2556)


def test_a_row_of_needs_is_a_lower_limit_and_sentences_add_to_it() -> None:
    draft = drafted(
        "| food | cost | protein | fat |\n|---|---|---|---|\n| oats | 2 | 10 | 3 |\n| eggs | 3 | 13 | 11 |\n"
        "| at least | | 60 | 30 |\n\nMinimize total cost. At most 6 in total. Fractions are allowed."
    )
    relations = [(rule.label, rule.relation) for rule in draft.formulation.constraints]
    assert relations == [
        ("total protein: at least 60", ">="),
        ("total fat: at least 30", ">="),
        ("total quantity: at most 6", "<="),
    ]


def test_an_option_that_only_sounds_like_a_limit_stays_an_option() -> None:
    draft = drafted(TOOLS.format(row="maximum grip,4,1,30") + "Total steel at most 300. Total plastic at most 90.")
    assert draft.formulation.sets[0].elements == ("drill", "saw", "maximum grip")


def test_a_goal_over_a_column_that_is_not_there_is_refused() -> None:
    assert ask(TOOLS.format(row="available,300,90,").replace("total profit", "total comfort")).draft is None
