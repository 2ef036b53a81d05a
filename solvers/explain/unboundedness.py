"""Which columns grow without end when nothing stops the objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from solvers.instance import Instance
from solvers.result import Result

FENCE = 1e6


def runaway_columns(instance: Instance, solve: Callable[[Instance], Result]) -> tuple[str, ...]:
    """Names of the columns that end at a fence put around every column without a bound, most harmful first.

    The fence stands at 10^6 times 1 + the largest finite bound or limit, far outside any plan in the user's units.
    """
    finite = [
        np.abs(array[np.isfinite(array)]).max(initial=0.0)
        for array in (instance.row_lower, instance.row_upper, instance.column_lower, instance.column_upper)
    ]
    fence = FENCE * (1.0 + min(max(finite), 1e6))
    lower = np.where(np.isinf(instance.column_lower), -fence, instance.column_lower)
    upper = np.where(np.isinf(instance.column_upper), fence, instance.column_upper)
    result = solve(replace(instance, column_lower=lower, column_upper=upper))
    if result.x is None:
        return ()
    fenced = np.isinf(instance.column_upper) & (result.x >= 0.5 * fence)
    fenced |= np.isinf(instance.column_lower) & (result.x <= -0.5 * fence)
    order = np.argsort(-np.abs(instance.cost * result.x), kind="stable")
    return tuple(instance.column_names[i] for i in order if fenced[i])
