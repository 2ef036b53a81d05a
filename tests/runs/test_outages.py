"""Broker down, database locked: a sentence with the cause and the next step, nothing lost, nothing hangs."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.celery import app
from copilot.runs import events, queue, services
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def broker_down(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A broker address at which nothing listens."""
    monkeypatch.setattr(app.conf, "broker_url", NOBODY)
    monkeypatch.setattr(app.conf, "broker_write_url", NOBODY)
    app.pool.force_close_all()
    app.set_current()
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    yield
    app.amqp._producer_pool = None
    app._pool = None


def test_with_the_broker_down_the_message_is_stored_and_says_that_it_waits(
    owner: User, broker_down: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = time.monotonic()
    run = services.start_run(workspace=workspace_of(owner), actor=owner, text="maximize x", enqueue=False)
    assert queue.ring_worker(run.id) is False
    assert queue.ring_worker(run.id) is False
    assert time.monotonic() - asked < 10
    run = Run.objects.get(id=run.id)
    assert run.lifecycle == Lifecycle.QUEUED
    waiting = [event for event in events.after(run.id, 0) if event.type == EventType.RUN_WAITING]
    assert len(waiting) == 1
    assert "starts by itself" in waiting[0].payload["message"]


@pytest.fixture
def locked(owner: User) -> Iterator[threading.Event]:
    """Another process holds the SQLite file until the event is set."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite locks the whole database")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Event()

    def hold() -> None:
        release.wait(timeout=60)
        other.execute("ROLLBACK")
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    yield release
    release.set()
    thread.join()


def test_a_write_waits_for_a_short_lock(owner: User, locked: threading.Event) -> None:
    threading.Timer(0.5, locked.set).start()
    run = services.start_run(workspace=workspace_of(owner), actor=owner, text="maximize x", enqueue=False)
    assert [event.type for event in events.after(run.id, 0)] == [EventType.RUN_QUEUED]


def test_a_page_that_meets_a_lasting_lock_says_so_and_stores_nothing(owner: User, locked: threading.Event) -> None:
    client: Any = Client()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 300")
    answer = client.post("/login/", {"username": "ada", "password": "x"})
    assert answer.status_code == 503
    assert "busy" in answer.content.decode()
    assert answer["Retry-After"]
