"""Deletion filter: leaves out demands of a contradictory set, group by group, as long as a contradiction remains."""

from __future__ import annotations

from collections.abc import Sequence

from solvers.explain.budget import Budget, BudgetSpent, SolveInstance
from solvers.explain.items import Item, items_of, restricted, violations
from solvers.instance import FloatArray, Instance
from solvers.result import TerminationCondition

MAX_POINTS = 500
HOLDS = 1e-5  # relative; ten times what solvers allow themselves


class Filter:
    """Answers whether items contradict each other; remembers every point found, because it answers later questions.

    What cannot be decided counts as "no contradiction", so that the items in question are kept: the set may then be
    larger than need be, never wrong. `doubt` says why that happened, or is empty.
    """

    def __init__(self, instance: Instance, solve: SolveInstance, budget: Budget) -> None:
        self._instance, self._solve, self._budget = instance, solve, budget
        self._every = items_of(instance)
        self._broken: list[frozenset[Item]] = []
        self.doubt = ""

    def remember(self, point: FloatArray) -> None:
        """Keep what a point of the whole instance breaks; it is a witness for every set without that."""
        flags = (violations(self._instance, self._every, point) > HOLDS).tolist()
        broken = frozenset(item for item, flag in zip(self._every, flags, strict=True) if flag)
        self._broken = [*self._broken[1 - MAX_POINTS :], broken]

    def contradicts(self, items: Sequence[Item]) -> bool:
        """Whether a solver calls these items, taken alone, infeasible."""
        if not items or self._has_witness(items):
            return False
        part = restricted(self._instance, items)
        try:
            result = self._budget.spend(self._solve, part.instance)
        except BudgetSpent as spent:
            self.doubt = str(spent)
            return False
        if result.x is not None:
            self.remember(part.lifted(result.x, self._instance))
            if self._has_witness(items):
                return False
        if result.termination_condition is TerminationCondition.INFEASIBLE:
            return True
        self.doubt = (
            self._budget.over()
            or f"A part of it could not be decided: the solver ended with {result.termination_condition}."
        )
        return False

    def shrunk(self, items: Sequence[Item], *, given: Sequence[Item] = ()) -> list[Item]:
        """Return those of `items`, contradictory with `given`, of which none can be spared (QuickXplain, Junker 2004).

        About k log(n / k) questions for k of n items.
        """
        if not items or self.contradicts(given):
            return []
        return self._explained(list(given), list(items), is_new=False)

    def is_minimal(self, items: Sequence[Item]) -> bool:
        """Whether for each item there is a point, checked here, at which all the others hold."""
        for k in range(len(items)):
            others = [*items[:k], *items[k + 1 :]]
            if others and (self.contradicts(others) or not self._has_witness(others)):
                return False
        return True

    def _explained(self, background: list[Item], items: list[Item], *, is_new: bool) -> list[Item]:
        if is_new and self.contradicts(background):
            return []
        if len(items) == 1:
            return items
        first, second = items[: len(items) // 2], items[len(items) // 2 :]
        of_second = self._explained(background + first, second, is_new=True)
        of_first = self._explained(background + of_second, first, is_new=bool(of_second))
        return of_first + of_second

    def _has_witness(self, items: Sequence[Item]) -> bool:
        asked = frozenset(items)
        return any(asked.isdisjoint(broken) for broken in self._broken)
