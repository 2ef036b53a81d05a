"""The fewest limits that must give way, without any big number: hit every conflict known, then look for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from solvers.explain.budget import Budget, SolveInstance
from solvers.explain.elastic import elastic
from solvers.explain.farkas import from_duals
from solvers.explain.items import AT_LEAST, Item, violations
from solvers.instance import Instance, Sense
from solvers.result import TerminationCondition

MAX_ROUNDS = 60
STRETCHED = 1e-7
_OPTIMAL = (TerminationCondition.OPTIMAL, TerminationCondition.OPTIMAL_WITHIN_TOLERANCE)


def fewest(
    instance: Instance,
    soft: Sequence[Item],
    solve: SolveInstance,
    budget: Budget,
    *,
    preferred: frozenset[Item] = frozenset(),
) -> tuple[Item, ...] | str:
    """Return a smallest set of `soft` items without which the instance is feasible, or a sentence why not found.

    Conflicts are gathered until a smallest set that hits all of them also repairs the instance (implicit hitting set,
    Moreno-Centeno and Karp 2013); its size is then a proven minimum. Of several, one with many `preferred` is taken.
    """
    conflicts: list[frozenset[Item]] = []
    chosen: tuple[Item, ...] = ()
    for _ in range(MAX_ROUNDS):
        missed = _missed(instance, soft, chosen, solve, budget)
        if isinstance(missed, str):
            return missed
        if not missed:
            return chosen
        conflicts.append(missed)
        hit = _hitting(conflicts, preferred, solve, budget)
        if hit is None:
            return "The smallest set that meets every conflict found could not be computed."
        chosen = hit
    return f"More than {MAX_ROUNDS} different conflicts were found; at least {len(chosen)} limits must change."


def _missed(
    instance: Instance, soft: Sequence[Item], chosen: tuple[Item, ...], solve: SolveInstance, budget: Budget
) -> frozenset[Item] | str:
    """Items outside `chosen` that contradict each other once `chosen` is gone; empty when nothing does."""
    loose = without(instance, chosen)
    left = [item for item in soft if item not in chosen]
    flexible = elastic(loose, left)
    result = budget.spend(solve, flexible.instance)
    if result.x is None:
        return budget.over() or f"The solver ended with {result.termination_condition}."
    broken = violations(loose, left, result.x[: instance.column_count]) > STRETCHED
    if not broken.any():
        return frozenset()
    if result.termination_condition not in _OPTIMAL:
        return budget.over() or "The conflicts that are left could not be computed in time."
    if result.row_dual is not None:
        found = from_duals(loose, result.row_dual[: instance.row_count])
        if found is not None:
            return frozenset(found.items).intersection(left)
    return _gathered(loose, left, broken.tolist(), solve, budget)


def _gathered(
    loose: Instance, left: list[Item], broken: list[bool], solve: SolveInstance, budget: Budget
) -> frozenset[Item]:
    """Harden what stretched until nothing can: the hard items contradict each other (elastic filter)."""
    hard = {item for item, flag in zip(left, broken, strict=True) if flag}
    for _ in range(MAX_ROUNDS):
        soft = [item for item in left if item not in hard]
        result = budget.spend(solve, elastic(loose, soft).instance)
        if result.termination_condition is TerminationCondition.INFEASIBLE:
            return frozenset(hard)
        if result.x is None:
            break
        more = violations(loose, soft, result.x[: loose.column_count]) > STRETCHED
        if not more.any():
            break
        hard |= {item for item, flag in zip(soft, more.tolist(), strict=True) if flag}
    return frozenset(left)


def without(instance: Instance, items: Sequence[Item]) -> Instance:
    """Return the instance without these sides and bounds."""
    arrays = {
        name: getattr(instance, name).copy() for name in ("row_lower", "row_upper", "column_lower", "column_upper")
    }
    for item in items:
        name = f"{'row' if item.is_row else 'column'}_{'lower' if item.side == AT_LEAST else 'upper'}"
        arrays[name][item.index] = -np.inf if item.side == AT_LEAST else np.inf
    return replace(instance, **arrays)


def _hitting(
    conflicts: list[frozenset[Item]], preferred: frozenset[Item], solve: SolveInstance, budget: Budget
) -> tuple[Item, ...] | None:
    items = sorted(frozenset().union(*conflicts), key=lambda item: (not item.is_row, item.index, item.side))
    place = {item: k for k, item in enumerate(items)}
    sets = [sorted(place[item] for item in conflict) for conflict in conflicts]
    n, m = len(items), len(sets)
    result = budget.spend(
        solve,
        Instance(
            name="hitting set",
            sense=Sense.MINIMIZE,
            objective_name="count",
            objective_offset=0.0,
            cost=np.array([1.0 - 0.5 / (n + 1) * (item in preferred) for item in items]),
            indptr=np.cumsum([0, *map(len, sets)]),
            indices=np.concatenate(sets),
            values=np.ones(sum(map(len, sets))),
            row_lower=np.ones(m),
            row_upper=np.full(m, np.inf),
            column_lower=np.zeros(n),
            column_upper=np.ones(n),
            integrality=np.ones(n, dtype=np.uint8),
            row_names=tuple(f"conflict[{i}]" for i in range(m)),
            column_names=tuple(f"item[{k}]" for k in range(n)),
        ),
    )
    if result.x is None or result.termination_condition not in _OPTIMAL:
        return None
    return tuple(item for item, value in zip(items, result.x.tolist(), strict=True) if value > 0.5)
