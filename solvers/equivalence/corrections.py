"""What a user says about renamed families: this family of the first model is that family of the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.catalogue import Catalogue, index_words
from solvers.equivalence.families import Members, fits_of

Ints = NDArray[np.int64]


class CorrectionRefused(ValueError):
    """A correction that cannot be; the text is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The family `old` of the first model is the family `new` of the second."""

    kind: Literal["variables", "constraints"]
    old: str
    new: str


def corrections_of(
    renamed: Iterable[tuple[str, str, str]], columns: tuple[Catalogue, Catalogue], rows: tuple[Catalogue, Catalogue]
) -> tuple[Correction, ...]:
    """Return corrections given as (kind, old, new); raises CorrectionRefused for one that cannot be."""
    found: list[Correction] = []
    for kind, old, new in renamed:
        if kind == "variables":
            correction, catalogues = Correction("variables", old, new), columns
        elif kind == "constraints":
            correction, catalogues = Correction("constraints", old, new), rows
        else:
            raise CorrectionRefused(f"{kind} is neither variables nor constraints.")
        for family, catalogue, side in ((old, catalogues[0], "first"), (new, catalogues[1], "second")):
            if family not in catalogue.families:
                raise CorrectionRefused(f"The {side} model has no {kind} called {family}.")
        for former in found:
            if former.kind == kind and (former.old == old) != (former.new == new):
                raise CorrectionRefused(
                    f"{old} cannot become {new}: {former.old} is said to have become {former.new} already."
                )
        if correction not in found:
            found.append(correction)
    return tuple(found)


def groups_of(catalogues: tuple[Catalogue, Catalogue], corrections: Sequence[Correction]) -> tuple[Ints, Ints]:
    """Return a number per name of each model: names with different numbers may not be paired."""
    found = [np.zeros(len(catalogue.families) + 1, dtype=np.int64) for catalogue in catalogues]
    for number, correction in enumerate(corrections, start=1):
        for k, family in ((0, correction.old), (1, correction.new)):
            found[k][catalogues[k].families.index(family)] = number
    return found[0][catalogues[0].family], found[1][catalogues[1].family]


def corrected_pairs(
    catalogues: tuple[Catalogue, Catalogue], kept: tuple[Ints, Ints], correction: Correction
) -> tuple[Ints, Ints]:
    """Return the members of a corrected family whose indices agree, under the order that pairs most of them."""
    known: dict[str, int] = {}
    sides = []
    for catalogue, numbers, family in zip(catalogues, kept, (correction.old, correction.new), strict=True):
        members = catalogue.members(numbers).get(family, np.zeros(0, dtype=np.int64))
        sides.append(Members(family, members, index_words(catalogue.names, members, known)))
    one, two = sides
    if len(one.numbers) == len(two.numbers) == 1:
        return one.numbers, two.numbers
    found = [(share, pairs) for _, pairs, share in fits_of(one, two)]
    best = max((share for share, _ in found), default=0.0)
    same = [pairs for share, pairs in found if share == best]
    return same[0] if len(same) == 1 else (one.numbers[:0], two.numbers[:0])
