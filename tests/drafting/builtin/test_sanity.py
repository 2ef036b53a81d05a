"""A draft over tables that has no best plan was probably misread, and is not shown as a plan."""

from __future__ import annotations

import pytest

from copilot.drafting.base import Table
from copilot.drafting.builtin.sanity import outcome_of
from copilot.drafting.formulation import Formulation
from tests.drafting.builtin.asking import ask

FOODS = Table("foods", {"food": ["oats", "eggs"], "cost": [2, 3], "protein": [10, 13]})


def formulation(goal: str, *rules: str) -> Formulation:
    draft = ask("\n".join([goal, "subject to", *rules])).draft
    assert draft is not None
    return draft.formulation


@pytest.mark.parametrize(
    ("goal", "rules", "outcome"),
    [
        ("maximize 3 x + 2 y", ("x + y <= 4", "x <= 3"), "bounded"),
        ("maximize 3 x + 2 y", ("x - y <= 4",), "unbounded"),
        ("minimize 3 x + 2 y", ("x + y <= 4",), "idle"),
        ("minimize 3 x + 2 y", ("x + y >= 4",), "bounded"),
        ("minimize 3 x + 2 y", ("x + y >= 4", "x <= 1", "y <= 1"), "infeasible"),
    ],
)
def test_what_the_relaxed_problem_says(goal: str, rules: tuple[str, ...], outcome: str) -> None:
    assert outcome_of(formulation(goal, *rules)) == outcome


def test_a_plan_over_a_table_needs_a_rule_that_asks_for_something() -> None:
    outcome = ask("Minimize total cost. At most 4 in total.", tables=(FOODS,))
    assert outcome.draft is None
    assert "doing nothing at all" in outcome.reasons[0]
    assert outcome.partial is not None


def test_a_plan_over_a_table_has_an_end() -> None:
    outcome = ask("Maximize total protein. At least 4 in total.", tables=(FOODS,))
    assert outcome.draft is None
    assert "without end" in outcome.reasons[0]


def test_algebra_means_what_it_says() -> None:
    assert ask("maximize 3 x + 2 y\nsubject to\nx - y <= 4").status == "complete"
