"""Variables that are only names for an expression go when asked for, with a formula; nothing else changes."""

from __future__ import annotations

import os

import numpy as np
import pytest
import scipy.sparse

from solvers.equivalence.budget import Budget
from solvers.equivalence.compare import Equivalence, equivalence
from solvers.equivalence.elimination import eliminated
from solvers.instance import Instance
from tests.solvers import instances
from tests.solvers.equivalence.models import FAMILIES, Model, Rng, put_together

FULL = os.environ.get("WELLPOSED_EQUIVALENCE") == "full"

INF = np.inf


def named(model: Model, rng: Rng, *, nudge: float) -> Model:
    """Give an expression a name: a free variable that one equation defines, used in the objective and half the rows."""
    found, n = model.copy(), model.shape[1]
    terms = rng.choice(n, 2, replace=False)
    expression, constant = np.zeros(n), float(rng.integers(-3, 4))
    expression[terms] = rng.integers(1, 6, 2) / rng.choice([1, 2, 10])
    found.add_column(np.zeros(model.shape[0]), -INF, INF, cost=1.0)
    matrix = found.matrix.toarray()
    for i in np.flatnonzero(rng.random(model.shape[0]) < 0.5).tolist():
        factor = float(rng.choice([1, -2, 0.5]))
        matrix[i, :n] -= factor * expression
        matrix[i, n] = factor
        found.lower[i] += factor * constant
        found.upper[i] += factor * constant
    found.matrix = scipy.sparse.csr_array(matrix)
    found.cost[:n] -= expression
    found.offset -= constant
    definition = np.append(-expression, 1.0)
    definition[terms[0]] *= 1 + nudge
    found.add_rows(definition.reshape(1, -1), np.array([constant]), np.array([constant]))
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("nudge", "verdict"), [(0.0, "equivalent"), (1e-6, "different"), (1e-9, "different")])
def test_a_named_expression_is_replaced_exactly(nudge: float, verdict: str, family: str) -> None:
    for k in range(40 if FULL else 1):
        rng = np.random.default_rng([k, sum(map(ord, family))])
        model = FAMILIES[family](rng)
        found = compared(put_together(model), put_together(named(model, rng, nudge=nudge)))
        assert found.verdict == verdict, (k, found)


def with_total(**changes: object) -> Instance:
    """Make x and y, at most 10 together; the total is a variable of its own, and costs."""
    given = {
        "cost": [1, 2, -3], "rows": [[0, 0, 1], [1, 1, -1], [2, 1, 0]], "row_lower": [-INF, 0, 1],
        "row_upper": [10, 0, INF],
    }  # fmt: skip
    return instances.make(**(given | changes))  # type: ignore[arg-type]


def without_total(**changes: object) -> Instance:
    given = {"cost": [-2, -1], "rows": [[1, 1], [2, 1]], "row_lower": [-INF, 1], "row_upper": [10, INF]}
    return instances.make(**(given | changes))  # type: ignore[arg-type]


def compared(first: Instance, second: Instance) -> Equivalence:
    return equivalence(first, second, max_level="L3", eliminate=True)


def test_a_total_with_a_name_is_the_sum_that_it_stands_for() -> None:
    assert equivalence(with_total(), without_total(), max_level="L4").verdict == "different"
    found = compared(with_total(), without_total())
    assert (found.verdict, found.level, found.how) == ("equivalent", "L4", "after elimination")
    assert found.formulas == ("x[2] = x[0] + x[1] (first model)",)
    assert found.mapping is not None
    assert found.mapping.column.tolist() == [0, 1, -1]
    assert compared(without_total(), with_total()).verdict == "equivalent"


def test_the_bounds_of_a_name_are_not_lost() -> None:
    bounded = with_total(rows=[[1, 1, -1], [2, 1, 0]], row_lower=[0, 1], row_upper=[0, INF], upper=[INF, INF, 10])
    assert compared(bounded, without_total()).verdict == "equivalent"
    tighter = with_total(rows=[[1, 1, -1], [2, 1, 0]], row_lower=[0, 1], row_upper=[0, INF], upper=[INF, INF, 9])
    assert compared(tighter, without_total()).verdict == "different"


def test_a_whole_name_of_a_fraction_stays() -> None:
    whole = with_total(integer=[0, 0, 1])
    assert compared(whole, without_total()).verdict == "different"
    all_whole = with_total(integer=[1, 1, 1])
    assert compared(all_whole, without_total(integer=[1, 1])).verdict == "equivalent"
    halves = with_total(integer=[1, 1, 1], rows=[[0, 0, 1], [1, 1, -2], [2, 1, 0]])
    assert 2 in eliminated(halves, {2}, set(), Budget(9)).columns


def test_a_fixed_variable_is_its_value() -> None:
    fixed = with_total(lower=[0, 3, 0], upper=[INF, 3, INF])
    given = instances.make(
        cost=[1, -3], rows=[[0, 1], [1, -1], [2, 0]], row_lower=[-INF, -3, -2], row_upper=[10, -3, INF], offset=6.0
    )
    found = compared(fixed, given)
    assert (found.verdict, found.shift) == ("equivalent", 0.0)
    assert "x[1] = 3 (first model)" in found.formulas


def test_a_wrong_sum_is_different() -> None:
    assert compared(with_total(rows=[[0, 0, 1], [1, 1.000001, -1], [2, 1, 0]]), without_total()).verdict == "different"
    assert compared(with_total(row_lower=[-INF, 1e-6, 1], row_upper=[10, 1e-6, INF]), without_total()).verdict == (
        "different"
    )


def test_fractions_leave_no_dust() -> None:
    model = instances.make(cost=[1, 0, 5], rows=[[0.3, 1, 0.1], [3, 0, 1]], row_lower=[1, 2], row_upper=[2, 2])
    found = eliminated(model, {2}, set(), Budget(9))
    assert found.formulas == ("x[2] = -3 x[0] + 2",)
    assert found.instance.values.tolist() == [1.0, -3.0]  # the bound of x[2] has become a row
    assert found.instance.row_lower.tolist() == [0.8, -2.0]
    assert found.instance.objective_offset == 10.0
