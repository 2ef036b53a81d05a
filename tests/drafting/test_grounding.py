"""Rules written out: the same rows that Pyomo builds from the program written for the formulation."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyomo.core.base.component_namer import name_repr
from pyomo.repn import generate_standard_repn

from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Parameter, Term, Variable
from copilot.drafting.grounding import GroundingError, GroundRow, as_pyomo_writes, ground_objective, ground_rows
from copilot.drafting.program import data_of, write_program

CITY = IndexSet(name="city", elements=("x", "y"))
PLANT = IndexSet(name="plant", elements=("A", "B"))
COSTS = ((("A", "x"), 4.0), (("A", "y"), 6.0), (("B", "x"), 5.0), (("B", "y"), 3.0))


def formulation(*rules: Constraint, goal: tuple[Term, ...] = ()) -> Formulation:
    return Formulation(
        sets=(CITY, PLANT),
        parameters=(
            Parameter(name="cost", indices=("plant", "city"), value=COSTS),
            Parameter(name="demand", indices=("city",), value=((("x",), 10.0), (("y",), 20.0))),
            Parameter(name="share", value=0.25),
            Parameter(name="capacity", value=40),
        ),
        variables=(Variable(name="ship", indices=("plant", "city")), Variable(name="extra")),
        objective=Objective(
            sense="minimize",
            terms=goal or (Term(coefficient=1, variable="ship[plant,city]", parameter="cost[plant,city]"),),
        ),
        constraints=rules,
    )


DEMAND = Constraint(
    name="demand_met",
    indices=("city",),
    terms=(Term(coefficient=1, variable="ship[plant,city]"), Term(coefficient=-1, variable="extra")),
    relation=">=",
    limit_parameter="demand[city]",
)
CAPACITY = Constraint(
    name="capacity_kept",
    terms=(
        Term(coefficient=1, variable="ship[A,city]"),
        Term(coefficient=0.75, variable="extra", parameter="1 - share"),
        Term(coefficient=-0.25, variable="extra", parameter="-share"),
    ),
    relation="<=",
    limit=40,
    limit_parameter="capacity",
)


def test_an_indexed_rule_has_a_row_per_label() -> None:
    assert ground_rows(formulation(DEMAND), DEMAND) == (
        GroundRow("demand_met[x]", {"ship[A,x]": 1, "ship[B,x]": 1, "extra": -1}, ">=", 10),
        GroundRow("demand_met[y]", {"ship[A,y]": 1, "ship[B,y]": 1, "extra": -1}, ">=", 20),
    )


def test_single_labels_expressions_and_repeated_columns_are_collected() -> None:
    (row,) = ground_rows(formulation(CAPACITY), CAPACITY)
    assert row == GroundRow("capacity_kept", {"ship[A,x]": 1, "ship[A,y]": 1, "extra": 0.5}, "<=", 40)


def test_the_objective_takes_its_numbers_from_the_family() -> None:
    assert ground_objective(formulation()) == {"ship[A,x]": 4, "ship[A,y]": 6, "ship[B,x]": 5, "ship[B,y]": 3}


def test_a_sign_or_the_number_itself_may_stand_in_the_coefficient() -> None:
    terms = (
        Term(coefficient=-1, variable="ship[A,x]", parameter="-demand[x]"),
        Term(coefficient=1, variable="ship[A,y]", parameter="-demand[y]"),
        Term(coefficient=0.25, variable="extra", parameter="share"),
    )
    assert ground_objective(formulation(goal=terms)) == {"ship[A,x]": -10, "ship[A,y]": -20, "extra": 0.25}


def test_the_written_program_builds_the_same_rows() -> None:
    model = formulation(DEMAND, CAPACITY)
    namespace: dict[str, Any] = {}
    exec(write_program(model), namespace)
    built = namespace["build_model"](data_of(model))
    rows = [row for rule in (DEMAND, CAPACITY) for row in ground_rows(model, rule)]
    found = {item.name: item for item in built.component_data_objects(pyo.Constraint)}
    assert set(found) == {row.name for row in rows}
    for row in rows:
        repn = generate_standard_repn(
            found[row.name].body - (found[row.name].upper or 0) - (found[row.name].lower or 0)
        )
        stored = {v.name: c for v, c in zip(repn.linear_vars, repn.linear_coefs, strict=True)}
        assert stored == pytest.approx(dict(row.terms))
        assert abs(repn.constant) == pytest.approx(row.limit)
    goal = generate_standard_repn(built.objective.expr)
    assert {v.name: c for v, c in zip(goal.linear_vars, goal.linear_coefs, strict=True)} == ground_objective(model)


@given(st.text(max_size=6) | st.from_regex(r"[-+.0-9e|a'\"]{1,6}", fullmatch=True))
def test_labels_are_written_as_pyomo_writes_them(label: str) -> None:
    assert as_pyomo_writes(label) == name_repr(label)


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        (Term(coefficient=1, variable="ship"), "not a variable with 0 indices"),
        (Term(coefficient=1, variable="unknown"), "not a variable"),
        (Term(coefficient=2, variable="extra", parameter="share"), "share is 0.25, the coefficient 2"),
        (Term(coefficient=1, variable="extra", parameter="demand[z]"), "demand[z] is not a number"),
        (Term(coefficient=1, variable="extra", parameter="share / 0"), "cannot be computed"),
        (Term(coefficient=1, variable="extra", parameter="share ** 2"), "can be computed"),
        (Term(coefficient=1, variable="extra", parameter="(share"), "cannot be computed"),
        (Term(coefficient=1, variable="extra.x"), "is not a name"),
    ],
)
def test_what_cannot_be_written_out_is_said(term: Term, fault: str) -> None:
    rule = Constraint(name="r", terms=(term,), relation="<=", limit=1)
    with pytest.raises(GroundingError) as caught:
        ground_rows(formulation(rule), rule)
    assert fault in str(caught.value)


def test_one_set_for_two_indices_and_formulas_are_left_alone() -> None:
    twice = Constraint(name="r", indices=("city", "city"), terms=DEMAND.terms, relation="<=", limit=1)
    with pytest.raises(GroundingError, match="cannot be told apart"):
        ground_rows(formulation(twice), twice)
    words = Constraint(name="r", latex="x y = 0")
    with pytest.raises(GroundingError, match="not a sum"):
        ground_rows(formulation(words), words)


def test_the_number_of_terms_is_limited() -> None:
    many = tuple(str(i) for i in range(500))
    model = Formulation(
        sets=(IndexSet(name="a", elements=many), IndexSet(name="b", elements=many)),
        variables=(Variable(name="x", indices=("a", "b")),),
        objective=Objective(sense="minimize", terms=(Term(coefficient=1, variable="x[a,b]"),)),
    )
    with pytest.raises(GroundingError, match="more than 200,000 terms"):
        ground_objective(model)
