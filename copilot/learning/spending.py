"""The budget of a cycle as its row holds it: calls are reserved before they are made, so no two jobs share one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from copilot.learning.budget import Budget, BudgetSpent
from copilot.learning.models import LearningCycle


class CycleBudget(Budget):
    """A budget over all jobs of a cycle; a worker that is lost leaves its reservation spent."""

    def __init__(self, cycle_id: UUID) -> None:
        super().__init__(calls=0)
        self._rows = LearningCycle.objects.filter(id=cycle_id)

    def require(self, calls: int) -> None:
        """Reserve that many calls. Raises BudgetSpent."""
        room = self._rows.filter(budget_calls__gte=F("spent_calls") + calls)
        if not room.update(spent_calls=F("spent_calls") + calls):
            raise BudgetSpent("The budget of this cycle is spent.")
        self.calls += calls

    def spend(self, calls: int, tokens: int) -> None:
        """Give back what was reserved and not used."""
        unused, self.calls = self.calls - calls, 0
        self._rows.update(spent_calls=F("spent_calls") - unused, spent_tokens=F("spent_tokens") + tokens)
