"""The pool of a solve with whole numbers: other solutions than the best, and what is promised of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvers.instance import Instance

if TYPE_CHECKING:
    from solvers.result import SolveOptions, Vector

MAX_POOL = 100  # solutions; what a person can look through, and what an enumeration may be asked for
MAX_POOL_BYTES = 256 << 20  # of all points together, on their way from the child


class PoolPromise(enum.StrEnum):
    """What a pool says of the solutions that are not in it."""

    K_BEST = "k_best"  # none of them is better, by more than the gap asked for
    FOUND = "found_on_the_way"  # nothing: others may be better than some in the pool


@dataclass(frozen=True, slots=True, eq=False)
class PooledSolution:
    """One solution: `x` (n values), its objective value and largest relative violation, both recomputed."""

    x: Vector
    objective_value: float
    violation: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Solutions with different integer columns, the best first; `sentence` says what is promised of them.

    `dropped` counts points of the backend that break the model, which are left out. `bound` is the objective value
    that no solution outside the pool can be better than, where a backend has proven one.
    """

    solutions: tuple[PooledSolution, ...]
    promise: PoolPromise
    sentence: str
    dropped: int = 0
    bound: float | None = None


def wants_pool(instance: Instance, options: SolveOptions) -> bool:
    """Whether a pool is asked for where there can be one: with whole numbers to differ in."""
    return options.pool_size > 1 and instance.is_mip


def room(instance: Instance, options: SolveOptions) -> int:
    """Return how many points a backend may hand over: those asked for, at most 256 MB of them; 0 without a pool."""
    if not wants_pool(instance, options):
        return 0
    return max(1, min(options.pool_size, MAX_POOL_BYTES // (8 * instance.column_count)))
