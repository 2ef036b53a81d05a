"""Families of arrays become the instance they say, with its names; a mistake gets a sentence that names the family."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import runner
from solvers.array_names import are_numbered, pack
from solvers.arrays import ArrayModel
from solvers.instance import Instance, InstanceError, Sense

INF = float("inf")


def transport() -> ArrayModel:
    model = ArrayModel("transport", objective="cost")
    flow = model.add_columns("flow", (2, 3), cost=[[4, 6, 9], [5, 3, 8]], upper=50)
    model.add_columns("open", (), cost=7, upper=1, integer=True)
    model.add_rows("supply", 2, entries=[(np.arange(2)[:, None], flow, 1.0)], upper=[40, 60])
    model.add_rows("demand", 3, entries=[(np.arange(3), flow, 1.0)], lower=[20, 30, 40])
    return model


def test_families_become_rows_columns_and_names() -> None:
    instance = transport().instance()
    assert (instance.name, instance.objective_name, instance.sense) == ("transport", "cost", Sense.MINIMIZE)
    assert instance.cost.tolist() == [4, 6, 9, 5, 3, 8, 7]
    assert instance.integrality.tolist() == [0] * 6 + [1]
    assert instance.column_upper.tolist() == [50] * 6 + [1]
    assert instance.row_lower.tolist() == [-INF, -INF, 20, 30, 40]
    assert instance.row_upper.tolist() == [40, 60, INF, INF, INF]
    assert instance.matrix.toarray().tolist() == [
        [1, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 1, 0],
        [1, 0, 0, 1, 0, 0, 0],
        [0, 1, 0, 0, 1, 0, 0],
        [0, 0, 1, 0, 0, 1, 0],
    ]
    assert instance.row_names == ("supply[0]", "supply[1]", "demand[0]", "demand[1]", "demand[2]")
    assert instance.column_names == (*(f"flow[{i},{j}]" for i in range(2) for j in range(3)), "open")
    assert Instance.from_bytes(instance.to_bytes()) == instance
    assert runner.solve(instance).objective_value == pytest.approx(20 * 4 + 30 * 3 + 30 * 8 + 10 * 9)


def test_blocks_and_entries_add_up() -> None:
    model = ArrayModel(sense="maximize")
    x, y = model.add_columns("x", 2), model.add_columns("y", 2)
    model.offset = 3.0
    model.add_rows(
        "both",
        2,
        blocks=[(sp.eye_array(2), y), (np.array([[1.0, 2.0], [0.0, 0.0]]), x)],
        entries=[(1, x[0], 5.0), (1, x[0], 2.0), (1, y[1], -1.0)],
        upper=1,
    )
    instance = model.instance()
    assert instance.matrix.toarray().tolist() == [[1, 2, 1, 0], [7, 0, 0, 0]]
    assert instance.nonzero_count == 4  # y[1] in row 1 cancelled
    assert (instance.sense, instance.objective_offset) == (Sense.MAXIMIZE, 3.0)


def test_rows_and_families_may_be_empty() -> None:
    model = ArrayModel()
    model.add_columns("none", (0, 4))
    x = model.add_columns("x", 1)
    model.add_rows("nothing", 0)
    model.add_rows("free", 2)
    instance = model.instance()
    assert (instance.row_names, instance.column_names) == (("free[0]", "free[1]"), ("x[0]",))
    assert x.tolist() == [0]
    assert ArrayModel().instance().column_count == 0


MISTAKES: dict[str, tuple[Callable[[Any], object], str]] = {
    "shape": (
        lambda m: m.add_columns("y", (2, 3), cost=[1, 2]),
        r"cost of family y .* not fit its shape \(2, 3\)",
    ),
    "text": (lambda m: m.add_columns("y", 2, lower="low"), "lower of family y"),
    "nan": (lambda m: m.add_columns("y", (2, 2), cost=[[1, 2], [3, np.nan]]), r"cost of family y holds nan at \[1,1\]"),
    "lower": (
        lambda m: m.add_columns("y", 2, lower=[0, INF]),
        r"lower of family y holds inf at \[1\], not a",
    ),
    "upper": (lambda m: m.add_rows("c", 2, upper=-INF), r"upper of family c holds -inf at \[0\], not a number above"),
    "integer": (lambda m: m.add_columns("y", 2, integer=2), "integer of family y holds 2.0"),
    "twice": (lambda m: m.add_columns("x", 2), "Two families have the name x"),
    "name": (lambda m: m.add_columns("y[1]", 2), "without"),
    "negative": (lambda m: m.add_columns("y", (2, -1)), "negative"),
    "huge": (lambda m: m.add_columns("y", (10**6, 10**6)), "too large"),
    "real shape": (lambda m: m.add_columns("y", 2.5), "shape of family y"),
    "row": (lambda m: m.add_rows("c", 2, entries=[(2, 0, 1.0)]), "family c is for row number 2, but there are 2 rows"),
    "column": (lambda m: m.add_rows("c", 2, entries=[(0, 3, 1.0)]), "family c is for column number 3, but there are 3"),
    "below": (lambda m: m.add_rows("c", 2, entries=[(0, -1, 1.0)]), "column number -1"),
    "value": (lambda m: m.add_rows("c", 2, entries=[(1, [0, 2], [1, INF])]), "family c in row 1 and column 2 is inf"),
    "real": (lambda m: m.add_rows("c", 2, entries=[(0.5, 0, 1.0)]), "family c is not a triplet .* whole numbers"),
    "lengths": (lambda m: m.add_rows("c", 2, entries=[([0, 1], [0, 1, 2], 1.0)]), "family c is not a triplet"),
    "pair": (lambda m: m.add_rows("c", 2, entries=[(0, 1)]), "family c is not a triplet"),
    "block": (
        lambda m: m.add_rows("c", 2, blocks=[(np.eye(3), [0, 1, 2])]),
        r"family c has the shape \(3, 3\)",
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_named_with_its_family(kind: str) -> None:
    mistake, sentence = MISTAKES[kind]
    model = ArrayModel()
    model.add_columns("x", 3)
    with pytest.raises(InstanceError, match=sentence):
        mistake(model)


def test_an_unknown_sense_is_refused() -> None:
    with pytest.raises(InstanceError, match="minimize or maximize"):
        ArrayModel(sense="least")


SPANS = st.lists(st.tuples(st.integers(0, 1200), st.integers(1, 4)).map(lambda s: range(s[0], s[0] + s[1])), max_size=3)


@given(spans=SPANS)
@settings(deadline=None)
def test_packed_names_are_those_written_one_by_one(spans: list[range]) -> None:
    members = itertools.product(*spans)
    wanted = [f"x[{','.join(map(str, index))}]" for index in members] if spans else ["x"]
    assert pack("x", spans) == "\0".join(wanted).encode()
    assert are_numbered(pack("x", spans))


@pytest.mark.parametrize("start", [0, 1, 9, 12_345])
def test_numbers_without_brackets_are_recognised_too(start: int) -> None:
    names = [*(f"c{i}" for i in range(start, start + 150_000)), "x", "y[1]", "y[2]", *(f"y{i}" for i in range(3))]
    assert are_numbered("\0".join(names).encode())
    assert not are_numbered("\0".join([*names, "c7"]).encode())


@pytest.mark.parametrize("start", [0, 7, 998, 1000, 1999, 123_456])
def test_long_families_are_packed_by_the_thousand(start: int) -> None:
    span = range(start, start + 100_003)
    packed = pack("x", [range(1), span])
    assert packed.decode().split("\0") == [f"x[0,{i}]" for i in span]
    assert are_numbered(packed)


NOT_NUMBERED = [
    b"",
    b"x\0x",
    b"x[0]\0x[0]",
    b"x[0]\0x[2]",
    b"x[1]\0x[0]",
    b"x[0]\0y[0]\0x[1]",
    b"x[0,0]\0x[1]",
    b"x[0,0]\0x[0,1]\0x[1,1]",
    b"x[0]\0x[01]",
    b"x[0]\0",
    b"\0x[0]",
    b"x[0]\0\0x[1]",
    b"x[a]",
    b"x[0]\0x[9999999999]",
    b"x[0,0]\0x[999999999,999999999]",
    "é[0]\0é[1]".encode(),
    b"x[9999999999999999]",
    b"x1\0x3",
    b"x01\0x02",
    b"x1\0x2\0x1",
    b"x9999999999999",
    b"x1\0x[1]\0x2",
    b"123",
]


@pytest.mark.parametrize("packed", NOT_NUMBERED)
def test_other_names_are_not_taken_for_numbered_ones(packed: bytes) -> None:
    assert not are_numbered(packed)


@given(
    st.lists(
        st.sampled_from(["x", "x0", "x1", "x2", "x10", "x1[0]", "x[0]", "x[1]", "x[2]", "x[0,0]", "x[0,1]", "y[0]"]),
        min_size=1,
    )
)
def test_numbered_names_are_never_alike(names: list[str]) -> None:
    assert not are_numbered("\0".join(names).encode()) or len(set(names)) == len(names)


def test_repeated_names_in_a_file_are_found_all_the_same() -> None:
    instance = replace(transport().instance(), column_names=("flow[0,0]",) * 7)
    with pytest.raises(InstanceError, match=r"Two variables share the name flow\[0,0\]"):
        Instance.from_bytes(instance.to_bytes())
