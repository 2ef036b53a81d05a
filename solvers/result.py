"""What a solve says: the closed sets of statuses, progress reports and the result with its residuals."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from solvers.pool import Pool

Vector = NDArray[np.float64]
StatusVector = NDArray[np.int8]


class TerminationCondition(enum.StrEnum):
    """Why the solver stopped (MathOptInterface's question `termination_status`)."""

    OPTIMAL = "optimal"
    OPTIMAL_WITHIN_TOLERANCE = "optimal_within_tolerance"
    LOCALLY_OPTIMAL = "locally_optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    LOCALLY_INFEASIBLE = "locally_infeasible"
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


CONVENTION = (
    "absolute: in the units of the row or column; relative: divided by 1 + |limit|, of duals by 1 + the largest "
    "|cost|, of the gap by 1 + |objective| + |bound|, after rounding by 1 + the larger of |limit| and the largest term"
)


@dataclass(frozen=True, slots=True)
class Residuals:
    """Violations recomputed on the original instance, in the user's units; `convention` says how they are measured.

    The `rounded` ones are of the point whose integer columns are whole; None without such columns, and with products,
    functions or sets, where rounding one column alone means little.
    """

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
    max_rounded_violation: float | None = None
    relative_rounded_violation: float | None = None
    worst_rounded: str = ""
    convention: str = CONVENTION


class BasisStatus(enum.IntEnum):
    """Where a column, or the activity of a row, is in a basic solution; HiGHS's numbers."""

    LOWER = 0
    BASIC = 1
    UPPER = 2
    ZERO = 3


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """The vertex at which a simplex method or a crossover ended: a `BasisStatus` per column and per row."""

    column_status: StatusVector
    row_status: StatusVector


class ProofState(enum.StrEnum):
    """What was shown in exact arithmetic, by code that shares nothing with the backend."""

    OPTIMAL = "optimal"
    BOUND = "bound"
    INFEASIBLE = "infeasible"
    WEAK = "weak"
    NOT_PROVEN = "not_proven"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is certain about a linear instance; `certificate` is what another program needs to check it.

    `optimal`: an exact vertex has the value of the bound. `bound`: no plan is better than `bound`, which is as near to
    the objective value as "verified" asks. `infeasible`: there is no plan. `weak`: the bound holds but is farther
    away. `bound` is rounded away from the plans, `exact` is the same without rounding ("p/q", or its first digits when
    long). `gap` is |objective - bound| / (1 + |objective| + |bound|). `violation` is how far the returned point breaks
    its worst row or bound, without the errors of floating point. `sentence` says it all, or why nothing was shown.
    """

    state: ProofState
    sentence: str
    method: str = ""
    bound: float | None = None
    exact: str = ""
    gap: float | None = None
    violation: float | None = None
    seconds: float = 0.0
    certificate: dict[str, Any] | None = None

    @property
    def proven(self) -> bool:
        """Whether the answer itself is shown: the optimum within the tolerance, or that there is no plan."""
        return self.state in (ProofState.OPTIMAL, ProofState.BOUND, ProofState.INFEASIBLE)


@dataclass(frozen=True, slots=True)
class Result:
    """The one answer of a solve; `x` has one entry per column of the instance as it was given.

    `options` are those the answer was found with; `legs` tell how every engine of the plan ended, in the plan's order.
    `device` is what a first-order engine really computed on, as its library told, such as `cpu`; empty for the others.
    A backend that has done a crossover says so in `certificate`; it stands only if the residuals agree.
    `ray` has one multiplier per row and says why the instance is infeasible. `conflict_rows` and `conflict_columns`
    name limits that a backend says contradict each other: 1 the lower, 2 the upper, 3 both, 0 none. `proof` is made by
    the reader of a backend's answer, never by the backend. So is `pool`, from `candidates` (points one after the
    other) and `pool_bound` (what no solution beside them can be better than), which are the backend's.
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
    basis: Basis | None = None
    ray: Vector | None = None
    conflict_rows: Vector | None = None
    conflict_columns: Vector | None = None
    residuals: Residuals | None = None
    certificate: Certificate = Certificate.UNVERIFIED
    iterations: int | None = None
    nodes: int | None = None
    seconds: float = 0.0
    solver_version: str = ""
    requested: str = "auto"
    reason: str = ""
    log: str = ""
    proof: Proof | None = None
    options: dict[str, float | int | str | bool] = field(default_factory=dict)
    legs: tuple[LegReport, ...] = ()
    device: str = ""
    candidates: Vector | None = None
    pool_bound: float | None = None
    pool: Pool | None = None


PROOF_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Limits of one solve; the wall and memory limits also hold outside the solver.

    `relative_gap` ends a branch and bound, `first_order_tolerance` a first-order method. `method` chooses the LP
    algorithm of a backend that has several: choose, simplex and ipm (interior point) are understood by most, HiGHS also
    knows ipx and hipo; a backend refuses what it does not know. Without `crossover` an interior point has no basis.
    `polish` has HiGHS move the point of a first-order method to a vertex with a basis, in what is left of the time.
    `proof_seconds` is how long the answer to a linear instance may be checked in exact arithmetic after the solve; 0
    leaves that out. `conflict` asks for a small set of limits that contradict each other, of a backend that can look
    for one in an infeasible linear instance. `pool_size` asks for so many solutions that differ in whole numbers (0 or
    1: none, 100 at most), of a backend that keeps several.
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
    proof_seconds: float = PROOF_SECONDS
    conflict: bool = False
    pool_size: int = 0


Report = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
