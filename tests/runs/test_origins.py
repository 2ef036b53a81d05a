"""Each change of a stored diff leads to its program lines and to the message that asked for it, and gives a title."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.runs.origins import Side, newest_start, title_of, with_origins
from solvers.equivalence.diff import diff
from solvers.from_pyomo import to_instance
from tests.drafting.builtin.asking import built, drafted, revised
from tests.drafting.builtin.test_followup import WORKSHOP


def told(message: str) -> dict[str, Any]:
    """The diff of a follow-up with its origins."""
    before, after = drafted(WORKSHOP), revised(WORKSHOP, message).draft
    assert after is not None
    instances = [to_instance(built(draft)) for draft in (before, after)]
    sides = [
        Side(draft.formulation, draft.program, text, instance.objective_name)
        for draft, text, instance in zip(
            (before, after), (WORKSHOP, f"{WORKSHOP}\n\n{message}"), instances, strict=True
        )
    ]
    return with_origins(diff(*instances).to_json(), sides[0], sides[1])


def test_a_changed_family_has_lines_in_both_programs() -> None:
    (family,) = told("change finishing to 120")["families"]
    program = drafted(WORKSHOP).program.splitlines()
    before = family["lines"]["before"]
    assert before == family["lines"]["after"]
    assert program[before[0] - 1].strip() == "model.hours_of_finishing = pyo.Constraint("
    assert (family["requested"], family["phrase"]) == ("yes", "change finishing to 120")


def test_an_objective_of_another_name_has_the_lines_of_each() -> None:
    (family,) = told("maximize the number of chairs")["families"]
    assert family["family"] == "number_of_chairs"
    assert family["lines"]["before"]
    assert family["lines"]["after"]


def test_what_only_one_version_has_has_lines_there_alone() -> None:
    (added,) = told("at most 30 desks")["families"]
    (removed,) = told("remove the finishing limit")["families"]
    assert (bool(added["lines"]["before"]), bool(added["lines"]["after"])) == (False, True)
    assert (bool(removed["lines"]["before"]), bool(removed["lines"]["after"])) == (True, False)


def test_a_renamed_family_has_its_lines_under_either_name() -> None:
    families = [{"kind": "variables", "family": "x", "renamed": "make", "change": "changed", "entries": ()}]
    programs = ["m.x = pyo.Var()", "# amounts\nm.make = pyo.Var()"]
    sides = [Side(None, program, "") for program in programs]
    (told,) = with_origins({"families": families}, sides[0], sides[1])["families"]
    assert told["lines"] == {"before": (1,), "after": (2,)}


def test_a_formulation_that_cannot_be_read_leaves_the_lines() -> None:
    before, after = drafted(WORKSHOP), revised(WORKSHOP, "at most 30 desks").draft
    assert after is not None
    raw = diff(to_instance(built(before)), to_instance(built(after))).to_json()
    found = with_origins(raw, Side(None, before.program, "a"), Side(None, after.program, "a\n\nat most 30 desks"))
    assert found["families"][0]["lines"]["after"]
    assert found["families"][0]["requested"] == "yes"  # its own name and number are in the message


def test_the_newest_messages_are_what_the_later_request_has_more() -> None:
    assert newest_start("one", "one\n\ntwo\n\nthree") == 5
    assert newest_start("one", "something else") == 0


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("change finishing to 120", "hours_of_finishing: right-hand side 100 → 120"),
        ("at most 30 desks", "desks_at_most added"),
        ("remove the finishing limit", "hours_of_finishing removed"),
        ("minimize profit", "profit: sense maximize → minimize"),
    ],
)
def test_a_revision_is_called_by_what_it_changed(message: str, title: str) -> None:
    assert title_of(told(message)) == title


def test_a_revision_without_effect_is_called_that() -> None:
    before = drafted(WORKSHOP)
    other = before.program.replace("model.desks", "model.tables")
    program = before.__class__(before.formulation, other, before.data, "x")
    found = diff(to_instance(built(before)), to_instance(built(program))).to_json()
    assert title_of(found) == "Renamed without effect"


def test_a_title_is_short_however_much_changed() -> None:
    families = [{"family": f"family_{i}", "change": "changed", "patterns": ["x" * 90] * 3} for i in range(9)]
    assert len(title_of({"summary": "", "families": families})) <= 200
    assert title_of({"families": [{"family": "a", "change": "added", "patterns": []}] * 5}).endswith("; 2 more")
    assert title_of(None) == ""


def test_a_formulation_is_not_needed_for_a_diff_without_families() -> None:
    assert with_origins({"families": ()}, Side(None, "", ""), Side(None, "", ""))["families"] == []
