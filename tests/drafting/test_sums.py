"""A sum as a line: written and read back it is the same sum; what is not understood is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.drafting.base import DraftingError
from copilot.drafting.formulation import Formulation, IndexSet, Objective, Parameter, Term, Variable
from copilot.drafting.sums import read_sum, sum_text

READ = Formulation(
    sets=(IndexSet(name="ITEMS", elements=("a", "b")),),
    parameters=(
        Parameter(name="share", value=0.25),
        Parameter(name="hours", value=4.0),
        Parameter(name="cost", indices=("ITEMS",), value=((("a",), 1.0), (("b",), 2.0))),
    ),
    variables=(Variable(name="desks"), Variable(name="make", indices=("ITEMS",))),
    objective=Objective(sense="maximize", terms=(Term(coefficient=1, variable="desks"),)),
)
SOURCES = ("", "hours", "share", "cost[ITEMS]", "1 - share", "share / 100", "hours * (1 - share)")


@st.composite
def terms(draw: st.DrawFn) -> Term:
    source = draw(st.sampled_from(SOURCES))
    sign = draw(st.sampled_from((1.0, -1.0)))
    number = draw(st.floats(1e-9, 1e12, allow_nan=False))
    size = {"": number, "hours": 4.0, "share": 0.25}.get(source, 1.0)
    return Term(
        coefficient=sign * size, variable=draw(st.sampled_from(("desks", "make[ITEMS]", "make[a]"))), parameter=source
    )


@given(st.lists(terms(), min_size=1, max_size=6))
def test_a_sum_reads_back_as_it_was(sum_: list[Term]) -> None:
    assert read_sum(sum_text(sum_), READ) == tuple(sum_)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("4 desks", (4.0, "")),
        ("1,200 * desks", (1200.0, "")),
        ("-desks", (-1.0, "")),
        ("2.5e-3*desks", (0.0025, "")),
        ("hours × desks", (4.0, "hours")),
        ("− (1 - share) * desks", (-1.0, "1 - share")),
        ("-make[a] + desks", (-1.0, "")),
    ],
)
def test_people_write_sums_in_many_ways(line: str, first: tuple[float, str]) -> None:
    term = read_sum(line, READ)[0]
    assert (term.coefficient, term.parameter) == first


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "empty"),
        ("4 * chairs", "“4 \\* chairs” does not end in a decision"),
        ("4 desks +", "ends in a sign"),
        ("4 desks + - 3 desks", "Two signs"),
        ("wages * desks", "“wages” in “wages \\* desks” is no number"),
        ("(1 - share * desks", "does not close"),
        ("desks * 4", "does not end in a decision"),
        ("__import__('os') * desks", "is no number and no expression"),
        ("4.5.6 * desks", "is no number"),
    ],
)
def test_what_is_not_understood_is_named(line: str, words: str) -> None:
    with pytest.raises(DraftingError, match=words):
        read_sum(line, READ)
