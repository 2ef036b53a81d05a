"""A formulation edited by a person: faults in words, numbers that follow, and what needs no drafter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from copilot.drafting.assembly import assemble, with_program
from copilot.drafting.base import Draft, DraftingError, DraftRequest, Formulated
from copilot.drafting.editing import compiled, edited, faults, follow
from copilot.drafting.formulation import Constraint, Formulation, Term
from copilot.drafting.reply import FormulationReply
from tests.drafting.builtin.asking import drafted
from tests.drafting.replies import PROGRAM, REQUEST, workshop


def settled() -> Draft:
    """The workshop as a language model drafted it."""
    found = assemble(FormulationReply.model_validate(workshop()), REQUEST)
    assert isinstance(found, Formulated)
    return with_program(found, PROGRAM, (), REQUEST, drafter="llm")


def with_item(formulation: Formulation, element: str, item_name: str, /, **changes: Any) -> Formulation:
    items = tuple(
        item.model_copy(update=changes) if item.name == item_name else item for item in getattr(formulation, element)
    )
    return formulation.model_copy(update={element: items})


def test_a_changed_number_keeps_the_program_and_reaches_data_limit_and_formula() -> None:
    before = settled()
    after = edited(before.formulation, with_item(before.formulation, "parameters", "carpentry_limit", value=300.0))
    assert after.changed == ("number carpentry_limit",)
    (rule,) = after.formulation.constraints
    assert rule.limit == 300.0
    assert "300" in rule.latex
    assert "240" not in rule.latex
    assert after.formulation.assumptions[-1].about == "carpentry_limit"
    draft = follow(before, after)
    assert draft is not None
    assert draft.program == before.program
    assert draft.data["carpentry_limit"] == 300.0


def test_another_label_of_a_set_is_data_too() -> None:
    before = settled()
    labels = ("desk", "chair", "stool")
    bigger = with_item(before.formulation, "sets", "product", elements=labels)
    for name in ("price", "hours"):
        values = next(item.value for item in bigger.parameters if item.name == name)
        assert not isinstance(values, int | float)
        bigger = with_item(bigger, "parameters", name, value=(*values, (("stool",), 2.0)))
    draft = follow(before, edited(before.formulation, bigger))
    assert draft is not None
    assert draft.data["product"] == list(labels)


def test_a_changed_rule_needs_the_drafter_unless_the_program_is_ours() -> None:
    before = settled()
    turned = with_item(before.formulation, "constraints", "carpentry", relation=">=")
    after = edited(before.formulation, turned)
    assert after.changed == ("rule carpentry",)
    assert follow(before, after) is None
    ours = compiled(Formulated(before.formulation), "builtin")
    draft = follow(ours, after)
    assert draft is not None
    assert ">= data" in draft.program


def test_an_edit_of_the_built_in_drafters_model_is_compiled_anew() -> None:
    before = drafted("maximize 3 x + 2 y\nsubject to\nc1: x + y <= 40")
    rule = Constraint(name="most_x", terms=(Term(coefficient=1, variable="x"),), relation="<=", limit=25)
    more = before.formulation.model_copy(update={"constraints": (*before.formulation.constraints, rule)})
    draft = follow(before, edited(before.formulation, more))
    assert draft is not None
    assert "most_x" in draft.program
    assert 25 in draft.data.values()


@pytest.mark.parametrize(
    ("element", "name", "changes", "fault"),
    [
        ("variables", "made", {"name": "price"}, "The name price is used for two items"),
        ("variables", "made", {"indices": ("plant",)}, "made is indexed by plant, which is not a set"),
        ("variables", "made", {"name": "built"}, "carpentry cannot be written: made[product] is not a variable"),
        ("parameters", "hours", {"name": "time"}, "The rule carpentry cannot be written: hours"),
        ("constraints", "carpentry", {"terms": (), "latex": ""}, "The rule carpentry is empty"),
        ("sets", "product", {"elements": ("desk", "sofa")}, "price[sofa] is not a number"),
    ],
)
def test_an_edit_that_cannot_be_written_names_the_item(
    element: str, name: str, changes: dict[str, Any], fault: str
) -> None:
    before = settled().formulation
    with pytest.raises(DraftingError) as caught:
        edited(before, with_item(before, element, name, **changes))
    assert fault in str(caught.value)


def test_nothing_changed_is_said() -> None:
    before = settled().formulation
    assert faults(before) == ()
    with pytest.raises(DraftingError, match="Nothing was changed"):
        edited(before, before)


def test_the_program_stage_is_told_what_was_edited() -> None:
    from copilot.drafting.prompting import program_message

    before = settled()
    after = edited(before.formulation, with_item(before.formulation, "constraints", "carpentry", relation=">="))
    _, said = program_message(replace(DraftRequest(REQUEST.text), previous=before), after)
    assert "rule carpentry" in said.split("<<<CHANGED ")[1]
    assert before.program in said
    assert "<<<REVISION" not in said
