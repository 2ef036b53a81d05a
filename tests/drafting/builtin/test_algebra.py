"""Algebra lines are read without error, or refused with line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drafting.builtin.asking import ask, drafted, optimum


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("maximize 3 x + 2 y\nsubject to\nc1: x + y <= 40\n0 <= y <= 10\nx integer", 120),
        ("max: 3x + 2y; x + y <= 4; x <= 3;", 11),
        ("minimize 3x + 2y s.t. x + y >= 4, x >= 1", 9),
        ("MIN 2*a + 3*b\nST\n  a + b >= 2.5\n  a <= 1", 6.5),
        ("maximize profit = 5 x\nsubject to:\n2 x <= 9\nx integer", 20),
        ("minimise cost: 2(x + y) - y + 7\nx + y = 3\nx ≥ 1", 11),
        ("max x + y\n1 <= x + y <= 8", 8),
        ("max 10 x1 + 6 x_2 + 4 x3\nx1, x_2 and x3 are binary\nlimit: 5 x1 + 4 x_2 + 3 x3 <= 8", 14),
        ("minimize x\nx >= -5", -5),
        ("minimize z\nz free\nz + 3 >= 0  # a remark", -3),
        ("maximize 1,000 x\n40 >= x + 2", 38000),
        ("maximize x - y\nx + y <= 10\nx <= 2 y", 10 / 3),
    ],
)
def test_algebra_lines_solve_to_what_they_say(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("maximize 3 x + * y\nx <= 3", 1, 16, "expected a number or a name"),
        ("maximize x\nx + y 3 <=", 2, 9, "expected a number"),
        ("maximize x\nx * y <= 3", 2, 3, "not linear"),
        ("maximize x^2\nx <= 3", 1, 11, "powers"),
        ("maximize x\n3 <= x >= 1", 2, 1, "point the same way"),
        ("maximize x\nx <= 3\nz integer", 3, 1, '"z"'),
        ("maximize x\n(x + 1 <= 3", 2, 1, "never closed"),
        ("maximize x\nx - x <= 3", 2, 1, "cancels"),
        ("maximize x\nx / 0 <= 3", 2, 3, "zero"),
        ("maximize x\nminimize y\nx + y <= 3", 2, 1, "second objective"),
        ("x + y <= 3", 1, 1, "no objective"),
        ("maximize x\n" + "(" * 5000 + "x <= 3", 2, 51, "nested"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_its_column(text: str, line: int, column: int, said: str) -> None:
    outcome = ask(text)
    assert outcome.status == "abstained"
    assert outcome.reasons[0].startswith(f"Line {line}, column {column}: ")
    assert said in outcome.reasons[0]


def test_items_point_at_their_lines() -> None:
    text = "maximize 3 x + 2 y\nc1: x + y <= 40"
    formulation = drafted(text).formulation
    span = formulation.constraints[0].spans[0]
    assert text[span.start : span.end] == "c1: x + y <= 40"
    assert {item.name for item in formulation.parameters} == {"objective_x", "objective_y", "c1_limit"}
    assert formulation.assumptions


@given(
    profit=st.lists(st.integers(1, 50), min_size=2, max_size=4),
    use=st.lists(st.integers(1, 9), min_size=4, max_size=4),
    limit=st.integers(1, 999),
)
def test_any_single_resource_plan_puts_all_into_the_best_ratio(profit: list[int], use: list[int], limit: int) -> None:
    names = [f"x{position}" for position in range(len(profit))]
    goal = " + ".join(f"{value} {name}" for value, name in zip(profit, names, strict=True))
    rule = " + ".join(f"{value} {name}" for value, name in zip(use, names, strict=False))
    formulation = drafted(f"maximize {goal}\nsubject to\n{rule} <= {limit}").formulation
    assert [term.coefficient for term in formulation.objective.terms] == profit
    assert [term.coefficient for term in formulation.constraints[0].terms] == use[: len(profit)]
    assert formulation.constraints[0].limit == limit
