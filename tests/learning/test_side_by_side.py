"""Several workers and curators at once: a correction is learnt from once, and within what may be spent."""

from __future__ import annotations

from typing import Any

import pytest

from copilot.accounts.models import User
from copilot.learning import corrections, rounds
from copilot.learning.models import Correction, LearningCycle, LearningJob, LearningRound
from copilot.library import releases
from copilot.library.access import LibraryRefused
from copilot.library.models import LibraryRelease
from tests.learning.test_corrections import corrected, noted
from tests.learning.test_gate import suite
from tests.library.cast import approved
from tests.library.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def connected(settings: Any) -> None:
    settings.COPILOT = settings.COPILOT | {"LLM": "scripted:model", "LEARNING_CALLS": 10_000}


def test_two_workers_learn_from_a_correction_once(alice: User) -> None:
    for _ in range(3):
        noted(corrected(alice))
    at_once(*[corrections.settle_waiting] * 3)
    assert set(Correction.objects.values_list("status", flat=True)) == {"learning"}
    assert (LearningCycle.objects.count(), LearningJob.objects.count()) == (3, 3)


def test_two_workers_do_not_share_what_is_left_of_the_day(alice: User, settings: Any) -> None:
    settings.COPILOT["LEARNING_CALLS"] = corrections.CALLS
    for _ in range(2):
        noted(corrected(alice))
    first, second = Correction.objects.values_list("id", flat=True)
    at_once(lambda: corrections._settle(first), lambda: corrections._settle(second))
    assert sorted(Correction.objects.values_list("status", flat=True)) == ["learning", "nothing"]
    assert Correction.objects.get(status="nothing").why == corrections.SPENT


def test_an_hourly_duty_is_done_by_one_of_many() -> None:
    rounds.is_due("a", rounds.HOUR)
    LearningRound.objects.update(done_at="2020-01-01T00:00Z")
    assert sorted(map(bool, at_once(*[lambda: rounds.is_due("a", rounds.HOUR)] * 4))) == [False] * 3 + [True]


def test_of_a_verdict_and_an_activation_the_label_points_at_nothing_that_failed_before() -> None:
    approved()
    release = releases.make("r1", actor=None)
    at_once(
        lambda: releases.record_gate(release, passed=False, figures={"outcome": "worse"}, actor=None),
        lambda: releases.record_gate(release, passed=True, figures={"outcome": "fine"}, actor=None),
    )
    stored = LibraryRelease.objects.get()
    assert stored.status == "failed", "whichever came first, a failure is the last word"
    with pytest.raises(LibraryRefused, match="failed"):
        releases.activate(stored, actor=None, reason="please", without_gate=True)


def test_the_same_suite_twice_at_once_is_one_row() -> None:
    assert len(set(at_once(*[lambda: suite(5).pk] * 3))) == 1
    assert suite(3) != suite(5)
