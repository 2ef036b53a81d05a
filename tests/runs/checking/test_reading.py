"""Checks of what was read: words, units and labels; each passes, fails, or stays away with nothing to compare."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.drafting.formulation import Constraint, Formulation, IndexSet, Parameter, Span, Term
from copilot.runs.checking.check import AXES, KINDS
from copilot.runs.checking.labels import labels
from copilot.runs.checking.scaling import scaling
from copilot.runs.checking.units import units
from copilot.runs.checking.wording import wording
from tests.runs.fakes import FORMULATION, terms
from tests.solvers import instances


def ruled(text: str, phrase: str, **changes: object) -> Formulation:
    """The workshop with one rule, read from that phrase of the text."""
    start = text.index(phrase)
    rule = Constraint(
        name="waste",
        terms=terms(desks=25, chairs=3),
        relation="<=",
        limit=400,
        spans=(Span(start=start, end=start + len(phrase)),),
    )
    return FORMULATION.model_copy(update={"constraints": (rule.model_copy(update=changes),)})


@pytest.mark.parametrize(
    ("text", "relation", "status"),
    [
        ("It may at most produce 400 units of waste.", "<=", "pass"),
        ("It may at most produce 400 units of waste.", ">=", "fail"),
        ("It must make at least 400 units of waste.", ">=", "pass"),
        ("It must make at least 400 units of waste.", "<=", "fail"),
        ("There may be up to $400 of it.", ">=", "fail"),
        ("A minimum of 400 units of waste.", "<=", "fail"),
        ("It must not exceed 400 units of waste.", ">=", "fail"),
        ("There are 400 units of waste.", ">=", None),
        ("At most 300 here, and 400 units of waste there.", ">=", None),
        ("At least 400% more waste.", "<=", None),
        ("At least 400 and at most 400.", "<=", None),
        ("At most 400 units of waste.", "==", None),
    ],
)
def test_a_limit_points_the_way_its_phrase_does(text: str, relation: str, status: str | None) -> None:
    found = wording(ruled(text, text[-20:], relation=relation), text)
    assert (found.status if found else None) == status
    if status == "fail":
        assert found is not None
        assert "the request says" in found.detail


def test_a_rule_turned_round_is_not_judged_by_its_words() -> None:
    text = "At least 400 units of waste."
    turned = ruled(text, text, terms=terms(desks=-25, chairs=-3), relation="<=", limit=-400)
    assert wording(turned, text) is None


def timed(per_desk: str, shift: str, **term: object) -> Formulation:
    """A workshop whose hours are given as two parameters with units."""
    given = (
        Parameter(name="work", value=30.0, unit=per_desk),
        Parameter(name="shift", value=40.0, unit=shift),
    )
    one = Term(coefficient=30.0, variable="desks", parameter="work").model_copy(update=term)
    rule = Constraint(name="time", terms=(one,), relation="<=", limit=40.0, limit_parameter="shift")
    return FORMULATION.model_copy(update={"parameters": given, "constraints": (rule,)})


@pytest.mark.parametrize(
    ("per_desk", "shift", "status"),
    [
        ("minutes per desk", "hours", "fail"),
        ("min/desk", "h", "fail"),
        ("minutes per desk", "minutes", "pass"),
        ("kg", "grams", "fail"),
        ("desks", "hours", "pass"),  # a unit of no scale is no contradiction
        ("", "", None),
        ("widgets", "crates", None),
    ],
)
def test_units_of_one_scale_must_not_be_mixed(per_desk: str, shift: str, status: str | None) -> None:
    found = units(timed(per_desk, shift))
    assert (found.status if found else None) == status


def test_a_number_that_was_converted_is_in_order() -> None:
    found = units(timed("minutes per desk", "hours", coefficient=0.5, parameter="work / 60"))
    assert found is None or found.status == "pass"
    found = units(timed("minutes per desk", "hours", coefficient=0.5))
    assert found is None or found.status == "pass"


def test_a_number_for_a_label_that_does_not_exist_is_told() -> None:
    towns = IndexSet(name="towns", elements=("Lyon", "Paris"))
    cost = Parameter(name="cost", indices=("towns",), value=((("Lyon",), 3.0), (("Pari",), 4.0)))
    read = FORMULATION.model_copy(update={"sets": (towns,), "parameters": (cost,)})
    found = labels(read)
    assert found is not None
    assert found.status == "fail"
    assert "“Pari”, which is not in towns" in found.detail
    fewer = cost.model_copy(update={"value": ((("Lyon",), 3.0),)})
    found = labels(read.model_copy(update={"parameters": (fewer,)}))
    assert found is not None
    assert found.status == "pass"
    assert labels(FORMULATION) is None


def test_a_switch_that_may_leak_is_unknown() -> None:
    workshop = instances.workshop()
    assert scaling(workshop).status == "pass"
    values = workshop.values.copy()
    values[0] *= 1e10
    from dataclasses import replace

    assert scaling(replace(workshop, values=values)).status == "unknown"
    open_ended = instances.workshop()
    leaky = replace(
        open_ended,
        cost=np.array([1.0, 1.0]),
        indptr=np.array([0, 2], dtype=np.int64),
        indices=np.array([0, 1], dtype=np.int32),
        values=np.array([1.0, -1e7]),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([0.0]),
        column_lower=np.zeros(2),
        column_upper=np.array([np.inf, 1.0]),
        integrality=np.array([0, 1], dtype=np.uint8),
        row_names=("use",),
        column_names=("amount", "open"),
    )
    found = scaling(leaky)
    assert found.status == "unknown"
    assert "leak" in found.detail


def test_every_kind_of_check_says_what_it_cannot_see() -> None:
    assert {axis for axis, _ in KINDS.values()} == set(AXES)
    assert all(blind.endswith(".") for _, blind in KINDS.values())
