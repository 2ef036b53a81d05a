"""The life of a version: what may follow what, who may say so, and that of two writers one wins."""

from __future__ import annotations

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import insights, moves
from copilot.library.access import LibraryRefused
from copilot.library.insights import Provenance, Reach
from copilot.library.models import AuditEntry, Immutable, InsightVersion
from copilot.library.moves import MoveRefused
from copilot.library.states import FOLLOWS, State
from tests.factories import MembershipFactory, UserFactory
from tests.library.cast import CONSERVATION, approved, curator, draft, tried

pytestmark = pytest.mark.django_db


def state_of(version: InsightVersion) -> str:
    return InsightVersion.objects.values_list("state", flat=True).get(id=version.id)


def test_a_new_version_is_a_draft() -> None:
    assert draft().state == State.DRAFT


def test_of_two_writers_one_wins_and_one_entry_is_written() -> None:
    version = draft()
    assert moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None)
    assert not moves.move(version.id, State.DRAFT, State.RETIRED, actor=None)
    assert state_of(version) == State.IN_REVIEW
    assert [entry.verb for entry in AuditEntry.objects.filter(subject_id=str(version.id))] == [
        "created",
        "moved to in_review",
    ]


@pytest.mark.parametrize("old", list(State))
def test_what_may_not_follow_is_refused(old: State) -> None:
    version = draft()
    for new in set(State) - FOLLOWS[old]:
        with pytest.raises(MoveRefused):
            moves.move(version.id, old, new, actor=None)
    assert state_of(version) == State.DRAFT


@pytest.mark.parametrize("arms", [(), ("with",), ("without",)])
def test_without_a_control_arm_nothing_is_verified(arms: tuple[str, ...]) -> None:
    version = draft()
    tried(version, *arms)
    with pytest.raises(MoveRefused, match="with and without"):
        moves.move(version.id, State.DRAFT, State.VERIFIED, actor=None)


def test_arms_on_other_seeds_do_not_count_as_control() -> None:
    version = draft()
    trial = tried(version, "with", seed=1)
    tried(version, "without", seed=2, trial=trial)
    with pytest.raises(MoveRefused):
        moves.move(version.id, State.DRAFT, State.VERIFIED, actor=None)


def test_paired_trials_make_it_verified() -> None:
    version = draft()
    tried(version, "with", "without")
    assert moves.move(version.id, State.DRAFT, State.VERIFIED, actor=None)


def test_the_author_does_not_approve_what_they_wrote(alice: User, bob: User) -> None:
    workspace = workspace_of(alice)
    version = insights.create(CONSERVATION, Provenance(author=alice), reach=Reach(workspace))
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=alice)
    with pytest.raises(MoveRefused, match="Someone other"):
        moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=alice)
    with pytest.raises(LibraryRefused, match="not change"):
        moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=bob)  # a planner is no curator
    second = UserFactory(username="dora")
    MembershipFactory(workspace=workspace, user=second, role="owner")
    assert moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=second)


def test_the_product_approves_its_own_seeds_alone() -> None:
    version = insights.create(CONSERVATION, Provenance())
    moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None)
    with pytest.raises(MoveRefused, match="Only a person"):
        moves.move(version.id, State.IN_REVIEW, State.ACTIVE, actor=None)


def test_a_stranger_moves_nothing(alice: User, charlie: User) -> None:
    version = draft(workspace=workspace_of(alice))
    with pytest.raises(LibraryRefused):
        moves.move(version.id, State.DRAFT, State.RETIRED, actor=charlie)
    with pytest.raises(LibraryRefused):
        moves.move(draft().id, State.DRAFT, State.RETIRED, actor=alice)  # for everyone, but she is no curator
    assert moves.move(draft().id, State.DRAFT, State.RETIRED, actor=curator(alice))


def test_a_stored_version_never_changes() -> None:
    version = approved()
    version.explanation = "Something else."
    with pytest.raises(Immutable):
        version.save()


def test_the_log_is_only_added_to() -> None:
    draft()
    entry = AuditEntry.objects.all()[0]
    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(verb="x"),
    ):
        with pytest.raises(Immutable):
            attempt()
