"""The explanation of an instance without a plan names the rows that clash and a change that really works."""

from dataclasses import replace

import numpy as np
import pytest

from solvers import runner
from solvers.explain.infeasibility import diagnose
from solvers.explain.unboundedness import runaway_columns
from solvers.instance import Instance, Sense


def build(
    rows: list[tuple[str, list[float], float, float]], *, cost: list[float], upper: float = np.inf, whole: bool = False
) -> Instance:
    """A small dense instance, maximised, columns x0, x1, … from 0 to `upper`."""
    n = len(cost)
    return Instance(
        name="case",
        sense=Sense.MAXIMIZE,
        objective_name="profit",
        objective_offset=0.0,
        cost=np.array(cost),
        indptr=np.arange(0, n * len(rows) + 1, n),
        indices=np.tile(np.arange(n), len(rows)),
        values=np.array([value for _, coefficients, _, _ in rows for value in coefficients]),
        row_lower=np.array([lower for *_, lower, _ in rows]),
        row_upper=np.array([top for *_, top in rows]),
        column_lower=np.zeros(n),
        column_upper=np.full(n, upper),
        integrality=np.full(n, int(whole), dtype=np.uint8),
        row_names=tuple(name for name, *_ in rows),
        column_names=tuple(f"x{i}" for i in range(n)),
    )


@pytest.mark.parametrize("whole", [False, True])
def test_conflict_names_the_two_rows_that_clash_and_leaves_the_third_alone(whole: bool) -> None:
    instance = build(
        [
            ("hours", [4.0, 3.0], -np.inf, 240.0),
            ("orders", [1.0, 1.0], 100.0, np.inf),
            ("space", [1.0, 0.0], -np.inf, 1000.0),
        ],
        cost=[70.0, 40.0],
        whole=whole,
    )
    found = diagnose(instance, runner.solve)
    assert set(found.conflict) == {"hours", "orders"}
    assert found.repair


def test_applying_the_repair_makes_a_plan_possible() -> None:
    instance = build([("hours", [4.0, 3.0], -np.inf, 240.0), ("orders", [1.0, 1.0], 100.0, np.inf)], cost=[70.0, 40.0])
    lower, upper = instance.row_lower.copy(), instance.row_upper.copy()
    for change in diagnose(instance, runner.solve).repair:
        row = instance.row_names.index(change.row)
        (upper if change.side == "at most" else lower)[row] = change.new_limit
    assert runner.solve(replace(instance, row_lower=lower, row_upper=upper)).x is not None


def test_bounds_that_clash_without_any_row_are_said_to_clash() -> None:
    instance = build([("hours", [1.0], -np.inf, 5.0)], cost=[1.0])
    crossed = replace(instance, column_lower=np.array([3.0]), column_upper=np.array([2.0]))
    assert "bounds" in diagnose(crossed, runner.solve).reason


def test_runaway_columns_are_those_that_nothing_limits() -> None:
    instance = build([("hours", [1.0, 0.0], -np.inf, 240.0)], cost=[70.0, 40.0])
    assert runaway_columns(instance, runner.solve) == ("x1",)
