"""What a backend is: its name, what it can do, whether it is usable here, and one `solve`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.beyond import OBJECTIVE
from solvers.convexity import has_convex_objective
from solvers.instance import Instance
from solvers.pool import wants_pool
from solvers.result import (
    Report,
    Result,
    ShouldStop,
    SolutionStatus,
    SolveOptions,
    TerminationCondition,
)


class Capability(enum.StrEnum):
    """What an instance or a user may need from a backend."""

    LINEAR = "linear"
    INTEGER = "integer"
    CONVEX_QUADRATIC = "convex_quadratic"  # a convex quadratic objective over continuous columns
    QUADRATIC = "quadratic"  # any quadratic objective or row, with integers too
    INDICATOR = "indicator"
    SETS = "special_ordered_sets"
    SEMICONTINUOUS = "semicontinuous"
    NONLINEAR = "nonlinear"
    GLOBAL = "global"  # what it calls optimal or infeasible is so everywhere, also where nothing is convex
    DUALS = "duals"
    INCUMBENTS = "incumbents"
    POOL = "solution_pool"  # hands over other solutions than the best
    POOL_SEARCH = "pool_search"  # and searches for the best ones among those
    INTERRUPT = "interrupt"
    INTERRUPT_SIMPLEX = "interrupt_simplex"  # in the middle of one linear program; else its process must be ended


class AvailabilityState(enum.StrEnum):
    """Whether a backend can be used here; `ready`, `limited` and `cpu_only` can.

    `cpu_only` is an engine made for a GPU that runs without one: right, but slow; it is used only when asked for.
    """

    READY = "ready"
    LIMITED = "limited"
    CPU_ONLY = "cpu_only"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Availability:
    """The state of a backend with the reason in words; true when it is usable.

    A limited backend takes instances of at most `max_rows` rows and `max_columns` columns (None: any number); where
    products or functions of columns occur, `max_columns_beyond` counts the columns and the functions. `device` names
    what a first-order engine computes on, such as `cpu` or a GPU's name; empty where it is not asked for.
    """

    state: AvailabilityState
    reason: str = ""
    max_rows: int | None = None
    max_columns: int | None = None
    max_columns_beyond: int | None = None
    device: str = ""

    def fits(self, instance: Instance) -> bool:
        """Whether `instance` is small enough."""
        rows = self.max_rows is None or instance.row_count <= self.max_rows
        columns = self.max_columns is None or instance.column_count <= self.max_columns
        curved = instance.beyond.quadratic_row.size + instance.beyond.tape_row.size
        if curved and self.max_columns_beyond is not None:
            columns = instance.column_count + instance.beyond.tape_row.size <= self.max_columns_beyond
        return rows and columns

    def __bool__(self) -> bool:
        return self.state in _USABLE


_USABLE = frozenset({AvailabilityState.READY, AvailabilityState.LIMITED, AvailabilityState.CPU_ONLY})


class Solver(Protocol):
    """One backend; `solve` runs in the calling process, `solvers.runner` gives it one of its own."""

    @property
    def name(self) -> str:
        """The name a user asks for."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this backend can do."""

    def availability(self) -> Availability:
        """Say whether this backend is usable here, and why not; must be cheap and must not raise."""

    def solve(self, instance: Instance, *, options: SolveOptions, report: Report, should_stop: ShouldStop) -> Result:
        """Solve one validated instance; every expected failure is a status with a sentence, never an exception."""


BEYOND_LINEAR = {
    Capability.CONVEX_QUADRATIC: "a quadratic objective",
    Capability.QUADRATIC: "products of variables that are not a convex objective over continuous variables",
    Capability.INDICATOR: "indicator constraints",
    Capability.SETS: "special ordered sets",
    Capability.SEMICONTINUOUS: "semicontinuous variables",
    Capability.NONLINEAR: "nonlinear functions",
}


def needed(instance: Instance) -> frozenset[Capability]:
    """Return what a backend must be capable of to take `instance` as it is."""
    beyond = instance.beyond
    found = {Capability.LINEAR}
    if instance.is_mip:
        found.add(Capability.INTEGER)
    if beyond.quadratic_row.size:
        simple = bool((beyond.quadratic_row == OBJECTIVE).all()) and not instance.is_mip and not beyond.tape_row.size
        simple = simple and not (beyond.indicator_row.size or beyond.set_kind.size or beyond.semicontinuous.size)
        convex = simple and has_convex_objective(instance)
        found.add(Capability.CONVEX_QUADRATIC if convex else Capability.QUADRATIC)
    parts: dict[Capability, NDArray[Any]] = {
        Capability.INDICATOR: beyond.indicator_row,
        Capability.SETS: beyond.set_kind,
        Capability.SEMICONTINUOUS: beyond.semicontinuous,
        Capability.NONLINEAR: beyond.tape_row,
    }
    return frozenset(found | {capability for capability, array in parts.items() if array.size})


def has_duals(instance: Instance) -> bool:
    """Whether duals can prove an optimum: a linear or convex quadratic objective over linear rows and real columns."""
    return not instance.is_mip and needed(instance) <= {Capability.LINEAR, Capability.CONVEX_QUADRATIC}


def settled_early(instance: Instance, solver: Solver, options: SolveOptions) -> Result | None:
    """Return the result of an instance that needs no solver or that `solver` must refuse, else None.

    Settled here, the same for every backend: crossed bounds, integers and other parts that the backend cannot take, a
    pool that it cannot keep, no columns at all.
    """
    contradiction = instance.contradiction()
    if contradiction:
        return _without_point(solver.name, TerminationCondition.INFEASIBLE, contradiction)
    if instance.is_mip and Capability.INTEGER not in solver.capabilities:
        sentence = f"{solver.name} solves continuous problems only, and this instance has integer variables."
        return _without_point(solver.name, TerminationCondition.UNSUPPORTED, sentence)
    lacking = needed(instance) - solver.capabilities if instance.beyond else frozenset()
    if lacking:
        words = " and ".join(sorted(BEYOND_LINEAR[capability] for capability in lacking))
        sentence = f"{solver.name} cannot take {words}, which this instance has."
        return _without_point(solver.name, TerminationCondition.UNSUPPORTED, sentence)
    if wants_pool(instance, options) and Capability.POOL not in solver.capabilities:
        sentence = f"{solver.name} keeps only the best solution that it finds; {options.pool_size} were asked for."
        return _without_point(solver.name, TerminationCondition.UNSUPPORTED, sentence)
    if instance.column_count == 0:
        return _without_columns(instance, solver.name)
    return None


def _without_point(solver: str, condition: TerminationCondition, message: str) -> Result:
    return Result(condition, SolutionStatus.NO_SOLUTION, solver=solver, message=message)


def _without_columns(instance: Instance, solver: str) -> Result:
    nothing = np.zeros(0)
    activity, value = instance.row_activity(nothing), instance.objective_at(nothing)  # a tape may hold constants
    broken = np.flatnonzero((instance.row_lower > activity) | (instance.row_upper < activity) | np.isnan(activity))
    if broken.size:
        sentence = f"Constraint {instance.row_names[int(broken[0])]} holds no variable and can never be satisfied."
        return _without_point(solver, TerminationCondition.INFEASIBLE, sentence)
    return Result(
        TerminationCondition.OPTIMAL,
        SolutionStatus.OPTIMAL,
        solver=solver,
        message="The instance has no variables: its objective is a constant.",
        objective_value=value,
        objective_bound=value,
        relative_gap=0.0,
        x=np.zeros(0),
        row_activity=activity,
        row_dual=np.zeros(instance.row_count),
        reduced_cost=np.zeros(0),
    )
