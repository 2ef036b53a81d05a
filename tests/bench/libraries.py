"""Libraries of 1,000, 10,000 and 100,000 insights: how long retrieval takes before any language model.

In a test database of its own, where DATABASE_URL says (default: SQLite); other sizes as arguments of
`python -m tests.bench.library`. Texts are drawn from a vocabulary with the frequencies of natural language, and are as
long as published insights.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import uuid
from collections.abc import Iterator

import numpy as np
from django.db import connection
from django.test.runner import DiscoverRunner
from django.utils import timezone

from copilot.accounts.models import Workspace
from copilot.library import past, prepared, releases, retrieval
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
WORDS, LABELS, EPISODES, QUERIES = 20_000, 200, 2_000, 200
TARGET_MILLISECONDS = 30.0
VOCABULARY = np.array(
    ["".join(letters) for letters in np.random.default_rng(0).choice(list("bcdfglmnprstvaeiou"), (WORDS, 7))]
)
FREQUENCY = np.cumsum(1.0 / (np.arange(WORDS) + 10.0))
FREQUENCY /= FREQUENCY[-1]


def text(draw: np.random.Generator, words: int) -> str:
    return " ".join(VOCABULARY[np.searchsorted(FREQUENCY, draw.random(words))])


def insights(draw: np.random.Generator, many: int) -> Iterator[tuple[Insight, InsightVersion]]:
    for _ in range(many):
        insight = Insight(id=uuid.uuid4())
        yield (
            insight,
            InsightVersion(
                insight=insight,
                applies_when=text(draw, 50),
                explanation=text(draw, 75),
                content_hash=uuid.uuid4().hex,
                state="active",
            ),
        )


def fill(many: int) -> Workspace:
    draw = np.random.default_rng(many)
    workspace = Workspace.objects.create(name="bench")
    labels = [TaxonomyLabel(level=0, name=VOCABULARY[i], path=VOCABULARY[i]) for i in range(LABELS)]
    labels = TaxonomyLabel.objects.bulk_create(labels)
    ids = []
    for start in range(0, many, 5_000):
        made = list(insights(draw, min(5_000, many - start)))
        Insight.objects.bulk_create([insight for insight, _ in made], batch_size=500)
        InsightVersion.objects.bulk_create([version for _, version in made], batch_size=200)
        VersionLabel.objects.bulk_create(
            [VersionLabel(version=version, label=labels[draw.integers(LABELS)]) for _, version in made], batch_size=500
        )
        ids += [(insight.id, version.id) for insight, version in made]
    episodes = [
        Episode(workspace=workspace, origin="run", run_id=uuid.uuid4(), text=text(draw, 120), settled_at=timezone.now())
        for _ in range(EPISODES)
    ]
    Episode.objects.bulk_create(episodes, batch_size=500)
    uses = [
        InsightUse(episode=episode, insight_id=insight, version_id=version, role="shown", outcome="positive")
        for episode in episodes
        for insight, version in (ids[place] for place in draw.integers(len(ids), size=2))
    ]
    InsightUse.objects.bulk_create(uses, batch_size=500, ignore_conflicts=True)
    return workspace


def measure(many: int) -> dict[str, object]:
    workspace = fill(many)
    release = releases.make(f"bench-{many}", actor=None)
    started = time.perf_counter()
    prepared.prepare(release)
    built = time.perf_counter() - started
    prepared.forget()
    past.forget()
    asker = Asker(workspace, None)
    draw = np.random.default_rng(1)
    started = time.perf_counter()
    retrieval.candidates(text(draw, 150), asker, [release])
    first = time.perf_counter() - started
    times, own = [], []
    for _ in range(QUERIES):
        request = text(draw, int(draw.integers(40, 400)))
        pinned = list(LibraryRelease.objects.filter(id=release.id))
        started, worked = time.perf_counter(), time.process_time()
        found = retrieval.candidates(request, asker, pinned)
        times.append(1000 * (time.perf_counter() - started))
        own.append(1000 * (time.process_time() - worked))
        assert len(found) == retrieval.CANDIDATES
    return {
        "insights": many,
        "p95_processor_ms": round(float(np.percentile(own, 95)), 1),  # without waiting for the database or a core
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": against(target=TARGET_MILLISECONDS, found=float(np.percentile(times, 95)), at_most=True),
        "index_built_seconds": round(built, 1),
        "index_megabytes": round(len(bytes(release.search_index.data)) / 2**20, 1),
        "first_query_of_a_process_seconds": round(first, 2),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def main() -> None:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        for many in [int(word) for word in sys.argv[1:]] or SIZES:
            print(json.dumps({"database": connection.vendor, **measure(many)}), flush=True)
            InsightUse.objects.all().delete()
            Episode.objects.all().delete()
            releases.ReleaseItem.objects.all().delete()
            InsightVersion.objects.all().delete()
            TaxonomyLabel.objects.all().delete()
            Insight.objects.all().delete()
    finally:
        runner.teardown_databases(old)
