"""The explicit table of backends and the choice among them, always with its reason in words."""

from __future__ import annotations

from dataclasses import dataclass

from solvers.base import Capability, Solver
from solvers.highs import Highs
from solvers.instance import Instance
from solvers.pdlp import Pdlp

SOLVERS: dict[str, Solver] = {solver.name: solver for solver in (Highs(), Pdlp())}
DEFAULT = "highs"
AUTO = "auto"
NOT_YET = {"gurobi": "Gurobi is not installed here"}


class UnknownSolver(ValueError):
    """The name asked for is in no table; the text lists those that are."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The backend to use and why it is this one; an empty reason means it is the one asked for by name."""

    solver: Solver
    reason: str = ""


def choose(instance: Instance, requested: str = AUTO) -> Choice:
    """Return the backend for `instance`; a fallback to HiGHS carries its reason; raises UnknownSolver."""
    name = requested.strip().lower() or AUTO
    if name == AUTO:
        return Choice(SOLVERS[DEFAULT], "HiGHS is the default for linear and mixed-integer problems.")
    if name in NOT_YET:
        return Choice(SOLVERS[DEFAULT], f"{NOT_YET[name]}, so HiGHS was used instead.")
    if name not in SOLVERS:
        known = ", ".join(sorted((AUTO, *SOLVERS, *NOT_YET)))
        raise UnknownSolver(f"There is no solver named {requested[:40]!r}; choose one of {known}.")
    solver = SOLVERS[name]
    availability = solver.availability()
    if not availability:
        return Choice(SOLVERS[DEFAULT], f"{availability.reason} HiGHS was used instead.")
    if instance.is_mip and Capability.INTEGER not in solver.capabilities:
        return Choice(
            SOLVERS[DEFAULT],
            f"{name} solves continuous problems only and this one has integers, so HiGHS was used instead.",
        )
    return Choice(solver)
