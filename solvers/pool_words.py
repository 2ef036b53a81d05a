"""A pool on its way to a reader: as lines, and as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from solvers.instance import Instance
from solvers.pool import Pool

MOVED = 10  # differences shown of one solution


def pool_lines(instance: Instance, pool: Pool) -> Iterator[str]:
    """Return the solutions beside the best, each by what it does otherwise with the whole numbers."""
    yield f"pool: {pool.sentence}"
    whole = [j for j in range(instance.column_count) if instance.integrality[j]]
    for number, one in enumerate(pool.solutions):
        yield f"  {number + 1}: objective {one.objective_value:.12g}"
        best = pool.solutions[0].x
        moved = [j for j in whole if number and round(one.x[j]) != round(best[j])]
        for j in moved[:MOVED]:
            yield f"     {instance.column_names[j]} = {round(one.x[j])} instead of {round(best[j])}"
        if len(moved) > MOVED:
            yield f"     … and {len(moved) - MOVED} more"


def pool_data(instance: Instance, pool: Pool | None) -> dict[str, Any] | None:
    """Return a pool as plain JSON, None without one."""
    if pool is None:
        return None
    solutions = [
        {
            "objective_value": one.objective_value,
            "violation": one.violation,
            "variables": dict(zip(instance.column_names, one.x.tolist(), strict=True)),
        }
        for one in pool.solutions
    ]
    bound = pool.bound if pool.bound is not None and math.isfinite(pool.bound) else None
    said = {"promise": pool.promise, "sentence": pool.sentence, "dropped": pool.dropped, "bound": bound}
    return said | {"solutions": solutions}
