"""The data-only file of an instance: magic, one JSON header, raw little-endian arrays; no pickle, no code.

Layout: 8 bytes magic, 4 bytes little-endian header length, the header, the packed names of rows, columns and special
ordered sets, then the arrays that the header lists. The reader trusts nothing: every length in the header is compared
with the bytes that are there before memory is taken. Files of the first layout, with the names in the header, are read.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

from solvers.beyond import BEYOND_ARRAYS, LINEAR, Beyond
from solvers.instance import ARRAYS, Instance, InstanceError, Sense
from solvers.names import Names
from solvers.validation import check

MAGIC = b"WPINST2\n"
FIRST_MAGIC = b"WPINST1\n"
_LENGTH = struct.Struct("<I")
_FIELDS = {"name", "sense", "objective_name", "objective_offset", "arrays", "fixed"}
_NAMES = ("row_names", "column_names", "set_names")


def encode(instance: Instance) -> bytes:
    """Return the file of `instance` as bytes; equal instances give equal bytes."""
    return b"".join(pieces(instance))


def pieces(instance: Instance) -> list[bytes | memoryview]:
    """Return the file of `instance` in pieces that share its memory: to write or hash them one by one."""
    arrays = [(field, dtype, getattr(instance, field)) for field, dtype in ARRAYS.items()]
    if instance.beyond:
        arrays += [(field, dtype, getattr(instance.beyond, field)) for field, dtype in BEYOND_ARRAYS.items()]
    names = [instance.row_names, instance.column_names, instance.beyond.set_names]
    packed = [_packed(texts) for texts in names]
    header = {
        "name": instance.name,
        "sense": str(instance.sense),
        "objective_name": instance.objective_name,
        "objective_offset": _number_out(instance.objective_offset),
        "names": [[len(texts), len(text)] for texts, text in zip(names, packed, strict=True)],
        "arrays": [[field, dtype.str, len(array)] for field, dtype, array in arrays],
        "fixed": [[name, _number_out(value)] for name, value in instance.fixed],
    }
    text = json.dumps(header, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(text) >= 2**32:
        raise InstanceError("The names of this instance take more than 4 GB; shorten them.")
    raw = [np.ascontiguousarray(array, dtype=dtype).data.cast("B") for _, dtype, array in arrays if len(array)]
    return [MAGIC + _LENGTH.pack(len(text)) + text, *packed, *raw]


def decode(data: bytes | bytearray | memoryview, *, names: bool = True) -> Instance:
    """Return the validated instance; raises InstanceError for truncated, padded or forged files.

    Without `names` those of rows and columns are taken as they are, for a reader that never shows them.
    """
    view = memoryview(data).cast("B")
    start = len(MAGIC) + _LENGTH.size
    magic = bytes(view[: len(MAGIC)])
    if len(view) < start or magic not in (MAGIC, FIRST_MAGIC):
        raise InstanceError("This is not an instance file.")
    (header_length,) = _LENGTH.unpack(view[len(MAGIC) : start])
    if header_length > len(view) - start:
        raise InstanceError("The instance file ends inside its header.")
    header = _read_header(bytes(view[start : start + header_length]), first=magic == FIRST_MAGIC)
    body = view[start + header_length :]
    if "names" in header:
        body = _read_names(body, header)
    arrays = _read_arrays(body, header.pop("arrays"))
    parts = {field: arrays.pop(field) for field in BEYOND_ARRAYS if field in arrays}
    set_names = header.pop("set_names", ())
    try:
        beyond = Beyond(**parts, set_names=set_names) if parts else LINEAR
        instance = Instance(**header, **arrays, beyond=beyond)
    except (TypeError, ValueError, OverflowError) as error:
        raise InstanceError(f"The instance file cannot be read: {error}") from error
    if parts and not beyond:
        raise InstanceError("The instance file lists parts beyond linear rows, and all of them are empty.")
    check(instance, names=names)
    return instance


def _packed(texts: Any) -> bytes:
    try:
        return bytes(texts.packed())
    except ValueError as error:
        raise InstanceError("A name holds a NUL character, which is not text.") from error


def _read_header(text: bytes, *, first: bool) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InstanceError("The header of the instance file is not readable.") from error
    expected = _FIELDS | ({"row_names", "column_names"} if first else {"names"})
    if not isinstance(raw, dict) or set(raw) != expected:
        raise InstanceError("The header of the instance file has missing or unknown fields.")
    if not _is_text_list([raw["name"], raw["objective_name"], raw["sense"]]) or raw["sense"] not in list(Sense):
        raise InstanceError("The header of the instance file has a field of the wrong type.")
    if first and not (_is_text_list(raw["row_names"]) and _is_text_list(raw["column_names"])):
        raise InstanceError("The names in the instance file are not a list of texts.")
    raw["objective_offset"] = _number_in(raw["objective_offset"])
    if not isinstance(raw["fixed"], list):
        raise InstanceError("The list of fixed variables in the instance file is not readable.")
    raw["fixed"] = tuple(_read_fixed(pair) for pair in raw["fixed"])
    return raw


def _read_names(body: memoryview, header: dict[str, Any]) -> memoryview:
    """Put the names into `header` and return what follows them."""
    declared = header.pop("names")
    if not isinstance(declared, list) or len(declared) != len(_NAMES):
        raise InstanceError("The instance file does not list its names.")
    for field, entry in zip(_NAMES, declared, strict=True):
        if not isinstance(entry, list) or not (_is_count(entry[:1]) and _is_count(entry[1:])):
            raise InstanceError(f"The instance file does not describe its {field} as expected.")
        count, size = entry
        if size > len(body):
            raise InstanceError(f"The instance file ends inside its {field}.")
        packed, body = bytes(body[:size]), body[size:]
        try:
            packed.decode("utf-8", "surrogatepass")
            header[field] = Names.unpacked(packed, count)
        except ValueError as error:
            raise InstanceError(f"The instance file has {field} that are not {count} texts.") from error
    return body


def _read_fixed(pair: object) -> tuple[str, float]:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
        raise InstanceError("The list of fixed variables in the instance file is not readable.")
    return pair[0], _number_in(pair[1])


def _read_arrays(body: memoryview, declared: object) -> dict[str, Any]:
    known = ARRAYS if isinstance(declared, list) and len(declared) == len(ARRAYS) else ARRAYS | BEYOND_ARRAYS
    if not isinstance(declared, list) or len(declared) != len(known):
        raise InstanceError("The instance file does not list its arrays.")
    arrays: dict[str, Any] = {}
    offset = 0
    for (field, dtype), entry in zip(known.items(), declared, strict=True):
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
