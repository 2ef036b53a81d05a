"""What will be tried on an instance and why: a plan of legs, made from its shape and from what is at hand.

The rules for linear programs come from twelve of them, measured (docs/decisions/005-race.md): no engine is best on
more than half, so two that fail on different ones run side by side, and the shape only decides which two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.instance import Instance
from solvers.result import SolveOptions

FIRST_ORDER = frozenset({"pdlp", "cuopt", "cupdlpx", "mpax"})  # their "infeasible" is an estimate, not a proof
TINY = 20_000  # nonzeros; below, any engine ends before a second one has started
LARGE = 200_000  # nonzeros; from here a graphics card repays the copy to it
HUGE = 5_000_000  # nonzeros; beyond, factorizations rarely fit
HUGE_ROWS = 1_000_000
COMBINATORIAL_ROWS = 2_000  # a basis this large, of entries all alike, takes the simplex method very many steps
COMBINATORIAL_ENTRIES = 3.5  # a column; networks and multicommodity flows have at most three
FIRST_ORDER_TOLERANCE = 1e-7  # asked for in a race: undoing presolve loses a digit, and 1e-6 has to remain
MEMORY_PER_LEG = 1 << 30  # bytes; with less, a leg may not even load its libraries beside its instance


@dataclass(frozen=True, slots=True)
class Resources:
    """What a solve may use: cores, engines on a graphics card that are ready, backends with a full licence."""

    cores: int = 1
    gpu_engines: tuple[str, ...] = ()
    licensed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leg:
    """One engine of a plan with the reason for it; what is None stays as the options of the solve say."""

    solver: str
    method: str = "choose"
    reason: str = ""
    first_order_tolerance: float | None = None
    presolve: bool | None = None
    crossover: bool | None = None

    @property
    def name(self) -> str:
        """The backend, and its method where one is chosen: `highs:ipx`."""
        presolve = " without presolve" if self.presolve is False else ""
        return (self.solver if self.method == "choose" else f"{self.solver}:{self.method}") + presolve

    @property
    def is_first_order(self) -> bool:
        """Whether its points are approximate by nature."""
        return self.solver in FIRST_ORDER

    def options(self, given: SolveOptions) -> SolveOptions:
        """Return the options of this leg in a solve whose options are `given`."""
        tolerance = given.first_order_tolerance
        if self.first_order_tolerance is not None:
            tolerance = min(tolerance, self.first_order_tolerance)
        return replace(
            given,
            method=self.method,
            first_order_tolerance=tolerance,
            presolve=given.presolve if self.presolve is None else self.presolve,
            crossover=given.crossover if self.crossover is None else self.crossover,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The legs in the order in which they start, `at_once` of them together; the others wait for a free core.

    A leg that waits starts when one before it has ended without a verified answer. `reason` is empty when the plan is
    what was `requested` by name; `is_fallback` when something else had to take its place.
    """

    legs: tuple[Leg, ...]
    reason: str = ""
    requested: str = "auto"
    is_fallback: bool = False
    at_once: int = 1

    @property
    def is_race(self) -> bool:
        """Whether engines run side by side."""
        return min(len(self.legs), self.at_once) > 1


def linear_plan(instance: Instance, resources: Resources) -> Plan:
    """Return the plan for a continuous linear instance; the first leg is the one to trust when there is one core."""
    first_order = _first_order_leg(instance, resources)
    # A graphics card does its work beside the cores.
    at_once = max(resources.cores, 1) + (first_order.solver in resources.gpu_engines)
    if instance.nonzero_count < TINY:
        simplex = Leg("highs", reason="A problem this small is solved before a second engine has started.")
        return Plan((simplex, replace(_IPX, reason=_AFTER)), "HiGHS is the default for small linear problems.")
    if is_network(instance) and instance.nonzero_count < 2 * HUGE:
        simplex = replace(_SIMPLEX, reason="On networks the simplex method is ahead of every other at any size.")
        return Plan((simplex, replace(_IPX, reason=_AFTER)), "The matrix is a network's: the simplex method alone.")
    if instance.nonzero_count > HUGE or instance.row_count > HUGE_ROWS:
        reason = "So large that factorizations may not fit: a first-order method beside an interior point."
        return Plan((first_order, _HIPO, _IPX, _SIMPLEX), reason, at_once=at_once)
    if is_combinatorial(instance):
        reason = "Covering and assignment relaxations stall the simplex method and crossover: two methods without them."
        return Plan((first_order, _HIPO, _IPX, _SIMPLEX), reason, at_once=at_once)
    if first_order.solver in resources.gpu_engines and instance.nonzero_count >= LARGE:
        return Plan((first_order, _SIMPLEX, _IPX), f"{_RACE} A graphics card joins them.", at_once=at_once)
    return Plan((_SIMPLEX, _IPX, first_order), _RACE, at_once=at_once)


def is_network(instance: Instance) -> bool:
    """Whether every column has at most two entries, each 1 or -1."""
    unit = bool((np.abs(instance.values) == 1).all())
    return unit and (instance.nonzero_count == 0 or int(_column_counts(instance).max()) <= 2)


def is_combinatorial(instance: Instance) -> bool:
    """Whether many rows meet long columns whose entries all have one size, as when sets are covered or packed."""
    if instance.row_count < COMBINATORIAL_ROWS or instance.nonzero_count == 0:
        return False
    sizes = np.abs(instance.values)
    if float(sizes.min()) != float(sizes.max()):
        return False
    counts = _column_counts(instance)
    return float(counts[counts > 0].mean()) > COMBINATORIAL_ENTRIES


def _column_counts(instance: Instance) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.bincount(instance.indices, minlength=instance.column_count)


def _first_order_leg(instance: Instance, resources: Resources) -> Leg:
    if resources.gpu_engines and instance.nonzero_count >= LARGE:
        reason = "First-order steps are what a graphics card is good at."
        return Leg(resources.gpu_engines[0], reason=reason, first_order_tolerance=FIRST_ORDER_TOLERANCE)
    reason = "A first-order method needs no factorization, which is what stops the other two."
    return Leg("pdlp", "hipdlp", reason, first_order_tolerance=FIRST_ORDER_TOLERANCE)


_RACE = "No engine is the fastest on all linear problems of this size, so they race; the first verified answer counts."
_AFTER = "Only if the first leg ends without a verified answer."
_SIMPLEX = Leg("highs", "simplex", "Dual simplex: exact vertices, fast on sparse and staircase problems.")
_IPX = Leg("highs", "ipx", "Interior point with crossover: steady where the simplex method takes too many steps.")
_HIPO = Leg("highs", "hipo", "Interior point by direct factorization; without crossover, so no basis.", crossover=False)
