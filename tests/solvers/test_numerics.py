"""Rows that make trouble are found, named and measured; ordinary rows are left alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.__main__ import main
from solvers.instance import Instance
from solvers.numerics import remarks
from solvers.suspects import big_ms, twins, uneven
from tests.solvers import instances

INF = float("inf")


def switch(coefficient: float, side: float, *, at_most: bool = True, upper: float = 30.0) -> Instance:
    """x - y + coefficient z on one side of `side`, with 0 <= x, y <= upper and z a switch."""
    return instances.make(
        cost=[1, 1, 1],
        rows=[[1, -1, coefficient]],
        row_lower=[-INF if at_most else side],
        row_upper=[side if at_most else INF],
        upper=[upper, upper, 1],
        integer=[0, 0, 1],
    )


def test_a_big_m_is_named_with_the_smallest_one_that_is_valid() -> None:
    (found,) = big_ms(switch(-1e6, 4))
    assert (found.row, found.column, found.coefficient, found.others) == ("row[0]", "x[2]", -1e6, 1)
    assert (found.tightest, found.moves_limit) == (26, False)  # x - y <= 4 + M z, and x - y is at most 30
    assert "26 is enough by the limits of the others." in found.sentence()
    (moved,) = big_ms(switch(1e6, 1e6 + 4))  # x - y <= 4 where z is 1
    assert (moved.tightest, moved.moves_limit) == (26, True)
    assert "changed by the same amount" in moved.sentence()
    (below,) = big_ms(switch(1e6, 4, at_most=False))  # x - y >= 4 - M z, and x - y is at least -30
    assert (below.tightest, below.moves_limit) == (34, False)


def test_a_big_m_without_limits_to_go_by_says_so() -> None:
    (found,) = big_ms(switch(-1e6, 4, upper=INF))
    assert found.tightest is None
    assert "give the other variables limits" in found.sentence()
    (needed,) = big_ms(switch(-2e6, 4, upper=2e6 + 4))
    assert "as small as the limits of the others allow" in needed.sentence()


@pytest.mark.parametrize("coefficient", [-30.0, -5000.0])
def test_a_coefficient_of_ordinary_size_is_no_big_m(coefficient: float) -> None:
    assert big_ms(switch(coefficient, 0)) == []
    assert remarks(switch(coefficient, 0)) == []


@given(st.floats(1e4, 1e9), st.floats(-50, 50), st.booleans(), st.booleans(), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_the_smaller_m_allows_the_same_points(
    size: float, side: float, negative: bool, above: bool, upper: int
) -> None:
    instance = switch(-size if negative else size, side, at_most=above, upper=float(upper))
    (found,) = big_ms(instance)
    assert found.tightest is not None
    if found.tightest > size:
        return  # here M cuts off points: it is a limit, not a switch
    changed = np.sign(found.coefficient) * (size - found.tightest)
    for difference in np.linspace(-upper, upper, 13):
        for z in (0.0, 1.0):
            before = difference + found.coefficient * z
            after = before - changed * z
            limit = side - (changed if found.moves_limit else 0.0)
            margin = 1e-6 * size
            if abs(before - side) > margin and abs(after - limit) > margin:
                assert ((before <= side) == (after <= limit)) or not above
                assert ((before >= side) == (after >= limit)) or above


def test_duplicate_and_nearly_parallel_rows_are_found() -> None:
    instance = instances.make(
        cost=[1, 1, 1],
        rows=[[1, 2, 0], [3, 0, 1], [-2, -4, 0], [3, 0, 1.00001], [1, 2, 1], [0, 5, 0]],
        row_lower=[0] * 6,
        row_upper=[9] * 6,
    )
    same, near = twins(instance)
    assert {same.first, same.second} == {"row[0]", "row[2]"}
    assert same.difference == 0
    assert {near.first, near.second} == {"row[1]", "row[3]"}
    assert 0 < near.difference < 1e-9
    assert "proportional" in same.sentence()
    assert "nearly parallel" in near.sentence()
    assert twins(instance, seconds=-1) == []


def test_an_uneven_row_is_named() -> None:
    instance = instances.make(cost=[1, 1], rows=[[1e-4, 1e4], [1, 1]], row_lower=[0, 0], row_upper=[1, 1])
    (found,) = uneven(instance)
    assert (found.row, found.smallest, found.largest) == ("row[0]", 1e-4, 1e4)
    assert "row[0]" in remarks(instance)[0]


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_a_scaled_copy_of_any_row_is_found(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.integers(-5, 6, size=(6, 4)).astype(float)
    rows[:, :2] = np.where(rows[:, :2] == 0, 1, rows[:, :2])
    copied = np.vstack([rows, rows[2] * random.choice([-2.0, 0.1, 7.0])])
    instance = instances.make(cost=[1] * 4, rows=copied.tolist(), row_lower=[0] * 7, row_upper=[1] * 7)
    assert any("row[6]" in (pair.first, pair.second) and pair.difference < 1e-12 for pair in twins(instance))


def test_the_command_shows_them_in_words_and_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "switch.instance"
    path.write_bytes(switch(-1e6, 4).to_bytes())
    assert main(["info", str(path)]) == 0
    assert "26 is enough" in capsys.readouterr().out
    assert main(["info", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["suspects"]["big M coefficients"][0]["tightest"] == 26
    assert any("26 is enough" in sentence for sentence in data["remarks"])
