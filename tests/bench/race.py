"""The race against each engine alone, on twelve linear programs: wall seconds, and the ratio to the best of them.

    python -m tests.bench.race [NAME ...] [--limit SECONDS] [--cores N]

The public ones are read from the benchmark folder beside the checkout; the others are made by seed. An engine alone
counts as the best only with an answer as good as the race's: verified, or within 1e-4 where the race has no better.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from solvers import cores, runner, spare
from solvers.instance import Instance
from solvers.mps import read
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.bench import generated

BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "lp"
ENGINES = {"simplex": "highs:simplex", "ipx": "highs:ipx", "pdlp": "pdlp"}
GENERATED: dict[str, Callable[[], Instance]] = {
    "transport": generated.transport,
    "multicommodity-42k": generated.multicommodity,
    "multicommodity-180k": lambda: generated.multicommodity(nodes=912, arcs=4500, commodities=40),
    "lot-sizing": generated.lot_sizing,
    "set-cover": generated.set_cover,
}
PUBLIC = ("ken-11", "pds-06", "stocfor3", "dfl001", "pilot87", "fast0507", "qap15")
NAMES = (*PUBLIC, *GENERATED)


def main() -> None:
    """Print one JSON object with a row for each instance."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.race", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--limit", type=float, default=100.0, help="seconds of each solve")
    parser.add_argument("--cores", type=int, default=cores.count(), help="of the race")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}")
    spare.keep(2)
    try:
        rows = {}
        for name in options.names or NAMES:
            if name in PUBLIC and not BENCH.is_dir():
                rows[name] = {"not_verified": f"the benchmark folder {BENCH.name} is not here"}
                continue
            rows[name] = measured(name, options.limit, options.cores)
            print(f"{name}: {json.dumps(rows[name])}", flush=True)
    finally:
        spare.drop()
    load = [round(value, 1) for value in os.getloadavg()]
    print(json.dumps({"limit_seconds": options.limit, "cores": options.cores, "load": load, "rows": rows}, indent=2))


def loaded(name: str) -> Instance:
    """Return one of the twelve as a validated instance; of a mixed-integer one its relaxation."""
    if name in GENERATED:
        return GENERATED[name]().validate()
    path = BENCH / "lp" / f"{name}.gz"
    instance = read(path if path.exists() else BENCH / "mip" / f"{name}.gz").instance
    return replace(instance, integrality=np.zeros(instance.column_count, dtype=np.uint8))


def measured(name: str, limit: float, core_count: int) -> dict[str, Any]:
    """Solve one instance by each engine alone, then by the race."""
    instance = loaded(name)
    row: dict[str, Any] = {
        "rows": instance.row_count,
        "columns": instance.column_count,
        "nonzeros": instance.nonzero_count,
    }
    answers = {label: _timed(instance, solver, limit, core_count) for label, solver in ENGINES.items()}
    race = _timed(instance, "auto", limit, core_count)
    for label, (seconds, result) in {**answers, "race": race}.items():
        row[label] = {"seconds": seconds, "answer": _standing(result)}
    row["race"]["by"] = [f"{leg.solver}:{leg.method} {leg.outcome}" for leg in race[1].legs]
    peers = [seconds for seconds, result in answers.values() if _rank(result) >= _rank(race[1]) > 0]
    row["best_alone_seconds"] = min(peers, default=None)
    row["race_to_best"] = round(race[0] / min(peers), 2) if peers else None
    return row


def _timed(instance: Instance, solver: str, limit: float, core_count: int) -> tuple[float, Result]:
    time.sleep(1.0)  # the spare children load their libraries
    started = time.monotonic()
    options = SolveOptions(time_limit_seconds=limit)
    result = runner.solve(instance, solver=solver, options=options, core_count=core_count)
    return round(time.monotonic() - started, 2), result


def _rank(result: Result) -> int:
    if result.solution_status is SolutionStatus.OPTIMAL:
        return 2
    return int(result.termination_condition is TerminationCondition.OPTIMAL_WITHIN_TOLERANCE)


def _standing(result: Result) -> str:
    return ("not verified", "within 1e-4", "verified")[_rank(result)] + f" ({result.termination_condition})"


if __name__ == "__main__":
    main()
