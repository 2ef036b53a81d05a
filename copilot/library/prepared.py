"""The prepared index of a release: made from its rows once, stored as data, kept in memory by each process.

One release is much like the one before it, so its index is made of what both share, and of the texts that are new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

import numpy as np
import structlog

from copilot.library.insights import CARRIED, content_of
from copilot.library.models import AuditEntry, InsightVersion, LibraryRelease, ReleaseItem, SearchIndex, TaxonomyLabel
from copilot.library.ranking import bm25
from copilot.library.ranking.postings import NotAnIndex, Postings, counted_in, joined

log = structlog.get_logger(__name__)
KEPT = 4  # releases whose index a process keeps: the active one, its predecessor, a workspace's
_BATCH = 2000
_lock = threading.Lock()
_kept: OrderedDict[UUID, bm25.Index] = OrderedDict()


def prepare(release: LibraryRelease) -> bm25.Index:
    """Make the release's index and store it; a release never changes, so neither does its index."""
    postings = _from_another(release) or counted_in(_texts(_versions(release)))
    SearchIndex.objects.update_or_create(release=release, defaults={"data": postings.to_bytes()})
    return bm25.Index.over(postings)


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
    postings = _read(release)
    return bm25.Index.over(postings) if postings else None


def _read(release: LibraryRelease) -> Postings | None:
    data = SearchIndex.objects.filter(release=release).values_list("data", flat=True).first()
    try:
        return Postings.from_bytes(bytes(data)) if data is not None else None
    except NotAnIndex as error:
        log.warning("library.index_unreadable", release=str(release.id), error=str(error))
        return None


def _from_another(release: LibraryRelease) -> Postings | None:
    """Of the newest prepared release of the same library what is in this one too, then what only this one has.

    None where they share less than half, or where a label has another name since: labels are part of the text.
    """
    prepared = SearchIndex.objects.filter(release__workspace=release.workspace).exclude(release=release)
    base = prepared.select_related("release").defer("data").order_by("-created_at").first()
    if base is None or _labels_changed(base):
        return None
    postings = _read(base.release)
    if postings is None:
        return None
    before, wanted = _manifest(base.release), _manifest(release)
    keys = [postings.keys[place].tobytes() for place in range(postings.size)]
    kept = np.array([key in wanted and wanted[key] == before.get(key) for key in keys], np.bool_)
    if 2 * int(kept.sum()) < len(wanted):
        return None
    shared = {key for key, keep in zip(keys, kept, strict=True) if keep}
    fresh = counted_in(_fresh_texts([version for key, version in wanted.items() if key not in shared]))
    return joined([postings, fresh], [kept, np.ones(fresh.size, np.bool_)])


def _labels_changed(base: SearchIndex) -> bool:
    subject = {"subject": TaxonomyLabel._meta.model_name, "verb__in": ("renamed", "merged")}
    return AuditEntry.objects.filter(created_at__gte=base.created_at, **subject).exists()


def _manifest(release: LibraryRelease) -> dict[bytes, UUID]:
    """The version of each insight, by the key of its document."""
    items = ReleaseItem.objects.filter(release=release).order_by("id").values_list("insight_id", "version_id")
    return {insight_id.bytes: version_id for insight_id, version_id in items.iterator(chunk_size=_BATCH)}


def _versions(release: LibraryRelease) -> Iterator[InsightVersion]:
    versions = InsightVersion.objects.filter(release_items__release=release).order_by("release_items__id")
    return versions.prefetch_related(CARRIED).iterator(chunk_size=_BATCH)


def _fresh_texts(ids: Sequence[UUID]) -> Iterator[tuple[bytes, str]]:
    for start in range(0, len(ids), 500):
        rows = InsightVersion.objects.prefetch_related(CARRIED).in_bulk(ids[start : start + 500])
        yield from _texts(rows[key] for key in ids[start : start + 500])


def _texts(versions: Iterable[InsightVersion]) -> Iterator[tuple[bytes, str]]:
    for version in versions:
        yield version.insight_id.bytes, search_text(version)


def search_text(version: InsightVersion) -> str:
    """What a request is compared with: when it applies, why, its title and labels; what it excludes would mislead."""
    content = content_of(version)
    names = (name for path in content.labels for name in path)
    return " ".join((content.title, content.applies_when, content.explanation, *names))
