"""The directions in which a convex objective over linear rows improves without end, as a linear instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.beyond import LINEAR, OBJECTIVE
from solvers.instance import Instance, Sense

if TYPE_CHECKING:
    import scipy.sparse


def curvature(instance: Instance) -> scipy.sparse.csr_array[Any]:
    """Return the Hessian of the objective, n x n, as its quadratic terms give it."""
    import scipy.sparse  # late, here and below: every child loads this module, and most solve linear instances

    beyond, n = instance.beyond, instance.column_count
    mine = beyond.quadratic_row == OBJECTIVE
    first, second, value = beyond.quadratic_first[mine], beyond.quadratic_second[mine], beyond.quadratic_value[mine]
    places = np.concatenate([first, second]), np.concatenate([second, first])
    return scipy.sparse.csr_array((np.concatenate([value, value]), places), shape=(n, n))


def cone(instance: Instance) -> Instance:
    """Return the instance of directions d: they keep rows and bounds, do not bend (H d = 0), and gain at least one.

    For a convex objective over linear rows and real columns; any feasible d can be followed for ever.
    """
    import scipy.sparse

    n = instance.column_count
    bent = curvature(instance)
    bent = bent[np.diff(bent.indptr) > 0]
    sign = 1.0 if instance.sense is Sense.MAXIMIZE else -1.0
    gain = scipy.sparse.csr_array((sign * instance.cost)[None, :])
    matrix = scipy.sparse.csr_array(scipy.sparse.vstack([instance.matrix, bent, gain]))
    matrix.eliminate_zeros()
    flat = np.zeros(bent.shape[0])
    return Instance(
        name="recession cone",
        sense=Sense.MINIMIZE,
        objective_name="any",
        objective_offset=0.0,
        cost=np.zeros(n),
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=np.concatenate([np.where(np.isfinite(instance.row_lower), 0.0, -np.inf), flat, [1.0]]),
        row_upper=np.concatenate([np.where(np.isfinite(instance.row_upper), 0.0, np.inf), flat, [np.inf]]),
        column_lower=np.where(np.isfinite(instance.column_lower), 0.0, -np.inf),
        column_upper=np.where(np.isfinite(instance.column_upper), 0.0, np.inf),
        integrality=np.zeros(n, dtype=np.uint8),
        row_names=tuple(f"r{i}" for i in range(matrix.shape[0])),
        column_names=tuple(f"d{j}" for j in range(n)),
        beyond=LINEAR,
    )
