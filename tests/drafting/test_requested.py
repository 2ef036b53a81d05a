"""A change that the message asked for is told from one that a drafter made on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from copilot.drafting.assembly import assemble, with_program
from copilot.drafting.base import Draft, DraftRequest, Formulated
from copilot.drafting.formulation import Constraint, Formulation, Term
from copilot.drafting.program import data_of, write_program
from copilot.drafting.reply import FormulationReply
from copilot.drafting.requested import Judgement, Revision, item_of, judge
from solvers.equivalence.diff import diff
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import built, drafted, revised
from tests.drafting.builtin.test_followup import WORKSHOP
from tests.drafting.replies import PROGRAM, TEXT, workshop

MESSAGES = (
    "at least twice as many chairs as desks",
    "at most 30 desks",
    "Make at least 10 chairs.",
    "no more than 40% of the items are chairs",
    "We need at least $1000 of profit",
    "there are now 300 hours of carpentry",
    "increase carpentry by 10%",
    "desk profit is 80",
    "remove the finishing limit",
    "allow fractions",
    "minimize profit",
    "maximize the number of chairs",
)


def _drafted(raw: dict[str, Any], request: DraftRequest) -> Draft:
    found = assemble(FormulationReply.model_validate(raw), request)
    assert isinstance(found, Formulated)
    return with_program(found, PROGRAM, (), request, drafter="llm")


def _with_parameter(found: Formulation, name: str, value: float) -> Formulation:
    changed = (p.model_copy(update={"value": value}) if p.name == name else p for p in found.parameters)
    return found.model_copy(update={"parameters": tuple(changed)})


def _with_rule(found: Formulation) -> Formulation:
    terms = (Term(coefficient=1, variable="chairs"), Term(coefficient=2, variable="desks"))
    rule = Constraint(name="storage", label="storage room", terms=terms, relation="<=", limit=55)
    return found.model_copy(update={"constraints": (*found.constraints, rule)})


def _turned(found: Formulation) -> Formulation:
    sense = "minimize" if found.objective.sense == "maximize" else "maximize"
    return found.model_copy(update={"objective": found.objective.model_copy(update={"sense": sense})})


SILENT: dict[str, Callable[[Formulation], Formulation]] = {
    "profit": lambda found: _with_parameter(found, "profit_chairs", 45.0),
    "hours_of_carpentry": lambda found: _with_parameter(found, "hours_of_carpentry_desks", 5.0),
    "storage": _with_rule,
    "aim": _turned,
}


def judged(before: Formulation, after: Formulation, text: str, start: int) -> dict[str, Judgement]:
    """Family -> judgement, on the instances that the formulations' programs build."""
    drafts = [Draft(one, write_program(one), data_of(one), "x") for one in (before, after)]
    families = diff(*(to_instance(built(draft)) for draft in drafts)).to_json()["families"]
    found = judge(families, Revision(before, after, text, start))
    return {family["family"]: one for family, one in zip(families, found, strict=True)}


def after_message(message: str) -> tuple[Formulation, Formulation, str, int]:
    draft = revised(WORKSHOP, message).draft
    assert draft is not None
    return drafted(WORKSHOP).formulation, draft.formulation, f"{WORKSHOP}\n\n{message}", len(WORKSHOP) + 2


@pytest.mark.parametrize("message", MESSAGES)
def test_what_a_follow_up_changes_was_asked_for(message: str) -> None:
    found = judged(*after_message(message))
    assert found
    assert {one.requested for one in found.values()} == {"yes"}
    assert all(one.phrase in message for one in found.values())


@pytest.mark.parametrize("message", MESSAGES)
def test_what_nobody_asked_for_is_never_called_asked_for(message: str) -> None:
    before, after, text, start = after_message(message)
    asked = judged(before, after, text, start)
    for family, edit in SILENT.items():
        found = judged(before, edit(after), text, start)
        silent = [one for name, one in found.items() if name not in asked or one != asked[name]]
        assert "yes" not in {one.requested for one in silent}, family


def test_a_silent_change_is_named() -> None:
    before, after, text, start = after_message("there are now 300 hours of carpentry")
    found = judged(before, SILENT["profit"](after), text, start)
    assert found["hours_of_carpentry"].requested == "yes"
    assert found["profit"] == Judgement("no", "", ("chairs",))
    assert judged(before, SILENT["storage"](after), text, start)["storage"].requested == "no"


def test_a_change_that_the_message_may_mean_is_left_open() -> None:
    before, after, text, start = after_message("at most 30 desks")
    assert judged(before, SILENT["hours_of_carpentry"](after), text, start)["hours_of_carpentry"].requested == "unknown"


def replied(message: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Judgement]:
    """The judgement on what a language model makes of a follow-up."""
    first, second = workshop(), workshop()
    change(second)
    text = f"{TEXT}\n\n{message}"
    replies = [(first, TEXT), (second, text)]
    drafts = [_drafted(raw, DraftRequest(said)) for raw, said in replies]
    assert drafts[0] is not None
    assert drafts[1] is not None
    families = diff(*(to_instance(built(draft)) for draft in drafts if draft)).to_json()["families"]
    revision = Revision(drafts[0].formulation, drafts[1].formulation, text, len(TEXT) + 2)
    found = judge(families, revision)
    return {family["family"]: one for family, one in zip(families, found, strict=True)}


def _price(reply: dict[str, Any], **prices: float) -> None:
    price = reply["parameters"][0]
    price["values"] = [{"key": [name], "value": value} for name, value in prices.items()]
    price["quotes"] = ["A desk now brings $80"]


def test_a_number_of_a_family_that_is_quoted_was_asked_for() -> None:
    found = replied("A desk now brings $80.", lambda reply: _price(reply, desk=80, chair=40))
    assert found["profit"] == Judgement("yes", "A desk now brings $80")


def test_a_quote_for_one_number_does_not_cover_its_neighbour() -> None:
    found = replied("A desk now brings $80.", lambda reply: _price(reply, desk=80, chair=45))
    assert (found["profit"].requested, found["profit"].unrequested) == ("no", ("made[chair]",))


def test_an_item_of_another_kind_is_not_found_under_the_same_name() -> None:
    found = drafted(WORKSHOP).formulation
    assert item_of(found, "variables", "desks_amount") == found.variables[0]
    assert item_of(found, "constraints", "desks") is None
    assert item_of(None, "variables", "desks") is None
