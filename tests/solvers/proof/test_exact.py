"""One linear relation, in fractions, or none."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from solvers.proof.exact import left_null_vector

F = Fraction


def test_the_one_relation_is_found_exactly() -> None:
    rows = [{0: F(1, 3), 1: F(1)}, {0: F(1, 3)}, {1: F(1, 7)}]
    found = left_null_vector(rows)
    assert found is not None
    assert [value / found[0] for value in found] == [1, -1, -7]


def test_no_relation_and_two_relations_are_both_refused() -> None:
    assert left_null_vector([{0: F(1)}, {1: F(1)}]) is None
    assert left_null_vector([{0: F(1)}, {0: F(2)}, {0: F(3)}]) is None


def test_an_empty_row_is_a_relation_by_itself() -> None:
    assert left_null_vector([{}]) == [1]


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_found_really_is_a_relation(rows: list[list[int]]) -> None:
    found = left_null_vector([{j: F(v) for j, v in enumerate(row) if v} for row in rows])
    if found is not None:
        assert any(found)
        assert all(sum(y * row[j] for y, row in zip(found, rows, strict=True)) == 0 for j in range(3))
