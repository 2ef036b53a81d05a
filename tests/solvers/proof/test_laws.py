"""Laws of proofs on random small linear instances: a bound never passes the optimum, and no tampering is accepted."""

from __future__ import annotations

import copy
import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers.certify import certified
from solvers.instance import Instance, Sense
from solvers.proof.check import CertificateError, check, verify
from solvers.registry import SOLVERS
from solvers.result import Proof, ProofState, Result, SolveOptions, TerminationCondition
from solvers.verdict import judged
from tests.solvers import instances

INF = float("inf")
S = ProofState
SHOWN = (S.OPTIMAL, S.BOUND, S.WEAK)


def solved(instance: Instance, **changes: object) -> Result:
    options = SolveOptions(**changes)  # type: ignore[arg-type]
    raw = SOLVERS["highs"].solve(instance, options=options, report=lambda _: None, should_stop=lambda: False)
    return judged(instance, raw, options)


def proof_of(instance: Instance, result: Result) -> Proof:
    found = certified(instance, result).proof
    assert found is not None
    return found


def boxed(draw: st.DrawFn) -> Instance:
    """A small instance in which every column has two bounds, so that there is an optimum whenever there is a point."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    number = st.integers(-8, 8).map(lambda k: k / draw(st.sampled_from([1, 2, 3, 10])))
    rows = [[draw(number) for _ in range(n)] for _ in range(m)]
    lower = [draw(st.sampled_from([-INF, -3.0, 0.0, 0.7])) for _ in range(m)]
    upper = [max(low, 0.0) + draw(st.sampled_from([0.0, 2.5, INF])) for low in lower]
    return instances.make(
        cost=[draw(number) for _ in range(n)],
        rows=rows,
        row_lower=lower,
        row_upper=upper,
        lower=[draw(st.sampled_from([-4.0, 0.0, 0.3])) for _ in range(n)],
        upper=[draw(st.sampled_from([0.4, 2.0, 5.0])) for _ in range(n)],
        sense=draw(st.sampled_from(list(Sense))),
        offset=draw(st.sampled_from([0.0, 0.1, -7.0])),
    )


boxes = st.composite(boxed)()


def written(value: float) -> Fraction:
    return Fraction(repr(value))


def exact_optimum(instance: Instance) -> Fraction | None:
    """The best vertex, by trying every choice of n limits in fractions; None when there is no point."""
    n = instance.column_count
    dense = instance.matrix.toarray() if instance.row_count else np.zeros((0, n))
    sides = []
    for row, low, high in zip(dense.tolist(), instance.row_lower.tolist(), instance.row_upper.tolist(), strict=True):
        sides += [([written(a) for a in row], side, low, high) for side in {low, high} if abs(side) < INF]
    for j, (low, high) in enumerate(zip(instance.column_lower.tolist(), instance.column_upper.tolist(), strict=True)):
        sides += [([Fraction(int(k == j)) for k in range(n)], side, low, high) for side in {low, high}]
    best = None
    for chosen in itertools.combinations(sides, n):
        x = _crossing([row for row, *_ in chosen], [written(side) for _, side, *_ in chosen])
        if x is None or any(not _holds(row, x, low, high) for row, _, low, high in sides):
            continue
        value = sum((written(c) * v for c, v in zip(instance.cost.tolist(), x, strict=True)), Fraction(0))
        value += written(instance.objective_offset)
        better = max if instance.sense is Sense.MAXIMIZE else min
        best = value if best is None else better(best, value)
    return best


def _holds(row: list[Fraction], x: list[Fraction], low: float, high: float) -> bool:
    activity = sum((a * v for a, v in zip(row, x, strict=True)), Fraction(0))
    return (low == -INF or activity >= written(low)) and (high == INF or activity <= written(high))


def _crossing(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    work = [[*row, side] for row, side in zip(copy.deepcopy(rows), right, strict=True)]
    n = len(work)
    for k in range(n):
        pivot = next((i for i in range(k, n) if work[i][k]), None)
        if pivot is None:
            return None
        work[k], work[pivot] = work[pivot], work[k]
        work[k] = [value / work[k][k] for value in work[k]]
        for i in range(n):
            if i != k and work[i][k]:
                work[i] = [a - work[i][k] * b for a, b in zip(work[i], work[k], strict=True)]
    return [row[n] for row in work]


@given(boxes)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_proven_agrees_with_every_vertex_in_fractions(instance: Instance) -> None:
    best, result = exact_optimum(instance), solved(instance)
    proof = proof_of(instance, result)
    if proof.certificate is None:
        assert not proof.proven
        return
    assert check(instance, proof.certificate)
    if proof.state is S.INFEASIBLE:
        assert best is None
        return
    assert proof.state in SHOWN
    assert best is not None
    proven = verify(instance, proof.certificate)
    assert proven >= best if instance.sense is Sense.MAXIMIZE else proven <= best
    assert proof.bound is not None
    assert Fraction(proof.bound) >= proven if instance.sense is Sense.MAXIMIZE else Fraction(proof.bound) <= proven
    if proof.state is S.OPTIMAL:
        assert proven == best


@given(boxes, st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_multipliers_prove_at_most_the_optimum(instance: Instance, data: st.DataObject) -> None:
    best = exact_optimum(instance)
    numerators = {name: str(data.draw(st.integers(-9, 9))) for name in instance.row_names}
    forged = {"claim": "bound", "bound": "0", "multipliers": {"denominator": "2", "numerators": numerators}}
    if check(instance, forged):
        assert best is None or (best <= 0 if instance.sense is Sense.MAXIMIZE else best >= 0)
    else:
        with pytest.raises(CertificateError, match=r"another bound|does not have"):
            verify(instance, forged)


@given(boxes, st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_tampered_certificate_is_refused_or_proves_no_more(instance: Instance, data: st.DataObject) -> None:
    proof = proof_of(instance, solved(instance))
    if proof.certificate is None or proof.state is S.INFEASIBLE or not instance.row_count:
        return
    forged = copy.deepcopy(proof.certificate)
    name = data.draw(st.sampled_from(instance.row_names))
    old = int(forged["multipliers"]["numerators"].get(name, "0"))
    forged["multipliers"]["numerators"][name] = str(old + data.draw(st.sampled_from([-3, -1, 1, 2])))
    best = exact_optimum(instance)
    if check(instance, forged) and best is not None:
        proven = verify(instance, forged)
        assert proven >= best if instance.sense is Sense.MAXIMIZE else proven <= best


def test_a_better_bound_than_the_multipliers_give_is_refused() -> None:
    instance = instances.workshop()
    proof = proof_of(instance, solved(instance))
    assert (proof.state, proof.exact, proof.bound) == (S.OPTIMAL, "3700", 3700.0)
    assert proof.certificate is not None
    assert proof.certificate["multipliers"] == {"denominator": "1", "numerators": {"row[0]": "5", "row[1]": "25"}}
    for change in (
        {"bound": "3699"},
        {"bound": "3.7e3"},
        {"bound": 3700},
        {"claim": "best"},
        {"multipliers": {}},
        {"multipliers": {"denominator": "1", "numerators": {"row[0]": "5", "row[1]": "24"}}},
        {"multipliers": {"denominator": "-1", "numerators": {"row[0]": "5", "row[1]": "25"}}},
        {"multipliers": {"denominator": "1", "numerators": {"row[9]": "5"}}},
        {"multipliers": {"denominator": "1", "numerators": {"row[0]": "-5", "row[1]": "25"}}},
        {"point": {"denominator": "1", "numerators": {"x[0]": "30", "x[1]": "41"}}},
        {"point": {"denominator": "1", "numerators": {"x[0]": "30", "x[1]": "39"}}},
        {"point": {"denominator": "1/0", "numerators": {}}},
    ):
        assert not check(instance, {**proof.certificate, **change}), change


def test_a_contradiction_is_proven_and_not_for_another_instance() -> None:
    instance = instances.contradiction()
    result = solved(instance)
    assert result.termination_condition is TerminationCondition.INFEASIBLE
    proof = proof_of(instance, result)
    assert (proof.state, proof.proven) == (S.INFEASIBLE, True)
    assert proof.certificate is not None
    assert check(instance, proof.certificate)
    feasible = instances.make(cost=[1], rows=[[1], [1]], row_lower=[3, -INF], row_upper=[INF, 4])
    assert not check(feasible, proof.certificate)


@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_thirds_and_sevenths_are_named_exactly(method: str) -> None:
    instance = instances.make(
        cost=[1, 1, 0],
        rows=[[3, 1, 0], [0.1, 0.7, 0], [0, 1, 1]],
        row_lower=[1, 0.3, -2],
        row_upper=[INF, INF, 7],
        lower=[-INF, -INF, 0],
    )
    proof = proof_of(instance, solved(instance, method=method))
    assert (proof.state, proof.exact) == (S.OPTIMAL, "0.6")
    assert proof.gap is not None
    assert proof.gap < 1e-12
