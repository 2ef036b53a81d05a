"""Curating in the admin: who may do what with whose library, and that each page's verbs do what their buttons say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import insights, moves, releases, taxonomy
from copilot.library.access import LibraryRefused
from copilot.library.admin.comparing import WORDS_MOST, Piece, changes
from copilot.library.content import Content
from copilot.library.insights import Provenance
from copilot.library.models import AuditEntry, Insight, InsightVersion, LibraryRelease, TaxonomyLabel
from copilot.library.states import State
from tests.library.cast import CONSERVATION, KNAPSACK, approved, curator, draft, released
from tests.library.test_admin import at, desk, form_of, staff
from tests.library.test_reviewing import waiting

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
ROWS = "\n".join(
    json.dumps({"title": title, "applies_when": f"{title} happens.", "explanation": f"Mind {title}.", **more})
    for title, more in (
        ("Shelf life", {"labels": [["Domain Modeling", "Perishables"]]}),
        ("Backorders", {"wrong": "x >= 1", "right": "1 <= x"}),
    )
)


def upload(text: str, name: str = "ours.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_front_page_leads_a_curator_to_the_queue(alice: User, bob: User) -> None:
    waiting(), released("r1", approved(KNAPSACK))
    page = staff(curator(alice)).get(reverse("admin:index")).content.decode()
    assert "Wellposed" in page
    assert "Django administration" not in page
    assert "<strong>1</strong> waiting" in page
    assert at("review_next") in page
    assert page.index("Review queue") < page.index("Insight versions") < page.index("Audit entries")
    assert at("review_next") not in staff(bob).get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("table", ["insight", "insightversion", "taxonomylabel", "libraryrelease", "auditentry"])
@pytest.mark.parametrize("key", ["junk", "123456789", "3ad35a60-e418-47b5-9bdf-4df7ae65f006"])
def test_an_address_that_leads_nowhere_is_not_found(table: str, key: str, desk: Client) -> None:
    assert desk.get(at(f"{table}_change", key)).status_code == 404


def test_the_owner_of_a_workspace_curates_that_one_alone(charlie: User) -> None:
    mine = draft(workspace=workspace_of(charlie))
    theirs = approved(KNAPSACK)
    desk = staff(charlie)
    listed = desk.get(at("insight_changelist")).content.decode()
    assert CONSERVATION.title in listed
    assert KNAPSACK.title in listed  # he may read what is for everyone
    page = desk.get(at("insightversion_change", theirs.id)).content.decode()
    assert "Suspend" not in page
    assert "Write a new version" not in page
    desk.post(at("version_move", theirs.id), {"to": "suspended", "reason": "I say so"})
    theirs.refresh_from_db()
    assert theirs.state == State.ACTIVE
    desk.post(at("version_move", mine.id), {"to": "in_review"})
    desk.post(at("review_desk", mine.id), {"verb": "approve"})
    desk.post(at("release_make"), {"name": "ours", "workspace": workspace_of(charlie).id})
    release = LibraryRelease.objects.get(workspace=workspace_of(charlie))
    assert list(release.versions.all()) == [mine]
    assert desk.post(at("release_make"), {"name": "everyone's"}).status_code == 200  # no such choice for him
    assert not LibraryRelease.objects.filter(workspace=None).exists()
    desk.post(at("release_activate", release.id), {"reason": "first one"})
    assert releases.active(workspace_of(charlie)) == release


def test_another_workspace_is_not_found_by_a_curator_for_everyone(desk: Client, charlie: User) -> None:
    version = approved(workspace=workspace_of(charlie))
    release = released("theirs", version, workspace=workspace_of(charlie))
    label = taxonomy.find_or_propose(("Theirs",), workspace=workspace_of(charlie))
    entry = AuditEntry.objects.filter(workspace=workspace_of(charlie)).latest("id")
    for address in (
        at("insightversion_change", version.id),
        at("insight_write", version.insight_id),
        at("libraryrelease_change", release.id),
        at("release_diff", release.id),
        at("taxonomylabel_change", label.id),
        at("auditentry_change", entry.id),
    ):
        assert desk.get(address).status_code == 404
    for address in (at("version_move", version.id), at("release_activate", release.id), at("label_do", label.id)):
        assert desk.post(address, {"to": "retired", "verb": "approve"}).status_code == 404


def test_a_version_is_suspended_and_brought_back_with_reasons(desk: Client) -> None:
    version = approved()
    page = desk.get(at("insightversion_change", version.id)).content.decode()
    assert "Suspend" in page
    desk.post(at("version_move", version.id), {"to": "suspended", "reason": "misleads on stocks"})
    assert "Bring back into use" in desk.get(at("insight_change", version.insight_id)).content.decode()
    desk.post(at("version_move", version.id), {"to": "active", "reason": "condition is right after all"})
    version.refresh_from_db()
    assert version.state == State.ACTIVE
    told = AuditEntry.objects.filter(subject_id=str(version.id), actor_name="alice").values_list("verb", "reason")
    assert list(told) == [
        ("moved to suspended", "misleads on stocks"),
        ("moved to active", "condition is right after all"),
    ]
    refused = desk.post(at("version_move", version.id), {"to": "draft"}, follow=True).content.decode()
    assert "cannot become" in refused
    assert desk.post(at("version_move", version.id), {"to": "junk"}).status_code == 302


def test_nobody_brings_back_what_they_wrote(alice: User) -> None:
    alice = curator(alice)
    version = insights.create(CONSERVATION, Provenance(author=alice))
    for old, new in ((State.DRAFT, State.IN_REVIEW), (State.IN_REVIEW, State.RETIRED)):
        moves.move(version.id, old, new, actor=alice)
    desk = staff(alice)
    assert "Bring back" not in desk.get(at("insightversion_change", version.id)).content.decode()


def test_an_insight_is_written_and_sent_to_review(desk: Client, alice: User) -> None:
    answer = desk.post(at("insight_new"), form_of(verb="review", title="Stock"), follow=True)
    version = InsightVersion.objects.get(title="Stock")
    assert (version.state, version.author, version.insight.scope) == (State.IN_REVIEW, alice, "global")
    assert "lacks its wrong and right half" in answer.content.decode()
    desk.post(at("insight_new"), form_of(verb="draft", title="Ours", workspace=str(workspace_of(alice).id)))
    ours = InsightVersion.objects.get(title="Ours")
    assert (ours.state, ours.insight.workspace) == (State.DRAFT, workspace_of(alice))
    refused = desk.post(at("insight_new"), form_of(verb="review", title="Kept", labels="a > b > c > d"))
    assert b'value="Kept"' in refused.content
    assert Insight.objects.count() == 2


def test_any_two_versions_are_compared(desk: Client, alice: User) -> None:
    first = approved()
    for text in ("Goods travel through a network of arcs.", "Goods flow through a network."):
        said = Content(applies_when=text, explanation=CONSERVATION.explanation, right=CONSERVATION.right + "\nm.x = 1")
        last = insights.add_version(first.insight, said, Provenance(author=curator(alice)), parents=[first])
    page = desk.get(at("insightversion_change", last.id)).content.decode()
    assert "Changed since version 2" in page
    assert "<del>travel </del><ins>flow </ins>" in page
    older = desk.get(at("insightversion_change", last.id), {"with": "1"}).content.decode()
    assert "Changed since version 1" in older
    assert "<ins>m.x = 1</ins>" in older
    assert (
        "Changed against version 3" in desk.get(at("insightversion_change", first.id), {"with": "3"}).content.decode()
    )
    assert desk.get(at("insightversion_change", last.id), {"with": "junk"}).status_code == 200


def test_long_texts_are_compared_by_lines() -> None:
    lines = [f"word{number} " * 3 for number in range(WORDS_MOST)]
    before = Content(applies_when="Always.", explanation="\n".join(lines))
    after = Content(applies_when="Always.", explanation="\n".join([*lines[:7], "new", *lines[8:]]))
    (change,) = changes(before, after)
    assert [piece for piece in change.pieces if piece.mark] == [Piece("del", lines[7] + "\n"), Piece("ins", "new\n")]


def test_a_label_is_described_extended_and_merged(desk: Client) -> None:
    draft(), draft(KNAPSACK)
    parent, other = TaxonomyLabel.objects.filter(level=1).order_by("path")
    said = {"verb": "describe", "definition": " Things move. ", "condition": "Goods travel."}
    desk.post(at("label_do", parent.id), said)
    parent.refresh_from_db()
    assert (parent.definition, parent.condition) == ("Things move.", "Goods travel.")
    assert AuditEntry.objects.get(verb="described").details["after"]["definition"] == "Things move."
    desk.post(at("label_do", parent.id), said)
    assert AuditEntry.objects.filter(verb="described").count() == 1  # nothing changed, nothing to tell
    with pytest.raises(LibraryRefused, match="5,000 characters"):
        taxonomy.describe(parent, definition="x" * 5_000, condition="", actor=None)
    desk.post(at("label_do", parent.id), {"verb": "add", "name": "Multi-Commodity"})
    child = TaxonomyLabel.objects.get(name="Multi-Commodity")
    assert (child.parent, child.status) == (parent, "approved")
    again = desk.post(at("label_do", parent.id), {"verb": "add", "name": "multi commodity"}, follow=True)
    assert "There is a label" in again.content.decode()
    went = desk.post(at("label_do", other.id), {"verb": "merge", "into": parent.id})
    assert went.headers["Location"] == at("taxonomylabel_change", parent.id)
    page = desk.get(at("taxonomylabel_change", other.id)).content.decode()
    assert "stands for it" in page
    assert 'value="rename"' not in page
    assert desk.post(at("label_do", parent.id), {"verb": "merge", "into": ""}).status_code == 302


def test_many_labels_are_approved_and_counted(desk: Client) -> None:
    draft(), draft(KNAPSACK)
    keys = list(TaxonomyLabel.objects.filter(level=2).values_list("id", flat=True))
    page = desk.post(at("taxonomylabel_changelist"), {"action": "approve", "_selected_action": keys}, follow=True)
    assert "Approved: 2." in page.content.decode()
    assert not TaxonomyLabel.objects.filter(status="proposed").exists()
    assert "Stands" in page.content.decode()


def test_a_rollback_says_what_it_changes_and_a_second_click_changes_nothing(desk: Client) -> None:
    first = approved()
    old = released("old")
    newer = insights.add_version(first.insight, KNAPSACK, Provenance())
    InsightVersion.objects.filter(id=newer.id).update(state=State.ACTIVE)
    middle, new = released("middle"), None
    approved(KNAPSACK, applies_when="Trucks share one weight limit.")
    new = released("new")
    page = desk.get(at("release_rollback")).content.decode()
    assert "come back: 0; that go: 1; that return to another version: 0." in page
    met = {"met": str(new.id), "reason": "worse"}
    desk.post(at("release_rollback"), met)
    assert releases.active() == middle
    twice = desk.post(at("release_rollback"), met, follow=True).content.decode()
    assert "Nothing was changed." in twice
    assert releases.active() == middle
    page = desk.get(at("release_rollback")).content.decode()
    assert "that return to another version: 1." in page
    assert "<del>" in page
    assert ">version 2</a> → " in page
    desk.post(at("release_rollback"), {})
    assert releases.active() == old
    assert desk.get(at("release_rollback")).status_code == 302  # nothing before the first one
    assert "Rolled back" in desk.get(at("libraryrelease_change", middle.id)).content.decode()


def test_making_a_release_shows_what_it_would_change(desk: Client) -> None:
    version = approved()
    released("old")
    approved(KNAPSACK)
    moves.move(version.id, State.ACTIVE, State.SUSPENDED, actor=None)
    page = desk.get(at("release_make")).content.decode()
    assert "Everyone: 1 insight. Since old: 1 added, 0 changed, 1 removed." in page
    taken = desk.post(at("release_make"), {"name": "old", "note": "kept"}).content.decode()
    assert "There is a release &#x27;old&#x27; already." in taken
    assert "kept</textarea>" in taken


def test_a_file_is_imported_with_a_report_and_sent_to_review(desk: Client, alice: User, charlie: User) -> None:
    went = desk.post(at("import"), {"file": upload(ROWS), "licence": "MIT"})
    entry = AuditEntry.objects.get(verb="imported")
    assert went.headers["Location"] == at("import_report", entry.id)
    page = desk.get(went.headers["Location"]).content.decode()
    assert "2 new insights" in page
    assert "Wrong and right say the same" in page
    assert "Send the 1 draft without an error to review" in page
    assert set(InsightVersion.objects.values_list("state", "licence", "author")) == {("draft", "MIT", alice.id)}
    found = desk.get(went.headers["Location"], {"finding": "wrong_equals_right"}).content.decode()
    assert "Backorders" in found
    assert "Shelf life" not in found
    desk.post(went.headers["Location"], {"verb": "review"})
    assert dict(InsightVersion.objects.values_list("title", "state")) == {
        "Shelf life": "in_review",
        "Backorders": "draft",
    }
    desk.post(went.headers["Location"], {"verb": "labels"})
    assert not TaxonomyLabel.objects.filter(status="proposed").exists()
    desk.post(at("import"), {"file": upload(ROWS)})
    assert InsightVersion.objects.count() == 2  # known before
    assert staff(charlie).get(went.headers["Location"]).status_code == 404


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ours.jsonl", '{"applies_when": "Half', "is no JSON"),
        ("ours.txt", "words", "ends in none of"),
        ("ours.json", "[" * 100_000, "nested too deeply"),
        ("ours.jsonl", ROWS + '\n{"title": "No condition"}', "applies_when"),
        ("ours.jsonl", "x" * (5 << 20), "at most 4 are read here"),
        ("ours.jsonl", "\n".join(['{"applies_when": "A", "explanation": "B"}'] * 1_001), "at most 1,000 are taken"),
    ],
)
def test_a_file_that_cannot_be_read_stores_nothing_and_says_why(name: str, text: str, said: str, desk: Client) -> None:
    page = desk.post(at("import"), {"file": upload(text, name), "licence": "MIT"})
    assert page.status_code == 200
    assert said in page.content.decode()
    assert 'value="MIT"' in page.content.decode()
    assert not Insight.objects.exists()
    assert not AuditEntry.objects.filter(verb="imported").exists()


def test_an_import_goes_to_a_workspace_of_the_curator(charlie: User) -> None:
    desk = staff(charlie)
    refused = desk.post(at("import"), {"file": upload(ROWS)})
    assert b"This field is required" in refused.content
    desk.post(at("import"), {"file": upload(ROWS), "workspace": workspace_of(charlie).id})
    assert set(Insight.objects.values_list("workspace", flat=True)) == {workspace_of(charlie).id}
    entry = AuditEntry.objects.get(verb="imported")
    assert "2 new insights" in desk.get(at("import_report", entry.id)).content.decode()


def test_the_log_names_what_it_is_about(desk: Client) -> None:
    version = approved()
    page = desk.get(at("auditentry_changelist")).content.decode()
    assert f'version <a href="{at("insightversion_change", version.id)}">{version}</a>' in page
    asked = desk.get(at("auditentry_changelist"), {"subject_id__in": str(version.id), "subject": "insightversion"})
    assert "moved to in review" in asked.content.decode()
    assert "label <a" not in asked.content.decode()
    log = desk.get(at("insightversion_history", version.id)).headers["Location"]
    assert str(version.id) in log


@pytest.mark.parametrize("table", ["reviewlease", "auditentry", "libraryrelease"])
def test_long_lists_ask_no_more_questions_than_short_ones(table: str, desk: Client) -> None:
    def some(numbers: range) -> None:
        for number in numbers:
            waiting(applies_when=f"Case {number}.", labels=(("Stage", f"Area {number}"),))
            releases.make(f"r{number}", actor=None, versions=[keep])

    keep = approved(KNAPSACK)
    some(range(3))
    few = questions(desk, at(f"{table}_changelist"))
    some(range(3, 40))
    assert questions(desk, at(f"{table}_changelist")) == few


PAGES = Path(__file__).resolve().parents[2] / "templates/admin"


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.html")), ids=lambda page: page.name)
def test_the_keys_of_a_page_are_told_apart_and_not_the_browser_s_own(page: Path) -> None:
    keys = re.findall(r'accesskey="(\w)"', page.read_text())
    assert len(keys) == len(set(keys))
    assert not set(keys) & set("def")  # Chromium opens its menu with E and F, and goes to its address bar with D
    assert all(f"<kbd>{key.upper()}</kbd>" in page.read_text() for key in keys)


def test_the_admin_needs_no_script_of_its_own() -> None:
    assert not [page.name for page in PAGES.rglob("*.html") if re.search(r"<script|\son\w+=", page.read_text())]


def test_a_text_reaches_further_only_redacted_and_as_a_draft(alice: User, charlie: User) -> None:
    version = approved(workspace=workspace_of(alice))
    desk, address = staff(curator(alice)), at("insight_promote", version.insight_id)
    assert address in desk.get(at("insightversion_change", version.id)).content.decode()
    fields = form_of(to="everyone", applies_when=CONSERVATION.applies_when, explanation=CONSERVATION.explanation)
    assert b"This field is required" in desk.post(address, fields).content  # nobody says that it was redacted
    same = {**fields, "redacted": "on", "not_when": CONSERVATION.not_when, "wrong": CONSERVATION.wrong}
    same |= {"right": CONSERVATION.right, "labels": " > ".join(CONSERVATION.labels[0])}
    assert b"The text is unchanged" in desk.post(address, same).content
    desk.post(address, same | {"applies_when": "Goods travel through a network."})
    child = InsightVersion.objects.get(insight__scope="global")
    assert (child.state, child.origin, child.ancestors.get().parent) == (State.DRAFT, "promoted", version)
    assert desk.get(at("insight_promote", child.insight_id)).status_code == 404  # it reaches everyone
    assert staff(charlie).get(address).status_code == 404
    User.objects.get(id=alice.id).user_permissions.clear()
    assert desk.get(address).status_code == 404  # an owner alone lets nothing reach everyone


def test_what_a_curator_sees_is_written_to_a_file(desk: Client, alice: User, charlie: User) -> None:
    approved(), draft(KNAPSACK, workspace=workspace_of(alice)), draft(title="Theirs", workspace=workspace_of(charlie))
    answer = desk.get(at("export_jsonl"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="library.jsonl"'
    assert [json.loads(line)["title"] for line in answer.content.decode().splitlines()] == [CONSERVATION.title]
    assert json.loads(desk.get(at("export_alphaopt")).content)
    assert desk.get(at("export_csv")).content.startswith(b"key,")
    ours = desk.get(at("export_jsonl"), {"workspace": workspace_of(alice).id}).content.decode()
    assert KNAPSACK.title in ours
    assert "Theirs" not in ours
    for workspace in (workspace_of(charlie).id, "junk"):
        assert desk.get(at("export_jsonl"), {"workspace": workspace}).status_code == 404
