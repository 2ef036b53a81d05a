"""The process that reads one MPS or LP file and leaves an instance file behind; says ERROR: lines else.

HiGHS reads linear rows, the objective and semicontinuous columns; products in rows, indicators and sets are read here.
"""

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

from solvers.beyond import LINEAR, OBJECTIVE, Beyond
from solvers.disk import is_full, sentence
from solvers.gathered import Gathered
from solvers.instance import Instance, InstanceError, Sense
from solvers.limits import limit_process
from solvers.lp_read import lp_instance
from solvers.mps_sections import completed, split

# A bracket holds products, an arrow an indicator; the common reader refuses these and misreads sets.
_BEYOND = re.compile(r"^[^\\\n]*(\[|->)|^[ \t]*sos[12]?[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
# Not a number, or a number without end, as a coefficient; not a number as a side.
_NO_NUMBER = re.compile(
    r"^[^\\\n]*?(?<![\w.\[\]])(nan|inf|infinity)[ \t]+[a-z_]|^[^\\\n]*[<>=][ \t]*(nan)\b", re.IGNORECASE | re.MULTILINE
)
_WHOLE = ("kInteger", "kSemiInteger")
_COPY = 1 << 20


# A number that no variable follows, beside a sign or at the start of a sum, before a relation.
_CONSTANT_BESIDE = re.compile(r"[-+]\s*[\d.]+(?:e[-+]?\d+)?\s*(?:[-+<>=]|$)", re.IGNORECASE | re.MULTILINE)
SECOND_LOOK = 4 << 20  # characters; a longer file is not read twice


class ParserError(InstanceError):
    """The common reader gave up without a word about the place."""


def main(source: str, kind: str, target: str, memory_bytes: str, cpu_seconds: str) -> NoReturn:
    """Read `source` and write the instance to `target`; exit status 1 with an ERROR line on standard output else."""
    limit_process(memory_bytes=int(memory_bytes), cpu_seconds=int(cpu_seconds))
    path = Path(source)
    try:
        with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
            plain = Path(folder) / f"file.{kind}"
            _copy(path, plain, limit=int(memory_bytes) // 2)
            instance = _instance(plain, kind, re.sub(r"\.(mps|lp)(\.gz)?$", "", path.name, flags=re.IGNORECASE))
        Path(target).write_bytes(instance.to_bytes())
    except (InstanceError, OSError, EOFError, zlib.error) as error:
        full = isinstance(error, OSError) and is_full(error)
        said = f"there is no room to unpack it. {sentence(error, Path(target).parents[1])}" if full else str(error)  # type: ignore[arg-type]
        sys.stdout.write(f"ERROR: {' '.join(said.split())}\n")
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


def _instance(plain: Path, kind: str, name: str) -> Instance:
    if kind == "lp":
        text = plain.read_text(encoding="utf-8", errors="replace")
        _refuse_no_number(text)
        if _BEYOND.search(text):
            return lp_instance(text, name=name)
        try:
            return _with_constants(_read(plain, name).validate(), text, name)
        except ParserError:  # it does not say where, ours does; and where ours sees no fault it has read the file
            return lp_instance(text, name=name)
    rest = plain.with_name(f"linear.{kind}")
    with plain.open("rb") as source, rest.open("wb") as target:
        kept = split(source, target)
    instance = _read(rest, name)
    return (completed(instance, kept) if kept.sections or kept.whole else instance).validate()


def _refuse_no_number(text: str) -> None:
    """HiGHS takes `nan x` for a variable without a word; raises InstanceError with the line."""
    found = _NO_NUMBER.search(text) if len(text) <= SECOND_LOOK else None
    if found:
        line = text.count("\n", 0, found.end()) + 1
        raise InstanceError(f"line {line} has {found[1] or found[2]} where a number is expected")


def _with_constants(instance: Instance, text: str, name: str) -> Instance:
    """Return our reading where HiGHS, without a word, leaves out a constant that stands beside variables (1.15)."""
    if not _CONSTANT_BESIDE.search(text) or len(text) > SECOND_LOOK:
        return instance
    try:
        ours = lp_instance(text, name=name)
    except InstanceError:
        return instance
    sides = [
        dict(zip(one.row_names, zip(one.row_lower, one.row_upper, strict=True), strict=True))
        for one in (instance, ours)
    ]
    return instance if sides[0] == sides[1] or sides[0].keys() != sides[1].keys() else ours


def _read(plain: Path, name: str) -> Instance:
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    if highs.readModel(str(plain)) == highspy.HighsStatus.kError:
        raise ParserError("Parser error")
    highs.ensureRowwise()
    lp = highs.getLp()
    columns, rows = lp.num_col_, lp.num_row_
    kinds = [str(kind.name) for kind in lp.integrality_] or ["kContinuous"] * columns
    return Instance(
        name=name,
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
        integrality=np.array([kind in _WHOLE for kind in kinds], dtype=np.uint8),
        row_names=_names(lp.row_names_, rows, "row"),
        column_names=_names(lp.col_names_, columns, "x"),
        beyond=_beyond(highs, kinds),
    )


def _beyond(highs: Any, kinds: list[str]) -> Beyond:
    """Products of the objective, given as half of a lower triangle by columns, and semicontinuous columns."""
    gathered = Gathered()
    gathered.semicontinuous = {j for j, kind in enumerate(kinds) if kind.startswith("kSemi")}
    hessian = highs.getModel().hessian_
    starts, indices, values = (list(part) for part in (hessian.start_, hessian.index_, hessian.value_))
    for j in range(hessian.dim_):
        for k in range(starts[j], starts[j + 1]):
            gathered.add_product(OBJECTIVE, j, indices[k], values[k] * (0.5 if indices[k] == j else 1.0))
    return gathered.beyond() if gathered.quadratic or gathered.semicontinuous else LINEAR


def _names(given: list[str], count: int, stem: str) -> tuple[str, ...]:
    return tuple(given) if len(given) == count else tuple(f"{stem}[{i}]" for i in range(count))
