"""Editing a formulation by hand: what was written comes back, a good edit makes a version, a stranger sees nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from copilot.accounts.models import User
from copilot.chat import services
from copilot.chat.editing import Unreadable, edited_by
from copilot.chat.models import Message
from copilot.drafting.formulation import Formulation
from copilot.runs import pipeline
from copilot.runs.events import EventType as E
from copilot.runs.models import Lifecycle, ModelVersion, Run, RunEvent
from tests.chat import stories
from tests.chat.workshop import TEXT, formulation

READ = formulation()


@pytest.fixture
def version(alice: User) -> ModelVersion:
    run = stories.fresh(stories.finished(alice))
    assert run.version is not None
    return run.version


def test_nothing_written_changes_nothing() -> None:
    assert edited_by(READ, {}) == READ


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ({"r0.limit": "300"}, "limit", 300.0),
        ({"r0.limit": "1,300.5"}, "limit", 1300.5),
        ({"r0.relation": ">="}, "relation", ">="),
    ],
)
def test_a_rule_takes_what_was_written(written: dict[str, str], name: str, value: Any) -> None:
    assert getattr(edited_by(READ, written).constraints[0], name) == value


def test_a_rule_is_added_removed_and_rewritten() -> None:
    wanted = edited_by(
        READ,
        {
            "r1.remove": "1",
            "r0.terms": "5 desks + 3 chairs",
            "n.terms": "desks - chairs",
            "n.relation": ">=",
            "n.limit": "0",
        },
    )
    first, added = wanted.constraints
    assert [term.coefficient for term in first.terms] == [5, 3]
    assert (added.name, added.relation, added.limit) == ("rule_1", ">=", 0)


def test_goal_decisions_and_numbers_take_what_was_written() -> None:
    wanted = edited_by(
        READ, {"g.sense": "minimize", "v0.domain": "continuous", "v0.upper": "12", "v1.lower": "", "p0": "75"}
    )
    assert wanted.objective.sense == "minimize"
    assert (wanted.variables[0].domain, wanted.variables[0].upper, wanted.variables[1].lower) == (
        "continuous",
        12,
        None,
    )
    assert wanted.parameters[0].value == 75


@pytest.mark.parametrize(
    ("written", "field", "words"),
    [
        ({"r0.limit": "many"}, "r0.limit", "“many” is no number"),
        ({"r0.terms": "4 tables"}, "r0.terms", "does not end in a decision"),
        ({"n.terms": "desks"}, "n.limit", "“” is no number"),
        ({"v0.domain": "complex"}, "v0.domain", "is none of"),
        ({"p0": "1e999x"}, "p0", "is no number"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(written: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        edited_by(READ, written)
    assert words in caught.value.faults[field]


def test_a_refused_edit_keeps_what_was_written(alice: User, client: Client, version: ModelVersion) -> None:
    client.force_login(alice)
    address = f"/versions/{version.id}/edit/"
    assert client.get(address).status_code == 200
    page = client.post(address, {"r0.limit": "many", "g.sense": "minimize"})
    assert page.status_code == 422
    text = page.content.decode()
    assert 'value="many"' in text
    assert '<option value="minimize" selected>' in text
    same = client.post(address, {"r0.limit": "240"})
    assert "Nothing was changed" in same.content.decode()
    assert Message.objects.count() == 1


def test_a_stranger_gets_404(charlie: User, client: Client, version: ModelVersion) -> None:
    client.force_login(charlie)
    assert client.get(f"/versions/{version.id}/edit/").status_code == 404
    assert client.post(f"/versions/{version.id}/edit/", {"r0.limit": "1"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_an_edit_is_built_checked_compared_and_solved(alice: User, client: Client) -> None:
    begun = services.begin_conversation(actor=alice, text=TEXT, drafter="builtin", enqueue=False)
    pipeline.execute(begun.run_id)
    run = Run.objects.select_related("version").get(id=begun.run_id)
    assert run.version is not None
    drafted = Formulation.model_validate(run.version.formulation)
    client.force_login(alice)
    names = [rule.name for rule in drafted.constraints]
    limit = next(p for p, one in enumerate(drafted.parameters) if one.name == "hours_of_carpentry_limit")
    answer = client.post(
        f"/versions/{run.version.id}/edit/", {f"p{limit}": "300", f"r{names.index('hours_of_finishing')}.remove": "1"}
    )
    assert answer.status_code == 303
    edit = Run.objects.exclude(id=run.id).get()
    assert RunEvent.objects.get(run=edit, type=E.DRAFT_FORMULATED).payload["by"] == "person"
    pipeline.execute(edit.id)
    done = Run.objects.select_related("version").get(id=edit.id)
    assert done.lifecycle == Lifecycle.SUCCEEDED
    assert done.version is not None
    assert done.version.diff is not None
    families = done.version.diff["families"]
    assert {family["family"] for family in families} == {"hours_of_carpentry", "hours_of_finishing"}
    assert {(family["requested"], family["phrase"]) for family in families} == {("yes", "edited by hand")}
    read = Formulation.model_validate(done.version.formulation)
    assert [rule.name for rule in read.constraints] == ["hours_of_carpentry"]
    assert done.result is not None
    assert done.result["objective_value"] == pytest.approx(75 * 70)
    assert done.message.text.startswith("Edited version 1 by hand: ")
