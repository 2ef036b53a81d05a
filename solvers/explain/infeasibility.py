"""Which rows contradict each other, and the smallest change of limits that would make a plan possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solvers.instance import Instance, Sense
from solvers.result import Result

SolveInstance = Callable[[Instance], Result]
MAX_ROUNDS = 12
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One limit to move: the row, which side, by how much (in the row's units), and where it would stand then."""

    row: str
    side: str
    amount: float
    limit: float
    new_limit: float


@dataclass(frozen=True, slots=True)
class Infeasibility:
    """`conflict` names rows that cannot all hold (not proven minimal); `repair` is the least total relative change."""

    conflict: tuple[str, ...]
    repair: tuple[Relaxation, ...]
    reason: str = ""


def diagnose(instance: Instance, solve: SolveInstance) -> Infeasibility:
    """Explain an infeasible instance by elastic filtering (Chinneck and Dravnieks 1991).

    Every finite side of every row may stretch at a price of 1 / (1 + |limit|) per unit; column bounds and integrality
    stay hard. The first elastic optimum is the repair. Rows that stretched are then enforced one after the other until
    nothing can stretch any more: those rows, taken together, contain a conflict.
    """
    enforced: set[int] = set()
    repair: tuple[Relaxation, ...] = ()
    for _ in range(MAX_ROUNDS):
        elastic = _elastic(instance, enforced)
        result = solve(elastic.instance)
        if result.x is None:
            if not enforced:
                return Infeasibility((), (), "The bounds of the variables alone already contradict each other.")
            return Infeasibility(tuple(instance.row_names[i] for i in sorted(enforced)), repair)
        stretched = elastic.stretched(instance, result.x)
        if not repair:
            repair = stretched
        if not stretched:
            break
        enforced |= {instance.row_names.index(relaxation.row) for relaxation in stretched}
    return Infeasibility((), repair, "The conflict is spread over many rules; only the smallest change is shown.")


@dataclass(frozen=True, slots=True)
class _Elastic:
    """The stretched instance and, per added column, the row and the direction it stretches."""

    instance: Instance
    rows: NDArray[np.int64]
    directions: NDArray[np.float64]
    scale: NDArray[np.float64]

    def stretched(self, original: Instance, x: NDArray[np.float64]) -> tuple[Relaxation, ...]:
        """The sides that had to move, largest relative move first."""
        amounts = x[original.column_count :] * self.scale
        found = [
            _relaxation(original, int(row), float(direction), float(amount))
            for row, direction, amount, scale in zip(self.rows, self.directions, amounts, self.scale, strict=True)
            if amount > TOLERANCE * scale
        ]
        return tuple(sorted(found, key=lambda r: -r.amount / (1 + abs(r.limit))))


def _relaxation(instance: Instance, row: int, direction: float, amount: float) -> Relaxation:
    upper = direction < 0
    limit = float(instance.row_upper[row] if upper else instance.row_lower[row])
    side = "at most" if upper else "at least"
    return Relaxation(instance.row_names[row], side, amount, limit, limit + amount if upper else limit - amount)


def _elastic(instance: Instance, enforced: set[int]) -> _Elastic:
    """Add a column of size +-(1 + |limit|) for each finite side of each row that is not enforced."""
    free = np.array([i not in enforced for i in range(instance.row_count)], dtype=bool)
    below = np.flatnonzero(free & np.isfinite(instance.row_lower))
    above = np.flatnonzero(free & np.isfinite(instance.row_upper))
    rows = np.concatenate([below, above])
    directions = np.concatenate([np.ones(len(below)), -np.ones(len(above))])
    limits = np.concatenate([instance.row_lower[below], instance.row_upper[above]])
    scale = 1.0 + np.abs(limits)
    added = len(rows)
    first = instance.column_count
    entry_rows = np.concatenate([instance.row_of_entry(), rows])
    entry_columns = np.concatenate([instance.indices, first + np.arange(added)])
    entry_values = np.concatenate([instance.values, directions * scale])
    order = np.argsort(entry_rows, kind="stable")
    elastic = replace(
        instance,
        sense=Sense.MINIMIZE,
        objective_offset=0.0,
        cost=np.concatenate([np.zeros(first), np.ones(added)]),
        indptr=np.concatenate([[0], np.cumsum(np.bincount(entry_rows, minlength=instance.row_count))]),
        indices=entry_columns[order],
        values=entry_values[order],
        column_lower=np.concatenate([instance.column_lower, np.zeros(added)]),
        column_upper=np.concatenate([instance.column_upper, np.full(added, np.inf)]),
        integrality=np.concatenate([instance.integrality, np.zeros(added, dtype=np.uint8)]),
        column_names=(*instance.column_names, *(f"_stretch[{k}]" for k in range(added))),
    )
    return _Elastic(elastic, rows, directions, scale)
