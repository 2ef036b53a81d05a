"""The explicit table of backends and the choice among them, always with its reason in words."""

from __future__ import annotations

from dataclasses import dataclass

from solvers.base import Capability, Solver
from solvers.cuopt import CuOpt
from solvers.cuopt_remote import CuOptRemote
from solvers.cupdlpx import CuPdlpx
from solvers.gurobi import Gurobi
from solvers.highs import Highs
from solvers.instance import Instance
from solvers.mpax import Mpax
from solvers.pdlp import Pdlp
from solvers.scip import Scip

SOLVERS: dict[str, Solver] = {
    solver.name: solver for solver in (Highs(), Pdlp(), Gurobi(), Scip(), Mpax(), CuPdlpx(), CuOpt(), CuOptRemote())
}
FIRST_ORDER = frozenset({"pdlp", "mpax", "cupdlpx", "cuopt", "cuopt_remote"})  # no vertex without a crossover
ON_DEVICES = frozenset({"mpax", "cupdlpx", "cuopt"})  # first-order engines that compute on a GPU in their process
REMOTE = frozenset({"cuopt_remote"})  # sends the problem to another machine: never without being asked by name
DEFAULT = "highs"
AUTO = "auto"


class UnknownSolver(ValueError):
    """The name asked for is in no table; the text lists those that are."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The backend to use and why it is this one; an empty reason means it is the one asked for by name."""

    solver: Solver
    reason: str = ""
    is_fallback: bool = False


def choose(instance: Instance, requested: str = AUTO) -> Choice:
    """Return the backend for `instance`; a fallback to HiGHS carries its reason; raises UnknownSolver.

    The first question after a commercial backend takes as long as starting it in a process of its own; later ones
    are answered from memory.
    """
    name = requested.strip().lower() or AUTO
    if name == AUTO:
        return Choice(SOLVERS[DEFAULT], "HiGHS is the default for linear and mixed-integer problems.")
    if name not in SOLVERS:
        known = ", ".join(sorted((AUTO, *SOLVERS)))
        raise UnknownSolver(f"There is no solver named {requested[:40]!r}; choose one of {known}.")
    solver = SOLVERS[name]
    if instance.is_mip and Capability.INTEGER not in solver.capabilities:
        return instead(f"{name} solves continuous problems only, and this one has integers")
    availability = solver.availability()
    if not availability and name != DEFAULT:
        return instead(availability.reason)
    if not availability.fits(instance):
        size = f"{instance.row_count} rows and {instance.column_count} columns"
        return instead(f"{availability.reason} This problem has {size}")
    return Choice(solver)


def instead(reason: str) -> Choice:
    """Return HiGHS in place of the backend asked for, because of `reason`, a sentence or the start of one."""
    stem = reason.rstrip()
    said = f"{stem} HiGHS was used instead." if stem.endswith(".") else f"{stem}, so HiGHS was used instead."
    return Choice(SOLVERS[DEFAULT], said, is_fallback=True)
