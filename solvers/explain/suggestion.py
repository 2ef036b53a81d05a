"""A guess at a conflict from a solver's own search for an irreducible infeasible set; believed only when checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from solvers import runner
from solvers.explain.budget import Budget
from solvers.explain.items import AT_LEAST, Item, bound_items, row_items
from solvers.instance import Instance
from solvers.registry import SOLVERS
from solvers.result import SolveOptions, Vector

SECONDS, SHARE = 5.0, 0.25  # of the budget at most
LOWER, UPPER = 1, 2

Suggest = Callable[[Instance], tuple[Item, ...]]


def from_solvers(budget: Budget) -> Suggest:
    """Return a search by HiGHS and by Gurobi, of which the one with fewer rows counts.

    HiGHS looks at linear instances, Gurobi also at whole numbers. Where Gurobi has no licence for the instance, the
    budget's notes say so.
    """
    searches = (from_highs(budget), from_gurobi(budget))

    def suggest(instance: Instance) -> tuple[Item, ...]:
        found = [items for items in (search(instance) for search in searches) if items]
        return min(found, key=lambda items: len({item.index for item in items if item.is_row}), default=())

    return suggest


def from_highs(budget: Budget) -> Suggest:
    """Return a search by HiGHS in a child process, for a linear instance; it finds nothing when time is short."""
    return _from("highs", budget)


def from_gurobi(budget: Budget) -> Suggest:
    """Return a search by Gurobi, where it is usable for the instance; the budget's notes say why if not."""
    search = _from("gurobi", budget)

    def suggest(instance: Instance) -> tuple[Item, ...]:
        availability = SOLVERS["gurobi"].availability()
        if availability and availability.fits(instance):
            return search(instance)
        note = f"Gurobi's own search for a conflict was not asked: {availability.reason}"
        if note not in budget.notes:
            budget.notes.append(note)
        return ()

    return suggest


def _from(solver: str, budget: Budget) -> Suggest:
    def suggest(instance: Instance) -> tuple[Item, ...]:
        seconds = min(SECONDS, SHARE * budget.left_seconds)
        if seconds <= 0 or budget.over():
            return ()
        options = SolveOptions(time_limit_seconds=seconds, proof_seconds=0.0, conflict=True)
        budget.solves += 1
        result = runner.solve(instance, solver=solver, options=options, should_stop=budget.should_stop)
        return limits(instance, result.conflict_rows, result.conflict_columns)

    return suggest


def limits(instance: Instance, rows: Vector | None, columns: Vector | None) -> tuple[Item, ...]:
    """Return the sides and bounds that a result names, none for vectors that do not fit the instance."""
    if rows is None or columns is None or (len(rows), len(columns)) != (instance.row_count, instance.column_count):
        return ()
    sides = np.concatenate((rows, columns))
    if not np.isfinite(sides).all():
        return ()
    bits = sides.astype(np.int64)

    def is_named(item: Item) -> bool:
        place = item.index if item.is_row else instance.row_count + item.index
        return bool(bits[place] & (LOWER if item.side == AT_LEAST else UPPER))

    return tuple(item for item in row_items(instance) + bound_items(instance) if is_named(item))
