"""No room under the database while a comparison is on: it says so, and its attempt does not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.review import services, work
from copilot.review.models import ATTEMPTS, Comparison, Status
from copilot.review.worker import COMPARISONS
from copilot.runs import room as rooms
from copilot.runs.reaper import Reaper
from tests.factories import VersionFactory
from tests.no_room import EMPTY, fill, limit, on_pause, room
from tests.review.models import lots

__all__ = ["room"]


@pytest.fixture
def owner(room: None) -> User:
    user: User = get_user_model().objects.create_user("ada", password="x")
    return user


@pytest.fixture
def waiting(owner: User, monkeypatch: pytest.MonkeyPatch) -> Comparison:
    """A comparison that no worker has heard of."""
    monkeypatch.setattr(services, "INLINE_NONZEROS", 0)
    monkeypatch.setattr(services.queue, "ring_worker", lambda comparison_id: None)
    home = workspace_of(owner)
    first, second = (VersionFactory(workspace=home, instance=lots(capacity=c).to_bytes()) for c in (130.0, 117.0))
    return services.compare(first=first, second=second, actor=owner)


def full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full from the moment that the first answer is there, which is larger than what a page has left."""
    real, full = work.report, []

    def compared(*args: Any, **named: Any) -> Any:
        found = real(*args, **named)
        if not full:
            full.append(True)
            fill()
            return replace(found, changes=bytes(1 << 16))
        return found

    monkeypatch.setattr(work, "report", compared)


def refused_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Granting an attempt fails as well, as long as there is no room."""
    real, tries = work.grant_attempt, []

    def granted(*args: Any, **named: Any) -> bool:
        tries.append(True)
        if len(tries) <= 3:
            raise OperationalError("database or disk is full")
        return real(*args, **named)

    monkeypatch.setattr(work, "grant_attempt", granted)


def test_the_attempt_that_a_full_disk_ended_does_not_count(
    waiting: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_once(monkeypatch)
    refused_twice(monkeypatch)
    pauses = on_pause(monkeypatch, lambda: limit(EMPTY))
    Comparison.objects.filter(id=waiting.id).update(max_attempts=1)
    work.execute(waiting.id)
    assert len(pauses) == 3
    found = Comparison.objects.get(id=waiting.id)
    assert (found.status, found.attempt, found.max_attempts) == (Status.RUNNING, 1, 2)
    assert (found.progress, found.result) == (work.NO_ROOM, None)

    over = timezone.now() - timedelta(minutes=1)
    Comparison.objects.filter(id=waiting.id).update(lease_until=over, queued_at=over)
    reaper = Reaper(COMPARISONS)
    assert reaper.sweep() == [waiting.id]
    reaper.stop()
    reaper._pool.shutdown(wait=True)
    found = Comparison.objects.get(id=waiting.id)
    assert (found.status, found.attempt, found.progress) == (Status.DONE, 2, ""), found.closing_message


def test_the_page_blames_no_worker_for_a_full_disk(
    owner: User, waiting: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_once(monkeypatch)
    on_pause(monkeypatch, lambda: None)
    work.execute(waiting.id)
    limit(EMPTY)
    browser: Any = Client()
    browser.force_login(owner)
    text = browser.get(f"/review/{waiting.id}/").content.decode()
    assert f"Now: {work.NO_ROOM}." in text
    Comparison.objects.filter(id=waiting.id).update(lease_until=timezone.now() - timedelta(minutes=1))
    assert work.claim(waiting.id) is not None
    text = browser.get(f"/review/{waiting.id}/").content.decode()
    assert "Now: reading." in text
    assert "worker was lost" not in text
    Comparison.objects.filter(id=waiting.id).update(lease_until=timezone.now() - timedelta(minutes=1))
    assert work.claim(waiting.id) is not None
    assert "worker was lost" in browser.get(f"/review/{waiting.id}/").content.decode()


def test_a_disk_that_stays_full_leaves_it_to_be_taken_up_later(
    waiting: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_once(monkeypatch)
    monkeypatch.setattr(rooms, "ROOM_SECONDS", 0.0)
    refused_twice(monkeypatch)
    work.execute(waiting.id)  # returns: the worker stays up
    found = Comparison.objects.get(id=waiting.id)
    assert (found.status, found.attempt, found.max_attempts) == (Status.RUNNING, 1, ATTEMPTS)


def test_a_database_that_is_away_is_no_full_disk(waiting: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **named: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(work, "report", away)
    work.execute(waiting.id)
    found = Comparison.objects.get(id=waiting.id)
    assert (found.status, found.attempt, found.max_attempts) == (Status.RUNNING, 1, ATTEMPTS)


def test_who_waits_for_the_page_does_not_wait_for_room(
    owner: User, waiting: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_once(monkeypatch)
    refused_twice(monkeypatch)
    monkeypatch.setattr(services, "INLINE_NONZEROS", 10**9)
    pauses = on_pause(monkeypatch, lambda: None)
    services._begin(waiting)
    assert pauses == []


def test_a_retry_begins_to_count_anew(waiting: Comparison) -> None:
    Comparison.objects.filter(id=waiting.id).update(status=Status.FAILED, attempt=7, max_attempts=7)
    services.retry(comparison=waiting, actor=waiting.created_by)
    found = Comparison.objects.get(id=waiting.id)
    assert (found.status, found.attempt, found.max_attempts) == (Status.QUEUED, 0, ATTEMPTS)
