"""No room under the database: a sentence, nothing half written, and the run goes on once there is room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from copilot.accounts.models import User
from copilot.chat.cards import RESUMED, card_of
from copilot.chat.models import Conversation, Message
from copilot.errors import is_full
from copilot.runs import lease, pipeline
from copilot.runs import room as rooms
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, ModelVersion, Run, RunEvent, Solution
from copilot.runs.reaper import Reaper
from solvers import runner
from tests.chat import transport
from tests.no_room import EMPTY, fill, limit, on_pause, room

__all__ = ["room"]


@pytest.fixture
def owner(room: None) -> User:
    user: User = get_user_model().objects.create_user("ada", password="x")
    return user


@pytest.fixture
def run(owner: User) -> Run:
    """A solve again, queued."""
    from copilot.chat import services
    from copilot.runs.services import Solving

    asked = Solving(solver="highs", method="choose", time_limit_seconds=60.0, relative_gap=1e-4)
    return services.solve_again(run=transport.solved(owner), actor=owner, asked=asked).run


def _full_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full from the moment that the solver has answered; pausing in wait for room gives some."""
    real = runner.solve
    full: list[bool] = []

    def solve(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        if not full:
            full.append(True)
            fill()
        return result

    monkeypatch.setattr(runner, "solve", solve)


def test_a_run_that_meets_a_full_disk_says_so_once_there_is_room_and_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _full_from(monkeypatch)
    pauses = on_pause(monkeypatch, lambda: limit(EMPTY))
    Run.objects.filter(id=run.id).update(max_attempts=1)
    pipeline.execute(run.id)
    assert len(pauses) >= 3
    run.refresh_from_db()
    assert (run.lifecycle, run.attempt, run.max_attempts, run.result) == (Lifecycle.RUNNING, 1, 2, None)
    told = RunEvent.objects.filter(run=run, type=EventType.SOLUTION_FOUND).values_list("payload__number", flat=True)
    stored = Solution.objects.filter(run=run).values_list("number", flat=True)
    assert set(stored) <= set(told)  # a point that still fitted came with its event
    said = RunEvent.objects.filter(run=run, type=EventType.RUN_WAITING).get()
    assert said.payload == {"message": lease.NO_ROOM, "cause": "disk"}
    card = card_of(run.id)
    assert card is not None
    assert card.notes == (lease.NO_ROOM,)

    over = timezone.now() - timedelta(minutes=1)
    Run.objects.filter(id=run.id).update(lease_until=over, created_at=over)
    reaper = Reaper()
    assert reaper.sweep() == [run.id]
    reaper.stop()
    reaper._pool.shutdown(wait=True)
    run.refresh_from_db()
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert ModelVersion.objects.count() == 1
    assert Solution.objects.filter(run=run, kind=Solution.Kind.FINAL).count() == 1
    sequences = RunEvent.objects.filter(run=run).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, run.last_sequence + 1))
    card = card_of(run.id)
    assert card is not None
    assert card.notes == (RESUMED,)


def test_a_disk_that_stays_full_leaves_the_run_to_be_taken_up_later(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _full_from(monkeypatch)
    monkeypatch.setattr(rooms, "ROOM_SECONDS", 0.0)
    monkeypatch.setattr(rooms, "sleep", lambda _: None)
    pipeline.execute(run.id)  # returns: the service stays up
    run.refresh_from_db()
    assert (run.lifecycle, run.attempt, run.closing_message) == (Lifecycle.RUNNING, 1, "")


def test_a_disk_that_is_full_from_the_start_closes_no_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "ROOM_SECONDS", 0.0)
    fill()
    pipeline.execute(run.id)
    run.refresh_from_db()
    assert run.lifecycle in (Lifecycle.QUEUED, Lifecycle.RUNNING)  # a small row may still fit
    sequences = RunEvent.objects.filter(run=run).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, run.last_sequence + 1))


def test_a_request_that_finds_no_room_says_so_and_stores_nothing(owner: User) -> None:
    client: Any = Client()
    client.force_login(owner)
    fill()
    answer = client.post("/conversations/", {"text": "maximize 3 x\n" + "x <= 4\n" * 1_000, "solver": "auto"})
    assert answer.status_code == 503
    text = answer.content.decode()
    assert "The disk is full" in text
    assert "busy" not in text
    assert int(answer["Retry-After"]) >= 60
    assert client.get("/").status_code == 200
    assert not any(kind.objects.exists() for kind in (Conversation, Message, Run))
    limit(EMPTY)
    assert client.post("/conversations/", {"text": "maximize 3 x\nx <= 4", "solver": "auto"}).status_code in (302, 303)


def test_other_failures_of_the_database_are_not_taken_for_a_full_disk() -> None:
    assert not is_full(OperationalError("database is locked"))
    assert not is_full(OSError(2, "No such file"))
    wrapped = OperationalError("disk")
    wrapped.__cause__ = OSError(28, "No space left on device")
    assert is_full(wrapped)
