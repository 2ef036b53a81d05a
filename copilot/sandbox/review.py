"""Reads a child's reply as data from an adversary: nothing in it is evaluated, and every part is bounded first."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from copilot.sandbox import sentences, wire
from copilot.sandbox.outcome import BuildFailure, Family, Limits
from solvers import instance_file
from solvers.instance import Instance, InstanceError
from solvers.names import Names

# Short names take up to thirty times their bytes as Python texts: this is about two million names of usual length.
MAX_NAME_BYTES = 64 << 20
MAX_HEADER_BYTES = 32 << 20  # it lists the fixed variables; JSON, too, swells when it is read
MAX_NAME_LENGTH = 1_000
MAX_FAMILIES = 2_000
MAX_WARNINGS = 100
_CONTROLS = bytes((*range(1, 32), 127))
_UNWELCOME = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_KINDS = frozenset({"set", "param", "var", "constraint", "objective"})
_HEADER_LENGTH = struct.Struct("<I")
_LONG_NAMES = "The names of rows and columns, or the list of fixed variables, take too many megabytes; shorten them."


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A reply after review: one of `instance` and `failure` is set."""

    instance: Instance | None
    failure: BuildFailure | None
    printed: str = ""
    warnings: tuple[str, ...] = ()
    counts: tuple[Family, ...] = ()


def review(frame: bytes | bytearray, *, limits: Limits) -> Reviewed:
    """Turn the bytes that a child wrote into an outcome; any fault in them is the failure `invalid_reply`."""
    try:
        header, body = wire.read_reply(frame)
        printed = sentences.clean(_text(header.get("printed", "")), limits.printed_bytes)
        warnings = tuple(sentences.clean(_text(item)) for item in _list(header.get("warnings", []), MAX_WARNINGS))
        facts = header.get("failure")
        if facts is not None:
            failure = sentences.from_report(_mapping(facts), limits=limits)
            return Reviewed(None, failure, printed, warnings)
        counts = tuple(_family(entry) for entry in _list(header.get("counts", []), MAX_FAMILIES))
        return Reviewed(_instance(body), None, printed, warnings, counts)
    except (wire.ReplyError, InstanceError, ValueError) as error:
        return Reviewed(None, sentences.invalid(str(error)))


def _instance(body: memoryview) -> Instance:
    start = len(instance_file.MAGIC) + _HEADER_LENGTH.size
    if len(body) < start or bytes(body[: len(instance_file.MAGIC)]) != instance_file.MAGIC:
        raise wire.ReplyError("The reply holds no instance.")
    (header,) = _HEADER_LENGTH.unpack(body[start - _HEADER_LENGTH.size : start])
    if header > MAX_HEADER_BYTES:
        raise wire.ReplyError(_LONG_NAMES)
    instance = instance_file.decode(body, names=False)
    packed = (texts.packed() for texts in _named(instance))
    if sum(map(len, packed)) > MAX_NAME_BYTES:
        raise wire.ReplyError(_LONG_NAMES)
    instance.validate()
    if instance.column_count == 0 and instance.row_count == 0 and not instance.fixed:
        raise wire.ReplyError("The model has no variables and no constraints.")
    _check_names(instance.row_names, "constraint")
    _check_names(instance.column_names, "variable")
    _check_names(instance.beyond.set_names, "set")
    _check_names((name for name, _ in instance.fixed), "variable")
    _check_names((instance.name, instance.objective_name), "objective")
    return instance


def _named(instance: Instance) -> Iterable[Names]:
    for texts in (instance.row_names, instance.column_names, instance.beyond.set_names):
        yield texts if isinstance(texts, Names) else Names(texts)


def _check_names(names: Iterable[str], kind: str) -> None:
    """Look at all names at once, and at one alone only where something may be wrong."""
    if isinstance(names, Names) and _is_plain(names.packed()):
        return
    for name in names:
        if len(name) > MAX_NAME_LENGTH:
            raise wire.ReplyError(
                f"The {kind} name {name[:40]}… is longer than {MAX_NAME_LENGTH} characters; shorten it."
            )
        if _UNWELCOME.search(name):
            shown = sentences.line_of(name, 60)
            raise wire.ReplyError(
                f"The {kind} name {shown} holds a line break or control character; remove it from the labels."
            )


def _is_plain(packed: bytes) -> bool:
    """Whether the names are moderate in length and of printable ASCII."""
    ends = np.flatnonzero(np.frombuffer(packed, dtype=np.uint8) == 0)
    longest = np.diff(ends, prepend=-1, append=len(packed)).max() - 1
    return longest <= MAX_NAME_LENGTH and packed.isascii() and len(packed.translate(None, _CONTROLS)) == len(packed)


def _family(entry: object) -> Family:
    match entry:
        case [str(name), str(kind), int(size)] if kind in _KINDS and type(size) is int and 0 <= size < 1 << 31:
            return Family(sentences.clean(name, 200), kind, size)
    raise wire.ReplyError("The reply counts the model's components in a form that no guest writes.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise wire.ReplyError("The reply has something else where text belongs.")
    return value


def _list(value: object, longest: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > longest:
        raise wire.ReplyError("The reply has something else where a short list belongs.")
    return value


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wire.ReplyError("The reply has something else where a failure belongs.")
    return value
