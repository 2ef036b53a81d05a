"""BM25 over a prepared inverted index: built once, kept as plain arrays, asked in time that the query's words decide.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the usual k1 and b and an
inverse document frequency that is never negative.
"""

from __future__ import annotations

import io
import math
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copilot.library.ranking.words import counted

K1, B = 1.2, 0.75
KEY_BYTES = 16
FORMAT = 1
COMMON = 16  # of so many documents one has a term that is kept as a whole row, a byte each: 20 times faster to add
_SMALL = 4_096  # documents; below, no row is needed
_STEP = np.float32((K1 + 1) / 255)
_QUERY_TERMS = 256  # the rarest terms of a long request; the others would only add time
Floats = npt.NDArray[np.float32]


class NotAnIndex(ValueError):
    """Bytes that are no index of this format."""


@dataclass(frozen=True, slots=True)
class Index:
    """Postings by term: those of term t are `documents[start[t]:start[t+1]]` with their saturated frequencies.

    `common` has the same once more as whole rows, in steps of a byte, for the terms that many documents have.
    `keys` has one row of 16 bytes per document, the identity of what the text belongs to.
    """

    rows: dict[str, int]
    start: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    frequencies: Floats
    common: dict[str, npt.NDArray[np.uint8]]
    keys: npt.NDArray[np.uint8]

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
        found = np.zeros(self.size, dtype=np.float32)
        for term, weight in self._weights(query, beside):
            if (common := self.common.get(term)) is not None:
                found += (weight * _STEP) * common
                continue
            first, end = self._span(term)
            found[self.documents[first:end]] += weight * self.frequencies[first:end]
        return [(place, float(found[place])) for place in leading(found, many)]

    def _weights(self, query: Mapping[str, int], beside: Index | None) -> list[tuple[str, np.float32]]:
        """The terms of the query that are here, rarest first, with what one saturated occurrence is worth."""
        size = self.size + (beside.size if beside else 0)
        weights = []
        for term in self._rarest(query):
            holders = self.holders(term) + (beside.holders(term) if beside else 0)
            rarity = math.log1p((size - holders + 0.5) / (holders + 0.5))
            weights.append((term, np.float32(rarity * (1.0 + math.log(query[term])))))
        return weights

    def shared(self, query: Mapping[str, int], documents: Sequence[int]) -> list[list[str]]:
        """For each document the terms of the query that it has, rarest first."""
        found: list[list[str]] = [[] for _ in documents]
        asked = np.asarray(documents, dtype=np.int32)
        for term in self._rarest(query):
            first, end = self._span(term)
            holding = self.documents[first:end]
            places = np.searchsorted(holding, asked)
            for position in np.flatnonzero(holding[np.minimum(places, end - first - 1)] == asked):
                found[position].append(term)
        return found

    def holders(self, term: str) -> int:
        """Number of documents that have the term."""
        if term not in self.rows:
            return 0
        first, end = self._span(term)
        return end - first

    def to_bytes(self) -> bytes:
        """The index as data: arrays and words, no pickle."""
        out = io.BytesIO()
        words = "\n".join(self.rows).encode()
        np.savez(
            out,
            format=np.array([FORMAT]),
            words=np.frombuffer(words, dtype=np.uint8),
            start=self.start,
            documents=self.documents,
            frequencies=self.frequencies.astype(np.float16),
            keys=self.keys,
        )
        return zlib.compress(out.getvalue(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Index:
        """Read it back. Raises NotAnIndex for other bytes."""
        try:
            with np.load(io.BytesIO(zlib.decompress(data)), allow_pickle=False) as stored:
                if int(stored["format"][0]) != FORMAT:
                    raise NotAnIndex("The index has another format.")
                words = stored["words"].tobytes().decode().split("\n")
                start, documents, keys = stored["start"], stored["documents"], stored["keys"]
                frequencies = stored["frequencies"].astype(np.float32)
        except (zlib.error, KeyError, ValueError, OSError) as error:
            raise NotAnIndex("These bytes are no index.") from error
        rows = {word: row for row, word in enumerate(words)} if words != [""] else {}
        return cls(rows, start, documents, frequencies, _common(rows, start, documents, frequencies, len(keys)), keys)

    def _rarest(self, query: Mapping[str, int]) -> list[str]:
        known = [term for term in query if term in self.rows]
        return sorted(known, key=self.holders)[:_QUERY_TERMS]

    def _span(self, term: str) -> tuple[int, int]:
        row = self.rows[term]
        return int(self.start[row]), int(self.start[row + 1])


def leading(scores: npt.NDArray[np.floating], many: int) -> list[int]:
    """Positions of the highest positive scores, best first; of equal ones the first in the collection."""
    if many < len(scores):
        threshold = np.partition(scores, len(scores) - many)[len(scores) - many]
        near = np.flatnonzero((scores >= threshold) & (scores > 0))
    else:
        near = np.flatnonzero(scores > 0)
    return [int(position) for position in near[np.argsort(-scores[near], kind="stable")][:many]]


def build(texts: Iterable[tuple[bytes, str]]) -> Index:
    """The index of (key, text) pairs."""
    rows: dict[str, int] = {}
    keys, lengths = [], []
    term_column, document_column, count_column = array("i"), array("i"), array("i")
    for document, (key, text) in enumerate(texts):
        counts = counted(text)
        keys.append(key)
        lengths.append(sum(counts.values()))
        for term, count in counts.items():
            term_column.append(rows.setdefault(term, len(rows)))
            document_column.append(document)
            count_column.append(count)
    return _arranged(rows, keys, lengths, term_column, document_column, count_column)


def _arranged(
    rows: dict[str, int],
    keys: Sequence[bytes],
    lengths: Sequence[int],
    term_column: array[int],
    document_column: array[int],
    count_column: array[int],
) -> Index:
    of_term = np.array(term_column, dtype=np.int32)
    documents = np.array(document_column, dtype=np.int32)
    counts = np.array(count_column, dtype=np.float32)
    order = np.argsort(of_term, kind="stable")
    length = np.array(lengths, dtype=np.float32)
    relative = length / max(float(length.mean()), 1.0) if len(length) else length
    saturated = counts * (K1 + 1) / (counts + K1 * (1 - B + B * relative[documents]))
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(np.bincount(of_term, minlength=len(rows)), out=start[1:])
    packed = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, KEY_BYTES)
    documents, frequencies = documents[order], saturated[order].astype(np.float32)
    return Index(rows, start, documents, frequencies, _common(rows, start, documents, frequencies, len(keys)), packed)


def _common(
    rows: dict[str, int],
    start: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int32],
    frequencies: Floats,
    size: int,
) -> dict[str, npt.NDArray[np.uint8]]:
    """Saturated frequencies in steps of a byte, by document, for the terms that many documents have."""
    found: dict[str, npt.NDArray[np.uint8]] = {}
    if size < _SMALL:
        return found
    for term, row in rows.items():
        first, end = int(start[row]), int(start[row + 1])
        if (end - first) * COMMON >= size:
            found[term] = np.zeros(size, dtype=np.uint8)
            found[term][documents[first:end]] = np.maximum(np.rint(frequencies[first:end] / _STEP), 1)
    return found
