"""Evidence of a machine with a GPU: every engine on it against HiGHS on its CPUs, judged by our own residuals.

    python -m tests.bench.gpu --out docs/evidence/NAME.json [--nonzeros 1e6 1e7 1e8] [--seconds 300]

Each engine is tried as the doctor does, then solves generated instances in killable children. Vectors come back to the
CPU, where our code recomputes every residual on the original instance. A run without a GPU says so in the file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from solvers import runner
from solvers.device import driver
from solvers.instance import Instance
from solvers.registry import FIRST_ORDER, SOLVERS
from solvers.result import SolveOptions
from tests.bench.lps import KINDS

CPU_ENGINES = (("highs", "simplex"), ("highs", "ipx"), ("pdlp", "choose"))
LIBRARIES = ("highspy", "mpax", "jax", "jaxlib", "cupdlpx", "cuopt-cu13", "cuopt-cu12", "numpy")
TOLERANCES = (1e-4, 1e-6)


def main(arguments: list[str] | None = None) -> int:
    """Run, print a line for each solve, write the file, and return 0; 1 when no engine computed on a GPU."""
    options = _parser().parse_args(arguments)
    report: dict[str, Any] = {"machine": _machine(), "engines": {}, "solves": []}
    engines = sorted(FIRST_ORDER - {"pdlp"})
    for name in engines:
        found = SOLVERS[name].availability()
        report["engines"][name] = {"state": found.state, "device": found.device, "reason": found.reason}
    usable = [name for name in engines if SOLVERS[name].availability()]
    for kind in options.kinds:
        for nonzeros in options.nonzeros:
            instance = KINDS[kind](int(nonzeros))
            report["solves"] += _compared(instance, usable, options)
    on_gpu = any(solve["device"] not in ("", "cpu") for solve in report["solves"])
    report["gpu_verified"] = on_gpu
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print("computed on a GPU:", "yes" if on_gpu else "no, GPU NOT VERIFIED by this run")
    return 0 if on_gpu else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gpu")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--nonzeros", type=float, nargs="+", default=[1e6, 1e7, 1e8])
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=sorted(KINDS))
    parser.add_argument("--seconds", type=float, default=300.0, help="limit of each solve")
    parser.add_argument("--memory-gb", type=int, default=64, help="limit of each solve on the host")
    return parser


def _compared(instance: Instance, engines: list[str], options: argparse.Namespace) -> list[dict[str, Any]]:
    solves = []
    for name, method, tolerance in (
        *((name, method, TOLERANCES[0]) for name, method in CPU_ENGINES),
        *((name, "choose", tolerance) for name in engines for tolerance in TOLERANCES),
    ):
        asked = SolveOptions(
            time_limit_seconds=options.seconds,
            memory_limit_bytes=options.memory_gb << 30,
            threads=os.cpu_count() or 1,
            method=method,
            first_order_tolerance=tolerance,
        )
        solves.append(_solved(instance, name, asked))
        found = solves[-1]
        print(
            f"{instance.name:>15} {instance.nonzero_count:>11,} nonzeros  {name:>12} {method:>8} {tolerance:.0e}  "
            f"{found['seconds']:>8.2f} s  {found['termination_condition']}  {found['device']}"
        )
    return solves


def _solved(instance: Instance, name: str, asked: SolveOptions) -> dict[str, Any]:
    started = time.monotonic()
    result = runner.solve(instance, solver=name, options=asked)
    return {
        "instance": instance.name,
        "rows": instance.row_count,
        "columns": instance.column_count,
        "nonzeros": instance.nonzero_count,
        "solver": result.solver,
        "requested": name,
        "reason": result.reason,
        "method": asked.method,
        "tolerance": asked.first_order_tolerance,
        "termination_condition": result.termination_condition,
        "solution_status": result.solution_status,
        "message": result.message,
        "objective_value": result.objective_value,
        "residuals": None if result.residuals is None else asdict(result.residuals),
        "iterations": result.iterations,
        "seconds": round(time.monotonic() - started, 3),
        "solver_version": result.solver_version,
        "device": result.device,
    }


def _machine() -> dict[str, Any]:
    seen = driver()
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "driver": asdict(seen),
        "versions": versions,
    }


if __name__ == "__main__":
    raise SystemExit(main())
