"""The points that a solve finds, kept as they come: under the lease's fence, before anything shows them."""

from __future__ import annotations

import math
import time
import zlib
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max

from copilot.runs import pool
from copilot.runs.events import EventType
from copilot.runs.models import Run, Solution, Verification
from copilot.runs.stage import Stage
from solvers.instance import FloatArray, Instance, Sense
from solvers.result import Progress, Result

KEPT = 50  # improving points of one run; above it every second one between the first and the newest goes
KEPT_BYTES = 64 << 20  # and no more than this of them in all, before compression
SECONDS = 0.5  # between two improving points that are written
ROUNDING = 1e-9  # relative: a smaller gain is the same point computed in another order
Kind = Solution.Kind


class UnreadableVector(ValueError):
    """Stored bytes that are not the vector they should be."""


class Keeper:
    """Writes the improving points of one attempt: better ones only, at most two a second, the newest never lost.

    A recovered attempt finds again what the one before it found: a point that is no better than the best one stored
    adds nothing, so nothing is kept twice.
    """

    def __init__(self, stage: Stage, instance: Instance) -> None:
        self._stage, self._instance = stage, instance
        self._written_at = -math.inf
        self._held: Progress | None = None
        self._best = _best_stored(stage.run, instance.sense)

    def offer(self, progress: Progress) -> None:
        """Hold the point of this report back for `write`, if it has one that is better than all before."""
        if progress.incumbent is None or len(progress.incumbent) != self._instance.column_count:
            return
        value = self._instance.objective_at(progress.incumbent)
        if math.isfinite(value) and (self._best is None or _is_better(value, self._best, self._instance.sense)):
            self._best, self._held = value, progress

    def ready(self) -> bool:
        """Whether what is held back, if anything, may be written now; reports wait for it, so ask before telling."""
        return self._held is None or time.monotonic() - self._written_at >= SECONDS

    def write(self) -> None:
        """Store what is held back with its event, in one transaction; LeaseLost when another worker took over."""
        progress, self._held = self._held, None
        if progress is None or progress.incumbent is None:
            return
        fields = {
            "objective_value": self._best,
            "objective_bound": progress.objective_bound,
            "relative_gap": progress.relative_gap,
            "elapsed_seconds": round(progress.elapsed_seconds, 3),
        }
        values = packed(progress.incumbent)
        with transaction.atomic():
            _add(self._stage, Kind.IMPROVING, fields, values=values)
            _thin(self._stage.run, columns=self._instance.column_count)
        self._written_at = time.monotonic()


def keep_final(stage: Stage, instance: Instance, result: Result) -> None:
    """Store the point of a result, with its prices where there are any, and the plans that it was asked to keep beside.

    They take the place of those of an earlier attempt, all in one transaction.
    """
    assert result.x is not None
    fields = {
        "objective_value": result.objective_value,
        "objective_bound": result.objective_bound,
        "relative_gap": result.relative_gap,
        "elapsed_seconds": round(result.seconds, 3),
    }
    vectors = {
        "values": packed(result.x),
        "row_dual": None if result.row_dual is None else packed(result.row_dual),
        "reduced_cost": None if result.reduced_cost is None else packed(result.reduced_cost),
    }
    with transaction.atomic():  # a lost lease undoes the deletion too
        Solution.objects.filter(run=stage.run, kind__in=(Kind.FINAL, Kind.POOLED)).delete()
        number = _add(stage, Kind.FINAL, fields, **vectors)
        _add_others(stage, instance, result, after=number)


def _add_others(stage: Stage, instance: Instance, result: Result, *, after: int) -> None:
    """Store the plans beside the final one, numbered on from it, the best first, and tell of all of them at once."""
    said = pool.told(stage.run, instance, result)
    if said is None:
        return
    rows = [
        Solution(
            run=stage.run,
            number=number,
            attempt=max(stage.run.attempt, 1),
            kind=Kind.POOLED,
            objective_value=one.objective_value,
            values=packed(one.x),
            verification=Verification.PASSED,  # what breaks the model was left out, and counted
            violation=one.violation,
            changes=changes.to_json(),
        )
        for number, (one, changes) in enumerate(pool.others_of(instance, result), start=after + 1)
    ]
    members = [{"number": row.number, "objective_value": row.objective_value} for row in rows]
    stage.record(EventType.POOL_KEPT, said | {"members": members})
    Solution.objects.bulk_create(rows)


def forget(stage: Stage) -> None:
    """Drop every point of a run whose owner asked for none to be kept."""
    Solution.objects.filter(run=stage.run, run__owner=stage.lease.owner).delete()


def packed(vector: FloatArray) -> bytes:
    """The vector as compressed little-endian doubles."""
    return zlib.compress(np.ascontiguousarray(vector, dtype="<f8").tobytes(), 1)


def unpacked(stored: bytes | memoryview, length: int) -> FloatArray:
    """The inverse of `packed` for a vector of `length` entries; raises UnreadableVector for anything else."""
    size = 8 * length
    reader = zlib.decompressobj()
    try:
        raw = reader.decompress(bytes(stored), size + 1)
    except zlib.error as error:
        raise UnreadableVector("The stored solution is damaged.") from error
    if len(raw) != size:
        raise UnreadableVector("The stored solution does not fit its model.")
    return np.frombuffer(raw, dtype="<f8")


def _add(stage: Stage, kind: Solution.Kind, fields: dict[str, Any], **vectors: bytes | None) -> int:
    run = stage.run
    number = (Solution.objects.filter(run=run).aggregate(last=Max("number"))["last"] or 0) + 1
    stage.record(EventType.SOLUTION_FOUND, {"number": number, "kind": kind} | fields)  # the fence comes first
    finite = {name: _finite(value) for name, value in fields.items()}
    Solution.objects.create(run=run, number=number, attempt=max(run.attempt, 1), kind=kind, **finite, **vectors)
    return number


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _thin(run: Run, *, columns: int) -> None:
    """Once there are too many, drop every second one; the first and the newest stay."""
    most = min(KEPT, max(4, KEPT_BYTES // max(8 * columns, 1)))
    stored = Solution.objects.filter(run=run, kind=Kind.IMPROVING).order_by("number")
    numbers = list(stored.values_list("number", flat=True))
    if len(numbers) > most:
        stored.filter(number__in=numbers[1:-1:2]).delete()


def _best_stored(run: Run, sense: Sense) -> float | None:
    found = Solution.objects.filter(run=run).exclude(kind=Kind.POOLED)
    values = found.values_list("objective_value", flat=True)
    return (max if sense is Sense.MAXIMIZE else min)(values, default=None)


def _is_better(new: float, old: float, sense: Sense) -> bool:
    gain = new - old if sense is Sense.MAXIMIZE else old - new
    return gain > ROUNDING * (1.0 + abs(old))
