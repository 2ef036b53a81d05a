"""Texts that name their choices by symbols: bounds in lists, brackets, and rules that pass over what they name."""

from __future__ import annotations

import pytest

from copilot.drafting.base import DraftRequest
from copilot.drafting.builtin import BuiltinDrafter
from tests.drafting.builtin.asking import ask, drafted
from tests.drafting.builtin.test_turns import rules

FUNDS = (
    "A council splits its funds between three schemes, X, Y and Z. One unit costs $5 for scheme X, $7 for scheme Y and "
    "$4 for scheme Z. All units are whole. {said} What is the lowest total cost?"
)
READ = {
    "Scheme X (multiplied by 4) and scheme Z (multiplied by 6) must together yield at least 90 points.": [
        ({"x": 4.0, "z": 6.0}, ">=", 90.0)
    ],
    "At least 40 units must be shared between scheme X (counted as double due to its size) and scheme Y.": [
        ({"x": 2.0, "y": 1.0}, ">=", 40.0)
    ],
    "The combined effect (calculated as 3 times the units of X plus the units of Y) must be at least 60.": [
        ({"x": 3.0, "y": 1.0}, ">=", 60.0)
    ],
    "The difference between scheme (X) and the combined units of scheme (Y + Z) should be at least 8.": [
        ({"x": 1.0, "y": -1.0, "z": -1.0}, ">=", 8.0)
    ],
    "Scheme (X) must receive at least 5 more units than scheme (Z).": [({"x": 1.0, "z": -1.0}, ">=", 5.0)],
    "The difference between twice the units of X, the units of Y, and the units of Z should be at least 6.": [
        ({"x": 2.0, "y": -1.0, "z": -1.0}, ">=", 6.0)
    ],
    "The difference between X and Y, when reduced by Z, should be at least 9.": [
        ({"x": 1.0, "y": -1.0, "z": -1.0}, ">=", 9.0)
    ],
    "X must be at least half the size of Y plus an additional ten units.": [({"x": 1.0, "y": -0.5}, ">=", 10.0)],
    "X must be at least double Y increased by 12.": [({"x": 1.0, "y": -2.0}, ">=", 12.0)],
    "The sum of X and twice Y must exactly be 15.": [({"x": 1.0, "y": 2.0}, "==", 15.0)],
    "Schemes X, Y and Z need at least 12, 8 and 3 units respectively.": [
        ({"x": 1.0}, ">=", 12.0),
        ({"y": 1.0}, ">=", 8.0),
        ({"z": 1.0}, ">=", 3.0),
    ],
    "X and Y together need at least 20 units. The maximum numbers of each type that can be funded are as "
    "follows: 9 for X, 30 for Y, and 25 for Z.": [
        ({"x": 1.0, "y": 1.0}, ">=", 20.0),
        ({"x": 1.0}, "<=", 9.0),
        ({"y": 1.0}, "<=", 30.0),
        ({"z": 1.0}, "<=", 25.0),
    ],
    "The sum of X and Y must be at least 10, while that of Y and Z must be at least 14.": [
        ({"x": 1.0, "y": 1.0}, ">=", 10.0),
        ({"y": 1.0, "z": 1.0}, ">=", 14.0),
    ],
    "At least 20 units must go to X and Y together. This ensures that Y does not lag too far behind X.": [
        ({"x": 1.0, "y": 1.0}, ">=", 20.0)
    ],
    "At least 20 units must go to X and Y together. Units are discrete and cannot be broken down into smaller parts.": [
        ({"x": 1.0, "y": 1.0}, ">=", 20.0)
    ],
}
REFUSED = (
    "X and Y each need at least 12 units, unless Z has 30.",
    "The schemes other than X must get at least 12 units.",
    "Apart from X, at least 12 units are needed.",
    "Either X or Y must get at least 12 units.",
    "If X gets units, Y must get at least 12.",
    "X should exceed neither Y nor Z, and Y must be at least 12.",
    "X should be within 5 units of Y, and X is at least 12.",
    "At least 12 units on top of those for Y must go to X.",
    "The larger of X and Y must be at least 12.",
)


@pytest.mark.parametrize("said", READ)
def test_a_rule_over_symbols_is_read(said: str) -> None:
    assert rules(drafted(FUNDS.format(said=said)).formulation) == READ[said]


@pytest.mark.parametrize("said", REFUSED)
def test_a_rule_over_symbols_that_is_no_plain_sum_is_refused(said: str) -> None:
    assert ask(FUNDS.format(said=said)).status != "complete"


def test_line_breaks_that_an_export_wrote_as_letters_are_line_breaks() -> None:
    text = FUNDS.format(said="At least 20 units must go to X and Y together.")
    broken = text.replace("One unit", r"\n\nOne unit").replace("What is", r"\n- At most 9 units go to X.\n\nWhat is")
    outcome = BuiltinDrafter().draft(DraftRequest(broken), lambda event, data: None, lambda: False)
    assert outcome.draft is not None
    assert rules(outcome.draft.formulation) == [({"x": 1.0, "y": 1.0}, ">=", 20.0), ({"x": 1.0}, "<=", 9.0)]


def test_costs_listed_without_respectively_are_in_order() -> None:
    text = (
        "A port runs three cranes: X, Y and Z. The cost associated with each hour of the cranes are $50, $60 and $70. "
        "X and Y together must run at least 9 hours. Hours are whole. Find the minimum total cost."
    )
    formulation = drafted(text).formulation
    assert [term.coefficient for term in formulation.objective.terms] == [50, 60, 70]


def test_a_remark_with_an_example_is_no_rule() -> None:
    said = "At least 20 units must go to X and Y together (e.g., 0.5 of a unit cannot be given)."
    assert rules(drafted(FUNDS.format(said=said)).formulation) == [({"x": 1.0, "y": 1.0}, ">=", 20.0)]
