"""The route of families: tries each family on the text, and returns a formulation only where nothing is left over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from copilot.drafting.base import Table
from copilot.drafting.builtin.families import (
    balancing,
    covering,
    cutting,
    diet,
    facility,
    flow,
    inventory,
    jobshop,
    knapsack,
    lots,
    mix,
    network,
    packing,
    staffing,
    tour,
    unread,
)
from copilot.drafting.builtin.families.account import Account
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading
from copilot.drafting.builtin.families.records import layout_of
from copilot.drafting.builtin.families.uploaded import with_tables
from copilot.drafting.formulation import Formulation, Span

_FAMILIES: tuple[tuple[str, Callable[[Reading], Formulation]], ...] = (
    ("bin packing", packing.read),
    ("knapsack", knapsack.read),
    ("job shop scheduling", jobshop.read),
    ("a round trip", tour.read),
    ("transportation", network.read),
    ("moving goods among places", balancing.read),
    ("facility location", facility.read),
    ("covering", covering.read),
    ("flow over links", flow.read),
    ("inventory", inventory.read),
    ("cutting stock", cutting.read),
    ("staffing", staffing.read),
    ("lot sizing", lots.read),
    ("diet or blending", diet.read),
    ("a mix of options", mix.read),
)
_RECOGNISED = "This reads like a problem of {family}."
_NEXT = "Leave that sentence out or say it in other words, or give the model as algebra lines."


def formulate(
    text: str, tables: Sequence[Table] = (), *, without: Collection[str] = ()
) -> Formulation | tuple[str, ...] | None:
    """The formulation by a family that is not left out; or reasons, where one is recognised and in doubt; or None."""
    layout = with_tables(layout_of(text), tables)
    if not layout.blocks:
        return unread.named(text)
    doubts: list[tuple[bool, tuple[str, ...]]] = []
    found: list[Formulation] = []
    for family, read in _FAMILIES:
        if family in without:
            continue
        if found and read is mix.read:
            break
        try:
            account = Account(layout.prose, layout.places)
            found.append(_counted(read(Reading(layout, account)), account))
        except NotThisFamily:
            continue
        except InDoubt as doubt:
            reasons = (_RECOGNISED.format(family=family), *map(str, doubt.args), _NEXT)
            doubts.append((not doubt.whole, reasons))
    if len(found) == 1:
        return found[0]
    best = min(doubts, key=lambda one: (one[0], len(one[1])), default=None)
    if best is None or best[0]:
        return unread.named(layout.text) or (best[1] if best else None)
    return best[1]


def _counted(formulation: Formulation, account: Account) -> Formulation:
    """The numbers that say how many records there are belong to the first set."""
    first, *others = formulation.sets
    spans = tuple(Span(start=said.start, end=said.end) for said in account.counts)
    first = first.model_copy(update={"spans": (*first.spans, *spans)[:40]})
    return formulation.model_copy(update={"sets": (first, *others)})
