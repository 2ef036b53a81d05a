"""Past tasks of a workspace, by likeness of their texts, each with the insights that helped there."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from copilot.library.models import Episode, InsightUse
from copilot.library.ranking import bm25, fusion

KEPT = 16  # workspaces whose tasks a process keeps
NEWEST = 20_000  # tasks that are looked at; older ones no longer vote
SIMILAR = 25
FRESH_SECONDS = 5.0  # a process looks for newly settled tasks no more often
_LATE = timedelta(seconds=30)  # a writer's transaction may end after one that began later
_TAIL = 64  # tasks after which the two parts of an index become one
HELPED = (InsightUse.Outcome.POSITIVE, InsightUse.Outcome.UNRETRIEVED)
_lock = threading.Lock()
_kept: OrderedDict[int | None, _Tasks] = OrderedDict()


@dataclass(slots=True)
class _Tasks:
    """The settled tasks that a workspace may learn from: its own, and those of nobody in particular."""

    texts: dict[bytes, str] = field(default_factory=dict)
    helped: dict[bytes, tuple[UUID, ...]] = field(default_factory=dict)
    overall: dict[UUID, float] = field(default_factory=dict)
    stamps: dict[bytes, datetime | None] = field(default_factory=dict)
    seen: datetime | None = None
    looked_at: float = -math.inf
    main: bm25.Index = field(default_factory=lambda: bm25.build(()))
    tail: bm25.Index = field(default_factory=lambda: bm25.build(()))
    indexed: set[bytes] = field(default_factory=set)

    def take(self, episodes: Sequence[Episode]) -> None:
        """Learn of tasks that were settled, or settled anew."""
        if not episodes:
            return
        found = _helped_on(episodes)
        for episode in episodes:
            key = episode.id.bytes
            self.texts[key], self.helped[key], self.stamps[key] = episode.text, found[episode.id], episode.settled_at
        self.seen = episodes[-1].settled_at
        self._arrange()

    def _arrange(self) -> None:
        useful = [key for key, insights in self.helped.items() if insights][-NEWEST:]
        fresh = [key for key in useful if key not in self.indexed]
        if len(fresh) > max(_TAIL, len(self.indexed) // 10):
            self.main = bm25.build((key, self.texts[key]) for key in useful)
            self.indexed, fresh = set(useful), []
        self.tail = bm25.build((key, self.texts[key]) for key in fresh)
        self.overall = fusion.overall_share([self.helped[key] for key in useful])

    def like(self, query: Mapping[str, int], apart_from: str = "") -> list[tuple[float, tuple[UUID, ...]]]:
        """The most similar tasks with the insights that helped there."""
        found = []
        for part, other in ((self.main, self.tail), (self.tail, self.main)):
            found += [(score, part.key(place)) for place, score in part.best(query, SIMILAR, beside=other)]
        found = [(score, key) for score, key in found if not apart_from or self.texts[key] != apart_from]
        found.sort(key=lambda pair: -pair[0])
        return [(score, insights) for score, key in found[:SIMILAR] if (insights := self.helped[key])]


def votes(query: Mapping[str, int], *, workspace_id: int | None, apart_from: str = "") -> fusion.Votes[UUID]:
    """How the tasks that are most similar to a request, given as counted terms, speak for insights; all but those
    with the text `apart_from`."""
    tasks = _current(workspace_id)
    return fusion.votes(tasks.like(query, apart_from), tasks.overall)


def forget() -> None:
    """Empty this process's memory of tasks."""
    with _lock:
        _kept.clear()


def _current(workspace_id: int | None) -> _Tasks:
    with _lock:  # one thread refreshes, the others wait for what it brings
        tasks = _kept.setdefault(workspace_id, _Tasks())
        _kept.move_to_end(workspace_id)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
        if time.monotonic() - tasks.looked_at >= FRESH_SECONDS:
            tasks.take(_settled_since(workspace_id, tasks))
            tasks.looked_at = time.monotonic()
        return tasks


def _settled_since(workspace_id: int | None, tasks: _Tasks) -> list[Episode]:
    """Episodes settled since the last look, oldest first."""
    visible = Episode.objects.filter(Q(workspace=None) | Q(workspace_id=workspace_id), settled_at__isnull=False)
    later = visible if tasks.seen is None else visible.filter(settled_at__gt=tasks.seen - _LATE)
    stamps = later.exclude(text="").order_by("-settled_at", "id").values_list("id", "settled_at")[:NEWEST]
    new = [key for key, settled_at in stamps if tasks.stamps.get(key.bytes) != settled_at]
    rows = Episode.objects.only("id", "text", "settled_at").in_bulk(new)
    return [rows[key] for key in reversed(new) if key in rows]


def _helped_on(episodes: Iterable[Episode]) -> defaultdict[UUID, tuple[UUID, ...]]:
    found: defaultdict[UUID, tuple[UUID, ...]] = defaultdict(tuple)
    ids = [episode.id for episode in episodes]
    for start in range(0, len(ids), 500):
        uses = InsightUse.objects.filter(episode_id__in=ids[start : start + 500], outcome__in=HELPED).order_by("id")
        for episode_id, insight_id in uses.values_list("episode_id", "insight_id"):
            found[episode_id] += (insight_id,)
    return found
