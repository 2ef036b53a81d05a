"""The process that reads one MPS or LP file with HiGHS and leaves an instance file behind; says ERROR: lines else."""

from __future__ import annotations

import gzip
import os
import re
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from solvers.instance import Instance, InstanceError, Sense
from solvers.limits import limit_process

# Sections that HiGHS skips or that hold what an instance cannot; all start in the first column.
_BEYOND = {
    "SOS": "special ordered sets",
    "SOS1": "special ordered sets",
    "SOS2": "special ordered sets",
    "SETS": "special ordered sets",
    "INDICATORS": "indicator constraints",
    "GENCONS": "general constraints",
    "PWLOBJ": "piecewise-linear objectives",
    "CSECTION": "cones",
    "QCMATRIX": "quadratic constraints",
}
_COPY = 1 << 20


def main(source: str, kind: str, target: str, memory_bytes: str, cpu_seconds: str) -> NoReturn:
    """Read `source` and write the instance to `target`; exit status 1 with an ERROR line on standard output else."""
    limit_process(memory_bytes=int(memory_bytes), cpu_seconds=int(cpu_seconds))
    path = Path(source)
    try:
        with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
            plain = Path(folder) / f"file.{kind}"
            _copy(path, plain, limit=int(memory_bytes) // 2)
            if kind == "mps":
                _refuse_sections(plain)
            instance = _read(plain, path)
        Path(target).write_bytes(instance.to_bytes())
    except (InstanceError, OSError, EOFError, zlib.error) as error:
        sys.stdout.write(f"ERROR: {' '.join(str(error).split())}\n")
        sys.stdout.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


def _copy(path: Path, plain: Path, *, limit: int) -> None:
    """Copy, unpacking gzip by its mark, so that HiGHS always sees one plain file with the right ending."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if packed else path.open("rb") as source, plain.open("wb") as target:
        while part := source.read(_COPY):
            if target.tell() + len(part) > limit:
                raise InstanceError(f"it is larger than {limit >> 20} MB when unpacked")
            target.write(part)


def _refuse_sections(plain: Path) -> None:
    with plain.open("rb") as stream:
        for line in stream:
            if line[:1].isalpha():
                word = line.split(None, 1)[0].decode("ascii", errors="replace").upper()
                if word in _BEYOND:
                    raise InstanceError(f"it holds {_BEYOND[word]} (section {word}), which a linear instance cannot")


def _read(plain: Path, path: Path) -> Instance:
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    if highs.readModel(str(plain)) == highspy.HighsStatus.kError:
        raise InstanceError("Parser error")
    if highs.getHessianNumNz():
        raise InstanceError("it has a quadratic objective, which a linear instance cannot hold")
    lp = highs.getLp()
    highs.ensureRowwise()
    lp = highs.getLp()
    columns, rows = lp.num_col_, lp.num_row_
    column_names = _names(lp.col_names_, columns, "x")
    return Instance(
        name=re.sub(r"\.(mps|lp)(\.gz)?$", "", path.name, flags=re.IGNORECASE),
        sense=Sense.MAXIMIZE if lp.sense_ == highspy.ObjSense.kMaximize else Sense.MINIMIZE,
        objective_name="objective",
        objective_offset=lp.offset_,
        cost=lp.col_cost_,
        indptr=np.array(lp.a_matrix_.start_, dtype=np.int32)[: rows + 1] if rows else np.zeros(1, dtype=np.int32),
        indices=lp.a_matrix_.index_,
        values=lp.a_matrix_.value_,
        row_lower=lp.row_lower_,
        row_upper=lp.row_upper_,
        column_lower=lp.col_lower_,
        column_upper=lp.col_upper_,
        integrality=np.array(_integrality(lp, column_names), dtype=np.uint8),
        row_names=_names(lp.row_names_, rows, "row"),
        column_names=column_names,
    ).validate()


def _integrality(lp: Any, names: tuple[str, ...]) -> list[int]:
    kinds = [str(kind.name) for kind in lp.integrality_] or ["kContinuous"] * lp.num_col_
    for name, kind in zip(names, kinds, strict=True):
        if kind.startswith("kSemi"):
            raise InstanceError(f"its variable {name} is semi-continuous, which a linear instance cannot hold")
    return [int(kind != "kContinuous") for kind in kinds]


def _names(given: list[str], count: int, stem: str) -> tuple[str, ...]:
    return tuple(given) if len(given) == count else tuple(f"{stem}[{i}]" for i in range(count))
