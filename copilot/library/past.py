"""Past tasks of a workspace, by likeness of their texts, each with the insights that helped there.

A process keeps them as an index in three parts, by age: what was just settled joins the last part, a full part joins
the one before it. So a task that is settled costs a few milliseconds, however many there are.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q

from copilot.library.models import Episode, InsightUse
from copilot.library.ranking import bm25, fusion
from copilot.library.ranking.postings import Kept, Postings, counted_in, joined

KEPT = 16  # workspaces whose tasks a process keeps, at about a kilobyte a task
NEWEST = 5_000  # tasks with an insight that helped; older ones no longer vote
SIMILAR = 25
FRESH_SECONDS = 5.0  # a process looks for newly settled tasks no more often
_LATE = timedelta(seconds=30)  # a writer's transaction may end after one that began later
_TAIL = 64  # tasks in the last part
_GROWTH = 8  # a part joins the one before it when it has an eighth of its tasks
_LEADERS = 100  # of all tasks, the insights that helped most
_BATCH = 500
HELPED = (InsightUse.Outcome.POSITIVE, InsightUse.Outcome.UNRETRIEVED)
_lock = threading.Lock()
_kept: OrderedDict[int | None, _Tasks] = OrderedDict()


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the tasks; `keys` are their identifiers in the order of the index."""

    postings: Postings
    index: bm25.Index
    keys: tuple[bytes, ...]

    @classmethod
    def over(cls, postings: Postings) -> _Part:
        keys = tuple(postings.keys[place].tobytes() for place in range(postings.size))
        return cls(postings, bm25.Index.over(postings), keys)

    @property
    def all(self) -> Kept:
        return np.ones(len(self.keys), np.bool_)

    def without(self, gone: set[bytes]) -> _Part:
        if gone.isdisjoint(self.keys):
            return self
        return _Part.over(joined([self.postings], [np.array([key not in gone for key in self.keys], np.bool_)]))


@dataclass(frozen=True, slots=True)
class _Shares(Mapping[UUID, float]):
    """The share of all tasks on which each insight helped; iterating gives the highest ones alone, from the first."""

    counts: Mapping[UUID, int]
    leaders: tuple[UUID, ...]
    weight: float

    def __getitem__(self, insight: UUID) -> float:
        return self.counts[insight] / self.weight

    def __iter__(self) -> Iterator[UUID]:
        return iter(self.leaders)

    def __len__(self) -> int:
        return len(self.leaders)


@dataclass(slots=True)
class _Tasks:
    """The settled tasks that a workspace may learn from: its own, and those of nobody in particular."""

    helped: dict[bytes, tuple[UUID, ...]] = field(default_factory=dict)  # in the order in which they were settled
    stamps: OrderedDict[bytes, datetime | None] = field(default_factory=OrderedDict)
    texts: dict[bytes, int] = field(default_factory=dict)  # hashes, to see that one was changed
    counts: Counter[UUID] = field(default_factory=Counter)
    overall: Mapping[UUID, float] = field(default_factory=dict)
    parts: tuple[_Part, ...] = ()
    seen: datetime | None = None
    looked_at: float = -math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, episodes: Sequence[Episode]) -> None:
        """Learn of tasks that were settled, or settled anew, oldest first."""
        if not episodes:
            return
        found = _helped_on(episodes)
        fresh, gone = [], set()
        for episode in episodes:
            key, insights = episode.id.bytes, found[episode.id]
            self.stamps[key] = episode.settled_at
            self.stamps.move_to_end(key)
            if self.texts.get(key, hash(episode.text)) != hash(episode.text) or (key in self.texts and not insights):
                gone.add(key)
                del self.texts[key]
            self._credit(key, insights)
            if insights and key not in self.texts:
                self.texts[key] = hash(episode.text)
                fresh.append((key, episode.text))
        self.seen = episodes[-1].settled_at
        self._forget_oldest(gone)
        self._arrange(counted_in(fresh), gone)
        leaders = nlargest(_LEADERS, self.counts, key=self.counts.__getitem__)
        self.overall = _Shares(self.counts, tuple(leaders), len(self.helped) + fusion.PRIOR_TASKS)

    def _credit(self, key: bytes, insights: tuple[UUID, ...]) -> None:
        for insight in self.helped.pop(key, ()):
            self.counts[insight] -= 1
            if not self.counts[insight]:
                del self.counts[insight]
        if insights:
            self.helped[key] = insights
            self.counts.update(insights)

    def _forget_oldest(self, gone: set[bytes]) -> None:
        if len(self.helped) > NEWEST + NEWEST // 10:  # a tenth at a time: it costs as much as one
            for key in list(self.helped)[:-NEWEST]:
                self._credit(key, ())
                del self.texts[key]
                gone.add(key)
        while len(self.stamps) > 2 * NEWEST:
            self.stamps.popitem(last=False)

    def _arrange(self, fresh: Postings, gone: set[bytes]) -> None:
        """Add a part of what is new, and join the last two while the later one is not much smaller."""
        parts = [part.without(gone) for part in self.parts] + ([_Part.over(fresh)] if fresh.size else [])
        parts = [part for part in parts if part.keys]
        while len(parts) > 1:
            (before, later), most = parts[-2:], _GROWTH * len(parts[-1].keys)
            if len(before.keys) + len(later.keys) > _TAIL and most <= len(before.keys):
                break
            parts[-2:] = [_Part.over(joined([before.postings, later.postings], [before.all, later.all]))]
        self.parts = tuple(parts)

    def like(self, query: Mapping[str, int], apart_from: str = "") -> list[tuple[float, tuple[UUID, ...]]]:
        """The most similar tasks with the insights that helped there."""
        ask = SIMILAR if not apart_from else 2 * SIMILAR
        found = bm25.best_of([part.index for part in self.parts], query, ask)
        if apart_from:
            found = [(score, key) for score, key in found if self.texts.get(key) != hash(apart_from)]
        return [(score, insights) for score, key in found[:SIMILAR] if (insights := self.helped.get(key, ()))]


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
    """The tasks of a workspace; one thread looks for new ones, the others wait only for the very first look."""
    with _lock:
        tasks = _kept.setdefault(workspace_id, _Tasks())
        _kept.move_to_end(workspace_id)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    if time.monotonic() - tasks.looked_at < FRESH_SECONDS:
        return tasks
    if tasks.lock.acquire(blocking=math.isinf(tasks.looked_at)):
        try:
            if time.monotonic() - tasks.looked_at >= FRESH_SECONDS:
                tasks.take(_settled_since(workspace_id, tasks))
                tasks.looked_at = time.monotonic()
        finally:
            tasks.lock.release()
    return tasks


def _settled_since(workspace_id: int | None, tasks: _Tasks) -> list[Episode]:
    """Episodes settled since the last look, oldest first; at the first one only those where an insight helped."""
    settled = Episode.objects.filter(Q(workspace=None) | Q(workspace_id=workspace_id), settled_at__isnull=False)
    if tasks.seen is None:
        later = settled.filter(Exists(InsightUse.objects.filter(episode=OuterRef("pk"), outcome__in=HELPED)))
    else:
        later = settled.filter(settled_at__gt=tasks.seen - _LATE)
    stamps = later.exclude(text="").order_by("-settled_at", "id").values_list("id", "settled_at")[:NEWEST]
    new = [key for key, settled_at in stamps if tasks.stamps.get(key.bytes) != settled_at]
    found: list[Episode] = []
    for start in range(0, len(new), _BATCH):
        rows = Episode.objects.only("id", "text", "settled_at").in_bulk(new[start : start + _BATCH])
        found += [rows[key] for key in new[start : start + _BATCH] if key in rows]
    return found[::-1]


def _helped_on(episodes: Iterable[Episode]) -> defaultdict[UUID, tuple[UUID, ...]]:
    found: defaultdict[UUID, tuple[UUID, ...]] = defaultdict(tuple)
    ids = [episode.id for episode in episodes]
    for start in range(0, len(ids), _BATCH):
        uses = InsightUse.objects.filter(episode_id__in=ids[start : start + _BATCH], outcome__in=HELPED).order_by("id")
        for episode_id, insight_id in uses.values_list("episode_id", "insight_id"):
            found[episode_id] += (insight_id,)
    return found
