"""What the runner adds to a MIP of some ten seconds and to a small LP, against bare highspy with the same options.

For the MIP processor seconds of the whole child count, without those in which it starts and loads its libraries: a
spare child has done that before. The small LP counts in milliseconds of the clock.
"""

from __future__ import annotations

import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from solvers import runner, spare
from solvers.highs_engine import limits, loaded
from solvers.instance import Instance
from solvers.result import SolveOptions
from tests.bench import generated
from tests.bench.measured import against

OPTIONS = SolveOptions(time_limit_seconds=300, threads=1, seed=0)
TARGET_RATIO, TARGET_MILLISECONDS = 1.02, 60.0
ROUNDS, SMALL_ROUNDS = 2, 15


def main() -> None:
    """Print one JSON object."""
    report = {"MIP": of_mip(), "small LP": of_small()}
    print(json.dumps(report, indent=2))


def of_mip() -> dict[str, Any]:
    """Solve the same MIP both ways, turn by turn; the least of each counts."""
    cover = generated.set_cover(rows=60, columns=400, per_column=5, seed=2)
    instance = replace(cover, integrality=np.ones(cover.column_count, dtype=np.uint8)).validate()
    start = min(_start_seconds() for _ in range(3))
    through, bare, objectives = [], [], set()
    for _ in range(ROUNDS):
        seconds, result = _whole(lambda: runner.solve(instance, solver="highs", options=OPTIONS))
        through.append(seconds - start)
        highs = loaded(instance, limits(OPTIONS))
        bare.append(_whole(highs.run)[0])
        objectives |= {round(result.objective_value, 6), round(highs.getInfo().objective_function_value, 6)}
    assert len(objectives) == 1, objectives
    return {
        "seconds": {"runner": round(min(through), 2), "bare highspy": round(min(bare), 2), "start": round(start, 2)},
        "times bare": against(target=TARGET_RATIO, found=min(through) / min(bare), at_most=True),
    }


def of_small() -> dict[str, Any]:
    """Solve a small LP through a warm spare child, and in this process."""
    instance = generated.transport(sources=12, sinks=12).validate()
    spare.keep()
    try:
        through = _median(lambda: runner.solve(instance, solver="highs", options=OPTIONS), pause=1.5)
    finally:
        spare.drop()
    bare = _median(lambda: _solved(instance))
    return {
        "milliseconds": {"runner": round(through, 1), "bare highspy": round(bare, 1)},
        "milliseconds more": against(target=TARGET_MILLISECONDS, found=through - bare, at_most=True),
    }


def _solved(instance: Instance) -> None:
    loaded(instance, limits(OPTIONS)).run()


def _start_seconds() -> float:
    """Return what a child needs that loads its libraries and is then ended."""

    def started() -> None:
        spare.keep()
        time.sleep(4.0)
        spare.drop()

    return _whole(started)[0]


def _whole(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return processor seconds of this process and of the children that ended meanwhile, and what `action` returned."""
    before = _used()
    result = action()
    return _used() - before, result


def _used() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _median(action: Callable[[], object], *, pause: float = 0.0) -> float:
    times = []
    for _ in range(SMALL_ROUNDS):
        spare.refill()
        time.sleep(pause)  # the next spare child loads its libraries
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


if __name__ == "__main__":
    main()
