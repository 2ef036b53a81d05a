"""MPAX on the CPU, for real: chunks that change nothing, progress in the user's terms, limits and the child."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import replace

import numpy as np
import pytest

from solvers import runner
from solvers.instance import Sense
from solvers.rays import contradicts, recedes
from solvers.registry import SOLVERS
from solvers.result import Progress, SolutionStatus, SolveOptions, TerminationCondition
from tests.solvers import instances

T = TerminationCondition
COVERING = instances.covering(60, 200, 0.1)
needs_mpax = pytest.mark.skipif(
    importlib.util.find_spec("mpax") is None, reason="NOT VERIFIED here: mpax is not installed"
)


@needs_mpax
def test_a_chunked_search_takes_the_steps_of_an_unbroken_one() -> None:
    from solvers.mpax_engine import Search

    broken, whole = (Search(COVERING, tolerance=1e-9) for _ in range(2))
    for rounds in (1, 2, 3):
        look = broken.advance(rounds)
    reference = whole.advance(6)
    assert look.iterations == reference.iterations == 610
    assert look.x.tolist() == reference.x.tolist()
    assert look.row_dual.tolist() == reference.row_dual.tolist()


@needs_mpax
def test_the_adapter_finds_what_the_library_itself_finds() -> None:
    import jax.numpy as jnp
    from jax.experimental.sparse import BCOO
    from mpax import create_lp, r2HPDHG

    result = SOLVERS["mpax"].solve(
        COVERING, options=SolveOptions(first_order_tolerance=2e-6), report=lambda _: None, should_stop=lambda: False
    )
    none = BCOO.fromdense(jnp.zeros((0, COVERING.column_count)))
    problem = create_lp(
        jnp.asarray(COVERING.cost),
        none,
        jnp.zeros(0),
        COVERING.matrix,
        jnp.asarray(COVERING.row_lower),
        jnp.asarray(COVERING.column_lower),
        jnp.asarray(COVERING.column_upper),
    )
    own = r2HPDHG(eps_abs=1e-6, eps_rel=1e-6).optimize(problem)
    assert result.objective_value == pytest.approx(float(COVERING.cost @ np.asarray(own.primal_solution)), rel=1e-5)


@needs_mpax
def test_progress_is_in_the_sense_of_the_instance() -> None:
    turned = replace(COVERING, sense=Sense.MAXIMIZE, cost=-COVERING.cost, objective_offset=7.0)
    seen: list[Progress] = []
    options = SolveOptions(first_order_tolerance=2e-6)  # as above: each tolerance is compiled anew
    result = SOLVERS["mpax"].solve(turned, options=options, report=seen.append, should_stop=lambda: False)
    last = seen[-1]
    assert seen[0].phase == "compiling"
    assert last.phase == "first_order"
    assert last.objective_value == pytest.approx(result.objective_value)
    assert last.iterations == result.iterations
    assert last.relative_gap is not None
    assert last.relative_gap < 1e-5
    assert "iterations" in last.log


@needs_mpax
def test_a_wish_to_stop_keeps_the_point_of_the_last_chunk() -> None:
    seen: list[Progress] = []
    result = SOLVERS["mpax"].solve(
        COVERING,
        options=SolveOptions(first_order_tolerance=1e-14),
        report=seen.append,
        should_stop=lambda: len(seen) > 2,
    )
    assert result.termination_condition is T.INTERRUPTED
    assert result.x is not None
    assert result.iterations == seen[-1].iterations


@needs_mpax
def test_in_a_child_with_its_limits_it_says_what_it_computed_on() -> None:
    result = runner.solve(instances.workshop(), solver="mpax", options=SolveOptions(time_limit_seconds=90))
    assert result.solution_status is SolutionStatus.OPTIMAL, result.message
    assert result.solver == "mpax"
    assert result.device
    assert result.solver_version.startswith("MPAX 0.2")


@needs_mpax
def test_a_running_child_is_stopped() -> None:
    began = time.monotonic()
    asked = SolveOptions(time_limit_seconds=90, first_order_tolerance=1e-14)
    result = runner.solve(
        instances.covering(600, 4000), solver="mpax", options=asked, should_stop=lambda: time.monotonic() - began > 0.5
    )
    assert result.termination_condition is T.INTERRUPTED


def test_a_proof_of_infeasibility_is_one_only_if_it_adds_up() -> None:
    instance = instances.contradiction()  # x >= 3 and x <= 1
    assert contradicts(instance, np.array([1.0, -1.0]))
    assert contradicts(instance, np.array([5.0, -5.0 - 1e-10]))
    assert not contradicts(instance, np.array([-1.0, 1.0]))
    assert not contradicts(instance, np.array([1.0, 0.0]))
    assert not contradicts(instance, np.zeros(2))
    assert not contradicts(instances.workshop(), np.array([1.0, -1.0]))


def test_a_direction_is_endless_only_if_nothing_stops_it() -> None:
    endless = replace(instances.endless(), sense=Sense.MINIMIZE, cost=[-1.0, 0.0])  # x - y <= 5
    assert recedes(endless, np.array([1.0, 1.0]))
    assert not recedes(endless, np.array([1.0, 0.5]))
    assert not recedes(endless, np.array([-1.0, 1.0]))
    assert not recedes(replace(endless, column_upper=[np.inf, 9.0]), np.array([1.0, 1.0]))
    assert not recedes(endless, np.array([np.inf, 1.0]))
