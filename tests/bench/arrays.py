"""A million columns written as arrays, through an instance file into HiGHS, against arrays given to highspy directly.

Ours is all that a sandboxed build and a solving child do with the numbers and the names: build, write the file, read it
with every check, load. The peer writes the same matrix by columns, has no names and checks nothing. Starting processes
is left out on both sides.
"""

from __future__ import annotations

import json
from typing import Any

import highspy
import numpy as np

from solvers.arrays import ArrayModel
from solvers.highs_engine import loaded
from solvers.instance import FloatArray, Instance
from tests.bench.measured import against, least

SOURCES = SINKS = 1000
TARGET = 1.5


def ours(cost: FloatArray) -> Any:
    """Build, write, read and load."""
    model = ArrayModel("transport")
    flow = model.add_columns("flow", (SOURCES, SINKS), cost=cost)
    model.add_rows("supply", SOURCES, entries=[(np.arange(SOURCES)[:, None], flow, 1.0)], upper=10.0 * SINKS)
    model.add_rows("demand", SINKS, entries=[(np.arange(SINKS), flow, 1.0)], lower=5.0 * SOURCES)
    return loaded(Instance.from_bytes(model.instance().to_bytes()), {"output_flag": False})


def raw(cost: FloatArray) -> Any:
    """The shortest way that highspy offers."""
    lp, n = highspy.HighsLp(), SOURCES * SINKS
    lp.num_col_, lp.num_row_ = n, SOURCES + SINKS
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost.ravel(), np.zeros(n), np.full(n, np.inf)
    lp.row_lower_ = np.concatenate((np.full(SOURCES, -np.inf), np.full(SINKS, 5.0 * SOURCES)))
    lp.row_upper_ = np.concatenate((np.full(SOURCES, 10.0 * SINKS), np.full(SINKS, np.inf)))
    pairs = np.arange(n, dtype=np.int32)
    index = np.empty(2 * n, dtype=np.int32)
    index[0::2], index[1::2] = pairs // SINKS, SOURCES + pairs % SINKS
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * n + 1, 2, dtype=np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = index, np.ones(2 * n)
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = n, SOURCES + SINKS
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.passModel(lp) == highspy.HighsStatus.kOk
    return highs


def main() -> None:
    """Print one JSON object."""
    cost = np.random.default_rng(0).integers(1, 100, (SOURCES, SINKS)).astype(float)
    one, other = ours(cost), raw(cost)
    assert [one.getNumCol(), one.getNumRow(), one.getNumNz()] == [n := SOURCES * SINKS, SOURCES + SINKS, 2 * n]
    assert [other.getNumCol(), other.getNumRow(), other.getNumNz()] == [n, SOURCES + SINKS, 2 * n]
    mine, bare = least(lambda: ours(cost), rounds=5), least(lambda: raw(cost), rounds=5)
    report = {
        "columns": SOURCES * SINKS,
        "nonzeros": 2 * SOURCES * SINKS,
        "seconds": {"ours": round(mine, 3), "raw highspy": round(bare, 3)},
        "times raw highspy": against(target=TARGET, found=mine / bare, at_most=True),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
