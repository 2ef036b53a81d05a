"""Residuals worked out by hand, and claims that do not survive them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.instance import Instance, Sense
from solvers.kkt import binding_rows, residuals
from solvers.registry import SOLVERS
from solvers.result import Certificate, Result, SolutionStatus, SolveOptions, TerminationCondition
from solvers.verdict import judged, quality
from tests.solvers import instances

T = TerminationCondition
INF = float("inf")
OPTIONS = SolveOptions()
MODEST = {T.NUMERICAL, T.OPTIMAL_WITHIN_TOLERANCE, T.FEASIBLE, T.TIME_LIMIT, T.INFEASIBLE_OR_UNBOUNDED}


def point(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def claim(instance: Instance, x: np.ndarray | None, row_dual: np.ndarray | None = None, **changes: object) -> Result:
    fits = x is not None and len(x) == instance.column_count and np.isfinite(x).all()
    value = instance.objective_at(x) if fits and x is not None else None
    base = Result(T.OPTIMAL, SolutionStatus.OPTIMAL, solver="claimant", x=x, row_dual=row_dual, objective_value=value)
    return judged(instance, replace(base, **changes), OPTIONS)  # type: ignore[arg-type]


def solved_by(solver: str, instance: Instance) -> Result:
    return SOLVERS[solver].solve(instance, options=OPTIONS, report=lambda _: None, should_stop=lambda: False)


def test_violations_are_in_the_users_units_with_the_worst_row_and_column() -> None:
    found = residuals(instances.workshop(), point(30, 60), claimed_objective=4000)
    assert found.max_row_violation == 60  # carpentry takes 300 of 240, finishing 120 of 100
    assert found.worst_row == "row[0]"
    assert found.relative_row_violation == pytest.approx(60 / 241)
    assert found.objective_value == 4500
    assert found.objective_error == 500
    assert found.worst_column == ""
    below = residuals(instances.workshop(), point(-3, 0))
    assert (below.max_bound_violation, below.worst_column) == (3, "x[0]")
    assert below.relative_bound_violation == 3


def test_integrality_counts_for_integer_columns_only() -> None:
    assert residuals(instances.knapsack(), point(0, 0.25, 1)).max_integrality_violation == 0.25
    assert residuals(instances.workshop(), point(0.5, 0.5)).max_integrality_violation == 0


def test_optimal_duals_close_the_gap_and_wrong_ones_do_not() -> None:
    right = residuals(instances.workshop(), point(30, 40), point(5, 25))
    assert (right.relative_gap, right.max_dual_violation) == (0, 0)
    assert right.dual_objective_value == 3700
    turned = residuals(instances.workshop(), point(30, 40), point(-5, -25))
    assert turned.max_dual_violation == pytest.approx(140)  # cost 70 plus 4·5 plus 2·25, and no side to act on
    loose = residuals(instances.workshop(), point(30, 40), point(6, 25))
    assert loose.relative_gap is not None
    assert loose.relative_gap > 0.02


def test_minimisation_and_free_columns_use_the_right_sides() -> None:
    found = residuals(instances.ranges(), point(2, -1), point(2, -1))
    assert found.objective_value == 9
    assert found.dual_objective_value == 9
    assert (found.relative_gap, found.max_dual_violation) == (0, 0)


def test_a_wrong_length_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="entries"):
        residuals(instances.workshop(), point(1))


def test_binding_sides_are_lower_upper_or_equal() -> None:
    instance = instances.make(
        cost=[1, 1, 1],
        rows=[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]],
        row_lower=[1, -INF, 5, 0],
        row_upper=[INF, 2, 5, 100],
        upper=[1, INF, INF],
    )
    found = binding_rows(instance, point(1, 2, 5), reduced_cost=point(-1, 0, 0))
    assert [(b.kind, b.name, b.side, b.dual) for b in found] == [
        ("row", "row[0]", "lower", None),
        ("row", "row[1]", "upper", None),
        ("row", "row[2]", "equal", None),
        ("column", "x[0]", "upper", -1.0),
    ]


def test_a_point_that_breaks_a_row_is_never_optimal() -> None:
    result = claim(instances.workshop(), point(40, 40), point(5, 25))
    assert result.termination_condition is T.NUMERICAL
    assert result.solution_status is SolutionStatus.INFEASIBLE_POINT
    assert "row[0]" in result.message


def test_a_feasible_point_with_a_gap_is_only_feasible() -> None:
    result = claim(instances.workshop(), point(30, 39), point(5, 25))
    assert result.termination_condition is T.FEASIBLE
    assert result.solution_status is SolutionStatus.FEASIBLE
    assert "our own check disagrees" in result.message


def test_an_optimum_without_duals_is_not_taken_on_trust() -> None:
    assert claim(instances.workshop(), point(30, 40)).termination_condition is T.FEASIBLE
    box = instances.make(cost=[1, -1], upper=[2, 2])
    assert claim(box, point(0, 2)).termination_condition is T.OPTIMAL  # without rows the costs are the proof
    assert claim(box, point(0, 1)).termination_condition is T.FEASIBLE


def test_a_small_error_is_optimal_within_tolerance() -> None:
    result = claim(instances.workshop(), point(30.001, 40), point(5, 25))
    assert result.termination_condition is T.OPTIMAL_WITHIN_TOLERANCE
    assert result.residuals is not None
    assert result.residuals.max_row_violation == pytest.approx(0.004)


def test_a_wrong_objective_value_is_corrected_and_lowers_the_claim() -> None:
    result = claim(instances.workshop(), point(30, 40), point(5, 25), objective_value=3800.0)
    assert result.objective_value == 3700
    assert result.termination_condition is T.FEASIBLE


def test_a_fractional_point_is_not_an_integer_solution() -> None:
    result = claim(instances.knapsack(), point(0, 0.5, 1))
    assert result.termination_condition is T.NUMERICAL
    assert result.solution_status is SolutionStatus.INFEASIBLE_POINT


def test_a_mip_claim_needs_its_gap_closed() -> None:
    far = claim(instances.knapsack(), point(1, 0, 1), objective_bound=20.0, relative_gap=3 / 17)
    assert far.termination_condition is T.FEASIBLE
    zero = replace(instances.knapsack(), cost=[0, 0, 1])
    assert claim(zero, point(0, 0, 0), objective_bound=1.0).termination_condition is T.FEASIBLE
    near = claim(instances.knapsack(), point(0, 1, 1), objective_bound=20.0, relative_gap=0.0)
    assert near.termination_condition is T.OPTIMAL
    assert near.certificate is Certificate.RESIDUALS_CHECKED


def big_m(size: float) -> Instance:
    """Make at least 1, which a switch that costs 5 allows up to `size`: the best is 5, and a cheat pays nothing."""
    return instances.make(
        cost=[0, 5],
        rows=[[1, -size], [1, 0]],
        row_lower=[-INF, 1],
        row_upper=[0, INF],
        upper=[INF, 1],
        integer=[0, 1],
    )


def test_a_switch_that_is_off_within_tolerance_and_carries_a_flow_is_caught() -> None:
    result = claim(big_m(1e7), point(1, 1e-7), objective_bound=5e-7)
    assert result.residuals is not None
    assert result.residuals.max_integrality_violation == pytest.approx(1e-7)
    assert result.residuals.max_row_violation == 0
    assert (result.residuals.max_rounded_violation, result.residuals.worst_rounded) == (1, "row[0]")
    assert (result.termination_condition, result.solution_status) == (T.NUMERICAL, SolutionStatus.INFEASIBLE_POINT)
    assert "rounded, it breaks row[0] by 1" in result.message
    assert quality(result) == "best point, not verified"
    honest = claim(big_m(1e7), point(1, 1), objective_bound=5)
    assert quality(honest) == "optimal (verified)"


def test_rounding_that_moves_large_terms_by_their_own_noise_is_no_fault() -> None:
    # 10 000 pieces a batch, and the batch is whole only within the solver's tolerance: 0.001 pieces of 10 000.
    instance = instances.make(
        cost=[1, 1], rows=[[1, -1e4]], row_lower=[0], row_upper=[0], lower=[9999, 0], integer=[0, 1]
    )
    result = claim(instance, point(9999.999, 0.9999999), objective_bound=10000.9989999)
    assert result.residuals is not None
    assert result.residuals.max_rounded_violation == pytest.approx(1e-3)
    assert quality(result) == "optimal (verified)"


@pytest.mark.parametrize("solver", ["highs", "gurobi", "scip"])
def test_no_backend_gets_a_big_m_cheat_past_us(solver: str) -> None:
    if not SOLVERS[solver].availability():
        pytest.skip(f"NOT VERIFIED here: {solver}: {SOLVERS[solver].availability().reason}")
    result = judged(big_m(1e7), solved_by(solver, big_m(1e7)), OPTIONS)
    assert result.x is not None
    if quality(result) == "optimal (verified)":
        assert result.objective_value == pytest.approx(5)
        assert result.x[1] == pytest.approx(1)
    else:
        assert result.solution_status is SolutionStatus.INFEASIBLE_POINT


def test_the_words_say_how_good_a_point_is() -> None:
    assert quality(claim(instances.workshop(), point(30, 40), point(5, 25))) == "optimal (verified)"
    assert quality(claim(instances.workshop(), point(30.001, 40), point(5, 25))) == "optimal within 1e-4"
    assert quality(claim(instances.workshop(), point(30, 39), point(5, 25))) == "best point, not verified"
    assert quality(claim(instances.workshop(), None)) == ""


def test_missing_and_infinite_points_are_dropped() -> None:
    result = claim(instances.workshop(), point(float("nan"), 1))
    assert (result.termination_condition, result.x) == (T.NUMERICAL, None)
    assert claim(instances.workshop(), point(1, 2, 3)).solution_status is SolutionStatus.NO_SOLUTION
    without = claim(instances.workshop(), None, termination_condition=T.INFEASIBLE)
    assert (without.termination_condition, without.certificate) == (T.INFEASIBLE, Certificate.UNVERIFIED)


def test_a_limit_keeps_its_name_with_a_feasible_point() -> None:
    result = claim(instances.workshop(), point(30, 39), termination_condition=T.TIME_LIMIT)
    assert (result.termination_condition, result.solution_status) == (T.TIME_LIMIT, SolutionStatus.FEASIBLE)


def test_an_unsure_solver_with_a_perfect_certificate_is_believed() -> None:
    result = claim(instances.workshop(), point(30, 40), point(5, 25), termination_condition=T.NUMERICAL)
    assert result.termination_condition is T.OPTIMAL
    assert "prove each other" in result.message
    doubt = claim(instances.workshop(), point(30, 39), point(5, 25), termination_condition=T.NUMERICAL)
    assert doubt.termination_condition is T.NUMERICAL


@st.composite
def small_integer_program(draw: st.DrawFn) -> Instance:
    n, m = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    numbers = st.integers(-4, 4)

    def row(size: int) -> list[int]:
        return draw(st.lists(numbers, min_size=size, max_size=size))

    lower = row(n)
    low = draw(st.lists(st.one_of(st.just(-INF), numbers), min_size=m, max_size=m))
    return instances.make(
        cost=row(n),
        rows=[row(n) for _ in range(m)],
        row_lower=low,
        row_upper=[max(side, -6) + draw(st.one_of(st.just(INF), st.integers(0, 6))) for side in low],
        lower=lower,
        upper=[side + draw(st.integers(0, 3)) for side in lower],
        integer=[1] * n,
        sense=draw(st.sampled_from(Sense)),
        offset=draw(numbers),
    )


def enumerated(instance: Instance) -> float | None:
    spans = [range(int(a), int(b) + 1) for a, b in zip(instance.column_lower, instance.column_upper, strict=True)]
    values = []
    for candidate in itertools.product(*spans):
        x = np.array(candidate, dtype=float)
        activity = instance.matrix @ x
        if (activity >= instance.row_lower).all() and (activity <= instance.row_upper).all():
            values.append(float(instance.cost @ x) + instance.objective_offset)
    if not values:
        return None
    return max(values) if instance.sense is Sense.MAXIMIZE else min(values)


@given(small_integer_program())
@settings(max_examples=150, deadline=None)
def test_small_integer_programs_agree_with_enumeration(instance: Instance) -> None:
    raw = SOLVERS["highs"].solve(instance.validate(), options=OPTIONS, report=lambda _: None, should_stop=lambda: False)
    result = judged(instance, raw, OPTIONS)
    best = enumerated(instance)
    if best is None:
        assert result.termination_condition is T.INFEASIBLE
    else:
        assert result.termination_condition is T.OPTIMAL
        assert result.objective_value == pytest.approx(best)


@given(small_integer_program())
@settings(max_examples=100, deadline=None)
def test_simplex_interior_point_and_first_order_agree_on_small_relaxations(instance: Instance) -> None:
    relaxed = replace(instance, integrality=np.zeros(instance.column_count))
    answers = []
    for name, method in (("highs", "simplex"), ("highs", "ipx"), ("pdlp", "choose")):
        options = SolveOptions(method=method, first_order_tolerance=1e-9)
        raw = SOLVERS[name].solve(relaxed, options=options, report=lambda _: None, should_stop=lambda: False)
        result = judged(relaxed, raw, options)
        solved = result.solution_status is SolutionStatus.OPTIMAL
        answers.append((result.termination_condition, round(result.objective_value, 5) + 0.0 if solved else None))
    assert answers[0] == answers[1], answers
    # A first-order method may give up on a tiny degenerate instance, but it may not answer something else.
    assert answers[2] == answers[0] or answers[2][0] in MODEST, answers


def test_a_local_optimum_is_checked_and_never_raised() -> None:
    claim = Result(T.LOCALLY_OPTIMAL, SolutionStatus.FEASIBLE, "any", x=point(30, 40), row_dual=point(5, 25))
    result = judged(instances.workshop(), claim, OPTIONS)  # although its duals would prove more
    assert (result.termination_condition, result.solution_status) == (T.LOCALLY_OPTIMAL, SolutionStatus.FEASIBLE)
    assert quality(result) == "local optimum"
    broken = judged(instances.workshop(), replace(claim, x=point(900, 900)), OPTIONS)
    assert (broken.termination_condition, broken.solution_status) == (T.NUMERICAL, SolutionStatus.INFEASIBLE_POINT)
    assert "breaks the model" in broken.message
