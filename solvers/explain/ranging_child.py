"""The process that solves one linear instance with HiGHS's simplex method and leaves its basis and ranges behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from solvers import wire
from solvers.disk import sentence
from solvers.highs_model import highs_lp
from solvers.instance import Instance, InstanceError
from solvers.limits import limit_process

RANGES = ("col_cost", "row_bound")


class RangingRefusal(RuntimeError):
    """HiGHS gave no optimal basis or no ranges; the text is the reason."""


def main(source: str, target: str, memory_bytes: str, seconds: str) -> NoReturn:
    """Read the instance file `source` and write one frame to `target`; an ERROR line and status 1 otherwise."""
    limit_process(memory_bytes=int(memory_bytes), cpu_seconds=int(float(seconds)) + 5)
    try:
        instance = Instance.from_bytes(Path(source).read_bytes())
        Path(target).write_bytes(_framed(_ranged(instance, float(seconds))))
    except (InstanceError, RangingRefusal, OSError) as error:
        said = sentence(error, Path(target).parent) if isinstance(error, OSError) else str(error)
        sys.stdout.write(f"ERROR: {' '.join(said.split())}\n")
        sys.stdout.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


def _ranged(instance: Instance, seconds: float) -> dict[str, Any]:
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    settings = {"output_flag": False, "solver": "simplex", "threads": 1, "time_limit": seconds}
    for name, value in settings.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise RangingRefusal(f"HiGHS does not accept {value!r} for its option {name}.")
    if highs.passModel(highs_lp(instance)) == highspy.HighsStatus.kError:
        raise RangingRefusal("HiGHS does not accept this instance.")
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RangingRefusal(f"HiGHS ended with {highs.getModelStatus().name} instead of an optimal basis.")
    status, ranging = highs.getRanging()
    if status == highspy.HighsStatus.kError or not ranging.valid:
        raise RangingRefusal("HiGHS could not compute ranges for its basis.")
    solution, basis = highs.getSolution(), highs.getBasis()
    n, m = instance.column_count, instance.row_count
    arrays = {
        "x": solution.col_value,
        "row_dual": solution.row_dual,
        "column_basic": [status == highspy.HighsBasisStatus.kBasic for status in basis.col_status],
        "row_basic": [status == highspy.HighsBasisStatus.kBasic for status in basis.row_status],
    }
    for stem in RANGES:
        for end in ("dn", "up"):
            record = getattr(ranging, f"{stem}_{end}")
            length = n if stem.startswith("col") else m
            arrays[f"{stem}_{end}"] = list(record.value_)[:length]
            arrays[f"{stem}_{end}_objective"] = list(record.objective_)[:length]
    return arrays


def _framed(arrays: dict[str, Any]) -> bytes:
    vectors = {name: np.asarray(values, dtype="<f8") for name, values in arrays.items()}
    header = {"kind": "ranging", "vectors": [[name, len(vector)] for name, vector in vectors.items()]}
    return wire.frame(header, b"".join(vector.tobytes() for vector in vectors.values()))
