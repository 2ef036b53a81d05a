"""The text of a program tells which lines build a component, which numbers it holds, and what its data decide."""

from __future__ import annotations

import pytest

from copilot.drafting.source import (
    component_lines,
    held_numbers,
    lines_of,
    roles_of,
    same_but_for_numbers,
    same_source,
)
from tests.drafting.builtin.asking import drafted
from tests.drafting.builtin.test_followup import WORKSHOP

PROGRAM = '''\
import pyomo.environ as pyo

def build_model(data):
    """Plants and customers."""
    model = pyo.ConcreteModel()
    model.PLANTS = pyo.Set(initialize=data["plants"])
    model.ship = pyo.Var(
        model.PLANTS, domain=pyo.NonNegativeReals
    )

    def supply_rule(model, p):
        return model.ship[p] <= data["supply"][p]

    model.supply = pyo.Constraint(model.PLANTS, rule=supply_rule)

    def bound(model, p):
        return model.ship[p] >= 1

    model.least = pyo.Constraint(model.PLANTS, rule=bound)

    @model.Constraint(model.PLANTS)
    def open_first(model, p):
        return model.ship[p] <= 7

    model.extra = pyo.ConstraintList()
    for p in model.PLANTS:
        model.extra.add(model.ship[p] <= 60)
        model.add_component(f"cap_{p}", pyo.Constraint(expr=model.ship[p] <= 9))
    model.add_component("total", pyo.Constraint(expr=sum(model.ship[p] for p in model.PLANTS) >= 30))
    model.cost = pyo.Objective(expr=sum(model.ship[p] ** 2 * 12 for p in model.PLANTS))
    return model
'''


@pytest.mark.parametrize(
    ("family", "lines"),
    [
        ("ship", (7, 8, 9)),
        ("supply", (11, 12, 14)),
        ("least", (16, 17, 19)),
        ("open_first", (21, 22, 23)),
        ("extra", (25, 27)),
        ("cap_north", (28,)),
        ("total", (29,)),
        ("cost", (30,)),
        ("nothing", ()),
    ],
)
def test_every_way_to_build_a_component_has_its_lines(family: str, lines: tuple[int, ...]) -> None:
    assert lines_of(family, component_lines(PROGRAM)) == lines


def test_the_components_of_the_built_in_drafter_have_lines_that_name_them() -> None:
    draft = drafted(WORKSHOP)
    source, lines = draft.program.splitlines(), component_lines(draft.program)
    names = [item.name for item in (*draft.formulation.variables, *draft.formulation.constraints)]
    for name in (*names, draft.formulation.objective.name):
        assert f"model.{name} = " in source[lines[name][0] - 1]


def test_rows_of_arrays_have_lines() -> None:
    program = 'def build_arrays(data):\n    m = ArrayModel()\n    x = m.add_columns("x", 3)\n    m.add_rows("c", 2)\n'
    assert component_lines(program) == {"x": (3,), "c": (4,)}


def test_a_program_that_cannot_be_read_has_no_lines() -> None:
    assert component_lines("def build_model(data:") == {}
    assert same_source("def (", "def (")
    assert not same_source("def (", "def [")


def test_comments_docstrings_and_layout_do_not_make_another_program() -> None:
    other = PROGRAM.replace('"""Plants and customers."""', '"""Other words."""\n    # and a comment')
    assert same_source(PROGRAM, other)
    assert not same_source(PROGRAM, PROGRAM.replace("<= 60", "<= 61"))
    assert same_but_for_numbers(PROGRAM, PROGRAM.replace("<= 60", "<= 61"))
    assert not same_but_for_numbers(PROGRAM, PROGRAM.replace("<= 60", ">= 60"))


def test_held_numbers_are_quantities_not_exponents_or_places() -> None:
    assert held_numbers(PROGRAM) == (7.0, 9.0, 12.0, 30.0, 60.0)
    assert held_numbers("x = round(data['a'][3], 6) * 1.5 + 0 * 1 - 100") == (1.5,)
    assert held_numbers(drafted(WORKSHOP).program) == ()


def test_data_that_size_something_or_decide_what_is_written_are_found_through_names() -> None:
    program = """
def build_model(data):
    horizon = data["periods"]
    demand = data["demand"]
    m.allowed = pyo.Param(m.A, initialize=data["allowed"])
    m.T = pyo.RangeSet(1, horizon)
    m.c = pyo.Constraint(m.A, rule=lambda m, a: m.x[a] <= demand[a] if m.allowed[a] else pyo.Constraint.Skip)
    m.d = pyo.ConstraintList()
    for a, n in data["limits"].items():
        if n > 3:
            m.d.add(m.x[a] <= n)
    return sum(data["cost"][a] for a in m.A if data.get("open"))
"""
    roles = roles_of(program)
    assert roles.sizes == {"periods"}
    assert roles.switches == {"allowed", "limits", "open"}
