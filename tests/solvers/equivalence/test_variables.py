"""A change of variables is equivalent at level L3, with a mapping that fractions confirm; a nudge on the way is not.

A slice by default; WELLPOSED_EQUIVALENCE=full runs the whole table (`make test-equivalence`).
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from solvers.equivalence import budget, variables
from solvers.equivalence.budget import Budget
from solvers.equivalence.canonical import Canonical, canonical
from solvers.equivalence.certificate import Mapping, MappingFault
from solvers.equivalence.compare import Equivalence, equivalence
from solvers.equivalence.normal import Work, normal_form
from solvers.equivalence.report import Options, report, unpacked
from solvers.equivalence.substitution import audited_constant, checked_change
from solvers.instance import Instance
from tests.solvers import instances
from tests.solvers.equivalence.breaking import BREAKS, NUDGES
from tests.solvers.equivalence.changing import changed, freed
from tests.solvers.equivalence.models import FAMILIES, Model, put_together
from tests.solvers.equivalence.oracles import best_point, breach, change_holds, normal_forms
from tests.solvers.equivalence.rewriting import permuted, rewritten

FULL = os.environ.get("WELLPOSED_EQUIVALENCE") == "full"
ROUNDS = 60 if FULL else 1  # of each of the nine families


def rng_of(*parts: int | str) -> np.random.Generator:
    return np.random.default_rng([part if isinstance(part, int) else sum(map(ord, part)) for part in parts])


def compared(first: Model, second: Model) -> Equivalence:
    return equivalence(put_together(first), put_together(second, stem="other_"), seconds=60, max_level="L3")


def assert_points_are_carried_over(first: Model, second: Model, found: Equivalence, rng: np.random.Generator) -> None:
    """The best points of one model, in directions chosen by chance, are points of the other with the same value."""
    assert found.mapping is not None
    one, two, mapping = normal_forms(first, second, found.mapping)
    scale, shift = mapping.scale, mapping.shift
    for way in range(3):
        cost = one.cost if way == 0 else rng.integers(1, 20, one.shape[1]).astype(float)
        x = best_point(one, cost)
        if x is not None:
            y = np.zeros(two.shape[1])
            y[mapping.column] = (x - shift) / scale
            assert breach(two, y) < 1e-5
            expected = found.value_scale * (one.cost @ x + one.offset) + found.shift
            assert two.cost @ y + two.offset == pytest.approx(expected, rel=1e-6, abs=1e-6 * (1 + abs(found.shift)))
        y = best_point(two, two.cost if way == 0 else rng.integers(1, 20, two.shape[1]).astype(float))
        if y is not None:
            assert breach(one, scale * y[mapping.column] + shift) < 1e-5


@pytest.mark.parametrize("family", FAMILIES)
def test_changes_and_rewrites_in_a_row_are_equivalent(family: str) -> None:
    for k in range(ROUNDS):
        rng = rng_of("change", family, k)
        model = FAMILIES[family](rng)
        other = permuted(rewritten(changed(model, rng, steps=4), rng, steps=3), rng)
        found = compared(model, other)
        if FULL and found.verdict == "undecided":  # shifts back and forth leave more than the last digit
            assert "fits almost" in found.reason, (k, found)
            continue
        assert found.verdict == "equivalent", (k, found)
        assert_points_are_carried_over(model, other, found, rng)


@pytest.mark.parametrize("family", FAMILIES)
def test_free_variables_may_be_shifted_at_will(family: str) -> None:
    for k in range(ROUNDS):
        rng = rng_of("free", family, k)
        model = freed(FAMILIES[family](rng), rng)
        other = permuted(changed(model, rng, steps=3), rng)
        found = compared(model, other)
        if found.verdict == "invalid":
            assert normal_form(put_together(model)).contradictions
        elif found.verdict == "undecided":  # which whole shifts fit together is not always found
            assert np.any(model.integer & np.isinf(model.column_lower) & np.isinf(model.column_upper)), (k, found)
        else:
            assert found.verdict == "equivalent", (k, found)


EDITS = {**BREAKS, **NUDGES}
CASES = [
    (edit, family)
    for i, edit in enumerate(EDITS)
    for k, family in enumerate(FAMILIES)
    if FULL or (i + k) % 3 == 0  # a third of the table suffices to see that something broke
]


@pytest.mark.parametrize(("edit", "family"), CASES)
def test_a_break_stays_one_in_other_variables(edit: str, family: str) -> None:
    for k in range(ROUNDS):
        rng = rng_of(edit, family, k, "in other variables")
        model = FAMILIES[family](rng)
        model = freed(model, rng) if k % 4 == 3 else model
        broken = EDITS[edit](model.copy(), rng)
        if broken is None:
            continue
        broken = permuted(changed(broken, rng, steps=3), rng)
        found = compared(model, broken)
        assert found.verdict in ("different", "undecided", "equivalent", "invalid")
        if found.verdict == "equivalent":  # what an edit does, a change of variables may do as well
            assert found.level == "L3", (k, found)
            assert found.mapping is not None
            assert change_holds(model, broken, found.mapping), (k, found)


@pytest.mark.parametrize("nudge", NUDGES)
def test_a_nudge_of_a_tight_model_is_never_equivalent(nudge: str) -> None:
    """Where every number is tied to others by whole and bounded columns, no change of variables can absorb a nudge."""
    for k in range(20):
        rng = rng_of(nudge, k)
        model = FAMILIES["lot sizing"](rng)
        model.integer[:] = True
        broken = NUDGES[nudge](model.copy(), rng)
        if broken is not None:
            found = compared(model, permuted(changed(broken, rng, steps=2), rng))
            assert found.verdict in ("different", "undecided"), (k, found)


def workshop_in(**changes: object) -> Instance:
    return replace(instances.workshop(), **changes)  # type: ignore[arg-type]


def test_tonnes_for_kilograms_is_said_in_words() -> None:
    workshop = instances.workshop()
    scaled = workshop_in(
        values=workshop.values / 1000, cost=workshop.cost / 1000, column_names=("kilograms[1]", "kilograms[2]")
    )
    named = workshop_in(column_names=("tonnes[1]", "tonnes[2]"))
    assert equivalence(named, scaled).verdict == "different"
    found = equivalence(named, scaled, max_level="L3")
    assert (found.verdict, found.level, found.how) == ("equivalent", "L3", "under a change of variables")
    assert found.notes[0] == "tonnes is 0.001 × kilograms in 2 of 2."


def test_prices_twice_as_high_have_the_same_best_plans() -> None:
    workshop = instances.workshop()
    found = equivalence(workshop, workshop_in(cost=2 * workshop.cost), max_level="L3")
    assert (found.verdict, found.how, found.value_scale) == ("equivalent", "objective scaled", 2.0)
    opposite = equivalence(workshop, workshop_in(cost=-2 * workshop.cost), max_level="L3")
    assert opposite.verdict == "different"


def test_a_closed_door_is_the_complement_of_an_open_one() -> None:
    doors = {"upper": [1, 1], "integer": [1, 1]}
    opened = instances.make(cost=[3, 5], rows=[[1, 1]], row_lower=[1], row_upper=[9], **doors)
    closed = instances.make(cost=[-3, -5], rows=[[-1, -1]], row_lower=[-1], row_upper=[7], offset=8.0, **doors)
    found = equivalence(opened, closed, max_level="L3")
    assert (found.verdict, found.level, found.shift) == ("equivalent", "L3", 0.0)
    assert found.notes[0] == "x is −x of the second model + 1 in 2 of 2."


def test_the_check_believes_nothing_that_the_search_says() -> None:
    workshop = instances.workshop()
    other = workshop_in(values=workshop.values / 1000, cost=workshop.cost / 1000)
    works = normal_form(workshop), normal_form(other)
    mapping = equivalence(workshop, other, max_level="L3").mapping
    assert mapping is not None
    assert mapping.scale is not None
    assert mapping.shift is not None
    checked_change(*works, mapping)
    for wrong in (
        replace(mapping, scale=mapping.scale * (1 + 1e-9)),
        replace(mapping, shift=mapping.shift + 1e-6),
        replace(mapping, factor=mapping.factor * (1 + 1e-9)),
        replace(mapping, objective=1 + 1e-9),
        replace(mapping, column=mapping.column[::-1].copy()),
        replace(mapping, scale=None),
        replace(mapping, scale=0 * mapping.scale),
        replace(mapping, objective=-1.0),
    ):
        with pytest.raises(MappingFault):
            checked_change(*works, wrong)
    with pytest.raises(MappingFault):
        audited_constant(workshop, other, works, replace(mapping, shift=mapping.shift + 1e-3))


def test_a_search_without_time_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []

    def begin(work: Work, allowed: Budget) -> Canonical:
        begun.append(True)
        return canonical(work, allowed)

    monkeypatch.setattr("solvers.equivalence.budget.ASKED_EVERY", 0.0)
    monkeypatch.setattr(variables, "canonical", begin)
    monkeypatch.setattr(budget, "ASKED_EVERY", 0.0)
    rng = rng_of("time")
    model = FAMILIES["transport"](rng)
    other = changed(model, rng, steps=2)
    found = equivalence(put_together(model), put_together(other), max_level="L3", should_stop=lambda: bool(begun))
    assert found.verdict == "undecided"
    assert "by a change of variables is open" in found.reason


def test_a_kept_certificate_can_be_checked_again() -> None:
    workshop = instances.workshop()
    other = workshop_in(values=workshop.values / 1000, cost=workshop.cost / 500)
    kept = report(workshop, other, Options(max_level="L3"))
    again = Mapping(**unpacked(kept.certificate), objective=kept.result["certificate"]["objective"])
    checked_change(normal_form(workshop), normal_form(other), again)
    assert again.objective == 0.5
