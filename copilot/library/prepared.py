"""The prepared index of a release: built from its rows once, stored as data, kept in memory by each process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from uuid import UUID

import structlog

from copilot.library.insights import CARRIED, content_of
from copilot.library.models import InsightVersion, LibraryRelease, SearchIndex
from copilot.library.ranking import bm25

log = structlog.get_logger(__name__)
KEPT = 4  # releases whose index a process keeps: the active one, its predecessor, a workspace's
_BATCH = 2000
_lock = threading.Lock()
_kept: OrderedDict[UUID, bm25.Index] = OrderedDict()


def prepare(release: LibraryRelease) -> bm25.Index:
    """Build the release's index and store it; a release never changes, so neither does its index."""
    index = bm25.build(_texts(release))
    SearchIndex.objects.update_or_create(release=release, defaults={"data": index.to_bytes()})
    return index


def index_of(release: LibraryRelease) -> bm25.Index:
    """The index, from memory or from its row; built where it is missing or of another format."""
    with _lock:
        if release.id in _kept:
            _kept.move_to_end(release.id)
            return _kept[release.id]
    index = _stored(release) or prepare(release)
    with _lock:
        _kept[release.id] = index
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return index


def forget() -> None:
    """Empty this process's memory of indexes."""
    with _lock:
        _kept.clear()


def _stored(release: LibraryRelease) -> bm25.Index | None:
    data = SearchIndex.objects.filter(release=release).values_list("data", flat=True).first()
    try:
        return bm25.Index.from_bytes(bytes(data)) if data is not None else None
    except bm25.NotAnIndex as error:
        log.warning("library.index_unreadable", release=str(release.id), error=str(error))
        return None


def _texts(release: LibraryRelease) -> Iterator[tuple[bytes, str]]:
    versions = InsightVersion.objects.filter(release_items__release=release).order_by("release_items__id")
    for version in versions.prefetch_related(CARRIED).iterator(chunk_size=_BATCH):
        yield version.insight_id.bytes, search_text(version)


def search_text(version: InsightVersion) -> str:
    """What a request is compared with: when it applies, why, its title and labels; what it excludes would mislead."""
    content = content_of(version)
    names = (name for path in content.labels for name in path)
    return " ".join((content.title, content.applies_when, content.explanation, *names))
