"""How far a point is from satisfying the original instance, recomputed by code that shares nothing with a backend.

Sign convention for duals, in the instance's own sense: `row_dual[i]` is the change of the objective per unit of the
row's binding side (the shadow price), and the reduced cost of column j is `cost[j] - (A^T row_dual)[j]`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.instance import Instance, Sense
from solvers.logic import excused_bounds, excused_rows, set_violation, waiting_rows
from solvers.result import Residuals, Vector


class Side(enum.StrEnum):
    """Which side of a row or bound a point touches."""

    LOWER = "lower"
    UPPER = "upper"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Binding:
    """A row or bound that holds with equality; `dual` is its shadow price or reduced cost when one is known."""

    kind: str
    name: str
    index: int
    side: Side
    activity: float
    limit: float
    dual: float | None = None


def residuals(
    instance: Instance, x: Vector, row_dual: Vector | None = None, *, claimed_objective: float | None = None
) -> Residuals:
    """Return every violation of `x` (n values) and, with `row_dual` (m values), of the optimality conditions.

    Absolute violations are in the units of the row or column; relative ones are divided by 1 + |the side broken|, and
    those of duals by 1 + the largest |cost|.
    `relative_gap` is |primal - dual objective| / (1 + |primal| + |dual|); for a dual value whose side is infinite the
    dual objective has no term, and the value counts as a dual violation instead. Raises ValueError on wrong lengths.
    """
    if x.shape != (instance.column_count,) or (row_dual is not None and row_dual.shape != (instance.row_count,)):
        raise ValueError(f"The point has {x.shape} entries, the instance {instance.column_count} columns.")
    activity = instance.row_activity(x)
    rows, rows_relative = _violations(activity, instance.row_lower, instance.row_upper)
    bounds, bounds_relative = _violations(x, instance.column_lower, instance.column_upper)
    sets = set_violation(instance.beyond, x) if instance.beyond else (0.0, "")
    if instance.beyond:
        rows, rows_relative = excused_rows(instance.beyond, x, rows), excused_rows(instance.beyond, x, rows_relative)
        bounds, bounds_relative = (excused_bounds(instance.beyond, x, broken) for broken in (bounds, bounds_relative))
    fractional = np.where(instance.integrality > 0, np.abs(x - np.round(x)), 0.0)
    objective = instance.objective_at(x)
    dual = _dual_side(instance, row_dual, x, objective) if row_dual is not None else (None, None, None, None)
    return Residuals(
        max_row_violation=_largest(rows),
        max_bound_violation=_largest(bounds),
        max_integrality_violation=_largest(fractional),
        relative_row_violation=_largest(rows_relative),
        objective_value=objective,
        objective_error=0.0 if claimed_objective is None else abs(objective - claimed_objective),
        worst_row=_worst(rows, instance.row_names),
        worst_column=_worst(np.maximum(bounds, fractional), instance.column_names),
        max_dual_violation=dual[0],
        relative_dual_violation=dual[1],
        relative_gap=dual[2],
        dual_objective_value=dual[3],
        relative_bound_violation=_largest(bounds_relative),
        max_set_violation=sets[0],
        worst_set=sets[1],
        **(_rounded(instance, x) if instance.is_mip and instance.is_linear else {}),
    )


def reduced_costs(instance: Instance, row_dual: Vector, x: Vector | None = None) -> Vector:
    """Return `cost - A^T row_dual`, one value per column, in the instance's own sense.

    With a quadratic objective the cost is its gradient at `x`, which must be given.
    """
    cost = instance.cost
    if x is not None and instance.beyond:
        cost = cost + instance.beyond.objective_gradient(x)
    return cost - instance.transposed_product(row_dual)


def binding_rows(
    instance: Instance,
    x: Vector,
    row_dual: Vector | None = None,
    reduced_cost: Vector | None = None,
    *,
    tolerance: float = 1e-6,
) -> list[Binding]:
    """Return the rows, then the bounds, that hold with equality at `x` within `tolerance` times 1 + |limit|.

    Columns whose two bounds coincide are left out: they bind whatever the solution is. So are rows that wait for an
    indicator which x does not set: they bind nothing.
    """
    activity = instance.row_activity(x)
    rows = _binding("row", instance.row_names, activity, instance.row_lower, instance.row_upper, row_dual, tolerance)
    if instance.beyond:
        idle = set(waiting_rows(instance.beyond, x).tolist())
        rows = [binding for binding in rows if binding.index not in idle]
    lower, upper = instance.column_lower, instance.column_upper
    columns = _binding("column", instance.column_names, x, lower, upper, reduced_cost, tolerance)
    return rows + [binding for binding in columns if binding.side is not Side.EQUAL]


def _violations(activity: Vector, lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
    below, above = np.maximum(lower - activity, 0.0), np.maximum(activity - upper, 0.0)
    broken = np.where(below > above, lower, upper)
    scale = 1.0 + np.abs(np.where(np.isfinite(broken), broken, 0.0))
    worst = np.maximum(below, above)
    worst = np.where(np.isnan(worst), np.inf, worst)
    return worst, worst / scale


def _rounded(instance: Instance, x: Vector) -> dict[str, Any]:
    """Return, as fields of the residuals, the largest violation of x with whole numbers and where it is.

    Relative ones are divided by 1 + the larger of |the side broken| and the largest term of the row: rounding moves a
    row by as little as its terms are accurate, unless it hides a big M.
    """
    whole = np.where(instance.integrality > 0, np.round(x), x)
    terms = np.zeros(instance.row_count)
    np.maximum.at(terms, instance.row_of_entry(), np.abs(instance.values * x[instance.indices]))
    rows, rows_relative = _violations(instance.row_activity(whole), instance.row_lower, instance.row_upper)
    bounds, bounds_relative = _violations(whole, instance.column_lower, instance.column_upper)
    broken = np.concatenate((rows, bounds))
    relative = np.concatenate((np.minimum(rows_relative, rows / (1.0 + terms)), bounds_relative))
    worst = int(relative.argmax()) if relative.size and relative.max() > 0.0 else None
    m = instance.row_count
    name = "" if worst is None else instance.row_names[worst] if worst < m else instance.column_names[worst - m]
    violations = {"max_rounded_violation": _largest(broken), "relative_rounded_violation": _largest(relative)}
    return {**violations, "worst_rounded": name}


def _dual_side(instance: Instance, row_dual: Vector, x: Vector, objective: float) -> tuple[float, float, float, float]:
    """Return the largest dual violation, absolute and relative, the relative gap, and the dual objective.

    A convex quadratic objective x'Hx/2 enters the dual as -x'Hx/2 at the same x (Dorn 1960), its gradient as cost.
    """
    sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0
    reduced = reduced_costs(instance, row_dual, x)
    row_value, row_wrong = _priced(sign * row_dual, instance.row_lower, instance.row_upper)
    column_value, column_wrong = _priced(sign * reduced, instance.column_lower, instance.column_upper)
    bound = sign * (row_value + column_value) + instance.objective_offset
    if instance.beyond:
        bound -= instance.beyond.added(x, instance.row_count)[1]
    violations = np.concatenate((row_wrong, column_wrong))
    relative = violations / (1.0 + _largest(np.abs(instance.cost)))
    gap = abs(objective - bound) / (1.0 + abs(objective) + abs(bound))
    return _largest(violations), _largest(relative), gap, bound


def _priced(price: Vector, lower: Vector, upper: Vector) -> tuple[float, Vector]:
    """Return the dual objective's terms, summed, and the part of each price that has no finite side to act on."""
    side = np.where(price > 0, lower, upper)
    infinite = ~np.isfinite(side)
    value = float(np.sum(np.where(infinite, 0.0, price * np.where(infinite, 0.0, side))))
    return value, np.where(infinite, np.abs(price), 0.0)


def _binding(
    kind: str,
    names: Sequence[str],
    activity: Vector,
    lower: Vector,
    upper: Vector,
    dual: Vector | None,
    tolerance: float,
) -> list[Binding]:
    with np.errstate(invalid="ignore"):
        low = np.abs(activity - lower) <= tolerance * (1.0 + np.abs(lower))
        high = np.abs(activity - upper) <= tolerance * (1.0 + np.abs(upper))
    low, high = low & np.isfinite(lower), high & np.isfinite(upper)
    found = []
    for i in np.flatnonzero(low | high).tolist():
        side = Side.EQUAL if lower[i] == upper[i] else Side.LOWER if low[i] else Side.UPPER
        limit = float(upper[i] if side is Side.UPPER else lower[i])
        price = None if dual is None else float(dual[i])
        found.append(Binding(kind, names[i], i, side, float(activity[i]), limit, price))
    return found


def _largest(values: Vector) -> float:
    return float(values.max()) if values.size else 0.0


def _worst(values: Vector, names: Sequence[str]) -> str:
    if not values.size or values.max() <= 0.0:
        return ""
    return names[int(values.argmax())]
