"""The review pages: versions listed, two compared, and what a person says of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from copilot.accounts.models import Membership, User
from copilot.chat import review_views
from copilot.chat.models import Message
from copilot.chat.reviewing import review_of
from copilot.chat.samples import as_before
from copilot.review import services, work
from copilot.review.models import Comparison, Status
from copilot.runs.models import ModelVersion, Run
from solvers.equivalence.diff import diff
from tests.chat import stories
from tests.review.models import formulated, lots, programmed
from tests.solvers import instances

FIVE: dict[str, Any] = {"lost": True, "setup_time": 20.0, "capacity": 117.0, "final": True}


@pytest.fixture
def browser(alice: User, client: Client) -> Client:
    client.force_login(alice)
    return client


def revision(owner: User, *, after: Run | None = None, **changes: Any) -> Run:
    """A run that made a version of the lots, the child of the version before."""
    run = stories.finished(owner, after=after)
    base = after.version if after else None
    stored = lots(**changes)
    found = diff(lots(), stored).to_json() if base else None
    ModelVersion.objects.filter(id=run.version_id).update(
        instance=stored.to_bytes(),
        number=base.number + 1 if base else 1,
        diff=json.loads(json.dumps(found)),
        formulation=formulated(**changes).model_dump(mode="json"),
        program=programmed(**changes),
    )
    return stories.fresh(run)


def compared(client: Client, first: Run, second: Run, **query: str) -> str:
    address = client.get("/review/", {"a": first.version_id, "b": second.version_id})
    assert address.status_code == 303
    return client.get(address["Location"], query).content.decode()


def comparison_of(first: Run, second: Run) -> Comparison:
    return Comparison.objects.get(sides=f"{first.version_id}:{second.version_id}")


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text[text.index('<main id="main"') :]).split())


def test_five_simultaneous_edits_are_five_families(alice: User, browser: Client) -> None:
    first = revision(alice)
    text = words(compared(browser, first, revision(alice, after=first, **FIVE)))
    assert "Version 2 against Version 1" in text
    assert re.search(r"≠ Different: \d changes in 4 families", text)
    assert "~ capacity changed, 6 rows" in text
    assert "+ lost added, 6 columns" in text
    assert "Structure being compared on other data" in text


def test_an_equivalent_rewrite_says_what_was_checked(alice: User, browser: Client) -> None:
    first = revision(alice)
    text = words(compared(browser, first, revision(alice, after=first, make="produce", factor=2.0)))
    assert "≡ Equivalent" in text
    assert "a mapping of 18 columns and 18 rows, number by number" in text
    assert "Rewrites without effect" in text
    assert "Why different" not in text


def test_an_undecided_one_says_why_and_offers_more_time(
    alice: User, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SECONDS", 1e-9)
    first = revision(alice)
    text = words(compared(browser, first, revision(alice, after=first, make="produce")))
    assert "? Undecided" in text
    assert "was up" in text
    assert "Search further, for up to two minutes" in text


def test_the_selected_family_shows_rows_side_by_side(alice: User, browser: Client) -> None:
    first = revision(alice)
    text = compared(browser, first, revision(alice, after=first, **FIVE), family="constraints:capacity")
    assert (
        '<p class="algebra"><span class="hidden-label">Before:</span><span>+ x[0]</span> <del>+ 10 y[0]</del>' in text
    )
    assert "<ins>+ 20 y[0]</ins> <ins>≤ 117</ins>" in text
    assert text.count('class="sample"') == 3
    assert [formula.count("<mn>130</mn>") for formula in re.findall(r"<math.*?</math>", text)] == [1, 0]
    assert "<code>m.capacity = pyo.Constraint(T, rule=lambda m, t: m.x[t] + 20 * m.y[t] &lt;= 117)</code>" in text


def test_all_differences_are_paged(alice: User, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_views, "PAGE", 5)
    first = revision(alice)
    second = revision(alice, after=first, **FIVE)
    text = words(compared(browser, first, second, family="constraints:capacity", show="all", page="3"))
    assert "11–12 of 12 differences" in text
    assert "Previous" in text
    assert "Next" not in text


def test_the_conversation_lists_its_versions_with_what_changed(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, capacity=117.0)
    text = words(browser.get(f"/conversations/{_talk(second)}/versions/").content.decode())
    assert "Version 2" in text
    assert "6 right-hand sides changed" in text
    sheet = browser.get(f"/conversations/{_talk(second)}/").content.decode()
    assert f"/review/?a={first.version_id}&amp;b={second.version_id}" in sheet


def test_listing_versions_asks_as_often_whatever_their_number(alice: User, browser: Client) -> None:
    run, counts = revision(alice), []
    for _ in range(2):
        run = revision(alice, after=run, capacity=117.0)
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/conversations/{_talk(run)}/versions/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_file_is_compared_with_a_version(alice: User, browser: Client) -> None:
    run = revision(alice)
    content = b"minimize\n cost: 2 x + 3 y\nsubject to\n need: x + y >= 4\nend\n"
    sent = {"against": str(run.version_id), "file": SimpleUploadedFile("mine.lp", content)}
    answer = browser.post(f"/conversations/{_talk(run)}/versions/upload/", sent, follow=True)
    assert "mine.lp against Version 1" in words(answer.content.decode())
    sent["file"] = SimpleUploadedFile("mine.lp", content.replace(b">=", b">= >="))
    refused = browser.post(f"/conversations/{_talk(run)}/versions/upload/", sent)
    assert refused.status_code == 422
    assert "The file mine.lp cannot be read: line 4" in words(refused.content.decode())


def test_who_accepted_is_recorded_once(alice: User, bob: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, capacity=117.0)
    compared(browser, first, second)
    found = comparison_of(first, second)
    browser.post(f"/review/{found.id}/accept/")
    browser.force_login(bob)
    text = browser.post(f"/review/{found.id}/accept/", follow=True).content.decode()
    assert "Accepted by alice" in words(text)


def test_asking_to_undo_posts_one_message_that_names_the_family(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, **FIVE)
    compared(browser, first, second)
    sent = {"family": "constraints:capacity", "idempotency_key": "k" * 32}
    for _ in range(2):
        answer = browser.post(f"/review/{comparison_of(first, second).id}/revert/", sent)
        assert answer["Location"] == f"/conversations/{_talk(second)}/"
    newest = Message.objects.filter(conversation=_talk(second)).order_by("-created_at")
    assert newest.filter(text__startswith="Undo this change: ").count() == 1
    assert "constraints capacity (coefficient of y 10 → 20 in 6 of 6 rows; right-hand side 130 → 117" in newest[0].text


def test_what_no_formulation_says_is_asked_for_by_what_changed(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, **FIVE)
    compared(browser, first, second)
    found = comparison_of(first, second)
    asked = [review_views.undo_text(found, key) for key in ("constraints:balance", "variables:lost")]
    assert asked[0].startswith("Undo this change: constraints balance (coefficient of lost added (1) in 6 of 6 rows)")
    assert asked[1] == "Undo this change: remove lost."
    assert review_views.undo_text(found, "").startswith("Undo these changes: remove lost; ")


def test_what_the_formulation_says_is_asked_for_in_its_words(alice: User) -> None:
    version = stories.finished(alice).version
    assert version is not None
    stored = diff(instances.workshop(), instances.workshop()).to_json()
    raw = {"kind": "constraints", "family": "carpentry", "change": "changed", "patterns": ["right-hand side 240 → 200"]}
    review = review_of({"verdict": "different", "diff": stored | {"families": [raw]}})
    assert as_before(version, review.families[0]) == "at most 240 hours of carpentry"
    version.formulation["constraints"][0] |= {"label": "hours of carpentry: at most 240", "sentence": "", "kind": "sum"}
    assert as_before(version, review.families[0]) == "at most 240 hours of carpentry"


def test_a_waiting_one_can_be_stopped_and_tried_again(
    alice: User, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "INLINE_NONZEROS", 0)
    first = revision(alice)
    second = revision(alice, after=first, capacity=117.0)
    assert "Waiting for a worker" in compared(browser, first, second)
    address = f"/review/{comparison_of(first, second).id}/"
    assert "Stopped" in words(browser.post(f"{address}cancel/", follow=True).content.decode())
    assert "Waiting for a worker" in browser.post(f"{address}retry/", follow=True).content.decode()
    work.execute(comparison_of(first, second).id)
    assert "≠ Different" in words(browser.get(address).content.decode())


def test_downloads_hold_every_change(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, **FIVE)
    compared(browser, first, second)
    address = f"/review/{comparison_of(first, second).id}/"
    lines = browser.get(f"{address}changes.csv").content.decode().splitlines()
    whole = browser.get(f"{address}answer.json").json()
    assert lines[0] == "kind,family,subject,field,before,after"
    assert "constraints,capacity,capacity[0],right-hand side,130.0,117.0" in lines
    assert len(whole["changes"]) == len(lines) - 1 == sum(f["entry_count"] for f in whole["diff"]["families"])


def test_other_data_are_looked_at_once_by_a_worker(
    alice: User, browser: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[UUID] = []
    monkeypatch.setattr(services.queue, "ring_worker", rung.append)
    first, second = revision(alice), revision(alice, capacity=117.0)  # of two conversations: no step of the line
    with django_capture_on_commit_callbacks(execute=True):
        compared(browser, first, second)
    found = comparison_of(first, second)
    assert rung == [found.id]

    def explained(flat: dict[str, Any], *versions: ModelVersion, should_stop: Any) -> dict[str, Any]:
        assert flat["verdict"] == "different"
        return flat | {"parametric": {"verdict": "same structure", "draws": (), "sentence": "Only the data changed."}}

    monkeypatch.setattr(work.versions, "explained", explained)
    work.carry_out(found.id)
    assert "Structure same. Only the data changed." in words(browser.get(f"/review/{found.id}/").content.decode())
    monkeypatch.setattr(work.versions, "explained", lambda *a, **k: pytest.fail("looked twice"))
    work.carry_out(found.id)


def test_where_nobody_looked_at_other_data_it_can_be_asked_for(alice: User, browser: Client) -> None:
    first, second = revision(alice), revision(alice, capacity=117.0)
    compared(browser, first, second)
    found = comparison_of(first, second)
    Comparison.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
    assert "Structure not compared with other data Compare on other data" in words(
        browser.get(f"/review/{found.id}/").content.decode()
    )
    said = browser.post(f"/review/{found.id}/explore/", follow=True).content.decode()
    assert "Load the page again in a moment" in words(said)


def test_a_match_is_corrected_and_taken_back(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, make="produce", capacity=117.0)
    text = words(compared(browser, first, second))
    assert "x → produce" in text
    found = comparison_of(first, second)
    sent = {"old": "variables:x", "new": "variables:produce"}
    corrected = browser.post(f"/review/{found.id}/correct/", sent, follow=True)
    assert "corrected" in words(corrected.content.decode())
    assert "Corrected: x is produce" in words(corrected.content.decode())
    again = Comparison.objects.exclude(id=found.id).get()
    back = browser.post(f"/review/{again.id}/correct/", sent | {"new": ""})
    assert back["Location"] == f"/review/{found.id}/"


def test_a_correction_that_cannot_be_is_refused_with_a_sentence(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, make="produce")
    compared(browser, first, second)
    found = comparison_of(first, second)
    sent = {"old": "variables:x", "new": "constraints:balance"}
    assert "Choose the counterpart" in words(
        browser.post(f"/review/{found.id}/correct/", sent, follow=True).content.decode()
    )
    sent = {"old": "variables:nothing", "new": "variables:produce"}
    refused = browser.post(f"/review/{found.id}/correct/", sent, follow=True)
    assert "No answer" in words(refused.content.decode())
    assert "nothing" in words(refused.content.decode())


def test_what_the_line_knows_of_a_step_is_shown(alice: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, capacity=117.0)
    stored = ModelVersion.objects.get(id=second.version_id).diff or {}
    stored["families"][0] |= {"requested": "no", "phrase": "less room", "lines": {"before": [4], "after": [2]}}
    stored["parametric"] = {
        "verdict": "same structure",
        "draws": [{}, {}, {}],
        "accidental": True,
        "sentence": "Only the data changed.",
    }
    ModelVersion.objects.filter(id=second.version_id).update(diff=stored)
    text = words(compared(browser, first, second))
    assert "Structure same (3 data sets). Only the data changed." in text
    assert "The same only with your data" in text
    assert "not asked for" in text
    assert "“less room”" in text
    assert "line 2 m = pyo.ConcreteModel()" in text


def test_strangers_get_404_everywhere(alice: User, charlie: User, browser: Client) -> None:
    first = revision(alice)
    compared(browser, first, first)
    found = comparison_of(first, first)
    browser.force_login(charlie)
    for verb in ("accept", "cancel", "correct", "explore", "revert", "retry", "longer"):
        assert browser.post(f"/review/{found.id}/{verb}/").status_code == 404
    for address in ("", "changes.csv", "answer.json"):
        assert browser.get(f"/review/{found.id}/{address}").status_code == 404
    assert browser.get("/review/", {"a": first.version_id, "b": first.version_id}).status_code == 404
    assert browser.get(f"/conversations/{_talk(first)}/versions/").status_code == 404
    for nonsense in ("", "x", str(uuid4())):
        assert browser.get("/review/", {"a": nonsense, "b": nonsense}).status_code == 404


def test_viewers_look_and_change_nothing(alice: User, bob: User, browser: Client) -> None:
    first = revision(alice)
    second = revision(alice, after=first, capacity=117.0)
    Membership.objects.filter(user=bob).update(role=Membership.Role.VIEWER)
    browser.force_login(bob)
    text = compared(browser, first, second)
    assert "Accept" not in text
    found = comparison_of(first, second)
    for verb in ("accept", "revert"):
        browser.post(f"/review/{found.id}/{verb}/")
    assert Comparison.objects.get(id=found.id).accepted_at is None
    assert Message.objects.filter(conversation=_talk(second)).count() == 2
    assert found.status == Status.DONE


def _talk(run: Run) -> UUID:
    return Message.objects.get(run=run).conversation_id
