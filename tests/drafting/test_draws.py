"""Random data keep what a program relies on: labels, types, zeros, signs, and the same number in both versions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.drafting.base import Data
from copilot.drafting.draws import STEPS, WAYS, Way, draw, grown, seed_of, shrunk
from copilot.drafting.shared_data import renamings, shapes_of, union
from copilot.drafting.source import Roles

DATA: Data = {
    "hours": 240,
    "share": 0.4,
    "loss": -3.5,
    "none": 0,
    "is_open": True,
    "label": "north",
    "plants": ["a", "b"],
    "cost": {("a", "1"): 4, ("b", "1"): 0, ("a", "2"): -7, ("b", "2"): 6.5},
    "rows": [{"plant": "a", "period": 1, "demand": 20}, {"plant": "b", "period": 2, "demand": 0}],
}


@pytest.mark.parametrize("way", WAYS)
def test_names_labels_types_zeros_and_signs_stay(way: Way) -> None:
    drawn, count = draw(DATA, seed=5, way=way)
    assert count > 0
    assert list(drawn) == list(DATA)
    assert (drawn["none"], drawn["is_open"], drawn["label"], drawn["plants"]) == (0, True, "north", ["a", "b"])
    cost: Any = drawn["cost"]
    assert list(cost) == list(DATA["cost"])  # type: ignore[arg-type]
    assert [type(value) for value in cost.values()] == [int, int, int, float]
    assert [value > 0 for value in cost.values()] == [True, False, False, True]
    assert isinstance(drawn["hours"], int)
    assert drawn["loss"] < 0  # type: ignore[operator]
    rows: Any = drawn["rows"]
    assert [(row["plant"], row["period"]) for row in rows] == [("a", 1), ("b", 2)]
    assert rows[1]["demand"] == 0


def test_numbers_change_and_come_from_half_a_million() -> None:
    drawn = [draw({"hours": 240, "share": 0.4}, seed=seed)[0] for seed in range(200)]
    assert len({data["hours"] for data in drawn}) == len({data["share"] for data in drawn}) == 200
    assert STEPS == 500_000


def test_a_draw_repeats_for_its_seed_and_differs_for_another() -> None:
    assert draw(DATA, seed=1) == draw(DATA, seed=1)
    assert draw(DATA, seed=1) != draw(DATA, seed=2)
    assert seed_of("a", "b") != seed_of("ab")


def test_equal_numbers_of_different_names_are_drawn_apart() -> None:
    drawn, _ = draw({"a": 7, "b": 7}, seed=3)
    assert drawn["a"] != drawn["b"]


def test_a_renamed_number_takes_the_draw_of_its_old_name() -> None:
    drawn, _ = draw({"hours": 240, "minutes": 300}, seed=3, renamed={"minutes": "hours"})
    assert drawn["minutes"] == drawn["hours"]


def test_sizes_stay_and_switches_stay_near() -> None:
    roles = Roles(sizes=frozenset({"periods"}), switches=frozenset({"flag", "reach"}))
    drawn, _ = draw({"periods": 6, "flag": {"a": 1, "b": 0}, "reach": 300}, seed=1, roles=roles)
    assert (drawn["periods"], drawn["flag"]) == (6, {"a": 1, "b": 0})
    assert 150 <= drawn["reach"] <= 480  # type: ignore[operator]


def test_a_set_grows_by_a_label_with_the_numbers_of_its_last() -> None:
    larger, sets = grown({"t": ["1", "2"], "cost": {"1": 5, "2": 7}, "most": 9})
    assert sets == ("t",)
    assert larger == {"t": ["1", "2", "3"], "cost": {"1": 5, "2": 7, "3": 7}, "most": 9}
    named, _ = grown(DATA)
    assert named["plants"] == ["a", "b", "b 2"]
    assert named["cost"][("b 2", "2")] == 6.5  # type: ignore[index, call-overload]
    assert named["rows"][-1] == {"plant": "b 2", "period": 2, "demand": 0}  # type: ignore[index]


def test_a_set_shrinks_with_all_that_names_its_last_label() -> None:
    smaller, sets = shrunk(DATA)
    assert sets == ("plants",)
    assert smaller["plants"] == ["a"]
    assert list(smaller["cost"]) == [("a", "1"), ("a", "2")]  # type: ignore[arg-type]
    assert smaller["rows"] == [DATA["rows"][0]]  # type: ignore[index]


def test_data_without_sets_have_no_other_size() -> None:
    assert grown({"hours": 240})[1] == ()


def test_a_number_of_both_versions_is_one_number_in_their_union() -> None:
    joined = union({"hours": 240, "old": 1}, {"hours": 300, "new": 2}, "after")
    assert joined == {"hours": 240, "old": 1, "new": 2}
    assert union({"fee": 0}, {"fee": 9}, "after") == {"fee": 9}


def test_labels_of_either_side_or_of_both() -> None:
    before: Data = {"items": ["a", "b"], "gain": {"a": 1, "b": 2}}
    after: Data = {"items": ["a", "c"], "gain": {"a": 5, "c": 6}}
    assert shapes_of(before, before) == ("after",)
    assert shapes_of(before, after) == ("after", "before", "union")
    assert union(before, after, "after") == {"items": ["a", "c"], "gain": {"a": 1, "c": 6}}
    assert union(before, after, "before") == before
    assert union(before, after, "union") == {"items": ["a", "b", "c"], "gain": {"a": 1, "b": 2, "c": 6}}


def test_a_name_that_went_is_paired_with_a_new_one_of_the_same_number() -> None:
    found, is_all = renamings({"hours": 240, "wood": 9}, {"minutes": 240, "wood": 9})
    assert (found, is_all) == (({"minutes": "hours"},), True)


def test_names_that_cannot_be_told_apart_are_paired_in_every_way() -> None:
    found, is_all = renamings({"a": 1, "b": 2}, {"x": 3, "y": 4})
    assert is_all
    assert {"x": "a", "y": "b"} in found
    assert {"x": "b", "y": "a"} in found


def test_too_many_ways_are_said_to_be_too_many() -> None:
    names = [f"n{i}" for i in range(5)]
    found, is_all = renamings({f"old_{n}": 1 for n in names}, {f"new_{n}": 2 for n in names})
    assert not is_all
    assert len(found) <= 6


numbers = st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=True, allow_infinity=True))


@given(st.dictionaries(st.text(max_size=4), st.one_of(numbers, st.dictionaries(st.text(max_size=3), numbers))))
def test_any_data_can_be_drawn(data: Data) -> None:
    for way in WAYS:
        drawn, _ = draw(data, seed=0, way=way)
        assert drawn.keys() == data.keys()
