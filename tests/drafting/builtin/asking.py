"""One way to ask the built-in drafter, and one way to solve what it wrote."""

from __future__ import annotations

import pyomo.environ as pyo

from copilot.drafting.base import Draft, DraftOutcome, DraftRequest, Table
from copilot.drafting.builtin import BuiltinDrafter


def ask(text: str, *, tables: tuple[Table, ...] = (), previous: Draft | None = None, start: int = 0) -> DraftOutcome:
    """The drafter's outcome for a text."""
    request = DraftRequest(text, tables=tables, previous=previous, revision_start=start)
    return BuiltinDrafter().draft(request, lambda event, payload: None, lambda: False)


def drafted(text: str, *, tables: tuple[Table, ...] = ()) -> Draft:
    """The draft of a text that must be read completely."""
    outcome = ask(text, tables=tables)
    assert outcome.status == "complete", outcome.reasons or outcome.questions
    assert outcome.draft is not None
    return outcome.draft


def revised(before: str, message: str) -> DraftOutcome:
    """The outcome of a follow-up message after a first text."""
    return ask(f"{before}\n\n{message}", previous=drafted(before), start=len(before) + 2)


def built(draft: Draft) -> pyo.ConcreteModel:
    """The Pyomo model that the draft's program builds from the draft's data."""
    space: dict[str, object] = {}
    exec(compile(draft.program, "program", "exec"), space)
    return space["build_model"](draft.data)  # type: ignore[operator]


def optimum(draft: Draft) -> float:
    """Objective value of the program, solved."""
    pyomo_model = built(draft)
    results = pyo.SolverFactory("appsi_highs").solve(pyomo_model)
    assert results.solver.termination_condition == pyo.TerminationCondition.optimal
    return pyo.value(next(pyomo_model.component_data_objects(pyo.Objective)))
