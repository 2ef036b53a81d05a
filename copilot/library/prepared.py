"""The prepared index of a release: made from its rows once, stored as data, kept in memory by each process.

One release is much like the one before it, so its index is made of what both share, and of the texts that are new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
import structlog

from copilot.library.insights import CARRIED, content_of
from copilot.library.models import AuditEntry, InsightVersion, LibraryRelease, ReleaseItem, SearchIndex, TaxonomyLabel
from copilot.library.ranking import bm25
from copilot.library.ranking.postings import NotAnIndex, Postings, counted_in, joined

KEY = 32  # bytes: the insight, then its version
log = structlog.get_logger(__name__)
KEPT = 4  # releases whose index a process keeps: the active one, its predecessor, a workspace's
_BATCH = 2000
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The index of a release; a document is one version. `order` sorts the documents by how their insight begins."""

    index: bm25.Index
    heads: npt.NDArray[np.uint64]
    order: npt.NDArray[np.int64]

    @classmethod
    def over(cls, postings: Postings) -> Prepared:
        heads = postings.keys[:, :8].copy().view(np.uint64).ravel()
        order = np.argsort(heads)
        return cls(bm25.Index.over(postings), heads[order], order)

    def insight(self, document: int) -> UUID:
        """Whose version it is."""
        return UUID(bytes=self.index.key(document)[:16])

    def version(self, document: int) -> UUID:
        """Which version the release has."""
        return UUID(bytes=self.index.key(document)[16:])

    def documents(self, insights: Iterable[UUID]) -> list[int]:
        """The documents of those insights that the release has."""
        found = []
        for insight in insights:
            head = np.frombuffer(insight.bytes[:8], dtype=np.uint64)[0]
            first, end = np.searchsorted(self.heads, head), np.searchsorted(self.heads, head, side="right")
            found += [int(place) for place in self.order[first:end] if self.insight(int(place)) == insight]
        return found


_kept: OrderedDict[UUID, Prepared] = OrderedDict()


def prepare(release: LibraryRelease) -> Prepared:
    """Make the release's index and store it; a release never changes, so neither does its index."""
    postings = _from_another(release) or counted_in(_texts(_versions(release)), key_bytes=KEY)
    SearchIndex.objects.update_or_create(release=release, defaults={"data": postings.to_bytes()})
    return Prepared.over(postings)


def index_of(release: LibraryRelease) -> Prepared:
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


def _stored(release: LibraryRelease) -> Prepared | None:
    postings = _read(release)
    return Prepared.over(postings) if postings else None


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
    wanted = _manifest(release)
    keys = [key.tobytes() for key in postings.keys]
    kept = np.fromiter((key in wanted for key in keys), np.bool_, len(keys))
    if 2 * int(kept.sum()) < len(wanted):
        return None
    known = set(keys)
    fresh = counted_in(_fresh_texts([wanted[key] for key in wanted if key not in known]), key_bytes=KEY)
    return joined([postings, fresh], [kept, np.ones(fresh.size, np.bool_)])


def _labels_changed(base: SearchIndex) -> bool:
    subject = {"subject": TaxonomyLabel._meta.model_name, "verb__in": ("renamed", "merged")}
    return AuditEntry.objects.filter(created_at__gte=base.created_at, **subject).exists()


def _manifest(release: LibraryRelease) -> dict[bytes, UUID]:
    """The versions of the release by the keys of their documents."""
    items = ReleaseItem.objects.filter(release=release).order_by("id").values_list("insight_id", "version_id")
    return {insight.bytes + version.bytes: version for insight, version in items.iterator(chunk_size=_BATCH)}


def _versions(release: LibraryRelease) -> Iterator[InsightVersion]:
    versions = InsightVersion.objects.filter(release_items__release=release).order_by("release_items__id")
    return versions.prefetch_related(CARRIED).iterator(chunk_size=_BATCH)


def _fresh_texts(ids: Sequence[UUID]) -> Iterator[tuple[bytes, str]]:
    for start in range(0, len(ids), 500):
        rows = InsightVersion.objects.prefetch_related(CARRIED).in_bulk(ids[start : start + 500])
        yield from _texts(rows[key] for key in ids[start : start + 500])


def _texts(versions: Iterable[InsightVersion]) -> Iterator[tuple[bytes, str]]:
    for version in versions:
        yield version.insight_id.bytes + version.id.bytes, search_text(version)


def search_text(version: InsightVersion) -> str:
    """What a request is compared with: when it applies, why, its title and labels; what it excludes would mislead."""
    content = content_of(version)
    names = (name for path in content.labels for name in path)
    return " ".join((content.title, content.applies_when, content.explanation, *names))
