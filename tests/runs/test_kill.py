"""A worker process killed by the system in the middle of a solve: what was shown stays, and the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from copilot.runs import events, pipeline
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run, Solution
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


def _worker(run: Run) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "copilot.settings",
        "COPILOT_DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "COPILOT_IN_PROCESS": "1",
        "LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(run.id)], cwd=ROOT, env=environment)


def _shown(run: Run) -> set[float]:
    found = (event for event in events.after(run.id, 0) if event.type == EventType.SOLVE_PROGRESS)
    return {event.payload["objective_value"] for event in found if event.payload["objective_value"] is not None}


def _stored(run: Run) -> list[tuple[int, float]]:
    return list(Solution.objects.filter(run=run).order_by("number").values_list("number", "objective_value"))


def test_what_a_killed_worker_has_shown_stays_and_the_next_doubles_nothing(run: Run) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("NOT VERIFIED: the second process is pointed at an SQLite file only")
    worker = _worker(run)
    try:
        deadline = time.monotonic() + 60
        while not _shown(run):
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < deadline, "nothing was ever shown"
            time.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    before, shown = _stored(run), _shown(run)
    assert Run.objects.get(id=run.id).lifecycle == Lifecycle.RUNNING
    best = min(value for _, value in before)
    assert all(best <= value + 1e-6 * (1 + abs(value)) for value in shown)

    over = timezone.now() - timedelta(minutes=1)
    Run.objects.filter(id=run.id).update(lease_until=over, time_limit_seconds=2.0)
    pipeline.execute(run.id)
    run = Run.objects.get(id=run.id)
    assert run.lifecycle == Lifecycle.SUCCEEDED, run.closing_message
    after = _stored(run)
    assert after[: len(before)] == before
    improving = Solution.objects.filter(run=run, kind=Solution.Kind.IMPROVING).order_by("number")
    values = list(improving.values_list("objective_value", flat=True))
    assert values == sorted(set(values), reverse=True)
    assert Solution.objects.filter(run=run, kind=Solution.Kind.FINAL).count() == 1
