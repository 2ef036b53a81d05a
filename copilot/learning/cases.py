"""Tasks to learn from and what became of attempts on them, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from copilot.drafting.base import Data, InsightText, Table
from copilot.drafting.wire import data_from_json, data_to_json
from copilot.evaluation.problems import Problem


@dataclass(frozen=True, slots=True)
class Program:
    """A Pyomo program with the data that it reads."""

    text: str
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """A problem, with a program that is known to be right where there is one."""

    problem: Problem
    reference: Program | None = None

    @property
    def key(self) -> str:
        """Its name in every record; a suite may name its problems by number or by text."""
        return f"{self.problem.suite}:{self.problem.id}"[:120]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a program ends when it is built and solved; `value` only where there is a solution."""

    termination_condition: str
    value: float | None = None

    def agrees(self, other: Ending, *, relative: float = 1e-6) -> bool:
        """Whether both end alike: in the same way, and at the same value."""
        if self.value is None or other.value is None:
            return self.value is other.value and self.termination_condition == other.termination_condition
        return abs(self.value - other.value) <= relative * max(1.0, abs(self.value), abs(other.value))


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt. `correct` is None where it says nothing: nobody knows the answer, or the model did not answer."""

    correct: bool | None
    how: str
    ending: Ending
    program: Program | None = None
    reason: str = ""
    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, from which `from_json` makes the same."""
        told = asdict(replace(self, program=None))
        if self.program:
            told["program"] = {"text": self.program.text, "data": data_to_json(self.program.data)}
        return told

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Tried:
        """What `to_json` wrote."""
        kept = raw["program"]
        program = Program(kept["text"], data_from_json(kept["data"])) if kept else None
        return cls(**{**raw, "ending": Ending(**raw["ending"]), "program": program})


@dataclass(frozen=True, slots=True)
class Case:
    """What a curator learns from: the request, an attempt that failed and why, and a program that is right.

    It never holds the answer; `problem` says why the last proposals were refused.
    """

    text: str
    failed: str
    reason: str
    right: str
    correction: str = ""  # what a user said was wrong
    problem: str = ""


class Bench(Protocol):
    """Where attempts are made and programs are solved."""

    model_id: str
    solver: str

    def attempt(self, task: Task, insights: Sequence[InsightText], seed: int) -> Tried:
        """Draft, build and solve with these insights; the answer judges and is never shown. Raises BudgetSpent."""

    def ending(self, program: Program) -> Ending:
        """Build a program in the sandbox and solve it; one that fails ends as `failed: KIND`."""

    def digest(self, program: Program) -> str:
        """The hash of the instance that a program builds; empty where it builds none."""


def task_from(given: Mapping[str, Any]) -> Task:
    """The task of a job's payload."""
    known = {name: given[name] for name in ("id", "suite", "text", "answer", "status") if name in given}
    tables = tuple(Table(**table) for table in given.get("tables", ()))
    problem = Problem(**known, accepted=tuple(given.get("accepted", ())), tables=tables)
    return Task(problem, program_from(given.get("reference")))


def program_from(raw: Mapping[str, Any] | None) -> Program | None:
    """A program of a job's payload, or None where there is none."""
    return Program(raw["text"], data_from_json(raw["data"])) if raw else None
