"""The library in the admin: who gets in, what each screen answers, and that only the room's verbs write."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import releases
from copilot.library.models import AuditEntry, InsightVersion, Origin, TaxonomyLabel
from copilot.library.states import State
from tests.library.cast import CONSERVATION, KNAPSACK, approved, curator, draft, released, tried

pytestmark = pytest.mark.django_db
TABLES = ("insight", "insightversion", "taxonomylabel", "libraryrelease", "auditentry", "trialrecord", "insightuse")


def staff(user: User) -> Client:
    User.objects.filter(id=user.id).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(id=user.id))
    return client


@pytest.fixture
def desk(alice: User) -> Client:
    """A curator at the admin."""
    return staff(curator(alice))


def at(name: str, *args: object) -> str:
    return reverse(f"admin:library_{name}", args=args)


@pytest.mark.parametrize("table", TABLES)
def test_lists_are_for_curators_alone(table: str, alice: User, bob: User) -> None:
    tried(approved(), "with", "without")
    released("r1")
    address = at(f"{table}_changelist")
    assert staff(curator(alice)).get(address).status_code == 200
    assert staff(bob).get(address).status_code == 403  # a planner, who owns no workspace
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("table", ["insight", "insightversion", "taxonomylabel", "libraryrelease"])
def test_a_search_and_a_page_of_each_answer(table: str, desk: Client) -> None:
    version = approved()
    release = released("r1")
    keys = {"insight": version.insight_id, "insightversion": version.id, "libraryrelease": release.id}
    key = keys.get(table) or TaxonomyLabel.objects.get(level=2).id
    assert desk.get(at(f"{table}_changelist"), {"q": "flow"}).status_code == 200
    assert desk.get(at(f"{table}_change", key)).status_code == 200


def test_a_stranger_finds_no_page_of_a_workspace(desk: Client, charlie: User) -> None:
    version = draft(workspace=workspace_of(charlie))
    for name, key in (("insight_change", version.insight_id), ("insightversion_change", version.id)):
        assert desk.get(at(name, key)).status_code == 404
    assert desk.get(at("insight_write", version.insight_id)).status_code == 404


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_added_changed_or_deleted_but_by_verbs(table: str, desk: Client) -> None:
    assert desk.get(at(f"{table}_add")).status_code == 403
    assert desk.post(at(f"{table}_delete", uuid.uuid4())).status_code in (302, 403)


@pytest.mark.parametrize("table", ["insight", "insightversion", "taxonomylabel"])
def test_a_list_asks_as_many_questions_for_many_rows_as_for_few(table: str, desk: Client) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(at(f"{table}_changelist")).status_code == 200
        return len(asked)

    for number in range(3):
        draft(applies_when=f"Case {number}.", labels=(("Stage", f"Area {number}"),))
    few = questions()
    for number in range(3, 40):
        draft(applies_when=f"Case {number}.", labels=(("Stage", f"Area {number}"),))
    assert questions() == few


def form_of(**changes: str) -> dict[str, str]:
    fields = {"applies_when": "Nodes store.", "explanation": "Carry it over.", "solver_scope": "any", "language": "en"}
    return fields | {"labels": "Domain Modeling > Inventory"} | changes


def test_an_edit_becomes_a_new_version_and_the_old_one_stays(desk: Client, alice: User) -> None:
    first = approved()
    assert CONSERVATION.applies_when in desk.get(at("insight_write", first.insight_id)).content.decode()
    assert desk.post(at("insight_write", first.insight_id), form_of()).status_code == 302
    newest = first.insight.versions.get(number=2)
    assert (newest.state, newest.author, newest.applies_when) == (State.DRAFT, alice, "Nodes store.")
    assert newest.ancestors.get().parent == first
    assert InsightVersion.objects.get(id=first.id).applies_when == CONSERVATION.applies_when
    refused = desk.post(at("insight_write", first.insight_id), form_of(labels="a > b > c > d"))
    assert b"one to three names" in refused.content


def test_many_are_retired_at_once_each_with_its_entry(desk: Client) -> None:
    chosen = [approved(), draft(KNAPSACK)]
    keys = [version.insight_id for version in chosen]
    wish = {"action": "retire", "_selected_action": keys}
    asked = desk.post(at("insight_changelist"), wish).content.decode()
    assert "<strong>2</strong> versions will be retired, 1 of which is active" in asked
    assert not InsightVersion.objects.in_state(State.RETIRED).exists()
    desk.post(at("insight_changelist"), wish | {"confirm": "1", "reason": "out of date"})
    assert set(InsightVersion.objects.values_list("state", flat=True)) == {State.RETIRED}
    told = AuditEntry.objects.filter(verb="moved to retired", actor_name="alice")
    assert set(told.values_list("reason", flat=True)) == {"out of date"}
    assert told.count() == 2


def test_a_label_is_approved_renamed_and_merged(desk: Client) -> None:
    draft(), draft(KNAPSACK)
    first, second = TaxonomyLabel.objects.filter(level=2).order_by("path")
    desk.post(at("label_do", first.id), {"verb": "approve"})
    desk.post(at("label_do", first.id), {"verb": "rename", "name": "Balance"})
    desk.post(at("label_do", second.id), {"verb": "merge", "into": first.id})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.name, second.redirect) == ("approved", "Balance", first)
    assert desk.get(at("taxonomylabel_change", second.id)).status_code == 200


def test_a_release_is_made_activated_compared_and_rolled_back(desk: Client) -> None:
    approved()
    old = released("old")
    approved(KNAPSACK)
    desk.post(at("release_make"), {"name": "new", "note": "Knapsacks."})
    new = old._meta.model.objects.get(name="new")
    desk.post(at("release_activate", new.id), {"reason": ""})
    assert releases.active() == old  # not through the gate, and no reason
    desk.post(at("release_activate", new.id), {"reason": "tried by hand"})
    assert releases.active() == new
    page = desk.get(at("release_diff", new.id), {"from": str(old.id)}).content.decode()
    assert "Added (1)" in page
    assert KNAPSACK.title in page
    desk.post(at("release_rollback"), {"reason": "worse"})
    assert releases.active() == old
    assert desk.get(at("release_diff", new.id), {"from": "junk"}).status_code == 404


def test_two_insights_are_merged_after_a_preview(desk: Client) -> None:
    parents = [approved(), draft(KNAPSACK)]
    keys = [version.insight_id for version in parents]
    chosen = desk.post(at("insight_changelist"), {"action": "merge_two", "_selected_action": keys})
    address = chosen.headers["Location"]
    page = desk.get(address).content.decode()
    assert CONSERVATION.explanation in page
    assert "Save the merged draft" not in page
    preview = desk.post(address, form_of(verb="preview")).content.decode()
    assert "Save the merged draft" in preview
    assert InsightVersion.objects.count() == 2
    desk.post(address, form_of(verb="save", retire="1"))
    child = InsightVersion.objects.get(origin=Origin.MERGED)
    assert child.state == State.DRAFT
    assert {link.parent for link in child.ancestors.all()} == set(parents)
    assert set(InsightVersion.objects.exclude(id=child.id).values_list("state", flat=True)) == {State.RETIRED}
