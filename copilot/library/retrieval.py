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
from django.db.models import Q

from copilot.accounts.models import User, Workspace
from copilot.library import past, prepared
from copilot.library.insights import CARRIED
from copilot.library.models import InsightVersion, LibraryRelease, ReleaseItem, Scope
from copilot.library.ranking import bm25, fusion
from copilot.library.ranking.words import counted, spellings
from copilot.library.states import State

CANDIDATES = 30
_POOL = 100  # best by text that are looked up
_VOTED = 30  # and of the best by vote
_ROUNDS = 5  # further helpings where the filter took most of a pool
_TEXT_MOST = 20_000  # characters of a request that are read
_WORDS_TOLD = 6
_READ = InsightVersion.objects.prefetch_related(CARRIED).defer(
    "source", "extras", "findings", "created_at", "state_changed_at"
)


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
    document: int  # in the release's index; -1 for one that came by vote alone


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
    words = _words(text, query, [rows[place] for place in order], indexes)
    return [
        Candidate(
            stored[rows[place].version_id],
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
    text: str, query: Mapping[str, int], rows: Sequence[_Row], indexes: Mapping[UUID, bm25.Index]
) -> list[list[str]]:
    """The rarest words that the request shares with each row; the documents of one release are asked at once."""
    found: list[list[str]] = [[] for _ in rows]
    spelled = spellings(text)
    for release_id, index in indexes.items():
        places = [place for place, row in enumerate(rows) if row.release_id == release_id and row.document >= 0]
        shared = index.shared(query, [rows[place].document for place in places])
        for place, words in zip(places, shared, strict=True):
            found[place] = [spelled[term] for term in words[:_WORDS_TOLD]]
    return found


def _of_release(
    query: Mapping[str, int], asker: Asker, release_id: UUID, index: bm25.Index, votes: fusion.Votes[UUID]
) -> list[_Row]:
    """What the asker may be shown of a release, of the best by text and the best by vote."""
    scores = dict(index.best(query, _POOL * _ROUNDS))
    ranked = list(scores)
    rows: list[_Row] = []
    wanted = dict.fromkeys(votes.leaders(_VOTED), -1)
    for start in range(0, max(len(ranked), 1), _POOL):
        wanted |= {UUID(bytes=index.key(document)): document for document in ranked[start : start + _POOL]}
        for insight_id, version_id in _allowed(asker, release_id, list(wanted)):
            document, share = wanted[insight_id], votes.share(insight_id)
            if document >= 0 or share > 0:
                text = scores.get(document, 0.0)
                rows.append(_Row(version_id, release_id, text, share, document))
        if len(rows) >= CANDIDATES:
            break
        wanted = {}
    return rows


def _allowed(asker: Asker, release_id: UUID, insight_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Of some insights those that this asker may be shown now: (insight, version) of the release."""
    user_id = asker.user.pk if asker.user else None
    reach = Q(insight__scope=Scope.GLOBAL) | Q(insight__scope=Scope.WORKSPACE, insight__workspace=asker.workspace)
    own = Q(insight__scope=Scope.PRIVATE, insight__workspace=asker.workspace, insight__owner_id=user_id)
    items = ReleaseItem.objects.filter(
        reach | own,
        release_id=release_id,
        insight_id__in=insight_ids,
        version__state=State.ACTIVE,
        version__solver_scope__in=asker.solvers,
    )
    place = {insight: number for number, insight in enumerate(insight_ids)}
    return sorted(items.values_list("insight_id", "version_id"), key=lambda row: place[row[0]])
