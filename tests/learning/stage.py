"""A bench whose attempts a test decides, and the insights, tasks and replies that the tests of learning share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from copilot.drafting.base import InsightText
from copilot.drafting.llm import LlmSettings
from copilot.evaluation.problems import Problem
from copilot.learning.budget import Budget
from copilot.learning.cases import Case, Ending, Program, Task, Tried
from copilot.learning.llm_curator import LlmCurator
from copilot.library.content import Content
from solvers import runner
from solvers.instance import Instance
from solvers.result import Result
from tests.drafting.scripted import ScriptedChatModel

TASK = Task(Problem("D002", "logior", "Boxes of capacity 10 take items. Use the fewest boxes.", answer=4.0))
LESSON = Content(
    title="A box is used or not",
    applies_when="Items are packed into as few containers as possible.",
    explanation="One binary per container, and the load of a container is at most its capacity times that binary.",
    wrong="m.x = pyo.Var(bounds=(0, 9))\nm.o = pyo.Objective(expr=m.x, sense=pyo.maximize)",
    right="m.x = pyo.Var(bounds=(0, 7))\nm.o = pyo.Objective(expr=m.x, sense=pyo.maximize)",
    labels=(("Domain Modeling", "Packaging", "Bin Packing"),),
)
Judge = Callable[[frozenset[str], int], bool | None]


@dataclass
class DecidedBench:
    """Attempts are right where `judge(keys shown, seed)` says so; programs end as `endings` says, by their text."""

    judge: Judge
    endings: Callable[[Program], Ending] = lambda program: Ending("optimal", float(sum(map(ord, program.text))))
    asked: list[tuple[frozenset[str], int]] = field(default_factory=list)
    model_id: str = "scripted"
    solver: str = "highs"

    def attempt(self, task: Task, insights: Sequence[InsightText], seed: int) -> Tried:
        keys = frozenset(insight.key for insight in insights)
        self.asked.append((keys, seed))
        correct = self.judge(keys, seed)
        program = Program("right program" if correct else "wrong program", {"capacity": 10.0, "load": 6.0})
        return Tried(correct, "solved", Ending("optimal", 4.0 if correct else 5.0), program, calls=1)

    def ending(self, program: Program) -> Ending:
        return self.endings(program)

    def digest(self, program: Program) -> str:
        return program.text


def text_of(key: str) -> InsightText:
    return InsightText(key, "Packaging", "Items are packed.", "One binary per container.")


def case(**changes: str) -> Case:
    given = {"text": TASK.problem.text, "failed": "wrong program", "reason": "wrong", "right": "right program"}
    return Case(**given | changes)


def reply(*contents: Content, **changes: Any) -> dict[str, Any]:
    return {"insights": [row(content) | changes for content in contents]}


def row(content: Content) -> dict[str, Any]:
    names = ("title", "applies_when", "not_when", "explanation", "wrong", "right")
    return {name: getattr(content, name) for name in names} | {"labels": [list(path) for path in content.labels]}


def curator(*replies: Any, calls: int = 20) -> tuple[LlmCurator, ScriptedChatModel]:
    model = ScriptedChatModel(replies=list(replies), asked=[])
    settings = LlmSettings("scripted:model", timeout_seconds=5, max_retries=0)
    return LlmCurator(settings, Budget(calls), lambda: False, model), model


def helped_by(*keys: str) -> Judge:
    """Right whenever all of these are shown."""
    return lambda shown, seed: shown >= set(keys)


def alternating(shown: frozenset[str], seed: int) -> bool:
    """Right every other time, whatever is shown: an insight that does nothing."""
    return seed % 2 == 0


def solve_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many attempts build the same instance: the first is solved, in its child, and the others are told its result."""
    known: dict[tuple[str, Any], Result] = {}
    solve = runner.solve

    def once(instance: Instance, **given: Any) -> Result:
        key = (instance.digest(), given["solver"])
        if key not in known:
            known[key] = solve(instance, **given)
        return known[key]

    monkeypatch.setattr(runner, "solve", once)
