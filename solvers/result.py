"""What a solve says: the closed sets of statuses, progress reports and the result with its residuals."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class TerminationCondition(enum.StrEnum):
    """Why the solver stopped (MathOptInterface's question `termination_status`)."""

    OPTIMAL = "optimal"
    OPTIMAL_WITHIN_TOLERANCE = "optimal_within_tolerance"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible_or_unbounded"
    TIME_LIMIT = "time_limit"
    NODE_LIMIT = "node_limit"
    ITERATION_LIMIT = "iteration_limit"
    MEMORY_LIMIT = "memory_limit"
    INTERRUPTED = "interrupted"
    NUMERICAL = "numerical"
    LICENCE = "licence"
    UNSUPPORTED = "unsupported"
    INVALID_INSTANCE = "invalid_instance"
    CRASHED = "crashed"
    ERROR = "error"


class SolutionStatus(enum.StrEnum):
    """Whether there is a point, and what our own residuals say of it (MathOptInterface's `primal_status`)."""

    NO_SOLUTION = "no_solution"
    FEASIBLE = "feasible"
    OPTIMAL = "optimal"
    INFEASIBLE_POINT = "infeasible_point"


class Certificate(enum.StrEnum):
    """How much of the claim was checked by code that shares nothing with the backend."""

    RESIDUALS_CHECKED = "residuals_checked"
    CROSSOVER_DONE = "crossover_done"
    UNVERIFIED = "unverified"


class LegOutcome(enum.StrEnum):
    """How one leg of a race ended."""

    WON = "won"
    STOPPED = "stopped"  # another was first, or somebody or the clock stopped the race
    NOT_VERIFIED = "not_verified"  # it finished, and our own check does not carry its answer
    FAILED = "failed"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True)
class LegReport:
    """What became of one leg: its own termination condition ("" if it never said one) and its wall seconds."""

    solver: str
    method: str
    outcome: LegOutcome
    termination_condition: str = ""
    seconds: float = 0.0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One look at a running solve; every number may be unknown (None). `solver` names the leg, as `highs:ipx`."""

    phase: str
    elapsed_seconds: float
    objective_value: float | None = None
    objective_bound: float | None = None
    relative_gap: float | None = None
    iterations: int | None = None
    nodes: int | None = None
    log: str = ""
    incumbent: Vector | None = None
    solver: str = ""


@dataclass(frozen=True, slots=True)
class Residuals:
    """Violations recomputed on the original instance, in the user's units; relative ones use 1 + norm scaling."""

    max_row_violation: float
    max_bound_violation: float
    max_integrality_violation: float
    relative_row_violation: float
    objective_value: float
    objective_error: float
    worst_row: str = ""
    worst_column: str = ""
    max_dual_violation: float | None = None
    relative_gap: float | None = None
    relative_bound_violation: float = 0.0
    relative_dual_violation: float | None = None
    dual_objective_value: float | None = None
    max_set_violation: float = 0.0
    worst_set: str = ""
    convention: str = "absolute, in the units of the row or column; relative: divided by 1 + |right-hand side|"


@dataclass(frozen=True, slots=True)
class Result:
    """The one answer of a solve; `x` has one entry per column of the instance as it was given.

    `options` are those the answer was found with; `legs` tell how every engine of the plan ended, in the plan's order.
    `device` is what a first-order engine really computed on, as its library told, such as `cpu`; empty for the others.
    A backend that has done a crossover says so in `certificate`; it stands only if the residuals agree.
    """

    termination_condition: TerminationCondition
    solution_status: SolutionStatus
    solver: str
    raw_status: str = ""
    message: str = ""
    objective_value: float | None = None
    objective_bound: float | None = None
    relative_gap: float | None = None
    x: Vector | None = None
    row_activity: Vector | None = None
    row_dual: Vector | None = None
    reduced_cost: Vector | None = None
    residuals: Residuals | None = None
    certificate: Certificate = Certificate.UNVERIFIED
    iterations: int | None = None
    nodes: int | None = None
    seconds: float = 0.0
    solver_version: str = ""
    requested: str = "auto"
    reason: str = ""
    log: str = ""
    options: dict[str, float | int | str | bool] = field(default_factory=dict)
    legs: tuple[LegReport, ...] = ()
    device: str = ""


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Limits of one solve; the wall and memory limits also hold outside the solver.

    `relative_gap` ends a branch and bound, `first_order_tolerance` a first-order method. `method` chooses the LP
    algorithm of a backend that has several: choose, simplex and ipm (interior point) are understood by most, HiGHS also
    knows ipx and hipo; a backend refuses what it does not know. Without `crossover` an interior point has no basis.
    `polish` has HiGHS move the point of a first-order method to a vertex with a basis, in what is left of the time.
    """

    time_limit_seconds: float = 60.0
    memory_limit_bytes: int = 4 << 30
    relative_gap: float = 1e-4
    threads: int = 1
    seed: int = 0
    first_order_tolerance: float = 1e-6
    method: str = "choose"
    presolve: bool = True
    crossover: bool = True
    polish: bool = False


Report = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
