"""A comparison as plain data that can be kept: the result, the certificate as packed arrays, and every change."""

from __future__ import annotations

import inspect
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from solvers.equivalence import ENGINE
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.compare import SECONDS
from solvers.equivalence.diff import ENTRIES_PER_FAMILY, FamilyDiff, ModelDiff, diff
from solvers.instance import Instance

LISTED = 100_000  # changes of one family that are kept one by one
SAME = ("identical", "equivalent")
ORDER = "column, row, factor"
_COUNTS = struct.Struct("<QQ")
_APART = ("families", "seconds", "verdict", "level", "how", "shift", "path", "witness", "reason", "summary", "notes")


@dataclass(frozen=True, slots=True)
class Options:
    """What may be asked of a comparison: seconds of search, the highest level tried (empty: as the engine thinks).

    `renamed` holds corrections of a person: (kind, family of the first model, its counterpart in the second).
    """

    seconds: float = SECONDS
    max_level: str = ""
    renamed: tuple[tuple[str, str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The same as plain data, equal for equal options."""
        return {
            "seconds": self.seconds,
            "max_level": self.max_level,
            "renamed": sorted(list(one) for one in self.renamed),
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> Options:
        """The options that `to_json` wrote."""
        renamed = tuple((str(kind), str(old), str(new)) for kind, old, new in data.get("renamed", ()))
        return Options(float(data["seconds"]), str(data.get("max_level", "")), renamed)


@dataclass(frozen=True, slots=True)
class Report:
    """What is kept: `result` as JSON, `certificate` packed (empty: there is none), `changes` as packed JSON."""

    result: dict[str, Any]
    certificate: bytes = b""
    changes: bytes = field(default=b"", repr=False)


def report(
    first: Instance, second: Instance, options: Options, *, should_stop: Callable[[], bool] = lambda: False
) -> Report:
    """Compare two instances, and say all of it in plain data."""
    found = diff(
        first, second, seconds=options.seconds, should_stop=should_stop, entries=LISTED, **_understood(options)
    )
    mapping = found.mapping if found.verdict in SAME else None
    changes = [
        (family.kind, family.family, entry.subject, entry.field, entry.old, entry.new)
        for family in found.families
        for entry in family.entries
    ]
    return Report(
        _result(found, mapping, (first, second)),
        certificate=packed(mapping) if mapping else b"",
        changes=zlib.compress(json.dumps(changes, allow_nan=False, separators=(",", ":")).encode()),
    )


def can_correct() -> bool:
    """Whether this engine takes a person's word for which family belongs to which."""
    return "renamed" in inspect.signature(diff).parameters


def packed(mapping: Mapping) -> bytes:
    """The arrays of a certificate, compressed: two counts, then int32 columns, int32 rows and float64 factors."""
    column, row = mapping.column.astype("<i4"), mapping.row.astype("<i4")
    arrays = column.tobytes() + row.tobytes() + mapping.factor.astype("<f8").tobytes()
    return zlib.compress(_COUNTS.pack(len(column), len(row)) + arrays)


def unpacked(data: bytes) -> Mapping:
    """The arrays that `packed` wrote."""
    plain = zlib.decompress(data)
    columns, rows = _COUNTS.unpack_from(plain)
    column = np.frombuffer(plain, "<i4", columns, _COUNTS.size)
    row = np.frombuffer(plain, "<i4", rows, _COUNTS.size + 4 * columns)
    factor = np.frombuffer(plain, "<f8", rows, _COUNTS.size + 4 * (columns + rows))
    return Mapping(column.astype(np.int64), row.astype(np.int64), factor)


def _understood(options: Options) -> dict[str, Any]:
    """The options that this engine has."""
    known = inspect.signature(diff).parameters
    asked: dict[str, Any] = {"max_level": options.max_level, "renamed": options.renamed}
    return {name: value for name, value in asked.items() if value and name in known}


def _result(found: ModelDiff, mapping: Mapping | None, models: tuple[Instance, Instance]) -> dict[str, Any]:
    families = tuple(_shortened(family) for family in found.families)
    data = replace(found, families=families).to_json()
    laid = {name: value for name, value in data.items() if name not in _APART and name != "evidence"}
    certificate = mapping and {
        "columns": int((mapping.column >= 0).sum()),
        "rows": int((mapping.row >= 0).sum()),
        "deviation": mapping.deviation,
        "order": ORDER,
    }
    return {
        **{name: data.get(name, "") for name in ("verdict", "level", "how", "path", "witness", "reason", "summary")},
        "shift": found.shift,
        "certificate": certificate,
        "notes": data["notes"],
        "diff": {"families": data["families"], "renames": (), **laid},
        "parametric": None,
        "evidence": data.get("evidence", ()),
        "stats": {
            "rows": [one.row_count for one in models],
            "columns": [one.column_count for one in models],
            "nonzeros": [one.nonzero_count for one in models],
            "seconds": round(found.seconds, 4),
            "peak": None,  # kilobytes of memory, known where the comparison has a process of its own
        },
        "engine": ENGINE,
    }


def _shortened(family: FamilyDiff) -> FamilyDiff:
    return replace(family, entries=family.entries[:ENTRIES_PER_FAMILY])
