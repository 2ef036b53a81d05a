"""Events are gapless, fenced by the owner, and written once per transition."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.runs import events, lease, services
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.models import Lifecycle, Run, RunEvent
from copilot.runs.reaper import Reaper


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def run(owner: User) -> Run:
    return services.start_run(workspace=workspace_of(owner), actor=owner, text="maximize x", enqueue=False)


def test_sequences_count_from_one_without_gaps(run: Run) -> None:
    for _ in range(5):
        events.record(run.id, EventType.SOLVE_PROGRESS, {})
    assert [event.sequence for event in events.after(run.id, 0)] == [1, 2, 3, 4, 5, 6]
    assert [event.sequence for event in events.after(run.id, 4)] == [5, 6]


def test_only_one_of_two_claims_wins(run: Run) -> None:
    first, second = lease.claim(run.id), lease.claim(run.id)
    assert first is not None
    assert second is None
    assert Run.objects.get(id=run.id).attempt == 1


def test_a_worker_that_lost_its_lease_cannot_write(run: Run) -> None:
    first = lease.claim(run.id)
    assert first is not None
    Run.objects.filter(id=run.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    second = lease.claim(run.id)
    assert second is not None
    with pytest.raises(LeaseLost):
        events.record(run.id, EventType.SOLVE_PROGRESS, {}, owner=first.owner)
    assert not events.advance(run.id, (Lifecycle.RUNNING,), Lifecycle.SUCCEEDED, owner=first.owner)
    assert events.record(run.id, EventType.SOLVE_PROGRESS, {}, owner=second.owner)


def test_a_recovered_run_says_so_once(run: Run) -> None:
    lease.claim(run.id)
    Run.objects.filter(id=run.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    lease.claim(run.id)
    types = [event.type for event in events.after(run.id, 0)]
    assert types == [EventType.RUN_QUEUED, EventType.RUN_STARTED, EventType.RUN_RECOVERED]


def test_a_run_out_of_attempts_is_closed_with_the_reason(run: Run) -> None:
    Run.objects.filter(id=run.id).update(
        lifecycle=Lifecycle.RUNNING, attempt=3, lease_until=timezone.now() - timedelta(seconds=1), owner="gone"
    )
    reaper = Reaper()
    reaper.sweep()
    reaper.stop()
    run.refresh_from_db()
    assert run.lifecycle == Lifecycle.FAILED
    assert "lost" in run.closing_message
    assert RunEvent.objects.filter(run=run, type=EventType.RUN_FINISHED).count() == 1


def test_cancelling_a_queued_run_ends_it_and_twice_changes_nothing(run: Run, owner: User) -> None:
    services.cancel_run(run=run, actor=owner)
    services.cancel_run(run=run, actor=owner)
    run.refresh_from_db()
    assert run.lifecycle == Lifecycle.CANCELLED
    assert lease.claim(run.id) is None
    assert RunEvent.objects.filter(run=run, type=EventType.RUN_FINISHED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_writers_in_many_threads_leave_no_gap_and_no_double() -> None:
    user = User.objects.create_user("grace", password="x")
    run = services.start_run(workspace=workspace_of(user), actor=user, text="maximize x", enqueue=False)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(20):
                events.record(run.id, EventType.SOLVE_PROGRESS, {})
        except BaseException as error:
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [event.sequence for event in events.after(run.id, 0)] == list(range(1, 82))


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "empty"), ("   \n", "empty"), ("x" * 200_000, "200,000 characters"), ("a\x00b", "NUL")],
)
def test_a_message_that_cannot_be_read_is_refused_with_the_reason(owner: User, text: str, said: str) -> None:
    with pytest.raises(services.RunError, match=said):
        services.start_run(workspace=workspace_of(owner), actor=owner, text=text, enqueue=False)
    assert not Run.objects.exists()


def test_numbers_that_json_does_not_know_become_null(run: Run) -> None:
    events.record(run.id, EventType.SOLVE_PROGRESS, {"bound": float("inf"), "gaps": [float("nan"), 0.5], "n": 3})
    assert events.after(run.id, 1)[0].payload == {"bound": None, "gaps": [None, 0.5], "n": 3}
