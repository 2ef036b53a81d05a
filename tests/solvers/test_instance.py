"""The instance: what it refuses, its data-only file, and the laws of its fingerprint."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.fingerprint import fingerprint
from solvers.instance import ARRAYS, Instance, InstanceError, Sense
from tests.bench import generated
from tests.solvers import instances
from tests.solvers.forging import first_layout, forged

INF = float("inf")

numbers = st.floats(allow_nan=False, allow_infinity=False)
coefficients = st.one_of(st.integers(-5, 5).map(float), numbers)
names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12)


@st.composite
def any_instance(draw: st.DrawFn) -> Instance:
    n, m = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    cells = draw(st.sets(st.tuples(st.integers(0, m - 1), st.integers(0, n - 1)))) if n and m else set()
    entries = sorted(cells)

    def floats(size: int) -> list[float]:
        return draw(st.lists(coefficients, min_size=size, max_size=size))

    def sides(size: int, missing: float) -> list[float]:
        return draw(st.lists(st.one_of(st.just(missing), coefficients), min_size=size, max_size=size))

    labels = draw(st.lists(names, min_size=n + 1, max_size=n + 1, unique=True))
    return Instance(
        name=draw(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=5)),
        sense=draw(st.sampled_from(Sense)),
        objective_name="goal",
        objective_offset=draw(numbers),
        cost=floats(n),
        indptr=np.concatenate(([0], np.cumsum(np.bincount([r for r, _ in entries], minlength=m)))).astype(int),
        indices=[c for _, c in entries],
        values=floats(len(entries)),
        row_lower=sides(m, -INF),
        row_upper=sides(m, INF),
        column_lower=sides(n, -INF),
        column_upper=sides(n, INF),
        integrality=draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)),
        row_names=draw(st.lists(names, min_size=m, max_size=m, unique=True)),
        column_names=labels[:n],
        fixed=((labels[n], draw(numbers)),) if draw(st.booleans()) else (),
    )


def shuffled(instance: Instance, seed: int) -> Instance:
    """The same instance with rows, columns and the entries of each row in another order, and new names."""
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(instance.row_count), random.permutation(instance.column_count)
    place = np.argsort(columns)
    starts, indices, values = [0], [], []
    for row in rows:
        span = np.arange(instance.indptr[row], instance.indptr[row + 1])
        random.shuffle(span)
        indices += place[instance.indices[span]].tolist()
        values += instance.values[span].tolist()
        starts.append(len(values))
    return replace(
        instance,
        cost=instance.cost[columns],
        indptr=starts,
        indices=indices,
        values=values,
        row_lower=instance.row_lower[rows],
        row_upper=instance.row_upper[rows],
        column_lower=instance.column_lower[columns],
        column_upper=instance.column_upper[columns],
        integrality=instance.integrality[columns],
        row_names=tuple(f"r{i}" for i in range(instance.row_count)),
        column_names=tuple(f"c{j}" for j in range(instance.column_count)),
        fixed=(),
        name="shuffled",
    )


@given(any_instance())
@settings(max_examples=150, deadline=None)
def test_the_file_round_trips_exactly(instance: Instance) -> None:
    data = instance.to_bytes()
    again = Instance.from_bytes(data)
    assert again == instance
    assert again.to_bytes() == data
    assert again.digest() == instance.digest()


@given(any_instance(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_the_fingerprint_ignores_order_and_names(instance: Instance, seed: int) -> None:
    assert fingerprint(shuffled(instance, seed)) == fingerprint(instance)


@given(any_instance(), st.data())
@settings(max_examples=100, deadline=None)
def test_one_changed_number_changes_the_fingerprint_and_the_digest(instance: Instance, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from([f for f in ARRAYS if f not in ("indptr", "indices", "integrality")]))
    array = getattr(instance, field).copy()
    if not array.size:
        return
    at = data.draw(st.integers(0, array.size - 1))
    array[at] = 17.25 if array[at] != 17.25 else 18.5
    changed = replace(instance, **{field: array})
    assert fingerprint(changed) != fingerprint(instance)
    assert changed.digest() != instance.digest()


def test_the_fingerprint_sees_sense_offset_and_integrality() -> None:
    base = instances.workshop()
    others = [
        replace(base, sense=Sense.MINIMIZE),
        replace(base, objective_offset=1.0),
        replace(base, integrality=[1, 0]),
        replace(base, integrality=[0, 1]),
    ]
    assert len({fingerprint(instance) for instance in [base, *others]}) == 5


def test_the_fingerprint_counts_twelve_digits() -> None:
    sums = (0.1 + 0.2, 0.3, 0.3 * (1 + 1e-15))
    assert len({fingerprint(instances.make(cost=[value])) for value in sums}) == 1
    assert fingerprint(instances.make(cost=[0.3])) != fingerprint(instances.make(cost=[0.3000000001]))
    tens = (10.0, 9.9999999999999, 10.0000000000001)
    assert len({fingerprint(instances.make(cost=[value])) for value in tens}) == 1


def test_a_long_chain_is_refined_to_its_end() -> None:
    def chain(*, marked: int) -> Instance:
        rows = [[1.0 if j in (i, i + 1) else 0.0 for j in range(12)] for i in range(11)]
        cost = [2.0 if j in (0, marked) else 1.0 for j in range(12)]
        return instances.make(cost=cost, rows=rows, row_lower=[1] * 11, row_upper=[INF] * 11)

    assert fingerprint(chain(marked=5)) != fingerprint(chain(marked=6))


def test_arrays_are_copied_and_read_only() -> None:
    cost = np.array([1.0, 2.0])
    instance = instances.make(cost=cost.tolist())
    with pytest.raises(ValueError, match="read-only"):
        instance.cost[0] = 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cost": [1.0, float("nan")]}, r"objective coefficient of variable x\[1\] is nan"),
        ({"values": [4, 3, float("inf"), 1]}, r"coefficient of variable x\[0\] in constraint row\[1\] is inf"),
        ({"objective_offset": float("nan")}, "objective goal has a constant term"),
        ({"row_lower": [INF, 0]}, r"lower bound of constraint row\[0\] is inf"),
        ({"column_upper": [0, -INF]}, r"upper bound of variable x\[1\] is -inf"),
        ({"column_lower": [0, float("nan")]}, r"lower bound of variable x\[1\] is nan"),
        ({"indices": [0, 0, 0, 1]}, r"row\[0\] has two entries for variable x\[0\]"),
        ({"indices": [0, 7, 0, 1]}, "column number 7, but there are 2"),
        ({"indptr": [0, 3, 2]}, "row pointers"),
        ({"indptr": [0, 4]}, "indptr has 2 entries where 3"),
        ({"row_upper": [1.0]}, "row_upper has 1 entries where 2"),
        ({"column_names": ("a", "a")}, "Two variables share the name a"),
        ({"row_names": ("a", "")}, "non-empty text"),
        ({"row_names": ("a", "\ud800")}, "surrogate"),
        ({"row_names": ("a", "b" * 5000)}, "longer than"),
        ({"row_names": ("a", "b\0c")}, "NUL"),
        ({"integrality": [0, 2]}, "may only hold 0"),
        ({"fixed": (("x[0]", 1.0),)}, "both a column and listed as fixed"),
        ({"fixed": (("z", INF),)}, "fixed variable z has the value inf"),
    ],
)
def test_a_fault_is_named_in_one_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(InstanceError, match=sentence):
        replace(instances.workshop(), **changes).validate()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes", [{"indices": [0, 2**40, 0, 1]}, {"indptr": [0, -1, 4]}, {"cost": ["a", "b"]}, {"cost": [[1.0], [2.0]]}]
)
def test_arrays_of_the_wrong_kind_are_refused_at_once(changes: dict[str, object]) -> None:
    with pytest.raises(InstanceError):
        replace(instances.workshop(), **changes)  # type: ignore[arg-type]


def test_crossed_bounds_are_a_fact_not_a_fault() -> None:
    instance = replace(instances.workshop(), column_lower=[0, 5], column_upper=[1, 4]).validate()
    assert "variable x[1]" in instance.contradiction()
    assert instances.workshop().contradiction() == ""


@pytest.mark.parametrize("cut", [0, 4, 11, 40, -1, -9])
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(InstanceError):
        Instance.from_bytes(instances.workshop().to_bytes()[:cut])


def test_a_file_of_the_first_release_is_still_read() -> None:
    assert Instance.from_bytes(first_layout(instances.workshop())) == instances.workshop()


def test_a_padded_file_is_refused() -> None:
    with pytest.raises(InstanceError, match="after its last array"):
        Instance.from_bytes(instances.workshop().to_bytes() + b"\0")


@pytest.mark.parametrize(
    "changes",
    [
        {"sense": "sideways"},
        {"name": 3},
        {"row_names": ["row[0]", "row[1]"]},
        {"names": "ab"},
        {"names": [[2, 13], [2, 9]]},
        {"names": [[2, 2**60], [2, 9], [0, 0]]},
        {"names": [[3, 13], [2, 9], [0, 0]]},
        {"names": [[2, 13], [True, 9], [0, 0]]},
        {"fixed": [["a"]]},
        {"fixed": [["a", "b"]]},
        {"fixed": {"a": 1}},
        {"objective_offset": None},
        {"objective_offset": "nan"},
        {"arrays": []},
        {"arrays": [["cost", "<f8", 2**60]] + [[f, d.str, 0] for f, d in list(ARRAYS.items())[1:]]},
        {"arrays": [["cost", "|O", 2]] + [[f, d.str, 0] for f, d in list(ARRAYS.items())[1:]]},
        {"arrays": [["cost", "<f8", -2]] + [[f, d.str, 0] for f, d in list(ARRAYS.items())[1:]]},
        {"extra": 1},
    ],
)
def test_a_forged_header_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InstanceError):
        Instance.from_bytes(forged(instances.workshop(), **changes))


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_a_flipped_byte_gives_an_instance_or_an_instance_error(at: int, flip: int) -> None:
    data = bytearray(instances.workshop().to_bytes())
    data[at % len(data)] ^= flip
    with contextlib.suppress(InstanceError):
        assert Instance.from_bytes(bytes(data)).validate().column_count == 2


def test_fingerprints_stay_what_they_were() -> None:
    stored = {
        "db2263311bf2ee46221a3b57ecfef251": generated.transport(sources=20, sinks=30),
        "2a57b0001b414646c1bf2105aa9d314b": generated.set_cover(rows=100, columns=900),
        "959a225159e6040dc08e2c084f98d4d4": generated.lot_sizing(products=20),
        "44f09296c5c8a25f383cef583c8af05d": generated.multicommodity(nodes=40, arcs=120, commodities=3),
    }
    assert [fingerprint(instance) for instance in stored.values()] == list(stored)
