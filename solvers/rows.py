"""An instance with some of its rows only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from solvers.beyond import LINEAR
from solvers.instance import Instance
from solvers.logic import relaxed_bounds


def with_rows(instance: Instance, kept: NDArray[np.bool_]) -> Instance:
    """Return the instance with the rows that `kept` (m flags) names; nothing beyond linear may hang on any row."""
    if kept.all():
        return instance
    entries = kept[instance.row_of_entry()]
    return replace(
        instance,
        indptr=np.concatenate([[0], np.cumsum(np.diff(instance.indptr)[kept])]),
        indices=instance.indices[entries],
        values=instance.values[entries],
        row_lower=instance.row_lower[kept],
        row_upper=instance.row_upper[kept],
        row_names=tuple(instance.row_names[i] for i in np.flatnonzero(kept).tolist()),
    )


def plain_part(instance: Instance) -> Instance:
    """Return the rows that are linear and always hold, under bounds with zero inside where a column may be zero."""
    beyond = instance.beyond
    if not beyond:
        return instance
    kept = np.ones(instance.row_count, dtype=bool)
    for rows in (beyond.quadratic_row, beyond.tape_row, beyond.indicator_row):
        kept[rows[rows >= 0]] = False
    lower, upper = relaxed_bounds(instance)
    return with_rows(replace(instance, column_lower=lower, column_upper=upper, beyond=LINEAR), kept)
