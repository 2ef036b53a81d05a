"""How many calls of a language model a cycle may make: asked before each call, and none is made when it is spent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


class BudgetSpent(Exception):
    """The cycle may make no further call; what was not finished counts as not proven."""


@dataclass(slots=True)
class Budget:
    """Calls and tokens that are left; `spend(calls, tokens)` is told of all that was used, to be stored."""

    calls: int
    tokens: int = 10_000_000
    told: Callable[[int, int], None] = field(default=lambda *_: None)

    def require(self, calls: int) -> None:
        """Raise BudgetSpent unless that many calls may still be made."""
        if calls > self.calls or self.tokens <= 0:
            raise BudgetSpent("The budget of this cycle is spent.")

    def spend(self, calls: int, tokens: int) -> None:
        """Take what was used."""
        self.calls -= calls
        self.tokens -= tokens
        self.told(calls, tokens)
