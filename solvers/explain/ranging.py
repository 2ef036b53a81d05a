"""Asks a child process for an optimal basis and its ranges; what comes back is numbers, checked for their lengths."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from solvers import wire
from solvers.disk import DiskFull, needing_room
from solvers.instance import FloatArray, Instance
from solvers.process import ISOLATED, ROOT, environment
from solvers.result import ShouldStop, SolveOptions

POLL_SECONDS = 0.05
GRACE_SECONDS = 3.0
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from solvers.explain.ranging_child import main; main(*sys.argv[2:])"
)
_COLUMNS = ("x", "column_basic", "col_cost_dn", "col_cost_up", "col_cost_dn_objective", "col_cost_up_objective")
_ROWS = ("row_dual", "row_basic", "row_bound_dn", "row_bound_up", "row_bound_dn_objective", "row_bound_up_objective")


class RangingError(RuntimeError):
    """There are no ranges; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Ranging:
    """An optimal basis of a linear instance: point, duals, which are basic, and how far costs and limits may move.

    Vectors have one value per column (`x`, `column_basic`, `cost_*`) or row (`row_dual`, `row_basic`, `limit_*`); the
    `limit_*` of a row tell about the side it is at. `*_objective` is the objective at the end of the range.
    """

    x: FloatArray
    row_dual: FloatArray
    column_basic: FloatArray
    row_basic: FloatArray
    cost_low: FloatArray
    cost_high: FloatArray
    limit_low: FloatArray
    limit_high: FloatArray
    low_objective: FloatArray
    high_objective: FloatArray


Ranger = Callable[[Instance], Ranging]


def ranged(
    instance: Instance, *, options: SolveOptions | None = None, should_stop: ShouldStop = lambda: False
) -> Ranging:
    """Solve the linear `instance` again with HiGHS's simplex method in a child process and return basis and ranges.

    Raises RangingError with one sentence: no optimal basis, a limit reached, stopped, or an answer that is malformed.
    """
    refusal = instance.beyond.refusal("The computation of ranges")
    if refusal:
        raise RangingError(refusal)
    options = options or SolveOptions(time_limit_seconds=20.0)
    try:
        with needing_room():
            return _ranged_apart(instance, options, should_stop)
    except DiskFull as error:
        raise RangingError(str(error)) from error


def _ranged_apart(instance: Instance, options: SolveOptions, should_stop: ShouldStop) -> Ranging:
    with tempfile.TemporaryDirectory(prefix="ranging-") as folder:
        source, target = Path(folder) / "instance", Path(folder) / "ranges"
        source.write_bytes(instance.to_bytes())
        arguments = [str(source), str(target), str(options.memory_limit_bytes), str(options.time_limit_seconds)]
        log = _run(arguments, options.time_limit_seconds + GRACE_SECONDS, should_stop)
        if not target.exists():
            raise RangingError(_reason(log))
        try:
            with target.open("rb") as stream:
                frame = wire.read_frame(stream, max_body=96 * (instance.row_count + instance.column_count))
            return _unpacked(instance, frame)
        except (wire.WireError, KeyError, TypeError, ValueError) as error:
            raise RangingError("The process that computes ranges gave an answer that cannot be read.") from error


def _run(arguments: list[str], seconds: float, should_stop: ShouldStop) -> str:
    until = time.monotonic() + seconds
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(  # noqa: S603  (our own interpreter and module, no shell)
            [sys.executable, *ISOLATED, "-c", _BOOT, ROOT, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment(),
            cwd="/",
            start_new_session=True,
        ) as process,
    ):
        try:
            while process.poll() is None:
                if should_stop():
                    raise RangingError("The computation of ranges was stopped on request.")
                if time.monotonic() > until:
                    raise RangingError("The computation of ranges took longer than its time limit.")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(POLL_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        log.seek(0)
        return log.read(1 << 16).decode("utf-8", errors="replace")


def _reason(log: str) -> str:
    if "MemoryError" in log or "bad_alloc" in log:
        return "The computation of ranges needed more memory than its limit allows."
    lines = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    return lines[0] if lines else "The process that computes ranges ended before it had answered."


def _unpacked(instance: Instance, frame: tuple[dict[str, Any], bytes] | None) -> Ranging:
    if frame is None:
        raise ValueError("empty")
    header, body = frame
    found: dict[str, FloatArray] = {}
    offset = 0
    for name, length in header["vectors"]:
        expected = instance.column_count if name in _COLUMNS else instance.row_count if name in _ROWS else -1
        if length != expected:
            raise ValueError("a vector has a wrong length")
        found[name] = np.frombuffer(body, dtype="<f8", count=length, offset=offset).astype(np.float64)
        offset += 8 * length
    return Ranging(
        x=found["x"],
        row_dual=found["row_dual"],
        column_basic=found["column_basic"],
        row_basic=found["row_basic"],
        cost_low=found["col_cost_dn"],
        cost_high=found["col_cost_up"],
        limit_low=found["row_bound_dn"],
        limit_high=found["row_bound_up"],
        low_objective=found["row_bound_dn_objective"],
        high_objective=found["row_bound_up_objective"],
    )
