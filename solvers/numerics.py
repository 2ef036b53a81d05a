"""What the numbers of an instance say about how it will solve: sizes, ranges and the usual causes of trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.instance import Instance
from solvers.rows import plain_part
from solvers.suspects import BigM, Twins, Uneven, big_ms, twins, uneven

WIDE = 1e8  # spread of magnitudes beyond which double precision starts to show
HUGE_BOUND = 1e7
SHOWN = 3  # of each kind, in words; the data has all


@dataclass(frozen=True, slots=True)
class Spread:
    """Smallest and largest magnitude of the nonzero finite numbers of one kind; both zero when there are none."""

    kind: str
    smallest: float
    largest: float


def spreads(instance: Instance) -> list[Spread]:
    """Return the spread of coefficients, costs, bounds and right-hand sides."""
    sides = np.concatenate((instance.row_lower, instance.row_upper))
    bounds = np.concatenate((instance.column_lower, instance.column_upper))
    kinds = {"coefficients": instance.values, "costs": instance.cost, "bounds": bounds, "right-hand sides": sides}
    return [_spread(kind, numbers) for kind, numbers in kinds.items()]


def remarks(instance: Instance) -> list[str]:
    """Return one sentence per likely cause of trouble; an empty list means nothing was found."""
    found = [instance.contradiction()] if instance.contradiction() else []
    for spread in spreads(instance):
        if spread.smallest and spread.largest / spread.smallest > WIDE:
            found.append(
                f"The {spread.kind} range from {spread.smallest:.1e} to {spread.largest:.1e}: "
                "choose units that bring them closer together."
            )
    upper = instance.column_upper
    huge = np.flatnonzero((instance.integrality > 0) & np.isfinite(upper) & (np.abs(upper) >= HUGE_BOUND))
    if huge.size:
        name = instance.column_names[int(huge[0])]
        found.append(f"{huge.size} integer variables have bounds beyond {HUGE_BOUND:g} (first: {name}).")
    for name, suspects in suspicious(instance).items():
        found += [suspect.sentence() for suspect in suspects[:SHOWN]]
        if len(suspects) > SHOWN:
            found.append(f"And {len(suspects) - SHOWN} more {name}.")
    bare = np.diff(instance.indptr) == 0
    for curved in (instance.beyond.quadratic_row, instance.beyond.tape_row):
        bare[curved[curved >= 0]] = False
    empty = np.flatnonzero(bare)
    if empty.size:
        found.append(f"{empty.size} constraints hold no variable (first: {instance.row_names[int(empty[0])]}).")
    return found


def suspicious(instance: Instance, *, seconds: float = 2.0) -> dict[str, Sequence[BigM | Twins | Uneven]]:
    """Return what `solvers.suspects` finds, by its name; the search for alike rows ends after `seconds`.

    Rows with products or functions, and rows that wait for an indicator, are left out.
    """
    instance = plain_part(instance)
    return {
        "big M coefficients": big_ms(instance),
        "uneven rows": uneven(instance),
        "pairs of alike rows": twins(instance, seconds=seconds),
    }


def _spread(kind: str, numbers: NDArray[np.float64]) -> Spread:
    sizes = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    return Spread(kind, float(sizes.min()), float(sizes.max())) if sizes.size else Spread(kind, 0.0, 0.0)
