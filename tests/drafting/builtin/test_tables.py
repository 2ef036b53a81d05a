"""A table of options and sentences over its columns become an indexed plan whose numbers stay in the table."""

from __future__ import annotations

import ast

import pytest

from copilot.drafting.base import Table
from tests.drafting.builtin.asking import ask, drafted, optimum

PRODUCTS = Table(
    "products",
    {
        "product": ["desk", "chair", "shelf"],
        "profit": [70, 40, 55.5],
        "hours": [4, 3, 2],
        "weight kg": [20, 5, 12],
        "stock": [10, 20, 30],
        "colour": ["red", "blue", "red"],
    },
)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Maximize total profit. Total hours at most 240. Total weight is at least 10. At most 40 of each.", 5020),
        ("Choose each at most once to maximize profit. Total weight kg at most 30.", 110),
        ("Maximize total profit with at most 240 hours and no more than 50 items in total.", 3500),
        ("Maximize profit. There are 100 hours available. At most the stock of each.", 2365),
        ("Maximize total profit. Hours must not exceed 51. Fractions are allowed.", 51 / 2 * 55.5),
        ("Minimize total hours. Total profit at least 500. Quantities are integers.", 20),
        ("maximize profit; total hours <= 100", 50 * 55.5),
        ("Maximize profit subject to a budget of 50 hours.", 25 * 55.5),
    ],
)
def test_sentences_over_columns_solve_to_what_they_say(text: str, best: float) -> None:
    assert optimum(drafted(text, tables=(PRODUCTS,))) == pytest.approx(best)


def test_the_program_holds_no_number_of_the_table() -> None:
    draft = drafted("Maximize total profit. Total hours at most 240.", tables=(PRODUCTS,))
    numbers = [node.value for node in ast.walk(ast.parse(draft.program)) if isinstance(node, ast.Constant)]
    assert not [value for value in numbers if isinstance(value, int | float) and value not in (0, 1)]
    assert draft.data["profit"] == {"desk": 70, "chair": 40, "shelf": 55.5}
    assert draft.data["products"] == ["desk", "chair", "shelf"]
    sources = {parameter.name: parameter.source for parameter in draft.formulation.parameters}
    assert sources["profit"] == "table:products.profit"
    assert sources["total_hours_at_most_limit"] == "text"


def test_an_unknown_column_is_named_with_the_columns_there_are() -> None:
    outcome = ask("Maximize total margin. Total hours at most 240.", tables=(PRODUCTS,))
    assert outcome.status == "abstained"
    assert "“margin”" in outcome.reasons[0]
    assert "profit, hours, weight kg, stock" in outcome.reasons[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Total hours at most 10.", "what to maximize or minimize"),
        ("Maximize profit. Minimize hours.", "two objectives"),
        ("Maximize profit. Total hours at most 10. Total hours at most 20.", "two different limits"),
        ("Maximize profit. Total hours 50.", "minimum or a maximum"),
        ("Maximize profit. Colours must not clash at most.", "did not understand"),
        ("Maximize profit. Total price at most 10.", "“price”"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    outcome = ask(text, tables=(PRODUCTS,))
    assert outcome.status == "abstained"
    assert said in outcome.reasons[0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"product": [], "profit": []}, "no rows"),
        ({"profit": [1, 2]}, "no column of names"),
        ({"product": ["a", "a"], "profit": [1, 2]}, '"a" twice'),
        ({"product": ["a", "b"], "colour": ["x", "y"]}, "no column of numbers"),
        ({"product": ["a", "b"], "profit": [1, None]}, "Row 2"),
    ],
)
def test_a_table_that_cannot_be_used_is_said(columns: dict[str, list[object]], said: str) -> None:
    outcome = ask("Maximize total profit.", tables=(Table("t", columns),))  # type: ignore[arg-type]
    assert outcome.status == "abstained"
    assert said in outcome.reasons[0]


def test_a_follow_up_replaces_a_limit_over_the_same_column() -> None:
    before = "Maximize total profit. Total hours at most 240."
    text = f"{before}\n\nTotal hours at most 100. At most 10 of each."
    previous = drafted(before, tables=(PRODUCTS,))
    outcome = ask(text, tables=(PRODUCTS,), previous=previous, start=len(before) + 2)
    assert outcome.draft is not None, outcome.reasons
    labels = [rule.label for rule in outcome.draft.formulation.constraints]
    assert labels == ["total hours: at most 100", "quantity of each: at most 10"]


def test_ten_thousand_options_are_drafted() -> None:
    size = 10_000
    columns = {"name": [f"n{row}" for row in range(size)], "value": list(range(size)), "cost": [1] * size}
    draft = drafted("Maximize total value. Total cost at most 3. At most 1 of each.", tables=(Table("many", columns),))
    assert len(draft.program) < 2_000
    assert len(draft.formulation.sets[0].elements) == size
