"""A worker process killed by the system in the middle of a solve: what was shown stays, and the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from copilot.runs import events
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, ModelVersion, Run, RunEvent, Solution
from tests.chat.workshop import formulation
from tests.factories import RunFactory, VersionFactory
from tests.solvers import instances

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import sys, uuid, django
django.setup()
from copilot.runs import pipeline
pipeline.execute(uuid.UUID(sys.argv[1]))
"""


@pytest.fixture
def run(transactional_db: None) -> Run:
    """A solve of a market split, which finds plans at once and a proof never."""
    version = VersionFactory(
        instance=instances.market_split().to_bytes(), formulation=formulation().model_dump(mode="json")
    )
    made: Run = RunFactory(workspace=version.workspace, kind=Run.Kind.SOLVE, version=version, time_limit_seconds=60.0)
    return made


def _address() -> str:
    """The test's own database, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = quote(found["USER"]) + (f":{quote(found['PASSWORD'])}" if found["PASSWORD"] else "")
    return f"postgres://{login}@{found['HOST']}:{found['PORT'] or 5432}/{quote(found['NAME'])}"


def _worker(run: Run) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "copilot.settings",
        "COPILOT_DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": _address(),
        "COPILOT_IN_PROCESS": "1",
        "LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(run.id)], cwd=ROOT, env=environment)


def _others() -> int:
    """Connections to the test's database beside this one."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _shown(run: Run) -> set[float]:
    found = (event for event in events.after(run.id, 0) if event.type == EventType.SOLVE_PROGRESS)
    return {event.payload["objective_value"] for event in found if event.payload["objective_value"] is not None}


def _stored(run: Run) -> list[tuple[int, float]]:
    return list(Solution.objects.filter(run=run).order_by("number").values_list("number", "objective_value"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("vendor", ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def test_what_a_killed_worker_has_shown_stays_and_the_next_doubles_nothing(run: Run, vendor: str) -> None:
    if connection.vendor != vendor:
        pytest.skip(f"NOT VERIFIED on {vendor}: the tests run on {connection.vendor}")
    _killed_mid_solve(_worker(run), run)
    before, shown, told = _stored(run), _shown(run), _told(run)
    assert Run.objects.get(id=run.id).lifecycle == Lifecycle.RUNNING
    best = min(value for _, value in before)
    assert all(best <= value + 1e-6 * (1 + abs(value)) for value in shown)

    over = timezone.now() - timedelta(minutes=1)
    Run.objects.filter(id=run.id).update(lease_until=over, time_limit_seconds=2.0)
    assert _worker(run).wait(timeout=120) == 0
    run = Run.objects.get(id=run.id)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    assert run.attempt == 2
    _nothing_is_lost_or_doubled(run, before, told)


def _killed_mid_solve(worker: subprocess.Popen[bytes], run: Run) -> None:
    """Kill it once it has shown a solution, and wait until the database has let go of it."""
    deadline = time.monotonic() + 120
    try:
        while not _shown(run):
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < deadline, "nothing was ever shown"
            time.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    while _others():
        assert time.monotonic() < deadline, "the killed worker's connections stay"
        time.sleep(0.05)


def _told(run: Run) -> list[tuple[int, str]]:
    return list(RunEvent.objects.filter(run=run).order_by("sequence").values_list("sequence", "type"))


def _nothing_is_lost_or_doubled(run: Run, before: list[tuple[int, float]], told: list[tuple[int, str]]) -> None:
    assert _stored(run)[: len(before)] == before
    improving = Solution.objects.filter(run=run, kind=Solution.Kind.IMPROVING).order_by("number")
    values = list(improving.values_list("objective_value", flat=True))
    assert values == sorted(set(values), reverse=True)
    assert Solution.objects.filter(run=run, kind=Solution.Kind.FINAL).count() == 1
    assert ModelVersion.objects.filter(workspace=run.workspace).count() == 1
    after = _told(run)
    assert after[: len(told)] == told
    assert [sequence for sequence, _ in after] == list(range(1, run.last_sequence + 1))
    types = [kind for _, kind in after]
    for once in (EventType.RUN_STARTED, EventType.RUN_RECOVERED, EventType.RESULT_EXPLAINED, EventType.RUN_FINISHED):
        assert types.count(once) == 1, once
    found = RunEvent.objects.filter(run=run, type=EventType.SOLUTION_FOUND).values_list("payload__number", flat=True)
    assert len(found) == len(set(found))
