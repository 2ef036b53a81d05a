"""The diff by name: what it finds, how it says it, and what it refuses to claim."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.equivalence import FamilyDiff, ModelDiff, diff
from solvers.equivalence.changes import Value
from solvers.instance import Instance, Sense

INF = float("inf")
Row = tuple[dict[str, float], float, float]


def instance(columns: dict[str, float], rows: dict[str, Row], **overrides: object) -> Instance:
    """Columns with their cost (bounds 0 to infinity, continuous) and rows as ({column: coefficient}, lower, upper)."""
    names = list(columns)
    entries = [(names.index(c), v) for terms, _, _ in rows.values() for c, v in terms.items()]
    fields: dict[str, Any] = {
        "name": "case",
        "sense": Sense.MAXIMIZE,
        "objective_name": "profit",
        "objective_offset": 0.0,
        "cost": np.array(list(columns.values())),
        "indptr": np.cumsum([0, *(len(terms) for terms, _, _ in rows.values())]),
        "indices": [c for c, _ in entries],
        "values": [v for _, v in entries],
        "row_lower": [lower for _, lower, _ in rows.values()],
        "row_upper": [upper for _, _, upper in rows.values()],
        "column_lower": np.zeros(len(columns)),
        "column_upper": np.full(len(columns), INF),
        "integrality": np.zeros(len(columns), dtype=np.uint8),
        "row_names": tuple(rows),
        "column_names": tuple(names),
    }
    return Instance(**(fields | overrides)).validate()


def capacities(limits: list[float], hours: float = 2.0) -> Instance:
    periods = range(len(limits))
    columns = {f"x[{t}]": 1.0 for t in periods}
    return instance(columns, {f"capacity[{t}]": ({f"x[{t}]": hours}, -INF, limits[t]) for t in periods})


WORKSHOP_ROWS: dict[str, Row] = {
    "carpentry": ({"desk": 4.0, "chair": 3.0}, -INF, 240.0),
    "finishing": ({"desk": 2.0, "chair": 1.0}, -INF, 100.0),
}
WORKSHOP = instance({"desk": 70.0, "chair": 40.0}, WORKSHOP_ROWS)


def only(found: ModelDiff, kind: str, family: str) -> FamilyDiff:
    return next(f for f in found.families if (f.kind, f.family) == (kind, family))


def test_the_same_model_is_identical() -> None:
    found = diff(WORKSHOP, instance({"desk": 70.0, "chair": 40.0}, WORKSHOP_ROWS))
    assert (found.verdict, found.summary, found.families) == ("identical", "No change", ())
    assert found.unchanged_families == 4


def test_order_and_explicit_zeros_do_not_matter() -> None:
    rows: dict[str, Row] = dict(reversed(WORKSHOP_ROWS.items()))
    shuffled = instance({"chair": 40.0, "desk": 70.0}, rows)
    assert diff(WORKSHOP, shuffled).verdict == "identical"
    zero = instance({"a": 1.0, "b": 1.0}, {"r": ({"a": 1.0, "b": 0.0}, -INF, 1.0)})
    without = instance({"a": 1.0, "b": 1.0}, {"r": ({"a": 1.0}, -INF, 1.0)})
    assert diff(zero, without).verdict == "identical"


def test_a_follow_up_constraint_is_added_with_its_algebra() -> None:
    after = instance(
        {"desk": 70.0, "chair": 40.0},
        WORKSHOP_ROWS
        | {"ratio": ({"chair": 1.0, "desk": -2.0}, 0.0, INF), "finishing": ({"desk": 2.0, "chair": 1.0}, -INF, 90.0)},
    )
    found = diff(WORKSHOP, after)
    assert found.verdict == "different"
    assert found.summary == "1 constraint added (ratio); 1 right-hand side changed"
    ratio = only(found, "constraints", "ratio")
    assert (ratio.change, ratio.size_before, ratio.size_after) == ("added", 0, 1)
    assert ratio.entries[0].new == "chair - 2 desk >= 0"
    assert only(found, "constraints", "finishing").patterns == ("right-hand side 100 → 90",)
    assert found.unchanged_families == 3


def test_a_uniform_factor_is_said_once() -> None:
    found = diff(capacities([130, 140, 150, 160, 170, 180]), capacities([117, 126, 135, 144, 153, 162]))
    assert only(found, "constraints", "capacity").patterns == ("right-hand side ×0.9 in 6 of 6 rows",)


def test_a_uniform_step_is_said_once_and_counts_what_it_touched() -> None:
    found = diff(capacities([10, 20, 30]), capacities([15, 25, 30]))
    assert only(found, "constraints", "capacity").patterns == ("right-hand side +5 in 2 of 3 rows",)


def test_changes_without_a_pattern_are_only_counted() -> None:
    found = diff(capacities([10, 20, 30]), capacities([15, 22, 31]))
    assert only(found, "constraints", "capacity").patterns == ("right-hand side changed in 3 of 3 rows",)


def test_coefficients_are_grouped_by_the_family_of_the_column() -> None:
    found = diff(capacities([10, 20]), capacities([10, 20], hours=4.0))
    family = only(found, "constraints", "capacity")
    assert family.patterns == ("coefficient of x 2 → 4 in 2 of 2 rows",)
    assert family.entries[0].field == "coefficient of x[0]"
    assert found.summary == "2 coefficients changed"


def test_a_new_variable_shows_where_it_enters() -> None:
    rows: dict[str, Row] = {name: (terms | {"shelf": 1.0}, low, up) for name, (terms, low, up) in WORKSHOP_ROWS.items()}
    found = diff(WORKSHOP, instance({"desk": 70.0, "chair": 40.0, "shelf": 15.0}, rows))
    assert found.verdict == "different"
    assert only(found, "variables", "shelf").entries[0].new == "continuous, >= 0, objective coefficient 15"
    assert only(found, "constraints", "carpentry").patterns == ("coefficient of shelf added (1)",)
    assert "1 variable added (shelf)" in found.summary


@pytest.mark.parametrize(
    ("overrides", "field", "old", "new"),
    [
        ({"sense": Sense.MINIMIZE}, "sense", "maximize", "minimize"),
        ({"cost": [75.0, 40.0]}, "objective coefficient", 70.0, 75.0),
        ({"integrality": [1, 0]}, "integrality", "continuous", "integer"),
        ({"column_upper": [30.0, INF]}, "upper bound", None, 30.0),
        ({"column_lower": [-INF, 0.0]}, "lower bound", 0.0, None),
        ({"row_lower": [240.0, -INF]}, "sense", "<=", "=="),
        ({"row_upper": [240.0, 101.0]}, "right-hand side", 100.0, 101.0),
        ({"row_lower": [-INF, 50.0]}, "lower limit", None, 50.0),
        ({"fixed": (("table", 3.0),)}, "fixed value", None, 3.0),
    ],
)
def test_each_field_is_reported_with_both_values(overrides: dict[str, Any], field: str, old: Value, new: Value) -> None:
    found = diff(WORKSHOP, dataclasses.replace(WORKSHOP, **overrides))
    entries = [entry for family in found.families for entry in family.entries]
    assert (field, old, new) in [(entry.field, entry.old, entry.new) for entry in entries]
    assert found.verdict == "different"
    assert found.witness


def test_the_riskiest_change_comes_first_and_is_the_witness() -> None:
    changed = dataclasses.replace(WORKSHOP, sense=Sense.MINIMIZE, row_upper=[239.0, 100.0])
    found = diff(WORKSHOP, changed)
    assert found.witness == "profit: sense maximize → minimize"
    assert found.summary == "objective sense maximize → minimize; 1 right-hand side changed"
    assert found.families[0].kind == "objective"


def test_a_constant_in_the_objective_shifts_the_optimum() -> None:
    found = diff(WORKSHOP, dataclasses.replace(WORKSHOP, objective_offset=5.0))
    assert (found.verdict, found.how, found.shift) == ("equivalent", "shifted", -5.0)  # written as minimisation
    assert found.summary == "1 objective constant changed"


def test_a_mere_renaming_is_equivalent_with_a_note_and_no_change() -> None:
    renamed = instance(
        {"tables": 70.0, "chair": 40.0},
        {
            name: ({c.replace("desk", "tables"): v for c, v in t.items()}, low, up)
            for name, (t, low, up) in WORKSHOP_ROWS.items()
        },
    )
    found = diff(WORKSHOP, renamed)
    assert (found.verdict, found.how, found.families) == ("equivalent", "renamed", ())
    assert found.notes == ("1 variable is renamed.",)
    assert (found.basis, found.guesses) == ("structure", 1)


def test_names_exchanged_are_equivalent_but_not_without_effect() -> None:
    both = {"desk": 1.0, "chair": 1.0}
    before = instance({"desk": 70.0, "chair": 40.0}, {"wood": (both, -INF, 9.0)})
    after = instance({"desk": 40.0, "chair": 70.0}, {"wood": (both, -INF, 9.0)})
    found = diff(before, after)
    assert found.verdict == "equivalent"
    assert found.notes[-1] == "The models are the same only if names that both of them use are exchanged."
    assert found.summary == "2 objective coefficients changed"


def test_nothing_in_common_is_different() -> None:
    found = diff(WORKSHOP, instance({"u": 1.0, "v": 2.0, "w": 3.0}, {"r": ({"u": 1.0}, -INF, 5.0)}))
    assert found.verdict == "different"
    assert found.witness


def test_an_objective_renamed_is_a_note() -> None:
    found = diff(WORKSHOP, dataclasses.replace(WORKSHOP, objective_name="gain"))
    assert (found.verdict, found.notes) == ("identical", ("Objective profit is now called gain.",))


REWRITTEN = instance(
    {"chair": -40.0, "desk": -70.0},
    {
        "carpentry": ({"desk": -8.0, "chair": -6.0}, -480.0, INF),
        "finishing": ({"desk": 2.0, "chair": 1.0}, -INF, 100.0),
        "again": ({"desk": 4.0, "chair": 3.0}, -INF, 900.0),
        "positive": ({"desk": 1.0}, 0.0, INF),
    },
    sense=Sense.MINIMIZE,
)


def test_rewrites_are_notes_and_one_wrong_sense_among_them_is_one_line() -> None:
    found = diff(WORKSHOP, REWRITTEN)
    assert (found.verdict, found.how, found.families) == ("equivalent", "rewritten", ())
    assert found.summary == "Rewritten without effect"
    assert any("minimize of its negative" in note for note in found.notes)
    wrong = dataclasses.replace(REWRITTEN, row_lower=[-INF, -INF, -INF, 0.0], row_upper=[-480.0, 100.0, INF, INF])
    found = diff(WORKSHOP, wrong)
    assert found.verdict == "different"
    assert found.witness == "carpentry: sense <= → >="
    assert [(entry.subject, entry.field) for family in found.families for entry in family.entries] == [
        ("carpentry", "sense")
    ]


def test_a_bound_written_as_a_rule_is_a_note_and_a_new_bound_is_a_new_rule() -> None:
    capped = dataclasses.replace(WORKSHOP, column_upper=[30.0, INF])
    as_rule = instance({"desk": 70.0, "chair": 40.0}, WORKSHOP_ROWS | {"cap": ({"desk": 2.0}, -INF, 60.0)})
    assert diff(capped, as_rule).verdict == "equivalent"
    assert diff(capped, as_rule).families == ()
    found = diff(WORKSHOP, as_rule)
    assert found.verdict == "different"
    assert found.summary == "1 constraint added (cap)"
    assert only(found, "constraints", "cap").entries[0].new == "2 desk <= 60"


def test_repeated_names_are_not_compared() -> None:
    twice = dataclasses.replace(WORKSHOP, row_names=("carpentry", "carpentry"))
    found = diff(WORKSHOP, twice)
    assert found.verdict == "invalid"
    assert "carpentry twice" in found.reason


def test_entries_are_capped_and_the_rest_counted() -> None:
    size = 70
    found = diff(capacities([10.0] * size), capacities([float(t) for t in range(size)]))
    family = only(found, "constraints", "capacity")
    assert (len(family.entries), family.entry_count) == (50, 69)


def test_json_has_no_infinities() -> None:
    found = diff(WORKSHOP, dataclasses.replace(WORKSHOP, column_upper=[30.0, INF], row_lower=[1.0, -INF]))
    payload = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert payload["verdict"] == "different"
    assert payload["basis"] == "names"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_single_edit_is_found_and_undone_edits_are_identical(data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(["cost", "values", "row_upper", "column_lower"]))
    array = np.array(getattr(WORKSHOP, field))
    place = data.draw(st.integers(0, len(array) - 1))
    array[place] += data.draw(st.sampled_from([-1.0, 0.5, 3.0]))
    edited = dataclasses.replace(WORKSHOP, **{field: array})
    found = diff(WORKSHOP, edited)
    assert found.verdict == "different"
    assert sum(family.entry_count for family in found.families) == 1
    undone = np.array(getattr(WORKSHOP, field))
    assert diff(WORKSHOP, dataclasses.replace(edited, **{field: undone})).verdict == "identical"


def test_rows_added_to_a_family_say_where_they_went() -> None:
    found = diff(capacities([10, 20]), capacities([10, 20, 30]))
    assert found.summary == "1 variable added to x; 1 constraint added to capacity"
    family = only(found, "constraints", "capacity")
    assert (family.change, family.size_before, family.size_after) == ("changed", 2, 3)
    assert family.patterns == ("1 row added (index = 2, the last)",)
    assert diff(capacities([10, 20, 30]), capacities([10, 20])).summary == (
        "1 variable removed from x; 1 constraint removed from capacity"
    )


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (({"desk": 1.0}, 2.0, 5.0), "2 <= desk <= 5"),
        (({"desk": -1.0, "chair": 0.5}, -INF, 7.0), "-desk + 0.5 chair <= 7"),
        (({}, 1.0, INF), "0 >= 1"),
        (({"chair": 1.0}, 3.0, 3.0), "chair == 3"),
    ],
)
def test_an_added_row_is_shown_as_algebra(row: Row, text: str) -> None:
    found = diff(WORKSHOP, instance({"desk": 70.0, "chair": 40.0}, WORKSHOP_ROWS | {"new": row}))
    assert only(found, "constraints", "new").entries[0].new == text


def test_a_long_row_shows_its_beginning_and_its_length() -> None:
    columns = {f"x[{i}]": 1.0 for i in range(12)}
    before = instance(columns, {"r": ({"x[0]": 1.0}, -INF, 1.0)})
    after = instance(columns, {"r": ({"x[0]": 1.0}, -INF, 1.0), "long": (dict.fromkeys(columns, 1.0), -INF, 1.0)})
    assert only(diff(before, after), "constraints", "long").entries[0].new == (
        " + ".join(f"x[{i}]" for i in range(8)) + " + … (12 terms) <= 1"
    )


@pytest.mark.parametrize(
    ("old", "new", "pattern"),
    [
        ([2.0, 3.0], [0.0, 0.0], "coefficient of x removed in 2 of 2 rows"),
        ([0.0, 0.0], [2.0, 3.0], "coefficient of x added in 2 of 2 rows"),
        ([2.0, 3.0], [-2.0, -3.0], "coefficient of x ×-1 in 2 of 2 rows"),
    ],
)
def test_coefficients_that_come_and_go_are_said(old: list[float], new: list[float], pattern: str) -> None:
    def case(values: list[float]) -> Instance:
        columns = {"x[0]": 1.0, "x[1]": 1.0, "y": 1.0}
        return instance(columns, {f"r[{i}]": ({f"x[{i}]": v, "y": 1.0}, -INF, 4.0) for i, v in enumerate(values)})

    assert only(diff(case(old), case(new)), "constraints", "r").patterns == (pattern,)


def test_an_added_binary_variable_is_called_binary() -> None:
    after = instance(
        {"desk": 70.0, "chair": 40.0, "open": -5.0},
        WORKSHOP_ROWS,
        integrality=[0, 0, 1],
        column_upper=[INF, INF, 1.0],
    )
    assert only(diff(WORKSHOP, after), "variables", "open").entries[0].new == "binary, objective coefficient -5"


def test_bounds_without_a_number_on_one_side_are_only_counted() -> None:
    before = capacities([10, 20, 30])
    after = dataclasses.replace(before, column_upper=np.array([5.0, 6.0, INF]))
    assert only(diff(before, after), "variables", "x").patterns == ("upper bound changed in 2 of 3 columns",)
