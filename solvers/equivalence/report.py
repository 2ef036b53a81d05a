"""A comparison as plain data that can be kept: the result, the certificate as packed arrays, and every change."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence import ENGINE
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.diff import ModelDiff, diff
from solvers.equivalence.outcome import LEVELS, SECONDS, Level
from solvers.instance import Instance

LISTED = 100_000  # changes that are kept one by one
SAME = ("identical", "equivalent")
ARRAYS = {"column": "<i4", "row": "<i4", "factor": "<f8", "scale": "<f8", "shift": "<f8"}
_LENGTH = struct.Struct("<I")
_TOLD = ("verdict", "level", "how", "path", "witness", "reason", "summary", "shift")
_LISTED = ("notes", "evidence", "formulas")
_APART = (*_TOLD, *_LISTED, "families", "renames", "seconds")


@dataclass(frozen=True, slots=True)
class Options:
    """What may be asked of a comparison: seconds of search, and the highest level that is tried.

    With `eliminate`, variables that only one model has may be replaced by what defines them. `renamed` holds
    corrections of a person: (kind, family of the first model, its counterpart in the second).
    """

    seconds: float = SECONDS
    max_level: Level = "L2"
    eliminate: bool = False
    renamed: tuple[tuple[str, str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as plain data, equal for equal options."""
        return {
            "seconds": self.seconds,
            "max_level": self.max_level,
            "eliminate": self.eliminate,
            "renamed": sorted(list(one) for one in self.renamed),
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> Options:
        """The options that `to_json` wrote."""
        renamed = tuple((str(kind), str(old), str(new)) for kind, old, new in data.get("renamed", ()))
        level = next((level for level in LEVELS if level == data.get("max_level")), Options().max_level)
        return Options(float(data["seconds"]), level, bool(data.get("eliminate")), renamed)


@dataclass(frozen=True, slots=True)
class Report:
    """What is kept: `result` as JSON, `certificate` packed (empty: there is none), `changes` as packed JSON."""

    result: dict[str, Any]
    certificate: bytes = b""
    changes: bytes = field(default=b"", repr=False)


def report(
    first: Instance, second: Instance, options: Options, *, should_stop: Callable[[], bool] = lambda: False
) -> Report:
    """Compare two instances, and say all of it in plain data; raises CorrectionRefused as `diff` does."""
    found = diff(
        first,
        second,
        seconds=options.seconds,
        should_stop=should_stop,
        max_level=options.max_level,
        eliminate=options.eliminate,
        renamed=options.renamed,
    )
    mapping = found.mapping if found.verdict in SAME else None
    changes = [
        (kind, family, entry.subject, entry.field, entry.old, entry.new)
        for kind, family, entry in islice(found.every_entry(), LISTED)
    ]
    return Report(
        _result(found, mapping, (first, second)),
        certificate=packed(mapping) if mapping else b"",
        changes=zlib.compress(json.dumps(changes, allow_nan=False, separators=(",", ":")).encode()),
    )


def packed(mapping: Mapping) -> bytes:
    """The arrays of a certificate, compressed: length of a JSON list of [name, type, count], the list, the arrays."""
    arrays = {name: getattr(mapping, name, None) for name in ARRAYS}
    known = {name: array.astype(ARRAYS[name]) for name, array in arrays.items() if array is not None}
    header = json.dumps([[name, array.dtype.str, len(array)] for name, array in known.items()]).encode()
    return zlib.compress(_LENGTH.pack(len(header)) + header + b"".join(array.tobytes() for array in known.values()))


def unpacked(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays that `packed` wrote, by name."""
    plain = zlib.decompress(data)
    (length,) = _LENGTH.unpack_from(plain)
    place, found = _LENGTH.size + length, {}
    for name, kind, count in json.loads(plain[_LENGTH.size : place]):
        found[name] = np.frombuffer(plain, kind, count, place)
        place += found[name].nbytes
    return found


def _result(found: ModelDiff, mapping: Mapping | None, models: tuple[Instance, Instance]) -> dict[str, Any]:
    data = found.to_json()
    laid = {name: value for name, value in data.items() if name not in _APART}
    certificate = mapping and {
        "columns": int((mapping.column >= 0).sum()),
        "rows": int((mapping.row >= 0).sum()),
        "deviation": mapping.deviation,
        "objective": mapping.objective,
    }
    return {
        **{name: data[name] for name in _TOLD},
        **{name: data[name] for name in _LISTED},
        "certificate": certificate,
        "diff": {"families": data["families"], "renames": data["renames"], **laid},
        "parametric": None,
        "stats": {
            "rows": [one.row_count for one in models],
            "columns": [one.column_count for one in models],
            "nonzeros": [one.nonzero_count for one in models],
            "seconds": round(found.seconds, 4),
            "peak": None,  # kilobytes of memory, known where the comparison has a process of its own
        },
        "engine": ENGINE,
    }
