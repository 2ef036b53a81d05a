"""What a killable child costs: a small problem through the runner against bare highspy, in one process and one run."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import highspy
import numpy as np

from solvers import runner, spare
from solvers.instance import Instance, Sense

ROUNDS = 20


def main() -> None:
    """Print milliseconds and ratios as JSON."""
    instance = _assignment(12)
    spare.keep()
    time.sleep(1.0)  # the spare child loads its libraries
    try:
        through_runner = _median(lambda: runner.solve(instance), pause=0.4)
        cold = _without_spare(instance)
    finally:
        spare.drop()
    bare = _median(lambda: _bare(instance))
    report = {
        "columns": instance.column_count,
        "runner_with_spare_ms": through_runner,
        "runner_cold_ms": cold,
        "bare_highspy_ms": bare,
        "overhead_ms": round(through_runner - bare, 1),
        "ratio_to_bare": round(through_runner / bare, 1),
    }
    print(json.dumps(report, indent=2))


def _without_spare(instance: Instance) -> float:
    spare.drop()
    return _median(lambda: runner.solve(instance))


def _median(action: Callable[[], object], pause: float = 0.0) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
        time.sleep(pause)
    return round(statistics.median(times), 2)


def _bare(instance: Instance) -> float:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = instance.column_count, instance.row_count
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = instance.cost, instance.column_lower, instance.column_upper
    lp.row_lower_, lp.row_upper_ = instance.row_lower, instance.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = instance.indptr, instance.indices, instance.values
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(lp)
    highs.run()
    return float(highs.getInfo().objective_function_value)


def _assignment(size: int) -> Instance:
    """An assignment problem: size squared columns, one row per worker and per task."""
    rng = np.random.default_rng(3)
    columns = [(i, size + j) for i in range(size) for j in range(size)]
    rows: list[list[int]] = [[] for _ in range(2 * size)]
    for column, (worker, task) in enumerate(columns):
        rows[worker].append(column)
        rows[task].append(column)
    n, m = len(columns), len(rows)
    return Instance(
        name="assignment",
        sense=Sense.MINIMIZE,
        objective_name="cost",
        objective_offset=0.0,
        cost=rng.integers(1, 100, n).astype(float),
        indptr=np.cumsum([0, *(len(row) for row in rows)]),
        indices=np.concatenate([np.array(row) for row in rows]),
        values=np.ones(2 * n),
        row_lower=np.ones(m),
        row_upper=np.ones(m),
        column_lower=np.zeros(n),
        column_upper=np.full(n, np.inf),
        integrality=np.zeros(n, dtype=np.uint8),
        row_names=tuple(f"row{i}" for i in range(m)),
        column_names=tuple(f"x{i}" for i in range(n)),
    )


if __name__ == "__main__":
    main()
