"""What the sandbox costs: `python -m tests.bench.sandbox` prints one JSON object.

Times are medians in milliseconds on this machine as busy as it is; the ratios compare with a cold process, and with
the same build inside a warm process without any wall, of the same run.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from copilot.sandbox import wire
from copilot.sandbox.host import Sandbox

EMPTY = """
from pyomo.environ import ConcreteModel, Objective, Var

def build_model(data):
    m = ConcreteModel()
    m.x = Var(bounds=(0, 1))
    m.o = Objective(expr=m.x)
    return m
"""
TRANSPORT = """
from pyomo.environ import *

def build_model(data):
    m = ConcreteModel()
    m.I = RangeSet(data["plants"])
    m.J = RangeSet(data["markets"])
    m.x = Var(m.I, m.J, domain=NonNegativeReals)
    m.supply = Constraint(m.I, rule=lambda m, i: sum(m.x[i, j] for j in m.J) <= 100 + i)
    m.demand = Constraint(m.J, rule=lambda m, j: sum(m.x[i, j] for i in m.I) >= 10 + j)
    m.cost = Objective(expr=sum((i + 2 * j) * m.x[i, j] for i in m.I for j in m.J))
    return m
"""
SMALL, MEDIUM = {"plants": 7, "markets": 8}, {"plants": 51, "markets": 60}
COLD = """
import sys
from copilot.sandbox import guest, wire
guest.build(wire.Request({program!r}, {data!r}, 0, True, 60, 1 << 30, 1 << 16))
"""
RUNS, COLD_RUNS, RATE_BUILDS = 40, 3, 120
ROOT = Path(__file__).parents[2]


def median_ms(call: Callable[[], object], runs: int = RUNS) -> float:
    """Median duration of `call` in milliseconds, after one call that does not count."""
    call()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return round(1000 * statistics.median(times), 1)


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def builds_per_second(build: Callable[[], object], threads: int) -> float:
    """Throughput of this many threads over one sandbox."""
    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: build(), range(RATE_BUILDS)))
        return round(RATE_BUILDS / (time.perf_counter() - started), 1)


def cold_ms(program: str, data: dict[str, Any]) -> float:
    """The same build in a fresh interpreter, imports included."""
    command = [sys.executable, "-c", COLD.format(program=program, data=data)]
    return median_ms(lambda: subprocess.run(command, cwd=ROOT, check=True), COLD_RUNS)


def measure() -> dict[str, Any]:
    """Every figure, as plain data."""
    started = time.perf_counter()
    sandbox = Sandbox()
    template = sandbox.start()
    start_seconds = time.perf_counter() - started

    def build(program: str, data: dict[str, Any]) -> None:
        outcome = sandbox.build(program, data, seed=1)
        assert outcome.instance is not None, outcome.failure

    from copilot.sandbox import guest  # after the template has started: imports of ours must not warm its files

    def bare(program: str, data: dict[str, Any]) -> bytes:
        return guest.build(wire.Request(program, data, 1, True, 60, 1 << 30, 1 << 16))

    programs = {
        "empty": (EMPTY, {}),
        "small, 56 columns": (TRANSPORT, SMALL),
        "medium, 3060 columns": (TRANSPORT, MEDIUM),
    }
    builds = {}
    for name, (program, data) in programs.items():
        walled = median_ms(lambda p=program, d=data: build(p, d))  # type: ignore[misc]
        unwalled = median_ms(lambda p=program, d=data: bare(p, d))  # type: ignore[misc]
        builds[name] = {"sandbox_ms": walled, "warm_process_ms": unwalled, "overhead_ms": round(walled - unwalled, 1)}
    cold = cold_ms(TRANSPORT, SMALL)
    rates = {str(threads): builds_per_second(lambda: build(TRANSPORT, SMALL), threads) for threads in (1, 2, 4)}
    figures = {
        "tier": str(template.tier),
        "template_start_seconds": round(start_seconds, 2),
        "template_resident_megabytes": resident_megabytes(template.pid),
        "builds": builds,
        "cold_process_ms": cold,
        "times_faster_than_cold": round(cold / builds["small, 56 columns"]["sandbox_ms"], 1),
        "builds_per_second_by_threads": rates,
    }
    sandbox.close()
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
