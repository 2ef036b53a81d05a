"""The families of both models as one list: what stayed, what came or went, and what is called otherwise now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.catalogue import family_of
from solvers.equivalence.items import Items
from solvers.equivalence.pairing import Basis, Side

RENAMES = 50
HOW = {
    Basis.CORRECTED: "corrected",
    Basis.NAME: "by name",
    Basis.INDEX: "by name",
    Basis.STRUCTURE: "matched by structure",
    Basis.OVERLAP: "matched by structure",
    Basis.CHOICE: "symmetric choice",
}
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rename:
    """A family that has another name in the second model, and how it was found: `count` members belong together.

    `how` is "by name" (the indices have the same names), "matched by structure", "symmetric choice" or "corrected".
    """

    kind: str
    old: str
    new: str
    how: str
    count: int


@dataclass(frozen=True, slots=True)
class Roster:
    """Rows or columns of both models: item k is called `names[k]` and belongs to `families[family[k]]`.

    What only the second model has belongs to the family of the first that was renamed to its own, where there is one.
    `before` and `after` are the sizes of the families, `renamed` their names in the second model where these are
    others; `renames` are the first 50 of them.
    """

    names: tuple[str, ...]
    families: tuple[str, ...]
    family: Ints
    before: Counter[str]
    after: Counter[str]
    renamed: dict[str, str]
    renames: tuple[Rename, ...]


def roster_of(
    kind: str, side: Side, kept: tuple[Ints, Ints], items: Items, beside: tuple[Iterable[str], Iterable[str]]
) -> Roster:
    """Return the families of items; `beside` are names of each model that are no items but belong to families."""
    first, second = side.catalogues
    old, new, how, count = _became(side)
    others = [k for k in range(len(old)) if first.families[old[k]] != second.families[new[k]]]
    renamed = {first.families[old[k]]: second.families[new[k]] for k in others}
    renames = tuple(
        Rename(kind, first.families[old[k]], second.families[new[k]], HOW[Basis(how[k])], count[k])
        for k in others[:RENAMES]
    )
    known = {family: number for number, family in enumerate(first.families)}
    old_of = {now: former for former, now in renamed.items()}
    to = [known.setdefault(old_of.get(family, family), len(known)) for family in second.families]
    numbers = np.array([*to, 0], dtype=np.int64)
    added = kept[1][items.added]
    family = np.concatenate((first.family[kept[0]], numbers[second.family[added]]))
    names = (*(first.names[i] for i in kept[0].tolist()), *(second.names[j] for j in added.tolist()))
    here = np.concatenate((items.before, items.count + np.arange(len(added))))
    before, after = (_counted(family[part], tuple(known)) for part in (np.arange(items.count), here))
    for counter, more in zip((before, after), beside, strict=True):
        counter.update(family_of(name) for name in more)
    return Roster(names, tuple(known), family, before, after, renamed, renames)


def _counted(family: Ints, families: tuple[str, ...]) -> Counter[str]:
    counts = np.bincount(family, minlength=len(families)).tolist()
    return Counter({name: count for name, count in zip(families, counts, strict=True) if count})


def _became(side: Side) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return the families of the first model that became one of the second: at least half of the members of both.

    Beside old and new stand the weakest reason for a pair of members, and the number of pairs.
    """
    first, second = side.catalogues
    mine = np.flatnonzero(side.partner >= 0)
    width = max(len(second.families), 1)
    keys = first.family[mine] * width + second.family[side.partner[mine]]
    pairs, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    worst = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(worst, place, np.where(side.basis[mine] == Basis.OVERLAP, Basis.STRUCTURE, side.basis[mine]))
    old, new = pairs // width, pairs % width
    sizes = np.bincount(old, weights=counts), np.bincount(new, weights=counts)
    most = 2 * counts >= np.maximum(sizes[0][old], sizes[1][new])
    order = np.flatnonzero(most)[np.lexsort((pairs[most], -counts[most]))]
    lead = [np.unique(side[order], return_index=True)[1] for side in (old, new)]
    chosen = np.sort(order[np.intersect1d(lead[0], lead[1])])  # of two halves, the first
    return old[chosen].tolist(), new[chosen].tolist(), worst[chosen].tolist(), counts[chosen].tolist()
