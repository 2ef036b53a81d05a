"""A direction in which the objective improves without end, and whether it can be followed from a real plan."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import scipy.sparse

from solvers.explain.budget import Budget, BudgetSpent, SolveInstance
from solvers.instance import FloatArray, Instance, Sense
from solvers.result import TerminationCondition

PRECISE = 1e-9
ROUND = 10_000  # largest denominator tried when a direction is read as fractions


class RayState(enum.StrEnum):
    """What was found out about the objective's way to infinity."""

    UNBOUNDED = "unbounded"
    RAY_ONLY = "ray, but no plan to start from"
    NO_RAY = "no ray"
    INFEASIBLE = "infeasible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Step:
    """How much one column moves per step along the ray, and what that adds to the objective."""

    name: str
    index: int
    amount: float
    gain: float


@dataclass(frozen=True, slots=True)
class Ray:
    """A direction that keeps every row and bound and improves the objective by `gain` per step, in its own sense.

    `exact`: checked in rational arithmetic on the numbers as written. `whole`: every integer column moves by a whole
    number, so a plan with whole numbers stays one at every step. `start` is a plan to step from, or None.
    """

    state: RayState
    steps: tuple[Step, ...] = ()
    gain: float = 0.0
    exact: bool = False
    whole: bool = True
    start: FloatArray | None = None
    reason: str = ""


def find_ray(instance: Instance, solve: SolveInstance, *, budget: Budget | None = None) -> Ray:
    """Return a ray of few columns from a linear program over the recession cone, and a plan it can start from."""
    refusal = instance.beyond.refusal("The search for a direction without end")
    if refusal:
        return Ray(RayState.UNDECIDED, reason=refusal)
    budget = budget or Budget(seconds=30.0, solves=4)
    try:
        cone = budget.spend(solve, _cone(instance))
        if cone.termination_condition is TerminationCondition.INFEASIBLE:
            return Ray(RayState.NO_RAY, reason="No direction keeps every limit and improves the objective for ever.")
        if cone.x is None:
            return Ray(
                RayState.UNDECIDED, reason=f"The search for a direction ended with {cone.termination_condition}."
            )
        n = instance.column_count
        ray = _read(instance, cone.x[:n] - cone.x[n:])
        if ray.state is not RayState.RAY_ONLY:
            return ray
        start = budget.spend(solve, replace(instance, cost=np.zeros(n)))
    except BudgetSpent as spent:
        return Ray(RayState.UNDECIDED, reason=str(spent))
    if start.x is not None:
        return replace(ray, state=RayState.UNBOUNDED, start=start.x)
    if start.termination_condition is TerminationCondition.INFEASIBLE:
        return replace(ray, state=RayState.INFEASIBLE, reason="The direction is of no use: there is no plan at all.")
    return replace(ray, reason=f"The search for a plan to start from ended with {start.termination_condition}.")


def keeps_limits(instance: Instance, direction: FloatArray, *, tolerance: float = PRECISE) -> bool:
    """Whether A d and d point away from no finite side or bound, up to `tolerance` times the size of their terms."""
    rows = instance.row_activity(direction)
    size = abs(instance.matrix) @ np.abs(direction)
    slack = tolerance * np.maximum(size, tolerance)
    falls = np.isfinite(instance.row_lower) & (rows < -slack)
    rises = np.isfinite(instance.row_upper) & (rows > slack)
    below = np.isfinite(instance.column_lower) & (direction < 0)
    above = np.isfinite(instance.column_upper) & (direction > 0)
    return not (falls.any() or rises.any() or below.any() or above.any())


def _cone(instance: Instance) -> Instance:
    """Least total |d| with d = plus - minus in the recession cone and the objective improving by one."""
    sign = 1.0 if instance.sense is Sense.MAXIMIZE else -1.0
    m, n = instance.row_count, instance.column_count
    gain = scipy.sparse.csr_array((sign * instance.cost)[None, :])
    matrix = scipy.sparse.vstack([instance.matrix, gain])
    matrix = scipy.sparse.csr_array(scipy.sparse.hstack([matrix, -matrix]))
    matrix.eliminate_zeros()
    rises = np.where(np.isfinite(instance.column_upper), 0.0, np.inf)
    falls = np.where(np.isfinite(instance.column_lower), 0.0, np.inf)
    return Instance(
        name="recession cone",
        sense=Sense.MINIMIZE,
        objective_name="length",
        objective_offset=0.0,
        cost=np.ones(2 * n),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=np.append(np.where(np.isfinite(instance.row_lower), 0.0, -np.inf), 1.0),
        row_upper=np.append(np.where(np.isfinite(instance.row_upper), 0.0, np.inf), np.inf),
        column_lower=np.zeros(2 * n),
        column_upper=np.concatenate([rises, falls]),
        integrality=np.zeros(2 * n, dtype=np.uint8),
        row_names=(*(f"row[{i}]" for i in range(m)), "gain"),
        column_names=tuple(f"up[{j}]" for j in range(n)) + tuple(f"down[{j}]" for j in range(n)),
    )


def _read(instance: Instance, raw: FloatArray) -> Ray:
    """Check the direction, in fractions with whole steps if it can be read so, else in floating point."""
    direction = np.where(np.abs(raw) > PRECISE * np.abs(raw).max(initial=0.0), raw, 0.0)
    fractions = _as_fractions(direction)
    exact = fractions is not None and _holds_exactly(instance, fractions)
    if exact and fractions is not None:
        for j, value in fractions.items():
            direction[j] = float(value)
    elif not keeps_limits(instance, direction):
        return Ray(RayState.UNDECIDED, reason="A direction was found, but our own check of it fails: scale the data.")
    else:
        direction = direction / np.abs(direction).max(initial=1e-300)
    gain = float(instance.cost @ direction)
    if (gain if instance.sense is Sense.MAXIMIZE else -gain) <= 0:
        return Ray(RayState.UNDECIDED, reason="A direction was found, but it does not improve the objective.")
    moving = sorted(np.flatnonzero(direction).tolist(), key=lambda j: -abs(instance.cost[j] * direction[j]))
    steps = tuple(
        Step(instance.column_names[j], j, float(direction[j]), float(instance.cost[j] * direction[j])) for j in moving
    )
    integer = direction[instance.integrality > 0]
    return Ray(RayState.RAY_ONLY, steps, gain, exact=exact, whole=bool(np.all(integer == np.round(integer))))


def _as_fractions(direction: FloatArray) -> dict[int, Fraction] | None:
    """The direction in lowest whole numbers when it is a multiple of small fractions, else None."""
    moving = np.flatnonzero(direction).tolist()
    if not moving:
        return None
    unit = float(np.abs(direction[moving]).min())
    shares = {j: Fraction(float(direction[j]) / unit).limit_denominator(ROUND) for j in moving}
    if any(abs(float(share) * unit - direction[j]) > 1e-7 * abs(direction[j]) for j, share in shares.items()):
        return None
    scale = math.lcm(*(share.denominator for share in shares.values()))
    if scale > ROUND * ROUND:
        return None
    common = math.gcd(*(int(share * scale) for share in shares.values()))
    return {j: share * scale / common for j, share in shares.items()}


def _holds_exactly(instance: Instance, direction: dict[int, Fraction]) -> bool:
    touched = np.isin(instance.indices, list(direction))
    rows = np.unique(instance.row_of_entry()[touched]).tolist()
    for i in rows:
        span = slice(int(instance.indptr[i]), int(instance.indptr[i + 1]))
        pairs = zip(instance.indices[span].tolist(), instance.values[span].tolist(), strict=True)
        total = sum((Fraction(repr(v)) * direction[j] for j, v in pairs if j in direction), Fraction(0))
        if (total < 0 and np.isfinite(instance.row_lower[i])) or (total > 0 and np.isfinite(instance.row_upper[i])):
            return False
    return all(
        not (np.isfinite(instance.column_lower[j]) if value < 0 else np.isfinite(instance.column_upper[j]))
        for j, value in direction.items()
    )
