"""The route of sheets: tables and lists of one kind of thing with short prose, read by the kind of problem."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from copilot.drafting.base import DraftingError
from copilot.drafting.builtin.sheets import bins, cuts, options, reach, roster, timeline
from copilot.drafting.builtin.sheets.grids import grids_of
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem, Unclear, problem_of
from copilot.drafting.formulation import Formulation

_KINDS: tuple[tuple[str, Callable[[Problem], Formulation]], ...] = (
    ("cutting stock", cuts.read),
    ("bin packing", bins.read),
    ("covering", reach.read),
    ("lot sizing", timeline.read),
    ("staffing", roster.read),
    ("choosing among options", options.read),
)
# Families that read less of such a text than the kinds above, by their names in the route of families.
BETTER = frozenset(
    {
        "bin packing",
        "knapsack",
        "covering",
        "cutting stock",
        "staffing",
        "lot sizing",
        "diet or blending",
        "a mix of options",
    }
)
_RECOGNISED = "This reads like a problem of {kind}."
_NEXT = "Leave that sentence out or say it in other words, or give the model as algebra lines."


def has_table(text: str) -> bool:
    """Whether a text holds a table."""
    return bool(grids_of(text))


def is_doubted(text: str) -> bool:
    """Whether a kind is recognised and something of it is not understood."""
    return isinstance(formulate(text), tuple)


@lru_cache(maxsize=4)  # the same text is asked about twice
def formulate(text: str) -> Formulation | tuple[str, ...] | None:
    """The formulation; or reasons, where a kind is recognised and something is not understood; or None."""
    doubts: list[tuple[str, ...]] = []
    for kind, read in _KINDS:
        problem = problem_of(text)
        if problem is None:
            return None
        try:
            return read(problem)
        except NotRead:
            continue
        except Unclear as doubt:
            raise DraftingError(str(doubt)) from doubt
        except Doubt as doubt:
            doubts.append((_RECOGNISED.format(kind=kind), *map(str, doubt.args), _NEXT))
    return min(doubts, key=len, default=None)
