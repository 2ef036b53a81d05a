"""The frames between host and child: JSON headers and one body of bytes, never a pickle, never a path.

A request is `length(u64) json`. A reply is `magic(4s) header_length(u32) body_length(u64) header body`: the header is
JSON, the body an instance file. `read_reply` treats its bytes as written by an adversary.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

MAGIC = b"WPB1"
REPLY_HEAD = struct.Struct("<4sIQ")
REQUEST_HEAD = struct.Struct("<Q")
HEADER_BYTES = 2 << 20
PRINT_FACTOR = 16
_PLAIN = frozenset({str, int, float, bool, type(None)})


class ReplyError(Exception):
    """The bytes of a reply are not a frame that the guest writes; the message says where they stop being one."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers that hold in a child: `landlock` is the ABI (0: none)."""

    seccomp: bool
    landlock: int
    rlimits: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a frame."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Request:
    """One build: the program, its data, its seed and the limits that the child sets on itself (seconds, bytes)."""

    program: str
    data: Mapping[str, Any]
    seed: int
    gate: bool
    cpu_seconds: int
    memory_bytes: int
    printed_bytes: int


def write_request(request: Request) -> bytes:
    """Encode a request; raises TypeError with the offending type if the data holds something other than plain data."""
    plain = {field.name: getattr(request, field.name) for field in fields(request)}
    body = json.dumps(plain | {"data": _tagged(request.data)}).encode()
    return REQUEST_HEAD.pack(len(body)) + body


def read_request(body: bytes) -> Request:
    """Decode the JSON part of a request; the host wrote it, so it is trusted."""
    plain = json.loads(body)
    return Request(**(plain | {"data": _untagged(plain["data"])}))


def write_reply(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Encode a reply."""
    text = json.dumps(header, ensure_ascii=False).encode(errors="replace")
    return REPLY_HEAD.pack(MAGIC, len(text), len(body)) + text + body


def read_reply(frame: bytes | bytearray | memoryview) -> tuple[dict[str, Any], memoryview]:
    """Take a reply apart: (header, body). Raises ReplyError on anything but one whole frame."""
    view = memoryview(frame)
    if len(view) < REPLY_HEAD.size:
        raise ReplyError("The reply stops before its head does.")
    magic, header_length, body_length = REPLY_HEAD.unpack_from(view)
    if magic != MAGIC:
        raise ReplyError("The reply does not start with the expected four bytes.")
    if header_length > HEADER_BYTES:
        raise ReplyError("The header of the reply is longer than a header may be.")
    if REPLY_HEAD.size + header_length + body_length != len(view):
        raise ReplyError("The lengths that the reply states are not its lengths.")
    end = REPLY_HEAD.size + header_length
    try:
        header = json.loads(bytes(view[REPLY_HEAD.size : end]))
    except (ValueError, RecursionError) as error:
        raise ReplyError("The header of the reply is not JSON.") from error
    if not isinstance(header, dict):
        raise ReplyError("The header of the reply is not a JSON object.")
    return header, view[end:]


def _tagged(value: object) -> object:
    """JSON with the containers that JSON has not: `{"keys": [..], "values": [..]}` and `{"tuple": [..]}`."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {"keys": [_tagged_key(key) for key in value], "values": [_tagged(item) for item in value.values()]}
    if isinstance(value, tuple):
        return {"tuple": [_tagged(item) for item in value]}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        return [_tagged(item) for item in value]
    if isinstance(value, str | bool | int | float):  # a subclass, such as an enum member
        return value
    raise TypeError(f"Model data may hold numbers, text, lists and mappings, not {type(value).__name__}.")


def _tagged_key(key: object) -> object:
    """A key cannot be a list, so there a list stands for a tuple."""
    return [_tagged_key(part) for part in key] if isinstance(key, tuple) else _tagged(key)


def _untagged(value: object) -> object:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if isinstance(value, dict):
        if "tuple" in value:
            return tuple(_untagged(item) for item in value["tuple"])
        return dict(zip(map(_untagged_key, value["keys"]), map(_untagged, value["values"]), strict=True))
    return value


def _untagged_key(key: object) -> object:
    return tuple(map(_untagged_key, key)) if isinstance(key, list) else _untagged(key)
