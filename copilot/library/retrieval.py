"""Which insights a request may be helped by: a fixed budget whatever the library's size, and nothing when in doubt.

The text of each insight is ranked by BM25 over the prepared index of a pinned release; the insights that helped on the
most similar past tasks add their share. State, reach, solver and release are a filter in SQL over the best of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Case, Q, When

from copilot.accounts.models import User, Workspace
from copilot.library import past, prepared
from copilot.library.content import Content
from copilot.library.insights import contents_of
from copilot.library.models import InsightVersion, LibraryRelease, Scope
from copilot.library.prepared import Prepared
from copilot.library.ranking import fusion
from copilot.library.ranking.words import counted, spellings
from copilot.library.states import State

CANDIDATES = 30
_POOL = 100  # best by text that are looked up
_VOTED = 30  # and of the best by vote
_ROUNDS = 5  # further helpings where the filter took most of a pool
_TEXT_MOST = 20_000  # characters of a request that are read
_WORDS_TOLD = 6
_READ = InsightVersion.objects.defer("source", "extras", "findings", "created_at", "state_changed_at")


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf, where (nowhere in particular for a suite), and which solvers the insight may speak of."""

    workspace: Workspace | None
    user: User | None
    solvers: tuple[str, ...] = ("any", "pyomo", "highs")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version with its score, the sum of two standard scores, and the reasons in plain values."""

    version: InsightVersion
    content: Content
    release_id: UUID
    rank: int
    score: float
    reasons: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Row:
    version_id: UUID
    release_id: UUID
    text: float
    vote: float
    document: int  # in the release's index


def candidates(text: str, asker: Asker, releases: Sequence[LibraryRelease], *, apart_from: str = "") -> list[Candidate]:
    """The best versions for a request, best first; empty when nothing in the releases has to do with it.

    A past task with the text `apart_from` has no vote: a replay of it would only hear its own answer.
    """
    text = text[:_TEXT_MOST]
    query = counted(text)
    votes = past.votes(query, workspace_id=asker.workspace.pk if asker.workspace else None, apart_from=apart_from)
    indexes = {release.id: prepared.index_of(release) for release in releases}
    rows = [row for release, index in indexes.items() for row in _of_release(query, asker, release, index, votes)]
    if not rows:
        return []
    scores = fusion.fused(np.array([row.text for row in rows]), np.array([row.vote for row in rows]))
    order = [int(place) for place in np.argsort(-scores, kind="stable")[:CANDIDATES]]
    stored = _READ.in_bulk([rows[place].version_id for place in order])
    contents = contents_of(stored.values())
    words = _words(text, query, [rows[place] for place in order], indexes)
    return [
        Candidate(
            stored[rows[place].version_id],
            contents[rows[place].version_id],
            rows[place].release_id,
            rank,
            round(float(scores[place]), 4),
            {
                "text": round(rows[place].text, 4),
                "vote": round(rows[place].vote, 4),
                "similar_tasks": votes.similar,
                "words": words[rank - 1],
            },
        )
        for rank, place in enumerate(order, 1)
    ]


def _words(
    text: str, query: Mapping[str, int], rows: Sequence[_Row], indexes: Mapping[UUID, Prepared]
) -> list[list[str]]:
    """The rarest words that the request shares with each row; the documents of one release are asked at once."""
    found: list[list[str]] = [[] for _ in rows]
    spelled = spellings(text)
    for release_id, found_in in indexes.items():
        places = [place for place, row in enumerate(rows) if row.release_id == release_id]
        shared = found_in.index.shared(query, [rows[place].document for place in places], _WORDS_TOLD)
        for place, words in zip(places, shared, strict=True):
            found[place] = [spelled[term] for term in words]
    return found


def _of_release(
    query: Mapping[str, int], asker: Asker, release_id: UUID, of_release: Prepared, votes: fusion.Votes[UUID]
) -> list[_Row]:
    """What the asker may be shown of a release, of the best by text and the best by vote."""
    scores = dict(of_release.index.best(query, _POOL * _ROUNDS))
    ranked = list(scores)
    rows: list[_Row] = []
    helping = dict.fromkeys((*ranked[:_POOL], *of_release.documents(votes.leaders(_VOTED))))
    for start in range(_POOL, max(len(ranked), 1) + _POOL, _POOL):
        versions = {document: of_release.version(document) for document in helping}
        allowed = _allowed(asker, list(versions.values()))
        for document, version_id in versions.items():
            if version_id in allowed:
                share = votes.share(of_release.insight(document))
                rows.append(_Row(version_id, release_id, scores.get(document, 0.0), share, document))
        if len(rows) >= CANDIDATES:
            break
        seen = {row.document for row in rows}
        helping = dict.fromkeys(document for document in ranked[start : start + _POOL] if document not in seen)
    return rows


def _allowed(asker: Asker, version_ids: Sequence[UUID]) -> set[UUID]:
    """Of some versions of a release those that this asker may be shown now.

    The rule stands in a CASE, so the rows are found by primary key: a planner that knows nothing of a table that just
    grew would else start from every active version (90 ms on SQLite, minutes on PostgreSQL; now 3 ms on both).
    """
    here = Q(insight__workspace=asker.workspace)
    reach = Q(insight__scope=Scope.GLOBAL) | here & Q(insight__scope=Scope.WORKSPACE)
    if asker.user is not None:
        reach |= here & Q(insight__scope=Scope.PRIVATE, insight__owner=asker.user)
    rule = When(reach, state=State.ACTIVE, solver_scope__in=asker.solvers, then=True)
    rows = InsightVersion.objects.filter(pk__in=version_ids).alias(may=Case(rule, default=False))
    return set(rows.filter(may=True).order_by().values_list("pk", flat=True))
