"""Changed numbers: what must happen follows from what the formulation says a number is for."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.drafting.base import Data, Draft, DraftRequest
from copilot.drafting.formulation import Formulation, Parameter, Term
from copilot.runs import engines
from copilot.runs.checking.check import Check
from copilot.runs.checking.moves import Known, expected, moves
from copilot.runs.checking.second import second_program, second_reading
from copilot.sandbox.outcome import BuildOutcome
from solvers import runner
from solvers.instance import Instance, Sense
from solvers.result import Result, SolveOptions
from tests.runs.fakes import FORMULATION

DATA: dict[str, Any] = {"hours": 240.0, "price": 70.0, "least": 5.0, "note": 3.0}
READ: Formulation = FORMULATION.model_copy(
    update={
        "parameters": tuple(Parameter(name=name, value=value) for name, value in DATA.items() if name != "note"),
        "objective": FORMULATION.objective.model_copy(
            update={
                "terms": (
                    Term(coefficient=70, variable="desks", parameter="price"),
                    Term(coefficient=40, variable="chairs"),
                )
            }
        ),
        "constraints": (
            FORMULATION.constraints[0].model_copy(
                update={"kind": "resource", "limit": None, "limit_parameter": "hours"}
            ),
            FORMULATION.constraints[1].model_copy(
                update={
                    "name": "order",
                    "kind": "requirement",
                    "relation": ">=",
                    "limit": None,
                    "limit_parameter": "least",
                    "terms": (Term(coefficient=1, variable="chairs"),),
                }
            ),
        ),
    }
)
PROGRAM = """\
import pyomo.environ as pyo


def build_model(data):
    m = pyo.ConcreteModel()
    m.desks = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.chairs = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.profit = pyo.Objective(expr=data["price"] * m.desks + 40 * m.chairs, sense=pyo.maximize)
    m.carpentry = pyo.Constraint(expr=4 * m.desks + 3 * m.chairs <= data["hours"])
    m.order = pyo.Constraint(expr=m.chairs >= data["least"])
    return m
"""


def build(program: str, data: Data) -> BuildOutcome:
    return engines.sandbox().build(program, data, limits=engines.build_limits(), seed=0)


def solve(instance: Instance) -> Result:
    return runner.solve(instance, solver="highs", options=SolveOptions(time_limit_seconds=10.0), core_count=1)


def tried(program: str, formulation: Formulation = READ) -> dict[str, Check]:
    draft = Draft(formulation, program, DATA, "llm")
    built = build(program, DATA)
    assert built.instance is not None
    found = solve(built.instance)
    assert found.objective_value is not None
    known = Known(draft, built.instance, found.objective_value, 0.0)
    return {check.name: check for check in moves(known, build, solve, seconds=60.0)}


def test_what_the_formulation_says_a_number_is_for() -> None:
    assert expected(READ, "hours", Sense.MAXIMIZE) == 1
    assert expected(READ, "hours", Sense.MINIMIZE) == -1
    assert expected(READ, "least", Sense.MAXIMIZE) == -1
    assert expected(READ, "price", Sense.MAXIMIZE) == expected(READ, "price", Sense.MINIMIZE) == 1
    assert expected(READ, "unheard_of", Sense.MAXIMIZE) == 0
    free = READ.model_copy(
        update={"variables": (READ.variables[0].model_copy(update={"lower": None}), READ.variables[1])}
    )
    assert expected(free, "price", Sense.MAXIMIZE) == 0


def test_a_faithful_program_moves_the_right_way() -> None:
    found = tried(PROGRAM)
    assert {name: check.status for name, check in found.items()} == {"used": "pass", "moves": "pass"}


@pytest.mark.parametrize(
    ("right", "wrong", "name", "words"),
    [
        ('<= data["hours"]', '<= 480 - data["hours"]', "moves", "hours raised from 240 to 264"),
        ('data["price"] * m.desks', '(140 - data["price"]) * m.desks', "moves", "price raised from 70 to 77"),
        ('>= data["least"]', '>= 10 - data["least"]', "moves", "least raised from 5 to 6"),
        ('data["price"] * m.desks', "70 * m.desks", "used", "whatever price is"),
    ],
)
def test_a_program_that_only_agrees_on_the_given_numbers_is_found_out(
    right: str, wrong: str, name: str, words: str
) -> None:
    """Each of these builds exactly the same instance from the given data."""
    assert right in PROGRAM
    found = tried(PROGRAM.replace(right, wrong))
    assert found[name].status == "fail"
    assert words in found[name].detail


def test_a_number_that_the_program_refuses_says_nothing() -> None:
    picky = PROGRAM.replace("    return m", '    assert data["hours"] == 240\n    return m')
    assert tried(picky)["used"].status == "pass"


def test_the_second_program_agrees_with_a_faithful_one_and_not_with_another() -> None:
    faithful, built = Draft(READ, PROGRAM, DATA, "llm"), build(PROGRAM, DATA)
    assert built.instance is not None
    found = second_program(faithful, built.instance, build)
    assert found is not None
    assert found.status == "pass"
    other = build(PROGRAM.replace("4 * m.desks", "5 * m.desks"), DATA)
    assert other.instance is not None
    found = second_program(faithful, other.instance, build)
    assert found is not None
    assert found.status == "fail"
    assert second_program(Draft(READ, PROGRAM, DATA, "builtin"), built.instance, build) is None


def test_the_second_reading_is_of_the_request_alone() -> None:
    text = (
        "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; "
        "a chair brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. How many of each?"
    )
    program = PROGRAM.replace('>= data["least"]', ">= 0").replace(
        "    return m", "    m.finishing = pyo.Constraint(expr=2 * m.desks + m.chairs <= 100)\n    return m"
    )
    draft, built = Draft(READ, program, DATA, "llm"), build(program, DATA)
    assert built.instance is not None
    found = second_reading(draft, built.instance, DraftRequest(text), build)
    assert found is not None
    assert found.status == "pass"
    other = build(program.replace("<= 100", "<= 99"), DATA)
    assert other.instance is not None
    found = second_reading(draft, other.instance, DraftRequest(text), build)
    assert found is not None
    assert found.status == "unknown"
    assert "at least one of them is wrong" in found.detail
    assert second_reading(draft, built.instance, DraftRequest("Please help."), build) is None
