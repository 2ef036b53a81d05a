"""Comparisons under a lease: done once, stopped, taken up when a worker is lost, apart when large."""

from __future__ import annotations

import json
import time
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.review import services, work
from copilot.review.models import Comparison, Status
from copilot.review.worker import COMPARISONS
from copilot.runs.reaper import Reaper
from solvers.equivalence.apart import ApartError, Stopped, report_apart
from solvers.equivalence.corrections import CorrectionRefused
from solvers.equivalence.report import Options, report, unpacked
from tests.factories import VersionFactory
from tests.review.models import lots
from tests.solvers import instances


@pytest.fixture
def waiting(alice: User, monkeypatch: pytest.MonkeyPatch) -> Comparison:
    """A comparison that no worker has heard of."""
    monkeypatch.setattr(services, "INLINE_NONZEROS", 0)
    monkeypatch.setattr(services.queue, "ring_worker", lambda comparison_id: None)
    home = workspace_of(alice)
    first, second = (VersionFactory(workspace=home, instance=lots(capacity=c).to_bytes()) for c in (130.0, 117.0))
    return services.compare(first=first, second=second, actor=alice)


def again(comparison: Comparison) -> Comparison:
    return Comparison.objects.get(id=comparison.id)


def test_two_doorbells_make_one_comparison(waiting: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    work.execute(waiting.id)
    assert again(waiting).status == Status.DONE
    monkeypatch.setattr(work, "report", lambda *a, **k: pytest.fail("compared twice"))
    work.execute(waiting.id)
    assert again(waiting).attempt == 1


def test_a_lost_worker_is_followed_by_another(waiting: Comparison) -> None:
    lost = work.claim(waiting.id)
    assert lost is not None
    assert work.claim(waiting.id) is None
    Comparison.objects.filter(id=waiting.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert COMPARISONS.waiting(timezone.now()) == waiting.id
    COMPARISONS.execute(waiting.id)
    assert again(waiting).status == Status.DONE
    assert again(waiting).attempt == 2
    assert not work.close(waiting.id, Status.FAILED, owner=lost.owner)  # the lost one came back too late


def test_one_that_loses_every_worker_is_closed_with_a_sentence(waiting: Comparison) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Comparison.objects.filter(id=waiting.id).update(status=Status.RUNNING, attempt=3, lease_until=past)
    reaper = Reaper(COMPARISONS)
    assert reaper.sweep() == []
    reaper.stop()
    assert again(waiting).status == Status.FAILED
    assert "try again" in again(waiting).closing_message
    services.retry(comparison=again(waiting), actor=waiting.created_by)
    assert again(waiting).status == Status.QUEUED


def test_a_stop_reaches_a_comparison_that_runs(
    transactional_db: None, waiting: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*a: Any, should_stop: Any) -> None:
        services.cancel(comparison=waiting, actor=waiting.created_by)
        while not should_stop():
            time.sleep(0.02)
        raise Stopped

    monkeypatch.setattr(work, "report", slow)
    work.execute(waiting.id)
    assert again(waiting).status == Status.CANCELLED
    assert again(waiting).closing_message == work.STOPPED


@pytest.mark.parametrize(("error", "words"), [(ApartError("It needs more memory."), "memory"), (KeyError("x"), "log")])
def test_a_failure_leaves_a_sentence(
    error: Exception, words: str, waiting: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*a: Any, **k: Any) -> None:
        raise error

    monkeypatch.setattr(work, "report", fails)
    work.execute(waiting.id)
    assert again(waiting).status == Status.FAILED
    assert words in again(waiting).closing_message


def test_a_large_comparison_says_the_same_in_a_process_of_its_own() -> None:
    first, second = lots(), lots(make="produce", factor=2.0)
    told: list[str] = []
    apart = report_apart(first.to_bytes(), second.to_bytes(), Options(), tell=told.append)
    here = report(first, second, Options())
    for found in (apart, here):
        found.result.pop("stats")
    assert apart.result == json.loads(json.dumps(here.result))
    assert apart.changes == here.changes
    assert (unpacked(apart.certificate)["column"] == unpacked(here.certificate)["column"]).all()


def test_a_process_of_its_own_ends_when_asked_and_when_it_may_not_have_the_memory() -> None:
    data, other = (instances.covering(300, 6000, seed=seed).to_bytes() for seed in (1, 2))
    with pytest.raises(Stopped):
        report_apart(data, other, Options(), should_stop=lambda: True)
    with pytest.raises(ApartError, match="32 MB of memory"):
        report_apart(data, other, Options(), memory_bytes=32 << 20)


def test_a_correction_that_cannot_be_is_refused_there_too() -> None:
    data = lots().to_bytes()
    with pytest.raises(CorrectionRefused, match="nothing"):
        report_apart(data, data, Options(renamed=(("variables", "nothing", "x"),)))


def test_every_change_is_kept_beyond_what_the_answer_lists() -> None:
    rows = 60
    first, second = (_many(rows, side) for side in (1.0, 2.0))
    found = report(first, second, Options())
    family = found.result["diff"]["families"][0]
    assert (len(family["entries"]), family["entry_count"]) == (50, rows)
    assert len(json.loads(zlib.decompress(found.changes))) == rows


def _many(rows: int, side: float) -> Any:
    return instances.make(
        cost=[1.0] * rows,
        rows=[[float(i == j) + float(j == 0) for j in range(rows)] for i in range(rows)],
        row_lower=[side] * rows,
        row_upper=[instances.INF] * rows,
    )
