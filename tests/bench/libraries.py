"""Libraries of 1,000, 10,000 and 100,000 insights: how long retrieval takes before any language model.

In a test database of its own, where DATABASE_URL says (default: SQLite); other sizes as arguments of
`python -m tests.bench library --sizes 1000 100000`. Texts are drawn from a vocabulary with the frequencies of natural
language, and are as long as published insights; the workspace has as many past tasks as a process keeps. No table is
analysed after it was filled, as on the first day.

Three kinds of calls are told apart: *warm*; *settling*, where a task was settled before each call and each call looks
for it; and *cold*, the first ones of a process, and after a release of which one insight in a hundred is new.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from django.core.management import call_command
from django.db import connection, models
from django.test.runner import DiscoverRunner
from django.utils import timezone

from copilot.accounts.models import Workspace
from copilot.library import past, prepared, releases, retrieval, uses
from copilot.library.models import (
    Episode,
    Insight,
    InsightUse,
    InsightVersion,
    LibraryRelease,
    TaxonomyLabel,
    VersionLabel,
)
from copilot.library.retrieval import Asker
from tests.bench.measured import against

SIZES = (1_000, 10_000, 100_000)
WORDS, LABELS, QUERIES, SETTLED = 20_000, 200, 200, 60
TARGET_MILLISECONDS = 30.0
VOCABULARY = np.array(
    ["".join(letters) for letters in np.random.default_rng(0).choice(list("bcdfglmnprstvaeiou"), (WORDS, 7))]
)
FREQUENCY = np.cumsum(1.0 / (np.arange(WORDS) + 10.0))
FREQUENCY /= FREQUENCY[-1]
Pair = tuple[uuid.UUID, uuid.UUID]  # an insight and its version
Sample = list[tuple[float, float]]  # milliseconds on the clock and of this process


def text(draw: np.random.Generator, words: int) -> str:
    return " ".join(VOCABULARY[np.searchsorted(FREQUENCY, draw.random(words))])


def insert(rows: Sequence[models.Model]) -> None:
    """Many rows of one table in one statement each: `bulk_create` would take five times as long."""
    fields = rows[0]._meta.concrete_fields
    fields = [field for field in fields if not isinstance(field, models.AutoField)]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {rows[0]._meta.db_table} ({names}) VALUES ({marks})"
    values = [[field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def insights(draw: np.random.Generator, many: int, labels: Sequence[TaxonomyLabel]) -> Iterator[Pair]:
    """Active insights with one label each, a thousand rows at a time."""
    for start in range(0, many, 1_000):
        made = [Insight() for _ in range(start, min(start + 1_000, many))]
        versions = [
            InsightVersion(
                insight=insight,
                applies_when=text(draw, 50),
                explanation=text(draw, 75),
                content_hash=uuid.uuid4().hex,
                state="active",
            )
            for insight in made
        ]
        insert(made)
        insert(versions)
        insert([VersionLabel(version=version, label=labels[draw.integers(LABELS)]) for version in versions])
        yield from ((version.insight_id, version.id) for version in versions)


def fill(many: int) -> tuple[Workspace, list[Pair], list[TaxonomyLabel]]:
    draw = np.random.default_rng(many)
    workspace = Workspace.objects.create(name="bench")
    rows = [TaxonomyLabel(level=0, name=VOCABULARY[i], path=VOCABULARY[i]) for i in range(LABELS)]
    labels = TaxonomyLabel.objects.bulk_create(rows)
    ids = list(insights(draw, many, labels))
    now = timezone.now()
    for start in range(0, past.NEWEST, 1_000):
        ages = [timedelta(minutes=past.NEWEST - start - place) for place in range(1_000)]
        tasks = [_task(workspace, text(draw, 120)) for _ in ages]
        for task, age in zip(tasks, ages, strict=True):
            task.settled_at = now - age
        insert(tasks)
        insert([use for task in tasks for use in _uses(task, draw, ids, "positive")])
    return workspace, ids, labels


def _task(workspace: Workspace, words: str) -> Episode:
    return Episode(workspace=workspace, origin="run", run_id=uuid.uuid4(), text=words)


def _uses(task: Episode, draw: np.random.Generator, ids: Sequence[Pair], outcome: str) -> list[InsightUse]:
    return [
        InsightUse(episode=task, insight_id=insight, version_id=version, role="shown", outcome=outcome, adopted=True)
        for insight, version in {ids[place] for place in draw.integers(len(ids), size=2)}
    ]


def clocked(action: Callable[[], object]) -> tuple[float, float]:
    started, worked = time.perf_counter(), time.process_time()
    action()
    return 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)


def asked(asker: Asker, release: LibraryRelease, draw: np.random.Generator) -> tuple[float, float]:
    request = text(draw, int(draw.integers(40, 400)))
    pinned = list(LibraryRelease.objects.filter(id=release.id))
    found: list[object] = []
    taken = clocked(lambda: found.extend(retrieval.candidates(request, asker, pinned)))
    assert len(found) == retrieval.CANDIDATES
    return taken


def told(sample: Sample) -> dict[str, object]:
    """50th and 95th percentile and the most, on the clock and of this process's processor time, in milliseconds."""
    wall, own = (np.array(column) for column in zip(*sample, strict=True))
    p95 = against(target=TARGET_MILLISECONDS, found=float(np.percentile(wall, 95)), at_most=True)
    return {"wall": _spread(wall), "processor": _spread(own), "p95": p95}


def _spread(times: npt.NDArray[np.float64]) -> list[float]:
    return [round(float(np.percentile(times, share)), 1) for share in (50, 95, 100)]


def measure(many: int) -> Iterator[dict[str, object]]:
    started = time.perf_counter()
    workspace, ids, labels = fill(many)
    release = releases.make(f"bench-{many}", actor=None)
    filled = time.perf_counter() - started
    asker, draw = Asker(workspace, None), np.random.default_rng(1)
    yield {"phase": "filled", "seconds": round(filled, 1)}
    yield {"phase": "index made whole", "ms": _rounded(clocked(lambda: prepared.prepare(release)))}
    prepared.forget()
    past.forget()
    yield {"phase": "cold: the index read", "ms": _rounded(clocked(lambda: prepared.index_of(release)))}
    yield {"phase": "cold: past tasks read", "ms": _rounded(clocked(lambda: past.votes({}, workspace_id=workspace.pk)))}
    yield {"phase": "warm", **told([asked(asker, release, draw) for _ in range(QUERIES)])}
    yield {"phase": "settling", **told(list(_while_settling(asker, release, draw, ids)))}
    list(insights(draw, max(many // 100, 1), labels))
    release = releases.make(f"bench-{many}-next", actor=None)
    yield {"phase": "index made from the release before", "ms": _rounded(clocked(lambda: prepared.prepare(release)))}
    yield {"phase": "cold: first call of a new release", "ms": _rounded(asked(asker, release, draw))}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    stored = len(bytes(release.search_index.data)) >> 20
    yield {"phase": "memory", "index_stored_megabytes": stored, "peak_megabytes": peak}


def _while_settling(
    asker: Asker, release: LibraryRelease, draw: np.random.Generator, ids: list[Pair]
) -> Iterator[tuple[float, float]]:
    """Each call looks for what was settled since the last one, which is one task."""
    interval, past.FRESH_SECONDS = past.FRESH_SECONDS, 0.0
    try:
        for _ in range(SETTLED):
            task = _task(asker.workspace, text(draw, 120))
            insert([task])
            insert(_uses(task, draw, ids, ""))
            uses.settle(task.run_id or uuid.uuid4(), accepted=True)
            yield asked(asker, release, draw)
    finally:
        past.FRESH_SECONDS = interval


def _rounded(taken: tuple[float, float]) -> dict[str, float]:
    return {"wall": round(taken[0], 1), "processor": round(taken[1], 1)}


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or SIZES
    runner = DiscoverRunner(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        for many in sizes:
            for row in measure(many):
                load = round(os.getloadavg()[0], 1)
                print(json.dumps({"database": connection.vendor, "insights": many, "load": load, **row}), flush=True)
            call_command("flush", verbosity=0, interactive=False)
    finally:
        runner.teardown_databases(old)
