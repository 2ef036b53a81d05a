"""Instance files that no writer of ours would write: parts of the header, or the packed names, replaced."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from solvers.instance import Instance
from solvers.instance_file import MAGIC

Texts = Mapping[str, Sequence[str] | tuple[int, bytes]]


def forged(instance: Instance, *, texts: Texts | None = None, **header: Any) -> bytes:
    """Return the file of `instance` with the names of a kind (or their stated count and bytes) and header replaced."""
    data = instance.to_bytes()
    (length,) = struct.unpack_from("<I", data, 8)
    told = json.loads(data[12 : 12 + length])
    body = data[12 + length :]
    packed = []
    for place, kind in enumerate(("row_names", "column_names", "set_names")):
        count, size = told["names"][place]
        own, body = body[:size], body[size:]
        given = (texts or {}).get(kind, (count, own))
        if not (isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], bytes)):
            given = len(given), "\0".join(map(str, given)).encode("utf-8", "surrogatepass")
        told["names"][place] = [given[0], len(given[1])]
        packed.append(given[1])
    text = json.dumps(told | header).encode()
    return MAGIC + struct.pack("<I", len(text)) + text + b"".join(packed) + body


def first_layout(instance: Instance) -> bytes:
    """Return the file as the first release wrote it, with the names in the header."""
    data = instance.to_bytes()
    (length,) = struct.unpack_from("<I", data, 8)
    told = json.loads(data[12 : 12 + length])
    skipped = sum(size for _, size in told.pop("names"))
    told |= {"row_names": list(instance.row_names), "column_names": list(instance.column_names)}
    text = json.dumps(told).encode()
    return b"WPINST1\n" + struct.pack("<I", len(text)) + text + data[12 + length + skipped :]
