"""Forged replies: raw bytes into the reader, as a program that took over its child would write them."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.sandbox import review as reviewing
from copilot.sandbox import wire
from copilot.sandbox.outcome import Limits
from copilot.sandbox.review import Reviewed, review
from solvers.instance import ARRAYS, Instance, Sense
from tests.solvers.forging import first_layout, forged

LIMITS = Limits()
HEADER: dict[str, Any] = {"failure": None, "counts": [["x", "var", 2]], "printed": "hello", "warnings": ["mind"]}


def make(**changes: Any) -> Instance:
    fields: dict[str, Any] = {
        "name": "m",
        "sense": Sense.MINIMIZE,
        "objective_name": "o",
        "objective_offset": 0.0,
        "cost": [1.0, 2.0],
        "indptr": [0, 2],
        "indices": [0, 1],
        "values": [1.0, 1.0],
        "row_lower": [-np.inf],
        "row_upper": [4.0],
        "column_lower": [0.0, 0.0],
        "column_upper": [1.0, np.inf],
        "integrality": [0, 1],
        "row_names": ("c",),
        "column_names": ("x", "y"),
    }
    return Instance(**(fields | changes))


def read(header: Any = HEADER, body: bytes | None = None) -> Reviewed:
    return review(wire.write_reply(header, make().to_bytes() if body is None else body), limits=LIMITS)


def is_refused(reviewed: Reviewed) -> bool:
    failure = reviewed.failure
    return reviewed.instance is None and failure is not None and failure.kind == "invalid_reply"


def test_an_honest_reply_is_read() -> None:
    reviewed = read()
    assert reviewed.failure is None
    assert reviewed.instance == make()
    assert (reviewed.printed, reviewed.warnings) == ("hello", ("mind",))
    assert [(family.name, family.kind, family.size) for family in reviewed.counts] == [("x", "var", 2)]


FORGED = {
    "empty": b"",
    "short": b"WPB1",
    "wrong magic": b"EVIL" + wire.write_reply(HEADER, make().to_bytes())[4:],
    "a pickle": b"cos\nsystem\n(S'touch /tmp/x'\ntR.",
    "numpy's own format with objects": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
    "header past the end": struct.pack("<4sIQ", wire.MAGIC, 1000, 0) + b"{}",
    "header over its cap": struct.pack("<4sIQ", wire.MAGIC, wire.HEADER_BYTES + 1, 0),
    "body of ten to the fifteenth": struct.pack("<4sIQ", wire.MAGIC, 2, 10**15) + b"{}",
    "lengths that wrap around": struct.pack("<4sIQ", wire.MAGIC, 2, 2**64 - 1) + b"{}",
    "bytes after the end": wire.write_reply(HEADER, make().to_bytes()) + b"x",
    "header is no JSON": struct.pack("<4sIQ", wire.MAGIC, 2, 0) + b"{]",
    "header is a list": struct.pack("<4sIQ", wire.MAGIC, 2, 0) + b"[]",
    "header is nested without end": struct.pack("<4sIQ", wire.MAGIC, 10**6, 0) + b"[" * 10**6,
    "header holds an endless number": struct.pack("<4sIQ", wire.MAGIC, 10**5, 0) + b"9" * 10**5,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_frame_is_refused(name: str) -> None:
    assert is_refused(review(FORGED[name], limits=LIMITS))


FORGED_HEADERS = {
    "no instance and no failure": ({}, b""),
    "an unknown failure": (HEADER | {"failure": {"kind": "solved"}}, b""),
    "a failure that only the host may tell": (HEADER | {"failure": {"kind": "timeout"}}, b""),
    "a failure that is a list": (HEADER | {"failure": [1]}, b""),
    "a line that is text": (HEADER | {"failure": {"kind": "raised", "line": "1"}}, b""),
    "a line below one": (HEADER | {"failure": {"kind": "raised", "line": -1}}, b""),
    "printed that is a number": (HEADER | {"printed": 7}, None),
    "warnings that are text": (HEADER | {"warnings": "many"}, None),
    "too many warnings": (HEADER | {"warnings": ["x"] * 1000}, None),
    "counts of another shape": (HEADER | {"counts": [["x", "var"]]}, None),
    "a count of an unknown kind": (HEADER | {"counts": [["x", "function", 1]]}, None),
    "a count below zero": (HEADER | {"counts": [["x", "var", -1]]}, None),
    "a count that is true": (HEADER | {"counts": [["x", "var", True]]}, None),
    "too many families": (HEADER | {"counts": [["x", "var", 1]] * 3000}, None),
}


@pytest.mark.parametrize("name", FORGED_HEADERS)
def test_a_forged_header_is_refused(name: str) -> None:
    assert is_refused(read(*FORGED_HEADERS[name]))


def arrays(**changes: list[Any]) -> list[list[Any]]:
    instance = make()
    plain = {name: [name, dtype.str, len(getattr(instance, name))] for name, dtype in ARRAYS.items()}
    return list((plain | changes).values())


FORGED_INSTANCES = {
    "crossed into nothing": b"",
    "truncated": make().to_bytes()[:-1],
    "object dtype": forged(make(), arrays=arrays(cost=["cost", "|O", 2])),
    "structured dtype": forged(make(), arrays=arrays(cost=["cost", [["a", "|O"]], 2])),
    "another dtype": forged(make(), arrays=arrays(cost=["cost", "<f4", 4])),
    "length of ten to the fifteenth": forged(make(), arrays=arrays(cost=["cost", "<f8", 10**15])),
    "length below zero": forged(make(), arrays=arrays(cost=["cost", "<f8", -2])),
    "length that is text": forged(make(), arrays=arrays(cost=["cost", "<f8", "2"])),
    "unknown sense": forged(make(), sense="maximise"),
    "offset that is no number": forged(make(), objective_offset="nan"),
    "too few names": forged(make(), texts={"column_names": ["x"]}),
    "too many names": forged(make(), texts={"column_names": ["x", "y", "z"]}),
    "names that are no text": forged(make(), texts={"column_names": (2, b"\xff\0x")}),
    "names that are fewer than they say": forged(make(), texts={"column_names": (2, b"x")}),
    "names of a count that is text": forged(make(), names=[["1", 1], [2, 3], [0, 0]]),
    "the same name twice": forged(make(), texts={"column_names": ["x", "x"]}),
    "a name with a line break": forged(make(), texts={"column_names": ["x", "y\nz"]}),
    "a name with an escape": forged(make(), texts={"column_names": ["x", "\x1b[2J"]}),
    "a name that turns the text around": forged(make(), texts={"row_names": ["\u202egnp"]}),
    "a name of half a character": forged(make(), texts={"row_names": ["\ud800"]}),
    "a name as long as a book": forged(make(), texts={"row_names": ["x" * 5000]}),
    "a model name with a null": forged(make(), name="m\0"),
    "cost that is not finite": make(cost=[np.nan, 1]).to_bytes(),
    "coefficient that is not finite": make(values=[np.inf, 1]).to_bytes(),
    "lower bound of plus infinity": make(column_lower=[np.inf, 0]).to_bytes(),
    "upper bound that is no number": make(row_upper=[np.nan]).to_bytes(),
    "column index out of range": make(indices=[0, 7]).to_bytes(),
    "pointers that fall": make(indptr=[0, 1, 0], row_lower=[0, 0], row_upper=[1, 1], row_names=("c", "d")).to_bytes(),
    "pointers past the end": make(indptr=[0, 9]).to_bytes(),
    "integrality of two": make(integrality=[0, 2]).to_bytes(),
    "a fixed variable without a number": forged(make(), fixed=[["z", "inf"]]),
    "a fixed variable of another shape": forged(make(), fixed=[["z"]]),
    "the layout of an older release": first_layout(make()),
    "nothing at all": make(
        cost=[], indptr=[0], indices=[], values=[], row_lower=[], row_upper=[], column_lower=[], column_upper=[],
        integrality=[], row_names=(), column_names=(),
    ).to_bytes(),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED_INSTANCES)
def test_a_forged_instance_is_refused_with_a_sentence(name: str) -> None:
    reviewed = read(HEADER, FORGED_INSTANCES[name])
    assert is_refused(reviewed)
    assert reviewed.failure is not None
    assert reviewed.failure.message.endswith("Correct the program or its data.")
    assert not any(character < " " for character in reviewed.failure.message)


def test_a_header_that_would_swell_in_memory_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "MAX_HEADER_BYTES", 1 << 20)
    swollen = b'{"fixed":[' + b"[]," * 700_000 + b"[]]}"
    body = b"WPINST2\n" + struct.pack("<I", len(swollen)) + swollen
    frame = wire.write_reply(HEADER, body)
    tracemalloc.start()
    try:
        reviewed = review(frame, limits=LIMITS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert is_refused(reviewed)
    assert peak < 1 << 20


def test_names_past_their_cap_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "MAX_NAME_BYTES", 3)
    reviewed = read(HEADER, make().to_bytes())
    assert is_refused(reviewed)
    assert reviewed.failure is not None
    assert "shorten them" in reviewed.failure.message


def test_printed_text_is_cut_and_cleaned() -> None:
    reviewed = review(
        wire.write_reply(HEADER | {"printed": "a\x1b" * 100}, make().to_bytes()), limits=Limits(printed_bytes=10)
    )
    assert reviewed.printed == "a\N{REPLACEMENT CHARACTER}" * 5


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_never_raise(frame: bytes) -> None:
    assert review(frame, limits=LIMITS).instance is None


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_damaged_reply_never_raises_and_never_gives_a_malformed_instance(data: st.DataObject) -> None:
    frame = bytearray(wire.write_reply(HEADER, make().to_bytes()))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    reviewed = review(
        bytes(frame[: data.draw(st.integers(0, len(frame)))]) if data.draw(st.booleans()) else frame, limits=LIMITS
    )
    if reviewed.instance is not None:
        assert reviewed.instance.validate() is reviewed.instance
        assert np.isfinite(reviewed.instance.values).all()
