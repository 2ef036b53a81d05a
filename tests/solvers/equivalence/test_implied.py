"""Rows that follow from others are certified in exact arithmetic; rows that cut are not, whatever a solver's tolerance.

A slice by default; WELLPOSED_EQUIVALENCE=full runs the whole table (`make test-equivalence`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse

from solvers.equivalence import ladder
from solvers.equivalence.compare import Equivalence, equivalence
from solvers.equivalence.diff import diff
from solvers.highs import Highs
from solvers.instance import Instance
from solvers.result import Result, SolutionStatus, SolveOptions, TerminationCondition
from tests.solvers import instances
from tests.solvers.equivalence.changing import changed
from tests.solvers.equivalence.models import FAMILIES, INF, Model, Rng, put_together
from tests.solvers.equivalence.oracles import edit_has_no_effect, furthest
from tests.solvers.equivalence.rewriting import permuted

FULL = os.environ.get("WELLPOSED_EQUIVALENCE") == "full"
ROUNDS = 40 if FULL else 1


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve here, not in children of the runner: what is proven does not depend on who solved."""

    def here(budget: object) -> Callable[[Instance], Result]:
        options = SolveOptions(method="simplex")
        return lambda asked: Highs().solve(asked, options=options, report=lambda _: None, should_stop=lambda: False)

    monkeypatch.setattr(ladder, "through_runner", here)


def rng_of(*parts: int | str) -> np.random.Generator:
    return np.random.default_rng([part if isinstance(part, int) else sum(map(ord, part)) for part in parts])


def climbed(first: Model, second: Model, **options: object) -> Equivalence:
    return equivalence(put_together(first), put_together(second), seconds=60, max_level="L4", **options)  # type: ignore[arg-type]


def combined(model: Model, rng: Rng) -> tuple[np.ndarray, float]:
    """A sum of two rows with positive multipliers, each at a side that it has: row <= side."""
    total, side = np.zeros((1, model.shape[1])), 0.0
    for i in rng.choice(model.shape[0], 2, replace=False).tolist():
        factor = float(rng.choice([1.0, 2.0, 0.5]))
        sign = 1.0 if np.isfinite(model.upper[i]) else -1.0
        total += factor * sign * model.matrix[[i]].toarray()
        side += factor * (model.upper[i] if sign > 0 else -model.lower[i])
    return total, side


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("family", FAMILIES)
def test_a_sum_of_rows_is_certified(family: str) -> None:
    for k in range(ROUNDS):
        rng = rng_of("sum", family, k)
        model = FAMILIES[family](rng)
        longer = model.copy()
        row, side = combined(model, rng)
        longer.add_rows(row, np.array([-INF]), np.array([side]))
        found = climbed(model, longer)
        relaxed = model.copy()
        relaxed.integer[:] = False
        if np.isneginf(furthest(relaxed, np.zeros(model.shape[1]))):
            assert found.verdict == "different", (k, found)  # without a point, nothing is certified
        else:
            assert found.verdict == "equivalent", (k, found)
            assert found.level in ("L2", "L4")


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("cut", [1e-6, 0.5])
def test_a_row_that_cuts_is_never_certified(cut: float, family: str) -> None:
    for k in range(ROUNDS):
        rng = rng_of("cut", family, k)
        model = FAMILIES[family](rng)
        model.integer[:] = False
        row = np.where(rng.random((1, model.shape[1])) < 0.5, 1.0, 0.0)
        reach = furthest(model, row[0])
        if not np.isfinite(reach) or not row.any():
            continue
        shorter = model.copy()
        shorter.add_rows(row, np.array([-INF]), np.array([reach - cut]))
        found = climbed(model, shorter)
        assert found.verdict in ("different", "undecided"), (k, found)
        if cut > 0.1 and not edit_has_no_effect(model, shorter):
            assert any("relaxation is weaker" in line for line in found.evidence), (k, found)


@pytest.mark.usefixtures("in_process")
def test_an_equation_replaced_by_a_sum_with_another_is_certified_both_ways() -> None:
    rng = rng_of("sum of equations")
    model = FAMILIES["lot sizing"](rng)
    other = model.copy()
    first_two = np.eye(model.shape[0])
    first_two[0, 1] = 1.0
    other.matrix = scipy.sparse.csr_array(first_two @ model.matrix)
    other.lower[0] = other.upper[0] = model.upper[0] + model.upper[1]
    found = climbed(model, other)
    assert (found.verdict, found.level, found.how) == ("equivalent", "L4", "LP-certified")
    assert all("exact arithmetic" in note for note in found.notes)
    assert climbed(other, model).verdict == "equivalent"


@pytest.mark.usefixtures("in_process")
def test_rounding_in_a_sum_does_not_hide_that_it_is_implied() -> None:
    rows = [[0.1, 0.7], [0.2, 0.1]]
    model = instances.make(cost=[1, 1], rows=rows, row_lower=[0.3, 0.1], row_upper=[INF, INF])
    summed = [*rows, [0.1 + 0.2, 0.7 + 0.1]]
    assert 0.1 + 0.2 != 0.3
    longer = instances.make(cost=[1, 1], rows=summed, row_lower=[0.3, 0.1, 0.4], row_upper=[INF] * 3)
    assert equivalence(model, longer, max_level="L4").level == "L4"
    nudged = instances.make(cost=[1, 1], rows=summed, row_lower=[0.3, 0.1, 0.4 + 1e-9], row_upper=[INF] * 3)
    assert equivalence(model, nudged, max_level="L4").verdict == "different"


@pytest.mark.usefixtures("in_process")
def test_a_bound_that_rows_imply_is_certified() -> None:
    rows = {"rows": [[1, 1]], "row_lower": [0], "row_upper": [10]}
    loose, tight = instances.make(cost=[-1, -2], **rows), instances.make(cost=[-1, -2], upper=[10, 10], **rows)
    found = equivalence(loose, tight, max_level="L4")
    assert (found.verdict, found.level) == ("equivalent", "L4")
    too_tight = instances.make(cost=[-1, -2], upper=[10, 10 - 1e-6], **rows)
    assert equivalence(loose, too_tight, max_level="L4").verdict == "different"


@pytest.mark.usefixtures("in_process")
def test_other_names_units_and_a_row_too_many_are_seen_through_together() -> None:
    rng = rng_of("all at once")
    model = FAMILIES["transport"](rng)
    longer = model.copy()
    row, side = combined(model, rng)
    longer.add_rows(row, np.array([-INF]), np.array([side]))
    other = permuted(changed(longer, rng, steps=2), rng)
    found = equivalence(put_together(model), put_together(other, stem="other_"), seconds=60, max_level="L4")
    assert (found.verdict, found.level) == ("equivalent", "L4"), found


@pytest.mark.usefixtures("in_process")
def test_a_relaxation_without_a_point_certifies_nothing() -> None:
    impossible = {
        "rows": [[1, 1], [1, -1], [1, 0]],
        "row_lower": [5, 0, 3],
        "row_upper": [INF, 0, INF],
        "upper": [2, 2],
    }
    first = instances.make(cost=[1, 2], **impossible)
    rows = [*impossible["rows"], [2, 3]]
    second = instances.make(cost=[1, 2], rows=rows, row_lower=[5, 0, 3, 9], row_upper=[INF, 0, INF, INF], upper=[2, 2])
    assert equivalence(first, second, max_level="L4").verdict != "equivalent"


@pytest.mark.usefixtures("in_process")
def test_what_goes_on_without_end_implies_nothing() -> None:
    open_ended = instances.make(cost=[1, 1], rows=[[1, -1]], row_lower=[0], row_upper=[INF])
    capped = instances.make(cost=[1, 1], rows=[[1, -1], [1, 1]], row_lower=[0, -INF], row_upper=[INF, 7])
    found = equivalence(open_ended, capped, max_level="L4")
    assert found.verdict == "different"
    assert "allows what constraint row[1] (x[0] + x[1] <= 7) of the second forbids" in found.evidence[0]


def test_a_solver_that_lies_certifies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def lying(budget: object) -> Callable[[Instance], Result]:
        def solve(asked: Instance) -> Result:
            x, dual = np.zeros(asked.column_count), np.ones(asked.row_count)
            return Result(TerminationCondition.OPTIMAL, SolutionStatus.OPTIMAL, "liar", x=x, row_dual=dual)

        return solve

    monkeypatch.setattr(ladder, "through_runner", lying)
    workshop = instances.workshop()
    cut = replace_rows(workshop, [6, 4], 300)
    assert equivalence(workshop, cut, max_level="L4").verdict == "different"


def replace_rows(workshop: Instance, values: list[float], upper: float) -> Instance:
    return replace(
        workshop,
        indptr=np.append(workshop.indptr, workshop.indptr[-1] + 2),
        indices=np.append(workshop.indices, [0, 1]),
        values=np.append(workshop.values, values),
        row_lower=np.append(workshop.row_lower, -INF),
        row_upper=np.append(workshop.row_upper, upper),
        row_names=(*workshop.row_names, "both"),
    )


def test_a_spent_budget_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Instance] = []

    def slow(budget: object) -> Callable[[Instance], Result]:
        def solve(instance: Instance) -> Result:
            asked.append(instance)
            return Result(TerminationCondition.TIME_LIMIT, SolutionStatus.NO_SOLUTION, "slow")

        return solve

    monkeypatch.setattr("solvers.equivalence.budget.ASKED_EVERY", 0.0)
    monkeypatch.setattr(ladder, "through_runner", slow)
    workshop = instances.workshop()
    longer = replace_rows(workshop, [6, 4], 340)
    found = equivalence(workshop, longer, max_level="L4", should_stop=lambda: bool(asked))
    assert found.verdict == "undecided"
    assert "follow from the others" in found.reason


def test_the_diff_says_which_row_follows() -> None:
    workshop = instances.workshop()
    longer = replace_rows(workshop, [6, 4], 340)
    found = diff(workshop, longer, max_level="L4")
    assert (found.verdict, found.level, found.how) == ("equivalent", "L4", "LP-certified")
    assert "Constraint both of the second model follows" in found.notes[0]
    assert found.summary == "The same but for what follows from the rest"
    assert diff(workshop, longer).verdict == "different"
