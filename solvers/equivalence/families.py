"""Pairs families that were renamed: their index sets agree, perhaps with the positions in another order."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.normal import Work
from solvers.instance import Instance

MAX_POSITIONS = 4
MAX_PAIRS = 10_000  # of families
LIKE = 0.6  # share of members whose own numbers are equal, below which index sets agree by accident
Ints = NDArray[np.int64]
Key = tuple[str, ...]
Family = dict[Key, int]


def parsed(name: str) -> tuple[str, Key]:
    """Return family and index of a name such as x[a,b]; a name without brackets has an empty index."""
    family, bracket, rest = name.partition("[")
    return (family, tuple(rest.removesuffix("]").split(","))) if bracket else (name, ())


def by_families(
    first: Instance,
    second: Instance,
    works: tuple[Work, Work],
    partner: Ints,
    basis: NDArray[np.int8],
    label: int,
    *,
    kind: Literal["row", "column"],
) -> None:
    """Add to `partner` the members of renamed families whose index sets agree, where no other family fits as well."""
    reached = set(partner.tolist())
    names = [getattr(instance, f"{kind}_names") for instance in (first, second)]
    kept = [work.kept_rows() if kind == "row" else work.kept_columns() for work in works]
    mine = _families(names[0], [i for i in kept[0].tolist() if partner[i] < 0])
    theirs = _families(names[1], [j for j in kept[1].tolist() if j not in reached])
    if len(mine) * len(theirs) > MAX_PAIRS:
        return
    features = [_features(work, kind) for work in works]
    fits = [
        (agreement, one, two, order)
        for one, members in mine.items()
        for two, others in theirs.items()
        for order, agreement in [_best_order(members, others, features)]
        if order is not None
    ]
    fits.sort(key=lambda fit: -fit[0])
    used: set[tuple[int, str]] = set()
    for agreement, one, two, order in fits:
        rivals = [fit for fit in fits if (fit[1] == one) != (fit[2] == two) and fit[0] >= agreement]
        if (0, one) in used or (1, two) in used or any((0, r[1]) not in used and (1, r[2]) not in used for r in rivals):
            continue
        used |= {(0, one), (1, two)}
        assert order is not None
        for key, i in mine[one].items():
            partner[i] = theirs[two][tuple(key[p] for p in order)]
            basis[i] = label


def _families(names: Sequence[str], numbers: list[int]) -> dict[str, Family]:
    found: dict[str, Family] = defaultdict(dict)
    for number in numbers:
        family, key = parsed(names[number])
        found[family][key] = number
    # What stands alone says nothing by its index.
    several = {family: members for family, members in found.items() if len(members) > 1}
    return {family: members for family, members in several.items() if len({len(key) for key in members}) == 1}


def _features(work: Work, kind: str) -> NDArray[np.float64]:
    """Return a few numbers per row or column that a renaming leaves as they are."""
    if kind == "column":
        degree = np.bincount(work.column, minlength=work.column_count)
        return np.stack((work.column_lower, work.column_upper, work.cost, work.integer, degree), axis=1)
    degree = np.bincount(work.row, minlength=work.row_count)
    two_sided = np.isfinite(work.row_lower) & np.isfinite(work.row_upper)
    return np.stack((degree, two_sided), axis=1).astype(np.float64)


def _best_order(
    members: Family, others: Family, features: list[NDArray[np.float64]]
) -> tuple[tuple[int, ...] | None, float]:
    """Return the order of positions under which the index sets are equal, with the share of equal numbers."""
    positions = len(next(iter(members)))
    if len(members) != len(others) or positions != len(next(iter(others))) or positions > MAX_POSITIONS:
        return None, 0.0
    best: tuple[tuple[int, ...] | None, float] = (None, 0.0)
    for order in itertools.permutations(range(positions)):
        turned = [others.get(tuple(key[p] for p in order), -1) for key in members]
        if -1 in turned:
            continue
        mine, theirs = features[0][list(members.values())], features[1][turned]
        agreement = float((mine == theirs).all(axis=1).mean())
        if agreement < LIKE:
            continue
        if best[0] is None or agreement > best[1]:
            best = order, agreement
    return best
