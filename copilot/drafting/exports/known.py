"""What is known of a draft when it is written to a file."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.drafting.base import Draft


@dataclass(frozen=True, slots=True)
class Known:
    """A draft, the request that it answers, and the objective value that was found for it and held (None: none)."""

    draft: Draft
    request: str
    version: int = 1
    objective_value: float | None = None

    @property
    def title(self) -> str:
        """One line to put on top of a file."""
        return " ".join(self.draft.formulation.title.split()) or "Optimization model"

    @property
    def builds_arrays(self) -> bool:
        """Whether the program returns arrays instead of a Pyomo model, which only this application can read."""
        return "def build_arrays(" in self.draft.program and "def build_model(" not in self.draft.program
