"""The route of networks and matchings: reads the data of a text once, and tries each model on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from copilot.drafting.base import Table
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets import assignment, facility, maxflow, mincost, path, tour, transport
from copilot.drafting.builtin.nets.found import data_of
from copilot.drafting.builtin.nets.reading import Reading, reading_of
from copilot.drafting.formulation import Formulation, Span

_MODELS: tuple[tuple[str, Callable[[Reading], Formulation]], ...] = (
    ("transportation", transport.read),
    ("facility location", facility.read),
    ("assignment", assignment.read),
    ("a round trip", tour.read),
    ("the largest flow", maxflow.read),
    ("the cheapest flow", mincost.read),
    ("the shortest path", path.read),
)
_RECOGNISED = "This reads like a problem of {model}."
_NEXT = "Leave that sentence out or say it in other words, or give the model as algebra lines."


def formulate(text: str, tables: Sequence[Table] = ()) -> Formulation | tuple[str, ...] | None:
    """The formulation; or reasons, where a model is recognised and something is not understood; or None."""
    doubts: list[tuple[bool, tuple[str, ...]]] = []
    data = data_of(text, tables)
    if not (data.matrices or data.links):
        return None
    whole = reading_of(data)
    for model, read in _MODELS:
        reading = whole.fresh()
        try:
            return _counted(read(reading), reading)
        except NotThisFamily:
            continue
        except InDoubt as doubt:
            doubts.append((not doubt.whole, (_RECOGNISED.format(model=model), *map(str, doubt.args), _NEXT)))
    best = min(doubts, key=lambda one: (one[0], len(one[1])), default=None)
    return best[1] if best else None


def _counted(formulation: Formulation, reading: Reading) -> Formulation:
    """The numbers that say how many rows or places there are belong to the first set."""
    first, *others = formulation.sets
    spans = tuple(Span(start=said.start, end=said.end) for said in reading.account.counts)
    first = first.model_copy(update={"spans": (*first.spans, *spans)[:40]})
    return formulation.model_copy(update={"sets": (first, *others)})
