"""A mapping between parts of two models, as a mapping between the models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.certificate import Mapping
from solvers.instance import Instance

Ints = NDArray[np.int64]


def lifted(mapping: Mapping, rows: tuple[Ints, Ints], columns: tuple[Ints, Ints], first: Instance) -> Mapping:
    """Return the mapping in the numbers of the models; `rows` and `columns` are those of the parts, new rows -1."""
    column, row = np.full(first.column_count, -1, dtype=np.int64), np.full(first.row_count, -1, dtype=np.int64)
    factor, scale, shift = np.ones(first.row_count), np.ones(first.column_count), np.zeros(first.column_count)
    paired = mapping.column >= 0
    column[columns[0][paired]] = columns[1][mapping.column[paired]]
    paired = (mapping.row >= 0) & (rows[0] >= 0)
    row[rows[0][paired]] = rows[1][mapping.row[paired]]
    factor[rows[0][paired]] = mapping.factor[paired]
    if mapping.scale is None or mapping.shift is None:
        return replace(mapping, column=column, row=row, factor=factor)
    scale[columns[0]], shift[columns[0]] = mapping.scale, mapping.shift
    return replace(mapping, column=column, row=row, factor=factor, scale=scale, shift=shift)
