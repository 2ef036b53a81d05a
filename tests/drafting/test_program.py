"""A formulation and its program say the same, and no number of the user stands in the program."""

from __future__ import annotations

import ast
import re

import pyomo.environ as pyo
import pytest

from copilot.drafting.base import Draft, DraftingError
from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Objective, Parameter, Term, Variable
from copilot.drafting.latex import filled
from copilot.drafting.naming import RESERVED, Names
from copilot.drafting.program import data_of, write_program
from tests.drafting.builtin.asking import built, optimum


def _workshop() -> Formulation:
    return filled(
        Formulation(
            title="Workshop",
            parameters=(
                Parameter(name="profit_desks", value=70.0),
                Parameter(name="profit_chairs", value=40.0),
                Parameter(name="hours_desks", value=4.0),
                Parameter(name="hours_chairs", value=3.0),
                Parameter(name="hours_limit", value=240.0),
                Parameter(name="share", value=0.25),
            ),
            variables=(Variable(name="desks", domain="integer"), Variable(name="chairs", domain="integer")),
            objective=Objective(
                sense="maximize",
                terms=(
                    Term(coefficient=70, variable="desks", parameter="profit_desks"),
                    Term(coefficient=40, variable="chairs", parameter="profit_chairs"),
                ),
            ),
            constraints=(
                Constraint(
                    name="hours",
                    label="carpentry hours: at most 240",
                    sentence="There are 240 hours\nof carpentry.",
                    terms=(
                        Term(coefficient=4, variable="desks", parameter="hours_desks"),
                        Term(coefficient=3, variable="chairs", parameter="hours_chairs"),
                    ),
                    relation="<=",
                    limit=240,
                    limit_parameter="hours_limit",
                ),
                Constraint(
                    name="desk_share",
                    terms=(
                        Term(coefficient=0.75, variable="desks", parameter="1 - share"),
                        Term(coefficient=-0.25, variable="chairs", parameter="-share"),
                    ),
                    relation=">=",
                    limit=0.0,
                ),
            ),
        )
    )


def _indexed() -> Formulation:
    return filled(
        Formulation(
            sets=(IndexSet(name="options", elements=("red van", "blue van")),),
            parameters=(
                Parameter(name="profit", indices=("options",), value=((("red van",), 3.0), (("blue van",), 5.0))),
                Parameter(name="most", value=4.0),
            ),
            variables=(Variable(name="quantity", indices=("options",), domain="integer"),),
            objective=Objective(
                sense="maximize",
                terms=(Term(coefficient=1, variable="quantity[options]", parameter="profit[options]"),),
            ),
            constraints=(
                Constraint(
                    name="most_of_each",
                    indices=("options",),
                    terms=(Term(coefficient=1, variable="quantity[options]"),),
                    relation="<=",
                    limit=4.0,
                    limit_parameter="most",
                ),
                Constraint(
                    name="all_of_them",
                    terms=(Term(coefficient=1, variable="quantity[options]"),),
                    relation="<=",
                    limit=6.0,
                ),
            ),
        )
    )


def _draft(formulation: Formulation) -> Draft:
    return Draft(formulation, write_program(formulation), data_of(formulation), "test")


def test_the_program_solves_to_the_formulation_s_optimum() -> None:
    assert optimum(_draft(_workshop())) == pytest.approx(4200.0)


def test_an_indexed_program_sums_over_its_set_and_repeats_over_its_own_indices() -> None:
    assert optimum(_draft(_indexed())) == pytest.approx(5 * 4 + 3 * 2)


@pytest.mark.parametrize("formulation", [_workshop(), _indexed()])
def test_every_number_comes_from_the_data(formulation: Formulation) -> None:
    tree = ast.parse(write_program(formulation))
    numbers = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and not isinstance(node.value, str)
    }
    assert numbers <= {0, 1, 100, None}


def test_new_data_changes_the_optimum_of_the_same_program() -> None:
    draft = _draft(_workshop())
    richer = Draft(draft.formulation, draft.program, {**draft.data, "hours_limit": 480}, "test")
    assert optimum(richer) > optimum(draft)


def test_the_same_formulation_always_gives_the_same_program() -> None:
    assert write_program(_workshop()) == write_program(_workshop())


def test_formulas_read_as_maths() -> None:
    formulation = _workshop()
    assert formulation.constraints[0].latex == r"4\,\text{desks} + 3\,\text{chairs} \le 240"
    assert formulation.objective.latex == r"\max\; 70\,\text{desks} + 40\,\text{chairs}"
    assert r"\sum_{i \in \text{options}}" in _indexed().objective.latex
    assert r"\forall i \in \text{options}" in _indexed().constraints[0].latex


def test_a_user_s_sentence_cannot_leave_its_comment() -> None:
    rule = _workshop().constraints[0].model_copy(update={"sentence": "fine\nimport os\r\x0b\x85\u2028import sys\x00"})
    formulation = _workshop().model_copy(update={"constraints": (rule,), "title": 'a""" + "\\'})
    tree = ast.parse(write_program(formulation))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Import)] == [tree.body[0]]


@pytest.mark.parametrize("name", ["class", "model", "add_component", "data", "pyo", "sum", "clear"])
def test_a_name_that_would_clash_gets_a_suffix(name: str) -> None:
    desks = Variable(name=name, domain="integer", upper=3.0)
    goal = Objective(sense="maximize", terms=(Term(coefficient=2.5, variable=name),))
    draft = _draft(Formulation(variables=(desks,), objective=goal))
    assert optimum(draft) == pytest.approx(7.5)
    assert draft.data == {f"{name}_upper": 3, f"objective_{name}": 2.5}


def test_two_items_of_one_name_are_refused_with_a_sentence() -> None:
    formulation = _workshop().model_copy(
        update={"objective": _workshop().objective.model_copy(update={"name": "desks"})}
    )
    with pytest.raises(DraftingError, match='named "desks"'):
        write_program(formulation)


def test_a_rule_that_is_no_sum_is_refused_with_a_sentence() -> None:
    rule = Constraint(name="odd", label="desks times chairs", latex="x y \\le 3")
    with pytest.raises(DraftingError, match="desks times chairs"):
        write_program(_workshop().model_copy(update={"constraints": (rule,)}))


def test_an_unknown_parameter_is_refused_with_a_sentence() -> None:
    rule = _workshop().constraints[0].model_copy(update={"limit_parameter": "__import__('os')"})
    with pytest.raises(DraftingError, match="not a parameter"):
        write_program(_workshop().model_copy(update={"constraints": (rule,)}))


def test_every_attribute_of_a_pyomo_model_is_reserved() -> None:
    public = {name for name in dir(pyo.ConcreteModel()) if not name.startswith("_")}
    assert public <= RESERVED


def test_names_are_python_identifiers_and_unique() -> None:
    names = Names()
    made = [
        names.take(words) for words in ("Small wagon", "small wagon", "class", "4-wheeler", "Café", "", "été " * 40)
    ]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) and name.isidentifier() for name in made)


def test_built_components_carry_the_formulation_s_names() -> None:
    pyomo_model = built(_draft(_workshop()))
    assert {component.name for component in pyomo_model.component_objects(pyo.Constraint)} == {"hours", "desk_share"}
