"""The review queue: the oldest first, one desk per version, and who may decide what."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from copilot.accounts.models import User
from copilot.library import insights, moves, reviewing
from copilot.library.access import LibraryRefused
from copilot.library.content import Content
from copilot.library.insights import Provenance
from copilot.library.models import AuditEntry, InsightVersion, ReviewLease
from copilot.library.states import State
from tests.library.cast import CONSERVATION, KNAPSACK, approved, curator, draft, tried
from tests.library.test_admin import at, staff

pytestmark = pytest.mark.django_db


def waiting(content: Content = CONSERVATION, **changes: str) -> InsightVersion:
    version = draft(content, **changes)
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None)
    version.refresh_from_db()
    return version


def test_two_curators_never_hold_the_same_version(alice: User, charlie: User) -> None:
    alice, charlie = curator(alice), curator(charlie)
    first, second = waiting(), waiting(KNAPSACK)
    assert reviewing.take_next(alice) == first
    assert reviewing.take_next(charlie) == second
    assert not reviewing.claim(first, charlie)
    with pytest.raises(LibraryRefused, match="desk"):
        reviewing.approve(first, charlie)
    ReviewLease.objects.filter(version=first).update(until=timezone.now() - timedelta(seconds=1))
    assert reviewing.claim(first, charlie)
    assert not reviewing.claim(first, alice)


def test_next_lays_down_what_was_on_the_desk_and_comes_round_again(alice: User) -> None:
    alice = curator(alice)
    first, second = waiting(), waiting(KNAPSACK)
    assert reviewing.take_next(alice) == first
    assert reviewing.take_next(alice, after=first) == second
    assert ReviewLease.objects.get().version == second
    assert reviewing.take_next(alice, after=second) == first
    reviewing.retire(first, alice)
    assert reviewing.take_next(alice, after=first) == second
    assert reviewing.take_next(alice, after=second) is None


def test_someone_other_than_the_author_approves_and_changes_need_a_reason(alice: User, charlie: User) -> None:
    alice, charlie = curator(alice), curator(charlie)
    version = insights.create(CONSERVATION, Provenance(author=alice))
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=alice)
    with pytest.raises(LibraryRefused, match="other than its author"):
        reviewing.approve(version, alice)
    assert not ReviewLease.objects.exists()  # a refused decision leaves nothing behind
    with pytest.raises(LibraryRefused, match="what should change"):
        reviewing.request_changes(version, charlie, reason=" ")
    reviewing.request_changes(version, charlie, reason="Name the nodes.")
    assert AuditEntry.objects.filter(verb="moved to draft", reason="Name the nodes.").exists()
    with pytest.raises(LibraryRefused, match="no longer"):
        reviewing.approve(version, charlie)


def test_the_desk_shows_the_evidence_and_goes_on_to_the_next(alice: User, charlie: User) -> None:
    approved()
    first, second = waiting(title="A twin"), waiting(KNAPSACK)
    tried(first, "with", "without")
    desk, other = staff(curator(alice)), staff(curator(charlie))
    assert desk.post(at("review_next")).headers["Location"] == at("review_desk", first.id)
    page = desk.get(at("review_desk", first.id)).content.decode()
    assert "With the insight" in page
    assert "What comes in goes out (version 1)</a>, active" in page
    assert other.get(at("review_desk", first.id)).headers["Location"] == at("reviewlease_changelist")
    assert desk.post(at("review_desk", first.id), {"verb": "approve"}).headers["Location"] == at(
        "review_desk", second.id
    )
    first.refresh_from_db()
    assert first.state == State.ACTIVE
    listed = other.get(at("reviewlease_changelist")).content.decode()
    assert "One scalar capacity" in listed
    assert "A twin" not in listed


def test_the_queue_is_for_curators_alone(bob: User, charlie: User) -> None:
    version = waiting()
    for address in (at("reviewlease_changelist"), at("review_desk", version.id)):
        assert staff(bob).get(address).status_code == 403
    owner = staff(charlie)  # curates his own workspace, and nobody else's
    assert "0 waiting" in owner.get(at("reviewlease_changelist")).content.decode()
    owner.post(at("review_desk", version.id), {"verb": "approve"})
    assert InsightVersion.objects.get(id=version.id).state == State.IN_REVIEW


def test_what_a_reviewer_wrote_is_passed_over(alice: User) -> None:
    alice = curator(alice)
    own = insights.create(CONSERVATION, Provenance(author=alice))
    moves.move(own.id, State.DRAFT, State.IN_REVIEW, actor=alice)
    other = waiting(KNAPSACK)
    assert reviewing.take_next(alice) == other
    assert reviewing.take_next(alice, after=other) is None
    desk = staff(alice)
    assert (
        "2 waiting, the longest first; 1 for you to decide" in desk.get(at("reviewlease_changelist")).content.decode()
    )


def test_a_part_of_the_queue_is_reviewed_without_leaving_it(alice: User) -> None:
    desk = staff(curator(alice))
    first, second, third = waiting(title="Flow A"), waiting(KNAPSACK), waiting(title="Flow B")
    page = desk.get(at("reviewlease_changelist"), {"q": "flow", "origin": "seed"}).content.decode()
    assert "2 waiting" in page
    assert KNAPSACK.title not in page
    went = desk.post(at("review_next") + "?q=flow").headers["Location"]
    assert went == at("review_desk", first.id) + "?q=flow"
    assert desk.post(went, {"verb": "next"}).headers["Location"] == at("review_desk", third.id) + "?q=flow"
    label = second.labels.get()
    assert KNAPSACK.title in desk.get(at("reviewlease_changelist"), {"label": label.id}).content.decode()
    assert desk.get(at("reviewlease_changelist"), {"label": "junk", "origin": "junk"}).status_code == 200


def test_a_refused_decision_keeps_what_was_typed(alice: User) -> None:
    alice = curator(alice)
    own = insights.create(CONSERVATION, Provenance(author=alice))
    moves.move(own.id, State.DRAFT, State.IN_REVIEW, actor=alice)
    page = staff(alice).post(at("review_desk", own.id), {"verb": "approve", "reason": "It is mine & good."})
    assert page.status_code == 200
    assert "It is mine &amp; good.</textarea>" in page.content.decode()
    assert "Someone other than its author must approve it." in page.content.decode()


def test_a_version_that_was_decided_meanwhile_says_where_it_stands(alice: User, charlie: User) -> None:
    desk, version = staff(curator(alice)), waiting()
    reviewing.approve(version, curator(charlie))
    for answer in (
        desk.get(at("review_desk", version.id), follow=True),
        desk.post(at("review_desk", version.id), {"verb": "retire"}, follow=True),
    ):
        assert answer.status_code == 200
        assert "is not in your queue; its state: active." in answer.content.decode()
    version.refresh_from_db()
    assert version.state == State.ACTIVE
    assert desk.get(at("review_desk", uuid.uuid4())).status_code == 404


def test_leaving_the_desk_gives_the_version_back(alice: User) -> None:
    desk, version = staff(curator(alice)), waiting()
    desk.get(at("review_desk", version.id))
    assert ReviewLease.objects.filter(version=version).exists()
    assert desk.post(at("review_desk", version.id), {"verb": "leave"}).headers["Location"] == at(
        "reviewlease_changelist"
    )
    assert not ReviewLease.objects.exists()
