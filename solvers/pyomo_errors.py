"""What is wrong with a Pyomo model, in one sentence that names the part and what to change."""

from __future__ import annotations


class UnsupportedModel(ValueError):
    """The model cannot become an instance; the text is one sentence that names the part and what to change."""


class TriviallyInfeasible(UnsupportedModel):
    """A constraint without any free variable is false; `constraint` is its name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(
            f"Constraint {constraint} holds no free variable and is false whatever is decided: "
            "check its data or the variables fixed in it."
        )
        self.constraint = constraint
