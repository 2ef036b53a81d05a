"""The counted terms of many texts as plain arrays: built from texts, joined with others, kept as data."""

from __future__ import annotations

import io
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copilot.library.ranking.words import counted

KEY_BYTES = 16
FORMAT = 3
COUNTED_MOST = 255  # times a term is counted in one text; BM25 has long been flat there
Kept = npt.NDArray[np.bool_]


class NotAnIndex(ValueError):
    """Bytes that are no index of this format."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Those of term t are `documents[start[t]:start[t+1]]`, ascending, with how often each has it.

    `lengths` are the numbers of terms per document, repeated as they are; `keys` has one row of bytes per document, the
    identity of what the text belongs to. About nine bytes per different term of a document.
    """

    rows: dict[str, int]
    start: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint8]

    @property
    def size(self) -> int:
        """Number of documents."""
        return len(self.keys)

    def to_bytes(self) -> bytes:
        """The same as data: arrays and words, no pickle."""
        out = io.BytesIO()
        np.savez(
            out,
            format=np.array([FORMAT]),
            words=np.frombuffer("\n".join(self.rows).encode(), dtype=np.uint8),
            start=self.start,
            documents=self.documents,
            counts=self.counts,
            lengths=self.lengths,
            keys=self.keys,
        )
        return zlib.compress(out.getbuffer(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Postings:
        """Read it back. Raises NotAnIndex for other bytes."""
        try:
            with np.load(io.BytesIO(zlib.decompress(data)), allow_pickle=False) as stored:
                if int(stored["format"][0]) != FORMAT:
                    raise NotAnIndex("The index has another format.")
                words = stored["words"].tobytes().decode().split("\n")
                rows = {word: row for row, word in enumerate(words)} if words != [""] else {}
                return cls(rows, *(stored[name] for name in ("start", "documents", "counts", "lengths", "keys")))
        except (zlib.error, KeyError, ValueError, OSError) as error:
            raise NotAnIndex("These bytes are no index.") from error


def counted_in(texts: Iterable[tuple[bytes, str]], *, key_bytes: int = KEY_BYTES) -> Postings:
    """The postings of (key, text) pairs; every key has `key_bytes` bytes."""
    rows: dict[str, int] = {}
    keys, lengths = [], array("i")
    terms, documents, counts = array("i"), array("i"), array("B")
    for document, (key, text) in enumerate(texts):
        found = counted(text)
        keys.append(key)
        lengths.append(sum(found.values()))
        terms.extend(rows.setdefault(term, len(rows)) for term in found)
        documents.extend([document] * len(found))
        counts.extend(min(count, COUNTED_MOST) for count in found.values())
    packed = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, key_bytes)
    columns = (np.array(terms, np.int32), np.array(documents, np.int32), np.array(counts, np.uint8))
    return _arranged(rows, columns, np.array(lengths, dtype=np.int32), packed)


def joined(parts: Sequence[Postings], kept: Sequence[Kept]) -> Postings:
    """The documents of all parts that `kept` names, in their order; no text is read again."""
    rows = dict(parts[0].rows)
    terms, documents, counts, first = [], [], [], 0
    for part, keep in zip(parts, kept, strict=True):
        own = np.fromiter((rows.setdefault(term, len(rows)) for term in part.rows), np.int32, len(part.rows))
        places = np.cumsum(keep, dtype=np.int32) + np.int32(first - 1)
        live = keep[part.documents]
        terms.append(np.repeat(own, np.diff(part.start))[live])
        documents.append(places[part.documents[live]])
        counts.append(part.counts[live])
        first += int(keep.sum())
    columns = (np.concatenate(terms), np.concatenate(documents), np.concatenate(counts))
    lengths = np.concatenate([part.lengths[keep] for part, keep in zip(parts, kept, strict=True)])
    keys = np.concatenate([part.keys[keep] for part, keep in zip(parts, kept, strict=True)])
    return _arranged(rows, columns, lengths, keys)


def _arranged(
    rows: dict[str, int],
    columns: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.uint8]],
    lengths: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint8],
) -> Postings:
    """Sorted by term, in each by document; terms that no document has any more are left out."""
    terms, documents, counts = columns
    order = np.argsort(terms, kind="stable")
    holders = np.bincount(terms, minlength=len(rows))
    held = [term for term, many in zip(rows, holders.tolist(), strict=True) if many]
    start = np.zeros(len(held) + 1, dtype=np.int64)
    np.cumsum(holders[holders > 0], out=start[1:])
    return Postings({term: row for row, term in enumerate(held)}, start, documents[order], counts[order], lengths, keys)
