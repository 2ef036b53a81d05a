"""What travels between a solve and its child process: framed data, never objects.

A frame is 4 bytes magic, header length (u32), body length (u64), a JSON header and a raw body. Vectors travel in the
body as little-endian doubles, in the order in which the header lists their lengths; a basis follows, one byte each.
"""

from __future__ import annotations

import json
import struct
from dataclasses import fields
from typing import Any, Protocol

import numpy as np

from solvers.result import (
    Basis,
    BasisStatus,
    Certificate,
    Progress,
    Result,
    SolutionStatus,
    TerminationCondition,
    Vector,
)

MAGIC = b"WPF1"
MAX_HEADER = 1 << 20
MAX_LOG = 64 << 10
_PREFIX = struct.Struct("<4sIQ")
_VECTORS = (
    "x",
    "row_activity",
    "row_dual",
    "reduced_cost",
    "ray",
    "conflict_rows",
    "conflict_columns",
    "incumbent",
    "candidates",
)
_STATUSES = tuple(field.name for field in fields(Basis))
_NOT_SENT = ("residuals", "legs", "proof", "pool")  # the reader's to tell
_ENUMS = {
    "termination_condition": TerminationCondition,
    "solution_status": SolutionStatus,
    "certificate": Certificate,
}


class Readable(Protocol):
    """Anything with a `read` that returns fewer bytes than asked for only at its end."""

    def read(self, size: int, /) -> bytes:
        """Return exactly `size` bytes, or what is left."""


class WireError(ValueError):
    """The bytes on the pipe are not a frame of ours."""


def frame(header: dict[str, Any], body: bytes = b"") -> bytes:
    """Return one frame as bytes."""
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    return _PREFIX.pack(MAGIC, len(text), len(body)) + text + body


def read_frame(stream: Readable, *, max_body: int) -> tuple[dict[str, Any], bytes] | None:
    """Return the next frame as (header, body), or None at a clean end; raises WireError on anything else."""
    prefix = _exactly(stream, _PREFIX.size, may_end=True)
    if prefix is None:
        return None
    magic, header_length, body_length = _PREFIX.unpack(prefix)
    if magic != MAGIC or header_length > MAX_HEADER or body_length > max_body:
        raise WireError("The frame has a wrong mark or is larger than allowed.")
    text = _exactly(stream, header_length) or b""
    body = _exactly(stream, body_length) or b""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError("The header of the frame is not readable.") from error
    if not isinstance(header, dict):
        raise WireError("The header of the frame is not an object.")
    return header, body


def _exactly(stream: Readable, size: int, *, may_end: bool = False) -> bytes | None:
    data = stream.read(size) if size else b""
    if may_end and not data and size:
        return None
    if len(data) != size:
        raise WireError("The pipe closed inside a frame.")
    return data


def pack_progress(progress: Progress) -> bytes:
    """Return the frame of one look at a running solve."""
    return _pack("progress", progress)


def pack_result(result: Result) -> bytes:
    """Return the frame of a final result without residuals, legs, proof and pool, which are the reader's to tell."""
    return _pack("result", result)


def _pack(kind: str, thing: Progress | Result) -> bytes:
    plain: dict[str, Any] = {}
    vectors: list[list[Any]] = []
    body: list[bytes] = []
    statuses = b""
    lengths: list[list[Any]] = []
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.name in _VECTORS:
            if value is not None:
                vectors.append([field.name, len(value)])
                body.append(np.ascontiguousarray(value, dtype="<f8").tobytes())
        elif field.name == "log":
            plain["log"] = value[-MAX_LOG:]
        elif field.name == "basis":
            parts = [(name, getattr(value, name)) for name in _STATUSES] if value is not None else []
            lengths = [[name, len(part)] for name, part in parts]
            statuses = b"".join(np.ascontiguousarray(part, dtype=np.int8).tobytes() for _, part in parts)
        elif field.name not in _NOT_SENT:
            plain[field.name] = value
    header = {"kind": kind, "fields": plain, "vectors": vectors, "basis": lengths}
    return frame(header, b"".join(body) + statuses)


def unpack_progress(header: dict[str, Any], body: bytes) -> Progress:
    """Return the progress of a frame whose kind is `progress`; raises WireError when it is malformed."""
    try:
        return Progress(**{**header["fields"], **_vectors(header, body)})
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"The progress frame is malformed: {error}.") from error


def unpack_result(header: dict[str, Any], body: bytes) -> Result:
    """Return the result of a frame whose kind is `result`; raises WireError when it is malformed."""
    try:
        plain = dict(header["fields"])
        for name, kind in _ENUMS.items():
            plain[name] = kind(plain[name])
        if any(name in plain for name in _NOT_SENT):
            raise ValueError("a child does not judge itself")
        return Result(**{**plain, **_vectors(header, body), "basis": _basis(header, body)})
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"The result frame is malformed: {error}.") from error


def _vectors(header: dict[str, Any], body: bytes) -> dict[str, Vector]:
    found: dict[str, Vector] = {}
    offset = 0
    for name, length in header["vectors"]:
        if name not in _VECTORS or type(length) is not int or not 0 <= length <= (len(body) - offset) // 8:
            raise ValueError("a vector does not fit its frame")
        found[name] = np.frombuffer(body, dtype="<f8", count=length, offset=offset).astype(np.float64)
        offset += 8 * length
    return found


def _basis(header: dict[str, Any], body: bytes) -> Basis | None:
    lengths = header["basis"]
    if not lengths:
        return None
    offset = 8 * sum(length for _, length in header["vectors"])
    counts = [count for _, count in lengths]
    if [name for name, _ in lengths] != list(_STATUSES) or min(counts) < 0 or offset + sum(counts) != len(body):
        raise ValueError("a basis does not fit its frame")
    found = {}
    for name, length in lengths:
        found[name] = np.frombuffer(body, dtype=np.int8, count=length, offset=offset).copy()
        offset += length
        if found[name].size and not 0 <= found[name].min() <= found[name].max() <= max(BasisStatus):
            raise ValueError("a basis holds an unknown status")
    return Basis(**found)
