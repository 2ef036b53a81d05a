"""Draws problems of a class, solves their own program, and keeps those with a proven optimum."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from copilot.drafting.wire import data_to_json
from copilot.evaluation.generate import choosing, moving, placing, timing
from copilot.evaluation.generate.drawn import Data, ProblemClass, Told
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import Limits
from solvers import runner
from solvers.result import SolveOptions, TerminationCondition

CLASSES: dict[str, ProblemClass] = {
    one.name: one for module in (choosing, moving, placing, timing) for one in module.CLASSES
}
DRAWS = 30  # tries until the data allow a plan


class GenerateError(Exception):
    """No problem could be made; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Generated:
    """One fresh problem: what a reader gets, and what only its judge sees."""

    id: str
    group: str
    size: int
    told: Told
    program: str
    data: Data
    answer: float

    def to_json(self) -> dict[str, Any]:
        """As `manage.py evaluate` reads it; the gold program and its data go along."""
        return {
            "id": self.id,
            "suite": "generated",
            "problem_class": self.group,
            "size": self.size,
            "question": self.told.text,
            "tables": [{"name": name, "csv": text} for name, text in self.told.tables.items()],
            "answer": self.answer,
            "gold": {"program": self.program, "data": data_to_json(self.data)},
        }


def generate(group: str, *, size: int, seed: int, sandbox: Sandbox, limits: Limits, seconds: float = 60.0) -> Generated:
    """One problem of the class; the same size and seed give the same problem.

    Raises GenerateError for an unknown class, a size too small, or one whose optimum is not proven in `seconds`.
    """
    kind = CLASSES.get(group)
    if kind is None:
        raise GenerateError(f"There is no class {group}. Known are: {', '.join(sorted(CLASSES))}.")
    if size < kind.smallest:
        raise GenerateError(f"The size of {group} counts {kind.sized_by}; it must be at least {kind.smallest}.")
    rng = random.Random(f"{group} {size} {seed}")  # noqa: S311 -- problems, not secrets
    options = replace(SolveOptions(), time_limit_seconds=seconds, relative_gap=1e-9, proof_seconds=0.0)
    for data in _draws(lambda: kind.draw(size, rng)):
        answer = _optimum(kind, data, sandbox, limits, options)
        if answer is not None:
            told = kind.tell(data, rng)
            return Generated(f"{group}-{size}-{seed}", group, size, told, kind.program.lstrip(), data, answer)
    raise GenerateError(f"{DRAWS} draws of {group} with size {size} and seed {seed} allow no plan. Take another seed.")


def _draws(draw: Callable[[], Data]) -> Iterator[Data]:
    for _ in range(DRAWS):
        yield draw()


def _optimum(kind: ProblemClass, data: Data, sandbox: Sandbox, limits: Limits, options: SolveOptions) -> float | None:
    """The proven optimum of the data; None where they allow no plan."""
    built = sandbox.build(kind.program, data, limits=limits, seed=0)
    if built.instance is None:
        assert built.failure is not None
        raise GenerateError(f"The program of {kind.name} does not build: {built.failure.message}")
    result = runner.solve(built.instance, options=options)
    if result.termination_condition is TerminationCondition.OPTIMAL and result.objective_value is not None:
        return round(result.objective_value, 9)
    if result.termination_condition is TerminationCondition.INFEASIBLE:
        return None
    raise GenerateError(
        f"The optimum of {kind.name} at this size was not proven in {options.time_limit_seconds:g} seconds "
        f"({result.termination_condition}). Take a smaller size or a longer --time-limit."
    )
