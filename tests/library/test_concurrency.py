"""Several at once on one library: one of two writers wins, and what is left fits together; on both databases."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.library import insights, moves, releases, taxonomy, uses
from copilot.library.access import LibraryRefused
from copilot.library.insights import Provenance
from copilot.library.models import (
    AuditEntry,
    Episode,
    InsightVersion,
    LibraryRelease,
    ReleaseMove,
    TaxonomyLabel,
)
from copilot.library.states import State
from tests.library.cast import CONSERVATION, KNAPSACK, approved, draft, released

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def at_once(*actions: Callable[[], object]) -> list[object]:
    """The answers of actions that start together, each on a connection of its own; refusals are answers too."""
    gate, answers = threading.Barrier(len(actions)), [None] * len(actions)
    broken: list[Exception] = []

    def act(place: int, action: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers[place] = action()  # type: ignore[call-overload]
        except LibraryRefused as refusal:
            answers[place] = refusal  # type: ignore[call-overload]
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return list(answers)


def test_of_two_curators_one_moves_the_version() -> None:
    version = draft()
    won = at_once(
        lambda: moves.move(version.id, State.DRAFT, State.IN_REVIEW, actor=None),
        lambda: moves.move(version.id, State.DRAFT, State.RETIRED, actor=None),
    )
    assert sorted(won, key=str) == [False, True]
    assert AuditEntry.objects.filter(subject_id=str(version.id), verb__startswith="moved").count() == 1


def test_versions_written_at_once_get_numbers_of_their_own() -> None:
    first = draft()
    changed = [replace(CONSERVATION, not_when=f"Case {number}.") for number in range(3)]
    at_once(*(lambda one=one: insights.add_version(first.insight, one, Provenance()) for one in changed))
    assert sorted(first.insight.versions.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_releases_activated_at_once_leave_one_chain() -> None:
    approved()
    first = released("r0")
    made = [releases.make(f"r{number}", actor=None) for number in (1, 2)]
    at_once(*(lambda one=one: releases.activate(one, actor=None, reason="now", without_gate=True) for one in made))
    chain = list(ReleaseMove.objects.order_by("id").values_list("before", "after"))
    assert chain[0] == (None, first.id)
    assert [before for before, _ in chain[1:]] == [after for _, after in chain[:-1]]
    assert releases.active() == LibraryRelease.objects.get(id=chain[-1][1])


def test_a_curator_a_learner_and_a_release_at_once_leave_a_library_that_fits_together() -> None:
    kept, leaving = approved(), approved(KNAPSACK)
    answers = at_once(
        lambda: moves.move(leaving.id, State.ACTIVE, State.SUSPENDED, actor=None),
        lambda: moves.move(leaving.id, State.ACTIVE, State.RETIRED, actor=None),
        lambda: insights.create(replace(KNAPSACK, explanation="Learnt meanwhile."), Provenance()),
        lambda: releases.make("r1", actor=None),
    )
    assert [answers[0], answers[1]].count(True) == 1
    release = LibraryRelease.objects.get(name="r1")
    held = set(release.versions.values_list("id", flat=True))
    assert {kept.id} <= held <= {kept.id, leaving.id}
    assert InsightVersion.objects.filter(state=State.DRAFT).count() == 1
    assert InsightVersion.objects.get(id=leaving.id).state in (State.SUSPENDED, State.RETIRED)


def test_a_label_proposed_twice_at_once_is_one_label() -> None:
    path = ("Domain Modeling", "Scheduling", "No Overlap")
    found = at_once(*(lambda: taxonomy.find_or_propose(path) for _ in range(3)))
    assert len({label.id for label in found if isinstance(label, TaxonomyLabel)}) == 1
    assert TaxonomyLabel.objects.count() == 3


def test_an_episode_opened_twice_at_once_is_one_episode(alice: User) -> None:
    run_id, workspace = uuid.uuid4(), workspace_of(alice)
    opened = at_once(*(lambda: uses.open_episode(workspace=workspace, run_id=run_id, text="x") for _ in range(2)))
    assert Episode.objects.count() == 1
    assert sorted(made for _, made in opened) == [False, True]  # type: ignore[misc, has-type]
