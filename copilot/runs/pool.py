"""The other plans of a solve: how many are kept, how each differs from the final one, and what is promised of them.

The newest event `pool.kept` says which they are. It is written together with their rows, and an attempt that starts
over replaces both, so nothing is kept twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from copilot.runs.differing import differing
from copilot.runs.events import EventType, Payload
from copilot.runs.models import Run, RunEvent, Solution
from solvers.instance import FloatArray, Instance
from solvers.pool import PooledSolution
from solvers.result import Result

MOST = 50  # plans of one run
BYTES = 64 << 20  # of all plans of a run together, before compression
SHOWN = 5  # changed variables that are named of one plan
Kind = Solution.Kind


@dataclass(frozen=True, slots=True)
class Change:
    """One variable that has another value than in the final plan."""

    name: str
    final: float
    here: float


@dataclass(frozen=True, slots=True)
class Changes:
    """How a plan differs from the final one: how many variables do, how many of them whole, and the first of those."""

    count: int
    whole: int
    first: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """As a solution stores it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Changes:
        """The inverse of `to_json`; nothing stored is no change."""
        first = tuple(Change(**change) for change in stored.get("first", ()))
        return cls(stored.get("count", 0), stored.get("whole", 0), first)


@dataclass(frozen=True, slots=True)
class Pool:
    """What is promised of the plans of a run, and the ones beside the final one, the best first, without vectors."""

    said: Payload
    final: Solution | None
    others: tuple[Solution, ...]

    def distance(self, other: Solution) -> float | None:
        """How far its objective is from the final one's, relative to that; None where that is zero and it is not."""
        if self.final is None:
            return None
        best, value = self.final.objective_value, other.objective_value
        return 0.0 if value == best else abs(value - best) / abs(best) if best else None


def size_of(run: Run, instance: Instance) -> int:
    """How many plans a solve is to keep: as many as the run asks for, at most 64 MB of them; 0 for the best alone."""
    fitting = BYTES // (8 * max(instance.column_count, 1)) if instance.is_mip else MOST  # without integers: none
    size = min(run.pool_size, fitting)
    return size if size > 1 else 0


def others_of(instance: Instance, result: Result) -> Iterator[tuple[PooledSolution, Changes]]:
    """The plans of a result beside its own, each with what it does otherwise."""
    if result.pool is None or result.x is None:
        return
    whole = instance.integrality > 0
    own = np.round(result.x[whole])
    for one in result.pool.solutions:
        if not np.array_equal(np.round(one.x[whole]), own):
            yield one, _changes(instance, result.x, one.x)


def told(run: Run, instance: Instance, result: Result) -> Payload | None:
    """What is said of the plans that were kept, or of why there are none; None where none were asked for."""
    if run.pool_size <= 1:
        return None
    fitting = size_of(run, instance)
    said: list[str] = []
    if 1 < fitting < run.pool_size:
        said.append(f"Of the {run.pool_size} plans asked for, {fitting} fit into {BYTES >> 20} MB.")
    if not fitting:
        said.append(f"More plans than one would take over {BYTES >> 20} MB: there is the final one alone.")
    pool = result.pool
    if pool is None:
        return {"asked": run.pool_size, "promise": None, "message": " ".join(said), "dropped": 0, "bound": None}
    bound = pool.bound if pool.bound is not None and math.isfinite(pool.bound) else None
    message = " ".join((pool.sentence, *said))
    return {
        "asked": run.pool_size,
        "promise": pool.promise if pool.solutions else None,
        "message": message,
        "dropped": pool.dropped,
        "bound": bound,
    }


def pool_of(run: Run) -> Pool | None:
    """The plans that a run keeps, or what it said of there being none; None where none were asked for."""
    event = RunEvent.objects.filter(run=run, type=EventType.POOL_KEPT).order_by("-sequence").first()
    if event is None:
        return None
    kept = Solution.objects.filter(run=run, kind__in=(Kind.FINAL, Kind.POOLED)).order_by("number")
    rows = list(kept.defer("values", "row_dual", "reduced_cost"))
    others = tuple(row for row in rows if row.kind == Kind.POOLED)
    if event.payload["members"] and not others:
        return None  # they were dropped because somebody asked for that
    return Pool(event.payload, next((row for row in rows if row.kind == Kind.FINAL), None), others)


def _changes(instance: Instance, final: FloatArray, here: FloatArray) -> Changes:
    """The decisions come first: whole numbers, then the others, each the largest change first."""
    found = differing(final, here)
    whole = instance.integrality[found] > 0
    ordered = np.concatenate((found[whole], found[~whole]))[:SHOWN].tolist()
    first = (Change(instance.column_names[j], _clean(instance, j, final), _clean(instance, j, here)) for j in ordered)
    return Changes(len(found), int(whole.sum()), tuple(first))


def _clean(instance: Instance, column: int, x: FloatArray) -> float:
    """A whole number without the solver's dust: the choice that it stands for."""
    value = float(x[column])
    return float(round(value)) if instance.integrality[column] else value + 0.0  # + 0.0: minus zero is zero
