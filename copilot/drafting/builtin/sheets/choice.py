"""What is read of a choice among options, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.drafting.builtin.families.members import Marked
from copilot.drafting.builtin.sheets.frame import Frame
from copilot.drafting.builtin.sheets.goal import Goal
from copilot.drafting.builtin.sheets.limits import Limit
from copilot.drafting.builtin.sheets.problem import Problem
from copilot.drafting.builtin.sheets.rules import Rule


@dataclass(slots=True)
class Choice:
    """All that is read; `gain` is the column of the goal, `loss` one that is taken off it."""

    problem: Problem
    frame: Frame
    marked: Marked
    goal: Goal
    gain: str
    loss: str = ""
    nouns: frozenset[str] = frozenset()
    domain: str = "integer"
    part: bool = False
    limits: list[Limit] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    @property
    def totals(self) -> list[float]:
        """Numbers that all options together keep to."""
        return [limit.value for limit in self.limits if limit.kind == "amount" and not limit.members]
