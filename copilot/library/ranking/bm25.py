"""BM25 over a prepared inverted index: asked in time that the query's words decide, whatever the texts were.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the usual k1 and b and an
inverse document frequency that is never negative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copilot.library.ranking.postings import Postings, counted_in

K1, B = 1.2, 0.75
COMMON = 16  # of so many documents one has a term that is kept as a whole row, a byte each: 20 times faster to add
_SMALL = 4_096  # documents; below, no row is needed
_STEP = np.float32((K1 + 1) / 255)
_QUERY_TERMS = 256  # the rarest terms of a long request; the others would only add time
Floats = npt.NDArray[np.float32]
Weights = Sequence[tuple[str, np.float32]]


@dataclass(frozen=True, slots=True)
class Index:
    """Saturated frequencies by term: of term t those of `documents[start[t]:start[t+1]]`.

    A term that many documents have is in `common` instead, by its number, as a whole row in steps of a byte. `many` is
    how many documents have each term, `keys` has one row of bytes per document.
    """

    rows: dict[str, int]
    many: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    frequencies: Floats
    common: dict[int, npt.NDArray[np.uint8]]
    keys: npt.NDArray[np.uint8]

    @classmethod
    def over(cls, postings: Postings) -> Index:
        """What is asked of some postings, made anew from them each time."""
        lengths = postings.lengths.astype(np.float32)
        relative = lengths / max(float(lengths.mean()), 1.0) if len(lengths) else lengths
        held_back = (K1 * (1 - B + B * relative)).astype(np.float32)
        frequencies = postings.counts.astype(np.float32)
        below = held_back[postings.documents]
        below += frequencies
        frequencies *= np.float32(K1 + 1)
        frequencies /= below
        many = np.diff(postings.start)
        parts = (postings.rows, many, postings.start, postings.documents, frequencies)
        if postings.size < _SMALL:
            return cls(*parts, {}, postings.keys)
        return cls._with_rows(*parts, keys=postings.keys)

    @classmethod
    def _with_rows(
        cls,
        rows: dict[str, int],
        many: npt.NDArray[np.int64],
        start: npt.NDArray[np.int64],
        documents: npt.NDArray[np.int32],
        frequencies: Floats,
        *,
        keys: npt.NDArray[np.uint8],
    ) -> Index:
        """Terms that many documents have become rows, and leave the other arrays."""
        is_common = many * COMMON >= len(keys)
        common = {}
        for row in np.flatnonzero(is_common).tolist():
            span = slice(int(start[row]), int(start[row + 1]))
            common[row] = np.zeros(len(keys), dtype=np.uint8)
            common[row][documents[span]] = np.maximum(np.rint(frequencies[span] / _STEP), 1)
        rest = np.repeat(~is_common, many)
        shorter = np.zeros_like(start)
        np.cumsum(np.where(is_common, 0, many), out=shorter[1:])
        return cls(rows, many, shorter, documents[rest], frequencies[rest], common, keys)

    @property
    def size(self) -> int:
        """Number of documents."""
        return len(self.keys)

    def key(self, document: int) -> bytes:
        """The identity of a document."""
        return bytes(self.keys[document].tobytes())

    def best(self, query: Mapping[str, int], many: int, *, beside: Index | None = None) -> list[tuple[int, float]]:
        """The documents with the highest scores for counted terms, best first, each with its score.

        `beside` is another part of the same collection: how rare a term is counts over both.
        """
        return self._leading(_weights(query, (self, beside) if beside else (self,)), many)

    def _leading(self, weights: Weights, many: int) -> list[tuple[int, float]]:
        found, row_scores = np.zeros(self.size, dtype=np.float32), np.empty(self.size, dtype=np.float32)
        for term, weight in weights:
            row = self.rows.get(term)
            if row is None:
                continue
            if (common := self.common.get(row)) is not None:
                np.multiply(common, weight * _STEP, out=row_scores)
                found += row_scores
                continue
            span = slice(self.start[row], self.start[row + 1])
            found[self.documents[span]] += weight * self.frequencies[span]
        places = leading(found, many)
        return list(zip(places, found[places].tolist(), strict=True))

    def shared(self, query: Mapping[str, int], documents: Sequence[int], many: int) -> list[list[str]]:
        """For each document up to `many` terms of the query that it has, rarest first."""
        asked = np.asarray(documents, dtype=np.int32)
        found: dict[int, list[str]] = {document: [] for document in documents}
        is_asked = np.zeros(self.size, dtype=np.bool_)
        is_asked[asked] = True
        for term, _ in _weights(query, (self,)):
            row = self.rows[term]
            if (common := self.common.get(row)) is not None:
                holding = asked[common[asked] > 0]
            else:
                span = self.documents[self.start[row] : self.start[row + 1]]
                holding = span[is_asked[span]]
            for document in holding.tolist():
                found[document].append(term)
        return [found[document][:many] for document in documents]

    def holders(self, term: str) -> int:
        """Number of documents that have the term."""
        row = self.rows.get(term)
        return 0 if row is None else int(self.many[row])


def best_of(parts: Sequence[Index], query: Mapping[str, int], many: int) -> list[tuple[float, bytes]]:
    """The highest scores over the parts of one collection with the keys of their documents, best first."""
    weights = _weights(query, parts)
    found = [(score, part.key(place)) for part in parts for place, score in part._leading(weights, many)]
    return sorted(found, key=lambda pair: -pair[0])[:many]


def build(texts: Iterable[tuple[bytes, str]]) -> Index:
    """The index of (key, text) pairs."""
    return Index.over(counted_in(texts))


def leading(scores: npt.NDArray[np.floating], many: int) -> list[int]:
    """Positions of the highest positive scores, best first; of equal ones the first in the collection."""
    if many < len(scores):
        threshold = np.partition(scores, len(scores) - many)[len(scores) - many]
        near = np.flatnonzero((scores >= threshold) & (scores > 0))
    else:
        near = np.flatnonzero(scores > 0)
    return [int(position) for position in near[np.argsort(-scores[near], kind="stable")][:many]]


def _weights(query: Mapping[str, int], parts: Sequence[Index]) -> Weights:
    """The terms of the query that some part has, rarest first, with what one saturated occurrence is worth."""
    size = sum(part.size for part in parts)
    holders = {term: sum(part.holders(term) for part in parts) for term in query}
    known = sorted((term for term, many in holders.items() if many), key=holders.__getitem__)
    return [
        (
            term,
            np.float32(
                math.log1p((size - holders[term] + 0.5) / (holders[term] + 0.5)) * (1.0 + math.log(query[term]))
            ),
        )
        for term in known[:_QUERY_TERMS]
    ]
