"""Large files are read by a child: the same tables, the same sentences, and an end to time and memory."""

from __future__ import annotations

import pytest

from copilot.data import apart
from copilot.data.errors import DataError
from copilot.data.reading import DataTable, read_tables
from tests.data.workbooks import workbook

CSV = b"name,price\n" + b"".join(b"item%d,%d\n" % (i, i) for i in range(100_000))


def book() -> bytes:
    """A workbook with many rows, which takes a second to write."""
    costs = [["Plant", "Cost (EUR/t)"], *([f"plant {i}", i / 4] for i in range(20_000))]
    return workbook({"Costs": costs, "Fees": [["a"], [1]]})


def read(name: str, content: bytes, *, seconds: float = 60.0) -> tuple[DataTable, ...]:
    return apart.read(name, content, max_bytes=20 << 20, seconds=seconds)


@pytest.mark.parametrize("name", ["items.csv", "plan.xlsx"])
def test_a_child_gives_the_same_tables(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = CSV if name.endswith(".csv") else book()
    monkeypatch.setattr(apart, "read_tables", lambda *_, **__: pytest.fail("read in this process"))
    found = read(name, content)
    assert found == read_tables(name, content)


def test_a_child_refuses_with_the_same_words() -> None:
    with pytest.raises(DataError, match="line 100002: there are 3 cells"):
        read("items.csv", CSV + b"a,1,2\n")


def test_a_small_file_needs_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_by_child", lambda *_, **__: pytest.fail("a child for a small file"))
    assert read("a.csv", b"a,b\n1,2\n")[0].row_count == 1
    with pytest.raises(DataError, match="cannot be unpacked"):
        read("a.xlsx", b"PK\x03\x04rest")


def test_time_is_limited() -> None:
    with pytest.raises(DataError, match=r"takes longer than 0\.05 seconds"):
        read("items.csv", CSV, seconds=0.05)


def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        returncode = apart._MEMORY_OUT
        stdout = b""

    monkeypatch.setattr(apart.subprocess, "run", lambda *_, **__: Ended())
    with pytest.raises(DataError, match="needs more memory"):
        read("items.csv", CSV)


def test_only_so_many_are_read_at_once() -> None:
    for _ in range(apart.AT_ONCE):
        assert apart._turns.acquire(timeout=1)
    try:
        with pytest.raises(DataError, match="other large files are being read"):
            read("items.csv", CSV, seconds=0.01)
    finally:
        for _ in range(apart.AT_ONCE):
            apart._turns.release()
    assert read("items.csv", CSV)
