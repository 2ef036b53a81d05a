"""A normal form as bytes, to be kept beside the instance it belongs to: plain arrays, no pickle, no code.

Layout: magic, 4 bytes little-endian header length, a JSON header, raw little-endian arrays. The header names the engine
that made the form and a hash of the instance's numbers: a form of another engine or another instance is refused.
"""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import numpy as np

from solvers.equivalence.normal import Work
from solvers.instance import ARRAYS, Instance

ENGINE = 1  # to be raised whenever `normal_form` may give another form of the same instance
MAGIC = b"WPFORM1\n"
_LENGTH = struct.Struct("<I")
_ENTRIES = {"row": "<i4", "column": "<i4", "value": "<f8"}
_ROWS = {"row_lower": "<f8", "row_upper": "<f8", "row_fate": "i1", "partner": "<i8", "error": "<f8"}
_COLUMNS = {"column_lower": "<f8", "column_upper": "<f8", "cost": "<f8", "integer": "?", "column_fate": "i1"}
_COLUMNS |= {"slack_row": "<i8"}
_FIELDS = _ENTRIES | _ROWS | _COLUMNS
_WIDENED = {"row": np.int64, "column": np.int64}


class FormError(ValueError):
    """The bytes are no normal form of this instance by this engine; make it anew."""


def encode(work: Work, instance: Instance) -> bytes:
    """Return the normal form of `instance`, made without anything held, as bytes."""
    if work.held_rows.any() or work.held_columns.any():
        raise FormError("A normal form with rows or columns held is not kept.")
    header = {
        "engine": ENGINE,
        "instance": _numbers(instance),
        "entries": len(work.row),
        "offset": work.offset.hex(),
        "contradictions": sorted(work.contradictions),
    }
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    arrays = [np.ascontiguousarray(getattr(work, name), dtype=kind).tobytes() for name, kind in _FIELDS.items()]
    return b"".join((MAGIC, _LENGTH.pack(len(text)), text, *arrays))


def decode(data: bytes, instance: Instance) -> Work:
    """Return the normal form of `instance` that `encode` wrote; raises FormError for anything else."""
    header, body = _header(data)
    if header.get("engine") != ENGINE or header.get("instance") != _numbers(instance):
        raise FormError("The normal form is of another engine or another instance.")
    m, n = instance.row_count, instance.column_count
    lengths = dict.fromkeys(_ROWS, m) | dict.fromkeys(_COLUMNS, n)
    try:
        lengths |= {name: int(header["entries"]) for name in _ENTRIES}
        offset, contradictions = float.fromhex(header["offset"]), {str(text) for text in header["contradictions"]}
    except (KeyError, TypeError, ValueError) as error:
        raise FormError("The header of the normal form is not readable.") from error
    fields = _arrays(body, lengths)
    for name, size in (("row", m), ("column", n)):
        if len(fields[name]) and not 0 <= fields[name].min() <= fields[name].max() < size:
            raise FormError(f"The normal form names a {name} that is not there.")
    nothing_held = {"held_rows": np.zeros(m, dtype=bool), "held_columns": np.zeros(n, dtype=bool)}
    return Work(**fields, **nothing_held, offset=offset, contradictions=contradictions)


def _header(data: bytes) -> tuple[dict[str, Any], memoryview]:
    start = len(MAGIC) + _LENGTH.size
    if len(data) < start or data[: len(MAGIC)] != MAGIC:
        raise FormError("This is not a normal form.")
    (length,) = _LENGTH.unpack(data[len(MAGIC) : start])
    try:
        header = json.loads(data[start : start + length])
    except (ValueError, RecursionError) as error:
        raise FormError("The header of the normal form is not readable.") from error
    if not isinstance(header, dict):
        raise FormError("The header of the normal form is not readable.")
    return header, memoryview(data)[start + length :]


def _arrays(body: memoryview, lengths: dict[str, int]) -> dict[str, Any]:
    sizes = [lengths[name] * np.dtype(kind).itemsize for name, kind in _FIELDS.items()]
    if min(sizes) < 0 or sum(sizes) != len(body):
        raise FormError("The normal form is cut short or too long.")
    arrays: dict[str, Any] = {}
    for (name, kind), size in zip(_FIELDS.items(), sizes, strict=True):
        array = np.frombuffer(body[:size], dtype=kind)
        arrays[name], body = array.astype(_WIDENED.get(name, array.dtype)), body[size:]
    return arrays


def _numbers(instance: Instance) -> str:
    """Return a hash of all numbers of the instance; names say nothing to a normal form."""
    hashed = hashlib.blake2b(f"{instance.sense} {instance.objective_offset.hex()}".encode(), digest_size=16)
    for name in ARRAYS:
        array = getattr(instance, name)
        hashed.update(f"{name} {len(array)}".encode())
        hashed.update(np.ascontiguousarray(array).data.cast("B") if len(array) else b"")
    return hashed.hexdigest()
