"""No room under the database while a job learns: its attempt does not count, and nothing is paid for twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from copilot.learning import learn, queue, services, work
from copilot.learning.models import ATTEMPTS, LearningJob
from copilot.learning.worker import JOBS
from copilot.library.models import InsightVersion, TrialRecord
from copilot.runs import room as rooms
from copilot.runs.reaper import Reaper
from tests.learning.test_work import PROBLEM, Routed, model, quick
from tests.no_room import EMPTY, fill, limit, on_pause, room

__all__ = ["model", "quick", "room"]


@pytest.fixture
def job(room: None, quick: Routed, monkeypatch: pytest.MonkeyPatch) -> LearningJob:
    """A job that no worker has heard of."""
    monkeypatch.setattr(queue, "ring_worker", lambda row_id: None)
    return services.learn_from([PROBLEM], actor=None, calls=60).jobs.get()


def full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full from the moment that the first result is to be written."""
    real, full = work._write, []

    def write(*args: Any) -> None:
        if not full:
            full.append(True)
            fill()
        real(*args)

    monkeypatch.setattr(work, "_write", write)


def test_the_attempt_that_a_full_disk_ended_does_not_count(
    job: LearningJob, quick: Routed, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_once(monkeypatch)
    real, tries = work.grant_attempt, []

    def granted(*args: Any, **named: Any) -> bool:
        tries.append(True)
        if len(tries) <= 3:
            raise OperationalError("database or disk is full")
        return real(*args, **named)

    monkeypatch.setattr(work, "grant_attempt", granted)
    pauses = on_pause(monkeypatch, lambda: limit(EMPTY))
    LearningJob.objects.filter(id=job.id).update(max_attempts=1)
    work.execute(job.id)
    assert len(pauses) == 3
    job.refresh_from_db()
    assert (job.status, job.attempt, job.max_attempts, job.progress) == ("running", 1, 2, work.NO_ROOM)
    assert not InsightVersion.objects.exists()
    assert not TrialRecord.objects.exists()

    paid, over = quick.drafts + len(quick.asked), timezone.now() - timedelta(minutes=1)
    LearningJob.objects.filter(id=job.id).update(lease_until=over, queued_at=over)
    reaper = Reaper(JOBS)
    assert reaper.sweep() == [job.id]
    reaper.stop()
    reaper._pool.shutdown(wait=True)
    job.refresh_from_db()
    assert (job.status, job.attempt, job.progress) == ("done", 2, ""), job.closing_message
    assert InsightVersion.objects.count() == 1
    assert quick.drafts + len(quick.asked) == paid, "what was paid for is used again"


def test_a_disk_that_stays_full_leaves_it_to_be_taken_up_later(
    job: LearningJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_once(monkeypatch)
    monkeypatch.setattr(rooms, "ROOM_SECONDS", 0.0)

    def full(*args: Any, **named: Any) -> bool:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(work, "grant_attempt", full)
    work.execute(job.id)  # returns: the worker stays up
    job.refresh_from_db()
    assert (job.status, job.attempt, job.max_attempts) == ("running", 1, ATTEMPTS)


def test_a_database_that_is_away_is_no_full_disk(job: LearningJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **named: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(learn, "store", away)
    work.execute(job.id)
    job.refresh_from_db()
    assert (job.status, job.attempt, job.max_attempts) == ("running", 1, ATTEMPTS)


def test_a_retry_begins_to_count_anew(job: LearningJob) -> None:
    LearningJob.objects.filter(id=job.id).update(status="failed", attempt=7, max_attempts=7)
    services.retry(job)
    job.refresh_from_db()
    assert (job.status, job.attempt, job.max_attempts) == ("queued", 0, ATTEMPTS)
