"""MPAX as a series of chunks: reflected, restarted Halpern PDHG on JAX, looked at and stopped between two of them.

MPAX itself has neither progress nor time limit nor interrupt. Its own loop is entered here with a bounded number of
rounds, and left with the complete state, so a chunked solve takes the very steps of an unbroken one (Lu and Yang,
arXiv:2407.16144; the engine: Lu, Peng and Yang, arXiv:2412.09734).
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from solvers.instance import Instance
from solvers.result import Vector

ROUND = 100  # iterations between two of MPAX's own checks
TINY, TINY_ENTRIES = 16, 32  # rows or columns, and entries, of an instance that gets the common shape
TINY_ROWS = TINY_ENTRIES // TINY  # of zeros only, for the entries that are added
FIRST_STEPS = 10  # in which MPAX looks for a restart after every step


@dataclass(frozen=True, slots=True)
class Look:
    """The state of the search after a chunk, on the instance's own rows and columns.

    `x` and `row_dual` are the current point, the steps the last move, which is what grows into a ray. `status` is
    MPAX's own TerminationStatus.
    """

    x: Vector
    row_dual: Vector
    x_step: Vector
    row_dual_step: Vector
    iterations: int
    is_done: bool
    status: int


class Search:
    """One search on a minimising instance with at least one matrix entry; the first call of each kernel compiles it."""

    def __init__(self, instance: Instance, *, tolerance: float) -> None:
        start, self._advance = _kernels(tolerance)
        self._form = _Form(instance)
        with _unlogged():
            self._data = start(self._form.problem())
            self._state = self._data[2:]
            self._run(0)

    @property
    def device(self) -> str:
        """What the arrays really lie on: `cpu`, or the name of a GPU."""
        (device,) = self._state[0].current_primal_solution.devices()
        return "cpu" if device.platform == "cpu" else str(device.device_kind)

    def advance(self, rounds: int) -> Look:
        """Take `rounds` times `ROUND` iterations, or fewer where MPAX finds an end."""
        done, vectors = self._run(rounds)
        state = self._state[0]
        x, y, x_step, y_step = (np.asarray(vector, dtype=np.float64) for vector in vectors)
        return Look(
            x=self._form.columns(x),
            row_dual=self._form.rows(y),
            x_step=self._form.columns(x_step),
            row_dual_step=self._form.rows(y_step),
            iterations=int(state.num_iterations),
            is_done=bool(done),
            status=int(state.termination_status),
        )

    def _run(self, rounds: int) -> tuple[Any, tuple[Any, ...]]:
        state, info, done, vectors = self._advance(*self._data[:2], *self._state, rounds)
        self._state = (state, info)
        return done, vectors


class _Form:
    """An instance as MPAX takes it, equalities first, then rows of at least: a range gets a column of its own."""

    def __init__(self, instance: Instance) -> None:
        lower, upper = instance.row_lower, instance.row_upper
        low, high = np.isfinite(lower), np.isfinite(upper)
        ranges = np.flatnonzero(low & high & (lower != upper))
        equal = np.flatnonzero(low & high)
        at_least, at_most = np.flatnonzero(low & ~high), np.flatnonzero(~low & high)
        self._instance, self._ranges = instance, ranges
        self._order = np.concatenate((equal, at_least, at_most))
        self._sign = np.concatenate((np.ones(len(equal) + len(at_least)), -np.ones(len(at_most))))
        self._equal_count = len(equal)

    def problem(self) -> Any:
        """Return MPAX's own problem object, put together from finished arrays so that nothing is compiled for it."""
        import jax.numpy as jnp
        from jax.experimental.sparse import BCOO
        from mpax.utils import QuadraticProgrammingProblem

        matrix, side, cost, lower, upper = self._arrays()
        m, n = matrix.shape
        equal = np.arange(m) < self._equal_count
        nothing = BCOO((jnp.zeros(0), jnp.zeros((0, 2), dtype=jnp.int32)), shape=(n, n))
        return QuadraticProgrammingProblem(
            num_variables=n,
            num_constraints=m,
            variable_lower_bound=jnp.asarray(lower),
            variable_upper_bound=jnp.asarray(upper),
            isfinite_variable_lower_bound=jnp.asarray(np.isfinite(lower)),
            isfinite_variable_upper_bound=jnp.asarray(np.isfinite(upper)),
            objective_matrix=nothing,
            objective_vector=jnp.asarray(cost),
            objective_constant=0.0,
            constraint_matrix=_coordinates(matrix),
            constraint_matrix_t=_coordinates(scipy.sparse.csr_array(matrix.T)),
            right_hand_side=jnp.asarray(side),
            num_equalities=self._equal_count,
            equalities_mask=jnp.asarray(equal),
            inequalities_mask=jnp.asarray(~equal),
            is_lp=True,
        )

    def _arrays(self) -> tuple[Any, Vector, Vector, Vector, Vector]:
        instance, ranges = self._instance, self._ranges
        own = (-np.ones(len(ranges)), (ranges, np.arange(len(ranges))))
        own_columns = scipy.sparse.csr_array(own, shape=(instance.row_count, len(ranges)))
        matrix = scipy.sparse.hstack([instance.matrix, own_columns], format="csr")[self._order]
        matrix = scipy.sparse.csr_array(scipy.sparse.diags_array(self._sign) @ matrix)
        side = np.where(np.isfinite(instance.row_lower), instance.row_lower, instance.row_upper)
        side[ranges] = 0.0
        cost = np.concatenate((instance.cost, np.zeros(len(ranges))))
        lower = np.concatenate((instance.column_lower, instance.row_lower[ranges]))
        upper = np.concatenate((instance.column_upper, instance.row_upper[ranges]))
        m, n = matrix.shape
        side = self._sign * side[self._order]
        if m > TINY or n > TINY or matrix.nnz > TINY_ENTRIES:
            return matrix, side, cost, lower, upper
        more = np.zeros(TINY - n)
        cost, lower, upper = (np.concatenate((vector, more)) for vector in (cost, lower, upper))
        return _padded(matrix), np.concatenate((side, np.zeros(TINY + TINY_ROWS - m))), cost, lower, upper

    def columns(self, x: Vector) -> Vector:
        return x[: self._instance.column_count]

    def rows(self, y: Vector) -> Vector:
        duals = np.zeros(self._instance.row_count)
        duals[self._order] = self._sign * y[: len(self._order)]
        return duals


def _padded(matrix: Any) -> Any:
    """Return a tiny matrix in the one shape that all of them share, so that it is compiled once: zeros are added."""
    zeros = np.arange(TINY_ENTRIES - matrix.nnz)
    entries = matrix.tocoo()
    rows = np.concatenate((entries.row, TINY + zeros // TINY))
    columns = np.concatenate((entries.col, zeros % TINY))
    values = np.concatenate((entries.data, np.zeros(len(zeros))))
    return scipy.sparse.csr_array((values, (rows, columns)), shape=(TINY + TINY_ROWS, TINY))


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """MPAX compiles its messages in when the root logger would show them, and then copies the matrix to the host."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.setLevel(level)


def _coordinates(matrix: Any) -> Any:
    """Return a SciPy CSR matrix as JAX's sorted coordinates."""
    import jax.numpy as jnp
    from jax.experimental.sparse import BCOO

    matrix.sort_indices()
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))
    places = np.column_stack((rows, matrix.indices.astype(np.int32)))
    entries = (jnp.asarray(matrix.data), jnp.asarray(places))
    return BCOO(entries, shape=matrix.shape, indices_sorted=True, unique_indices=True)


@functools.cache
def _kernels(tolerance: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return MPAX's start and main loop, compiled once for each shape of instance in this process."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # else JAX takes most of a GPU that others use too
    import jax
    from mpax import r2HPDHG

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    engine = r2HPDHG(eps_abs=tolerance, eps_rel=tolerance, termination_evaluation_frequency=ROUND)
    engine.check_config(True)
    return jax.jit(functools.partial(_start, engine)), jax.jit(functools.partial(_advance, engine))


def _start(engine: Any, problem: Any) -> tuple[Any, Any, Any, Any]:
    """Return the scaled problem, its norms, and the state and restart information after the first steps."""
    from mpax.preprocess import rescale_problem
    from mpax.termination import cached_quadratic_program_info

    norms = cached_quadratic_program_info(problem, engine.optimality_norm)
    scaled = rescale_problem(
        engine.l_inf_ruiz_iterations, engine.l2_norm_rescaling, engine.pock_chambolle_alpha, problem
    )
    state, info = engine.initialize_solver_status(scaled, None, None)
    begun = (state, info, False, scaled, norms)
    state, info, *_ = _looped(engine.initial_iteration_update, begun, FIRST_STEPS)
    return scaled, norms, state, info


def _advance(
    engine: Any, scaled: Any, norms: Any, state: Any, info: Any, rounds: Any
) -> tuple[Any, Any, Any, tuple[Any, Any, Any, Any]]:
    """Return state and restart information after `rounds` rounds at most, whether it is done, and the vectors."""
    from mpax.utils import ConvergenceInformation

    begun = (state, info, False, scaled, norms, ConvergenceInformation())
    state, info, done, *_ = _looped(engine.main_iteration_update, begun, rounds)
    columns, rows = scaled.variable_rescaling, scaled.constraint_rescaling
    point = (state.current_primal_solution / columns, state.current_dual_solution / rows)
    return state, info, done, (*point, state.delta_primal / columns, state.delta_dual / rows)


def _looped(body: Callable[..., Any], begun: tuple[Any, ...], rounds: Any) -> Any:
    from mpax.loop_utils import while_loop

    return while_loop(
        cond_fun=lambda value: value[2] == False,  # noqa: E712  (traced, so `not` cannot be said)
        body_fun=lambda value: body(*value),
        init_val=begun,
        maxiter=rounds,
        jit=True,
    )
