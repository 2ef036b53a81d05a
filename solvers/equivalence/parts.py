"""The parts into which colours fall when their nodes turn out to have different sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.hashing import GOLDEN, Words

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Nodes with equal colours and equal sums, one part after the other.

    `order` lists the nodes (positions) part by part; part k has `size[k]` nodes of `colour[k]` with `sums[k]`.
    `largest` holds one part for each colour, and `total` the nodes of all parts of that colour.
    """

    order: Ints
    size: Ints
    colour: Ints
    sums: Words
    largest: Ints
    total: Ints


def parts_of(colour: Ints, sums: Words) -> Parts:
    """Return the parts of one or more nodes, given the colour and the sum of each."""
    order, starts = _grouped(colour, sums)
    size = np.diff(np.append(starts, len(order)))
    owner = colour[order[starts]]
    ranked = np.lexsort((-size, owner))
    heads = first_of_each(owner[ranked])
    return Parts(
        order=order,
        size=size,
        colour=owner,
        sums=sums[order[starts]],
        largest=ranked[heads],
        total=np.add.reduceat(size[ranked], heads),
    )


def _grouped(colour: Ints, sums: Words) -> tuple[Ints, Ints]:
    """Return an order in which equal pairs lie together, and where each group starts."""
    key = sums + colour.astype(np.uint64) * GOLDEN
    order = np.argsort(key)
    starts = first_of_each(key[order])
    ranked = colour[order]
    if np.array_equal(np.repeat(ranked[starts], np.diff(np.append(starts, len(order)))), ranked):
        return order, starts
    order = np.lexsort((sums, colour))  # two pairs met in one key
    return order, first_of_each(colour[order], sums[order])


def first_of_each(*arrays: NDArray[Any]) -> Ints:
    """Return where each run of equal numbers starts; of several arrays, where any of them has a new number."""
    is_first = np.zeros(len(arrays[0]), dtype=bool)
    is_first[:1] = True
    for array in arrays:
        is_first[1:] |= array[1:] != array[:-1]
    return np.flatnonzero(is_first)


def spans(starts: NDArray[Any], counts: NDArray[Any]) -> Ints:
    """Return the numbers starts[k] to starts[k] + counts[k] - 1, for one k after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(int(ends[-1]) if len(ends) else 0)
