"""Exact solutions of square systems, against Gaussian elimination in fractions."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.proof.system import factored, solved
from solvers.proof.whole import as_ints, scaled, simple_fractions

squares = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(-9, 9), min_size=n, max_size=n), min_size=n, max_size=n)
)


def determinant(rows: list[list[Fraction]]) -> Fraction:
    if not rows:
        return Fraction(1)
    first, *others = rows
    return sum(
        ((-1) ** j * a * determinant([row[:j] + row[j + 1 :] for row in others]) for j, a in enumerate(first) if a),
        Fraction(0),
    )


@given(squares, st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_solution_satisfies_the_system_exactly(dense: list[list[int]], transposed: bool) -> None:
    matrix = np.array(dense, dtype=float) / 100  # two decimals: entries are whole numbers of hundredths
    rows, columns = np.nonzero(matrix)
    right = as_ints(range(1, len(dense) + 1))
    entries = as_ints(np.array(dense)[rows, columns].tolist())
    system = factored(entries, matrix[rows, columns], rows, columns, size=len(dense), digits=2)
    found = None if system is None else solved(system, right, transposed=transposed, until=time.monotonic() + 30)
    if found is None:  # allowed only when there is no unique solution
        assert determinant([[Fraction(a) for a in row] for row in dense]) == 0
        return
    z, common = found
    left = (np.array(dense).T if transposed else np.array(dense)).astype(object) @ z
    assert left.tolist() == (right * common).tolist()


def test_long_fractions_are_reached() -> None:
    n = 40  # its determinant has more digits than a double: 7 on the diagonal, 3 and 2 beside it
    dense = np.diag([7] * n) + np.diag([3] * (n - 1), 1) + np.diag([2] * (n - 1), -1)
    rows, columns = np.nonzero(dense)
    entries = as_ints(dense[rows, columns].tolist())
    system = factored(entries, dense[rows, columns].astype(float), rows, columns, size=n, digits=0)
    assert system is not None
    found = solved(system, as_ints([1] * n), transposed=False, until=time.monotonic() + 30)
    assert found is not None
    assert found[1].bit_length() > 64
    assert (dense.astype(object) @ found[0]).tolist() == [found[1]] * n


def test_no_time_and_no_inverse_are_no_solution() -> None:
    ones = np.ones(4)
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert factored(as_ints([1] * 4), ones, rows, columns, size=2, digits=0) is None
    system = factored(as_ints([1]), np.ones(1), np.array([0]), np.array([0]), size=1, digits=0)
    assert system is not None
    assert solved(system, as_ints([5]), transposed=False, until=time.monotonic() - 1) is None


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=20))
def test_scaled_numbers_are_the_shortest_decimals(values: list[float]) -> None:
    whole, digits = scaled(np.array(values, dtype=float))
    assert [Fraction(number, 10**digits) for number in whole.tolist()] == [Fraction(repr(value)) for value in values]


def test_infinite_sides_count_as_nothing_and_solver_noise_is_rounded_away() -> None:
    assert scaled(np.array([np.inf, -np.inf, 0.5]))[0].tolist() == [0, 0, 5]
    whole, common = simple_fractions(np.array([1 / 3 + 1e-13, -2.5, 0.1]))
    assert [Fraction(k, common) for k in whole.tolist()] == [Fraction(1, 3), Fraction(-5, 2), Fraction(1, 10)]
