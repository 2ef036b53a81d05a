"""What an optimal plan of a linear instance says about its limits and costs, and how far each of that holds."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from solvers.base import has_duals
from solvers.explain.items import AT_LEAST, AT_MOST
from solvers.explain.ranging import Ranger, Ranging, RangingError, ranged
from solvers.instance import FloatArray, Instance
from solvers.kkt import reduced_costs, residuals
from solvers.result import Result, SolutionStatus

CLOSE = 1e-6  # relative
EQUAL, SLACK = "equal", "slack"
NO_DUALS = "Models with whole numbers have no shadow prices; sweep the limit instead and watch the objective."
DEGENERATE = (
    "More limits meet in this plan than are needed to fix it: a shadow price may hold in one direction only, or not at "
    "all. Trust the ranges, or sweep."
)
SEVERAL = (
    "Another plan may be just as good: costs and prices hold, the values of the quantities may not be the only ones."
)


class SensitivityState(enum.StrEnum):
    """How much could be said."""

    COMPLETE = "prices and ranges"
    PRICES_ONLY = "prices without ranges"
    NONE = "no duals"


@dataclass(frozen=True, slots=True)
class RowPrice:
    """A row at the optimum: `price` is the change of the objective, in its own sense, per unit of `limit`.

    It holds while the limit stays between `low` and `high`, the other data unchanged; None: unknown. `side` is at
    least, at most, equal or slack; the limit of a slack row is its nearest one (None for a row without sides).
    """

    name: str
    index: int
    side: str
    activity: float
    limit: float | None
    price: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ColumnPrice:
    """A column at the optimum: the plan stays optimal while its cost stays between `cost_low` and `cost_high`.

    `reduced_cost` is the change of the objective, in its own sense, per unit that the column is forced up.
    """

    name: str
    index: int
    value: float
    cost: float
    reduced_cost: float
    cost_low: float | None = None
    cost_high: float | None = None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Prices of rows and columns with their caveats as flags and sentences."""

    state: SensitivityState
    rows: tuple[RowPrice, ...] = ()
    columns: tuple[ColumnPrice, ...] = ()
    degenerate: bool = False
    several_optima: bool = False
    caveats: tuple[str, ...] = ()
    reason: str = ""


def sensitivity(instance: Instance, result: Result, *, ranger: Ranger | None = ranged) -> Sensitivity:
    """Return shadow prices, reduced costs and their ranges for an optimal linear result.

    A convex quadratic objective has prices without ranges; its costs are those of the linear part.
    Ranges come from `ranger` (None: do without), whose own point must pass our optimality check and have the same
    objective; then its prices are the ones shown, so that prices and ranges belong to the same basis.
    """
    if instance.is_mip:
        return Sensitivity(SensitivityState.NONE, reason=NO_DUALS)
    if not has_duals(instance):
        reason = f"{instance.beyond.refusal('A shadow price')} Sweep the limit instead and watch the objective."
        return Sensitivity(SensitivityState.NONE, reason=reason)
    if result.x is not None and result.row_dual is None and not instance.is_linear:
        reason = f"{result.solver} gives no prices for a quadratic objective; HiGHS and Gurobi do."
        return Sensitivity(SensitivityState.NONE, reason=reason)
    if result.x is None or result.row_dual is None or result.solution_status is not SolutionStatus.OPTIMAL:
        return Sensitivity(SensitivityState.NONE, reason="There are prices only for a plan that is proven optimal.")
    basis, reason = _basis(instance, result, ranger)
    x, dual = (result.x, result.row_dual) if basis is None else (basis.x, basis.row_dual)
    reduced = reduced_costs(instance, dual, x)
    activity = instance.row_activity(x)
    degenerate = _is_degenerate(instance, x, activity, basis)
    several = instance.is_linear and _has_several_optima(instance, activity, x, dual, reduced, basis)
    caveats = [sentence for flag, sentence in ((degenerate, DEGENERATE), (several, SEVERAL)) if flag]
    return Sensitivity(
        SensitivityState.PRICES_ONLY if basis is None else SensitivityState.COMPLETE,
        _rows(instance, activity, dual, basis),
        _columns(instance, x, reduced, basis),
        degenerate,
        several,
        tuple(caveats),
        reason,
    )


def _basis(instance: Instance, result: Result, ranger: Ranger | None) -> tuple[Ranging | None, str]:
    if ranger is None:
        return None, "Ranges were not asked for."
    try:
        basis = ranger(instance)
    except RangingError as error:
        return None, f"There are no ranges. {error}"
    checked = residuals(instance, basis.x, basis.row_dual)
    worst = max(
        checked.relative_row_violation,
        checked.relative_bound_violation,
        checked.relative_dual_violation or 0.0,
        checked.relative_gap or 0.0,
    )
    off = abs(checked.objective_value - (result.objective_value or 0.0)) / (1.0 + abs(checked.objective_value))
    if not max(worst, off) <= CLOSE:
        return None, "There are no ranges: the basis they would belong to fails our own check."
    return basis, ""


def _is_degenerate(instance: Instance, x: FloatArray, activity: FloatArray, basis: Ranging | None) -> bool:
    rows = _at(activity, instance.row_lower) | _at(activity, instance.row_upper)
    columns = _at(x, instance.column_lower) | _at(x, instance.column_upper)
    if basis is None:
        return int(rows.sum() + columns.sum()) > instance.column_count
    return bool((rows & (basis.row_basic > 0)).any() or (columns & (basis.column_basic > 0)).any())


def _has_several_optima(
    instance: Instance,
    activity: FloatArray,
    x: FloatArray,
    dual: FloatArray,
    reduced: FloatArray,
    basis: Ranging | None,
) -> bool:
    """Whether something that could move is held at a limit by a price of zero."""
    scale = CLOSE * (1.0 + np.abs(instance.cost).max(initial=0.0))
    rows = (np.abs(dual) <= scale) & (instance.row_lower < instance.row_upper)
    columns = (np.abs(reduced) <= scale) & (instance.column_lower < instance.column_upper)
    if basis is None:
        rows &= _at(activity, instance.row_lower) | _at(activity, instance.row_upper)
        columns &= _at(x, instance.column_lower) | _at(x, instance.column_upper)
    else:
        rows &= basis.row_basic == 0
        columns &= basis.column_basic == 0
    return bool(rows.any() or columns.any())


def _at(values: FloatArray, limits: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    with np.errstate(invalid="ignore"):
        return np.isfinite(limits) & (np.abs(values - limits) <= CLOSE * (1.0 + np.abs(limits)))


def _rows(instance: Instance, activity: FloatArray, dual: FloatArray, basis: Ranging | None) -> tuple[RowPrice, ...]:
    low = _at(activity, instance.row_lower)
    high = _at(activity, instance.row_upper)
    return tuple(
        _row(instance, i, float(activity[i]), float(dual[i]), bool(low[i]), bool(high[i]), basis)
        for i in range(instance.row_count)
    )


def _row(
    instance: Instance, i: int, activity: float, price: float, low: bool, high: bool, basis: Ranging | None
) -> RowPrice:
    name, lower, upper = instance.row_names[i], float(instance.row_lower[i]), float(instance.row_upper[i])
    held = (low or high) if basis is None else basis.row_basic[i] == 0
    if not held:
        return _slack(name, i, activity, lower, upper)
    side = EQUAL if lower == upper else AT_LEAST if low else AT_MOST
    limit = lower if low else upper
    if not np.isfinite(limit):  # a free row that is nonbasic: it has no limit whose price could be asked
        return RowPrice(name, i, SLACK, activity, None, price)
    if basis is None:
        return RowPrice(name, i, side, activity, limit, price)
    least = _end(limit, float(basis.limit_low[i]), float(basis.low_objective[i]), price, instance, basis)
    most = _end(limit, float(basis.limit_high[i]), float(basis.high_objective[i]), price, instance, basis)
    # The far side of a range row is a limit of its own: the near one cannot pass it.
    return RowPrice(name, i, side, activity, limit, price, least, most)


def _slack(name: str, i: int, activity: float, lower: float, upper: float) -> RowPrice:
    """A row with room to spare: its nearest limit may move as far as the activity, and away for ever."""
    if not np.isfinite(lower) and not np.isfinite(upper):
        return RowPrice(name, i, SLACK, activity, None, 0.0)
    if upper - activity <= activity - lower:
        return RowPrice(name, i, SLACK, activity, upper, 0.0, activity, np.inf)
    return RowPrice(name, i, SLACK, activity, lower, 0.0, -np.inf, activity)


def _end(limit: float, end: float, objective: float, price: float, instance: Instance, basis: Ranging) -> float | None:
    """The end of a range, unless what it says of the objective there contradicts the price."""
    if np.isinf(end):
        return end
    expected = instance.objective_at(basis.x) + price * (end - limit)
    return end if abs(objective - expected) <= CLOSE * (1.0 + abs(expected)) else None


def _columns(instance: Instance, x: FloatArray, reduced: FloatArray, basis: Ranging | None) -> tuple[ColumnPrice, ...]:
    return tuple(
        ColumnPrice(
            instance.column_names[j],
            j,
            float(x[j]),
            float(instance.cost[j]),
            float(reduced[j]),
            None if basis is None else float(min(basis.cost_low[j], instance.cost[j])),
            None if basis is None else float(max(basis.cost_high[j], instance.cost[j])),
        )
        for j in range(instance.column_count)
    )
