"""Where two points differ: the one rule by which a page, a comparison and a pool tell values apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solvers.instance import FloatArray

SAME = 1e-9  # relative to 1 + the larger value


def differing(before: FloatArray, after: FloatArray) -> NDArray[np.intp]:
    """Positions whose values differ, the largest change first; where a side has none (NaN), the other counts whole."""
    old, new = np.nan_to_num(before), np.nan_to_num(after)
    change = np.abs(new - old)
    with np.errstate(invalid="ignore"):
        found = np.flatnonzero(change > SAME * (1.0 + np.maximum(np.abs(old), np.abs(new))))
    return found[np.argsort(-change[found], kind="stable")]
