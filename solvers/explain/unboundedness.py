"""Which columns grow without end when nothing stops the objective."""

from __future__ import annotations

from solvers.explain.budget import Budget, SolveInstance
from solvers.explain.ray import RayState, find_ray
from solvers.instance import Instance


def runaway_columns(instance: Instance, solve: SolveInstance, *, budget: Budget | None = None) -> tuple[str, ...]:
    """Names of the columns that move along a checked ray from a plan, most harmful first; empty when there is none."""
    ray = find_ray(instance, solve, budget=budget)
    return tuple(step.name for step in ray.steps) if ray.state is RayState.UNBOUNDED else ()
