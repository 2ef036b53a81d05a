"""Releases: frozen manifests, a gate, a label that moves, and the way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import insights, moves, releases
from copilot.library.access import LibraryRefused
from copilot.library.insights import Provenance
from copilot.library.models import AuditEntry, InsightVersion, Origin, ReleaseMove
from copilot.library.states import State
from tests.library.cast import CONSERVATION, KNAPSACK, approved, curator, draft, released

pytestmark = pytest.mark.django_db


def refined(version: InsightVersion) -> InsightVersion:
    changed = replace(CONSERVATION, not_when="Nodes store.")
    new = insights.add_version(version.insight, changed, Provenance(origin=Origin.SEED), parents=[version])
    moves.move(new.id, State.DRAFT, State.IN_REVIEW, actor=None)
    moves.move(new.id, State.IN_REVIEW, State.ACTIVE, actor=None)
    return new


def test_a_release_takes_the_newest_active_version_of_each_insight() -> None:
    first, other = approved(), approved(KNAPSACK)
    draft(applies_when="Not approved.")
    second = refined(first)
    assert set(releases.make("r1", actor=None).versions.all()) == {second, other}


def test_only_active_versions_are_released_each_insight_once() -> None:
    first = approved()
    for versions, said in (([draft()], "not active"), ([first, refined(first)], "twice"), ([], "no active")):
        with pytest.raises(LibraryRefused, match=said):
            releases.make("r1", actor=None, versions=versions)


def test_a_release_of_everyone_holds_nothing_of_a_workspace(alice: User) -> None:
    mine = approved(workspace=workspace_of(alice))
    with pytest.raises(LibraryRefused, match="another library"):
        releases.make("r1", actor=None, versions=[mine])
    assert releases.make("r1", actor=None, workspace=workspace_of(alice)).versions.get() == mine


def test_without_a_gate_only_for_a_reason_and_never_after_a_failure() -> None:
    approved()
    release = releases.make("r1", actor=None)
    with pytest.raises(LibraryRefused, match="gate"):
        releases.activate(release, actor=None)
    releases.record_gate(release, passed=False, figures={"lift": -0.1}, actor=None)
    with pytest.raises(LibraryRefused, match="failed"):
        releases.activate(release, actor=None, without_gate=True, reason="please")
    with pytest.raises(LibraryRefused, match="already"):
        releases.record_gate(release, passed=True, figures={}, actor=None)
    better = releases.make("r2", actor=None)
    releases.record_gate(better, passed=True, figures={"lift": 0.1}, actor=None)
    releases.activate(better, actor=None)
    assert releases.active() == better


def test_rollback_goes_back_one_release_at_a_time() -> None:
    approved()
    first, second, third = (released(name) for name in ("r1", "r2", "r3"))
    assert releases.rollback(actor=None, reason="worse") == second
    assert releases.rollback(actor=None) == first
    with pytest.raises(LibraryRefused, match="no release before"):
        releases.rollback(actor=None)
    releases.activate(third, actor=None, reason="again", without_gate=True)
    assert releases.rollback(actor=None) == first
    assert ReleaseMove.objects.count() == 7
    assert AuditEntry.objects.filter(verb="rolled back to").count() == 3


def test_activating_the_active_release_changes_nothing() -> None:
    approved()
    release = released("r1")
    releases.activate(release, actor=None, reason="again", without_gate=True)
    assert ReleaseMove.objects.count() == 1


def test_the_difference_between_two_releases() -> None:
    first, gone = approved(), approved(KNAPSACK)
    before = releases.make("r1", actor=None)
    second, new = refined(first), approved(applies_when="New.")
    after = releases.make("r2", actor=None, versions=[second, new])
    found = releases.diff(before, after)
    assert (found.added, found.removed, found.changed) == ((new.id,), (gone.id,), ((first.id, second.id),))


def test_a_run_pins_the_release_for_everyone_and_its_workspaces_own(alice: User, charlie: User) -> None:
    approved()
    mine = approved(workspace=workspace_of(alice))
    everyone, own = released("r1"), released("ours", mine, workspace=workspace_of(alice))
    assert set(releases.pinned_for(workspace_of(alice))) == {everyone, own}
    assert releases.pinned_for(workspace_of(charlie)) == [everyone]


def test_only_a_curator_releases(alice: User) -> None:
    approved()
    with pytest.raises(LibraryRefused):
        releases.make("r1", actor=alice)
    release = releases.make("r1", actor=curator(alice))
    with pytest.raises(LibraryRefused):
        releases.activate(release, actor=alice, reason="x", without_gate=True)


def test_a_name_is_taken_once() -> None:
    approved()
    releases.make("r1", actor=None)
    with pytest.raises(LibraryRefused, match="already"):
        releases.make("r1", actor=None)
