"""Whether the best plan does anything at all: a forgotten requirement often makes doing nothing best."""

from __future__ import annotations

import numpy as np

from copilot.runs.checking.check import Check
from copilot.runs.checking.moves import Known
from solvers.result import Result

TITLE = "The best plan does something"
TOLERANCE = 1e-9


def idle(known: Known, result: Result) -> Check | None:
    """Unknown where every amount of the best plan is zero; None where there is no plan or nothing to decide."""
    if result.x is None or not result.x.size:
        return None
    busy = int(np.count_nonzero(np.abs(result.x) > TOLERANCE))
    if busy:
        return Check("idle", TITLE, "pass", f"{busy} of {result.x.size} amounts are not zero.")
    goal = known.draft.formulation.objective
    detail = f"To {goal.sense} {goal.label or goal.name}, doing nothing is best: is a requirement missing?"
    return Check("idle", TITLE, "unknown", detail, items=(goal.name,))
