"""A learning job whose process is killed in the middle of its trials: the next one pays for no attempt twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from copilot.learning import queue, services, work
from copilot.learning.models import LearningCycle, LearningJob
from copilot.library.models import AuditEntry, InsightVersion, TrialRecord
from tests.learning.scripted_work import attempts_of, install
from tests.learning.test_work import PROBLEM
from tests.library.processes import killed_half_way

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
WORKER = """
import uuid
from pathlib import Path
from copilot.learning import work
from tests.learning.scripted_work import install

job, log, stop_at = sys.argv[1:]
install(Path(log), stop_at=stop_at, stop=stop_here)
work.execute(uuid.UUID(job))
"""


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ring_worker", lambda row_id: None)


def begun() -> tuple[LearningCycle, LearningJob]:
    cycle = services.learn_from([PROBLEM], actor=None, calls=60)
    return cycle, cycle.jobs.get()


def finished(job: LearningJob, log: Path, monkeypatch: pytest.MonkeyPatch) -> LearningJob:
    install(log, patch=monkeypatch.setattr)
    work.execute(job.id)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("stop_at", ["attempt 9", "store"])
def test_a_job_killed_in_the_middle_is_taken_up_and_ends_as_if_it_had_not_been(
    stop_at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, log = tmp_path / "whole", tmp_path / "killed"
    undisturbed = finished(begun()[1], whole, monkeypatch)
    records = Counter(TrialRecord.objects.values_list("arm", "task_key", "seed", "perturbed"))
    InsightVersion.objects.all().delete()
    cycle, job = begun()
    killed_half_way(WORKER, str(job.id), str(log), stop_at)
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("running", 1)
    assert not TrialRecord.objects.exists()
    assert not InsightVersion.objects.exists()
    work.execute(job.id)  # its lease is held by one that cannot let go: nothing happens
    assert LearningJob.objects.get(id=job.id).attempt == 1
    LearningJob.objects.filter(id=job.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    job = finished(job, log, monkeypatch)
    assert (job.status, job.attempt) == ("done", 2), job.closing_message
    assert job.result | {"versions": []} == undisturbed.result | {"versions": []}
    assert Counter(TrialRecord.objects.values_list("arm", "task_key", "seed", "perturbed")) == records
    assert set(records.values()) == {1}
    assert InsightVersion.objects.count() == 1
    version = InsightVersion.objects.get()
    assert AuditEntry.objects.filter(subject_id=str(version.id), verb="created").count() == 1
    again = attempts_of(log) - attempts_of(whole)
    assert again.total() == (1 if stop_at.startswith("attempt") else 0), "only the one in progress is made again"
    cycle.refresh_from_db()
    assert cycle.spent_calls <= cycle.budget_calls
    work.execute(job.id)  # a late message
    assert TrialRecord.objects.count() == records.total()


def test_what_was_kept_is_plain_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = finished(begun()[1], tmp_path / "log", monkeypatch)
    assert json.loads(json.dumps(job.kept)) == job.kept
    assert len(job.kept["attempts"]) == attempts_of(tmp_path / "log").total()
