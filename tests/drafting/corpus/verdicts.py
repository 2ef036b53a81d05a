"""What the drafter makes of a corpus entry: right, wrong or abstained."""

from __future__ import annotations

import functools
import math

from copilot.drafting.base import DraftOutcome
from tests.bench.drafter import value_of
from tests.drafting.builtin.asking import ask
from tests.drafting.corpus.gold import Entry


@functools.cache
def read(entry: Entry) -> DraftOutcome:
    """What the drafter makes of the text, which is read once for all that is judged of it."""
    return ask(entry.text)


def verdict(entry: Entry) -> str:
    """right, wrong or abstained; of a text that has no answer, abstaining is right, and so is a plan without one."""
    outcome = read(entry)
    if outcome.draft is None:
        return "abstained" if entry.optimum is not None else "right"
    value = value_of(outcome.draft)
    if entry.optimum is None:
        return "wrong" if value is not None else "right"
    close = value is not None and math.isclose(value, entry.optimum, rel_tol=1e-5, abs_tol=1e-6)
    same = outcome.draft.formulation.objective.sense.startswith(entry.sense)
    return "right" if close and same else "wrong"
