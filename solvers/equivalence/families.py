"""Pairs families that were renamed: their index sets agree, perhaps with the positions in another order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.anchors import Anchors
from solvers.equivalence.catalogue import Catalogue, index_words
from solvers.equivalence.hashing import Words, mixed, paired

MAX_POSITIONS = 4
MAX_PAIRS = 10_000  # of families
SHARE = 0.6  # of the members that both families must have
LIKE = 0.6  # share of members that must look alike, below which index sets agree by accident
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Members:
    """Open members of one family: their numbers in the instance, and their index words."""

    family: str
    numbers: Ints
    words: Ints

    def keys(self, order: Sequence[int]) -> Words:
        """Return one word per member for its index, the positions taken in this order."""
        found = mixed(np.zeros(len(self.numbers), dtype=np.int64))
        for position in order:
            found = paired(found, self.words[:, position])
        return found


@dataclass(frozen=True, slots=True)
class Fit:
    """Two families whose index sets agree under an order of the second's positions, with their common members."""

    score: float
    first: str
    second: str
    order: tuple[int, ...]
    pairs: tuple[Ints, Ints]


def members_of(catalogue: Catalogue, kept: Ints, known: dict[str, int]) -> list[Members]:
    """Return the families of two and more members whose indices have one length."""
    found = []
    for family, numbers in catalogue.members(kept, least=2).items():  # what stands alone says nothing by its index
        words = index_words(catalogue.names, numbers, known)
        if words.shape[1]:
            found.append(Members(family, numbers, words))
    return found


def fits_of(one: Members, two: Members) -> Iterator[tuple[tuple[int, ...], tuple[Ints, Ints], float]]:
    """Yield each order of positions under which most indices of both are common, the pairs, and the share of these."""
    positions, most = one.words.shape[1], max(len(one.numbers), len(two.numbers))
    if positions != two.words.shape[1] or not 0 < positions <= MAX_POSITIONS:
        return
    if min(len(one.numbers), len(two.numbers)) < SHARE * most:
        return
    plain = one.keys(range(positions))
    words = [[np.unique(side.words[:, p]) for p in range(positions)] for side in (one, two)]
    may = [[_overlap(a, b) >= SHARE / 2 for b in words[1]] for a in words[0]]
    for order in itertools.permutations(range(positions)):
        if not all(may[p][q] for p, q in enumerate(order)):
            continue
        common, mine, theirs = np.intersect1d(plain, two.keys(order), return_indices=True)
        if len(common) >= SHARE * most:
            mine, theirs = np.asarray(mine, dtype=np.int64), np.asarray(theirs, dtype=np.int64)
            yield order, (one.numbers[mine], two.numbers[theirs]), len(common) / most


def agreeing(mine: list[Members], theirs: list[Members], anchors: Anchors, places: tuple[Ints, Ints]) -> list[Fit]:
    """Return the pairs of families whose members look alike, where no other family fits as well.

    `places` are the nodes of the rows or columns of each model, by their number.
    """
    if len(mine) * len(theirs) > MAX_PAIRS:
        return []
    fits = [
        Fit(share * likeness, one.family, two.family, order, pairs)
        for one, two in itertools.product(mine, theirs)
        for order, pairs, share in fits_of(one, two)
        for likeness in [_likeness(anchors, places[0][pairs[0]], places[1][pairs[1]])]
        if likeness > 0
    ]
    fits.sort(key=lambda fit: -fit.score)
    chosen: list[Fit] = []
    for fit in fits:
        taken = {(0, one.first) for one in chosen} | {(1, one.second) for one in chosen}
        rivals = [r for r in fits if (r.first == fit.first) != (r.second == fit.second) and r.score >= fit.score]
        rivals = [r for r in rivals if (0, r.first) not in taken and (1, r.second) not in taken]
        if (0, fit.first) not in taken and (1, fit.second) not in taken and not rivals:
            chosen.append(fit)
    return chosen


def _overlap(first: Ints, second: Ints) -> float:
    common = len(np.intersect1d(first, second, assume_unique=True))
    return common / max(len(first), len(second))


def _likeness(anchors: Anchors, first: Ints, second: Ints) -> float:
    """Return how much the members look alike, 0 where less than most have as many neighbours as their partner."""
    same = [anchors.width[first] == anchors.width[second]]
    same += [_alike(anchors, first, second, colour) for colour in (*anchors.levels[:3], anchors.kinds)]
    shares = [float(one.mean()) for one in same]
    return sum(shares) if shares[0] >= LIKE else 0.0


def _alike(anchors: Anchors, first: Ints, second: Ints, colour: Words) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = anchors.key(first, colour, anchors.exact) == anchors.key(second, colour, anchors.exact)
    return same
