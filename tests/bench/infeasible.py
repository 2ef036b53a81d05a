"""What is found of public infeasible instances: rows in conflict, what is proven of them, repairs, and seconds."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from solvers import runner, spare
from solvers.certify import certified
from solvers.explain.budget import Budget, through_runner
from solvers.explain.conflict import Conflict, find_conflict
from solvers.explain.repair import Aim, find_repairs
from solvers.explain.suggestion import from_solvers
from solvers.mps import read
from solvers.result import SolveOptions

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "lp" / "infeasible"
SECONDS = 60.0
OPTIONS = SolveOptions(time_limit_seconds=20.0)


def main(folder: Path) -> None:
    """Print one JSON object per instance file of the folder, one a line."""
    spare.keep()
    try:
        for path in sorted(folder.glob("*")):
            print(json.dumps(_row(path)), flush=True)
    finally:
        spare.drop()


def _row(path: Path) -> dict[str, Any]:
    instance = read(path).instance
    result = certified(instance, runner.solve(instance, options=OPTIONS), seconds=10.0)
    row: dict[str, Any] = {
        "name": path.name.partition(".")[0],
        "rows": instance.row_count,
        "columns": instance.column_count,
        "termination_condition": result.termination_condition,
        "proof": None if result.proof is None else result.proof.state,
    }
    for name, with_suggestion in (("own", False), ("with_suggestion", True)):
        budget = Budget(seconds=SECONDS, solves=500)
        suggest = from_solvers(budget) if with_suggestion else None
        row[name] = _told(
            find_conflict(instance, through_runner(budget, options=OPTIONS), budget=budget, suggest=suggest)
        )
    return row | {"repairs": _repairs(path)}


def _told(conflict: Conflict) -> dict[str, Any]:
    return {
        "state": conflict.state,
        "rows": sum(item.is_row for item in conflict.items),
        "items": len(conflict.items),
        "proven_minimal": conflict.proven_minimal,
        "evidence": conflict.evidence,
        "solves": conflict.solves,
        "seconds": round(conflict.seconds, 2),
    }


def _repairs(path: Path) -> dict[str, Any]:
    instance, budget = read(path).instance, Budget(seconds=SECONDS, solves=500)
    began = time.monotonic()
    found = find_repairs(instance, through_runner(budget, options=OPTIONS), budget=budget)
    told: dict[str, Any] = {"seconds": round(time.monotonic() - began, 2)}
    for repair in found.found:
        for aim in repair.aims:
            told[aim.name.lower()] = {
                "limits": len(repair.changes),
                "total": repair.total,
                "relative_total": repair.relative_total,
                "largest": repair.largest,
                "proven": repair.proven,
                "checked": repair.checked,
            }
    skipped = {aim.name.lower(): reason for aim, reason in found.skipped}
    return told | {aim.name.lower(): skipped.get(aim, found.reason) for aim in Aim if aim.name.lower() not in told}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
