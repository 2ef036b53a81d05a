"""The data-only file of an instance: magic, one JSON header, raw little-endian arrays; no pickle, no code.

Layout: 8 bytes magic, 4 bytes little-endian header length, the header, then the arrays of `ARRAYS` in that order. The
reader trusts nothing: every length in the header is compared with the bytes that are there before memory is taken.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

from solvers.instance import ARRAYS, Instance, InstanceError, Sense

MAGIC = b"WPINST1\n"
_LENGTH = struct.Struct("<I")


def encode(instance: Instance) -> bytes:
    """Return the file of `instance` as bytes; equal instances give equal bytes."""
    header = {
        "name": instance.name,
        "sense": str(instance.sense),
        "objective_name": instance.objective_name,
        "objective_offset": _number_out(instance.objective_offset),
        "arrays": [[field, dtype.str, len(getattr(instance, field))] for field, dtype in ARRAYS.items()],
        "row_names": instance.row_names,
        "column_names": instance.column_names,
        "fixed": [[name, _number_out(value)] for name, value in instance.fixed],
    }
    text = json.dumps(header, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(text) >= 2**32:
        raise InstanceError("The names of this instance take more than 4 GB; shorten them.")
    arrays = (getattr(instance, field).astype(dtype, copy=False).tobytes() for field, dtype in ARRAYS.items())
    return b"".join((MAGIC, _LENGTH.pack(len(text)), text, *arrays))


def decode(data: bytes | bytearray | memoryview) -> Instance:
    """Return the validated instance; raises InstanceError for truncated, padded or forged files."""
    view = memoryview(data).cast("B")
    start = len(MAGIC) + _LENGTH.size
    if len(view) < start or bytes(view[: len(MAGIC)]) != MAGIC:
        raise InstanceError("This is not an instance file.")
    (header_length,) = _LENGTH.unpack(view[len(MAGIC) : start])
    if header_length > len(view) - start:
        raise InstanceError("The instance file ends inside its header.")
    header = _read_header(bytes(view[start : start + header_length]))
    arrays = _read_arrays(view[start + header_length :], header.pop("arrays"))
    try:
        instance = Instance(**header, **arrays)
    except (TypeError, ValueError, OverflowError) as error:
        raise InstanceError(f"The instance file cannot be read: {error}") from error
    return instance.validate()


def _read_header(text: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InstanceError("The header of the instance file is not readable.") from error
    expected = {"name", "sense", "objective_name", "objective_offset", "arrays", "row_names", "column_names", "fixed"}
    if not isinstance(raw, dict) or set(raw) != expected:
        raise InstanceError("The header of the instance file has missing or unknown fields.")
    if not _is_text_list([raw["name"], raw["objective_name"], raw["sense"]]) or raw["sense"] not in list(Sense):
        raise InstanceError("The header of the instance file has a field of the wrong type.")
    if not _is_text_list(raw["row_names"]) or not _is_text_list(raw["column_names"]):
        raise InstanceError("The names in the instance file are not a list of texts.")
    raw["objective_offset"] = _number_in(raw["objective_offset"])
    if not isinstance(raw["fixed"], list):
        raise InstanceError("The list of fixed variables in the instance file is not readable.")
    raw["fixed"] = tuple(_read_fixed(pair) for pair in raw["fixed"])
    return raw


def _read_fixed(pair: object) -> tuple[str, float]:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
        raise InstanceError("The list of fixed variables in the instance file is not readable.")
    return pair[0], _number_in(pair[1])


def _read_arrays(body: memoryview, declared: object) -> dict[str, Any]:
    if not isinstance(declared, list) or len(declared) != len(ARRAYS):
        raise InstanceError("The instance file does not list its arrays.")
    arrays: dict[str, Any] = {}
    offset = 0
    for (field, dtype), entry in zip(ARRAYS.items(), declared, strict=True):
        if not isinstance(entry, list) or entry[:2] != [field, dtype.str] or not _is_count(entry[2:]):
            raise InstanceError(f"The instance file does not describe the array {field} as expected.")
        size = entry[2] * dtype.itemsize
        if size > len(body) - offset:
            raise InstanceError(f"The instance file ends inside the array {field}.")
        arrays[field] = np.frombuffer(body[offset : offset + size], dtype=dtype)
        offset += size
    if offset != len(body):
        raise InstanceError("The instance file has bytes after its last array.")
    return arrays


def _is_count(tail: list[object]) -> bool:
    return len(tail) == 1 and type(tail[0]) is int and tail[0] >= 0


def _is_text_list(raw: object) -> bool:
    return isinstance(raw, list) and all(isinstance(item, str) for item in raw)


def _number_out(value: float) -> float | str:
    return value if math.isfinite(value) else repr(value)


def _number_in(raw: object) -> float:
    # An encoder may write a fault (nan, inf) so that validation, not the reader, names it.
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise InstanceError("The instance file has a text where a number is needed.")
    try:
        return float(raw)
    except (ValueError, OverflowError) as error:
        raise InstanceError("The instance file has a text where a number is needed.") from error
