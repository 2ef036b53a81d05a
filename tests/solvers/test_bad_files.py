"""Every file is read or refused in one sentence that names it, whatever is wrong with it."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from solvers.instance import InstanceError
from solvers.instance_file import MAGIC
from solvers.mps import read
from solvers.mps_write import lp_text, mps_text
from solvers.result import TerminationCondition
from solvers.runner import solve
from tests.solvers import instances

BENCH = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "mps"
# What is refused of the folder, and why; everything else is read.
REFUSED = {
    "1448.lp": "holds no variable and no constraint",
    "1449a.lp": "line 1 has subject where the objective should end",
    "1449b.lp": "line 1 has subject where the objective should end",
    "garbage.mps": "does not follow the MPS or LP format",
    "nan0.mps": "line 8 has nan where a number is expected",
    "nan2.mps": "line 12 has nan where a number is expected",
    "qjh_quadobj_qmatrix.mps": "line 18 gives the products of the objective again",
}


def refused(path: Path, sentence: str) -> None:
    with pytest.raises(InstanceError, match=sentence) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.bench
@pytest.mark.skipif(not BENCH.is_dir(), reason=f"NOT VERIFIED: the benchmark folder {BENCH} is not here")
def test_every_file_of_the_collection_is_read_or_refused_as_the_table_says() -> None:
    names = sorted(path.name for path in BENCH.iterdir())
    assert len(names) > 60
    assert REFUSED.keys() <= set(names)
    for name in names:
        if name in REFUSED:
            refused(BENCH / name, REFUSED[name])
        else:
            assert read(BENCH / name).instance.column_count > 0, name


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize(("ending", "text"), [("mps", mps_text), ("lp", lp_text)])
def test_a_file_cut_short_is_refused_or_what_is_left_of_it_is_valid(
    tmp_path: Path, fraction: float, ending: str, text: object
) -> None:
    whole = text(instances.covering(30, 40, 0.2))  # type: ignore[operator]
    path = tmp_path / f"cut.{ending}"
    path.write_text(whole[: int(len(whole) * fraction)])
    try:
        left = read(path).instance
    except InstanceError as error:
        assert "cut." in str(error)  # noqa: PT017
        return
    left.validate()
    assert left.nonzero_count < instances.covering(30, 40, 0.2).nonzero_count or ending == "lp" or fraction > 0.5


@pytest.mark.parametrize("at", [10, 100, 1000, 3000, -1])
def test_an_instance_file_cut_short_is_refused(tmp_path: Path, at: int) -> None:
    path = tmp_path / "cut.instance"
    path.write_bytes(instances.covering(30, 40, 0.2).to_bytes()[:at])
    with pytest.raises(InstanceError):
        read(path)


HEAD = "NAME t\nROWS\n N goal\n L c\nCOLUMNS\n"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (f"{HEAD} x goal 1e400 c 1\nRHS\n RHS c 9\nENDATA\n", "objective coefficient of variable x is inf"),
        (f"{HEAD} x goal 1 c 1e400\nRHS\n RHS c 9\nENDATA\n", "cannot be read"),
        (f"{HEAD} x goal 1 c nan\nRHS\n RHS c 9\nENDATA\n", "line 6 has nan"),
        (f"{HEAD} x goal 1 c 1\n x c 2\nRHS\n RHS c 9\nENDATA\n", None),
        ("NAME t\nROWS\n N goal\n L c\n L c\nCOLUMNS\n x goal 1 c 1\nRHS\n RHS c 9\nENDATA\n", None),
    ],
)
def test_huge_numbers_and_duplicates_never_pass_unnoticed(tmp_path: Path, body: str, sentence: str | None) -> None:
    path = tmp_path / "odd.mps"
    path.write_text(body)
    if sentence is not None:
        refused(path, sentence)
        return
    try:
        reading = read(path)
    except InstanceError as error:
        assert "odd.mps" in str(error)  # noqa: PT017
        return
    assert reading.warnings  # what was dropped is said


def test_crossed_bounds_are_an_infeasible_instance(tmp_path: Path) -> None:
    path = tmp_path / "crossed.mps"
    path.write_text(f"{HEAD} x goal 1 c 1\nRHS\n RHS c 9\nBOUNDS\n LO B x 5\n UP B x 2\nENDATA\n")
    result = solve(read(path).instance)
    assert result.termination_condition is TerminationCondition.INFEASIBLE
    assert "variable x" in result.message


def forged(path: Path, **arrays: int) -> None:
    """An instance file that declares more than it holds."""
    declared = [["cost", "<f8", 1], ["indptr", "<i4", 1], *([name, "<f8", size] for name, size in arrays.items())]
    header = {
        "name": "t", "sense": "minimize", "objective_name": "o", "objective_offset": 0.0, "names": [[0, 0]] * 3,
        "arrays": declared, "fixed": [],
    }  # fmt: skip
    text = json.dumps(header).encode()
    path.write_bytes(MAGIC + struct.pack("<I", len(text)) + text + b"\0" * 12)


@pytest.mark.parametrize("size", [10**8, 2**31, 2**63, -1])
def test_more_declared_than_there_is_takes_no_memory(tmp_path: Path, size: int) -> None:
    path = tmp_path / "large.instance"
    forged(path, values=size)
    with pytest.raises(InstanceError):
        read(path)


def test_an_index_past_the_columns_is_refused(tmp_path: Path) -> None:
    instance = instances.workshop()
    data = bytearray(instance.to_bytes())
    place = data.rindex(np.asarray(instance.indices, dtype="<i4").tobytes())
    data[place : place + 4] = struct.pack("<i", 2**31 - 1)
    path = tmp_path / "index.instance"
    path.write_bytes(bytes(data))
    with pytest.raises(InstanceError, match="2147483647"):
        read(path)


def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder.mps"
    folder.mkdir()
    refused(folder, "Is a directory")
    path = tmp_path / "a.mps.gz"
    path.write_bytes(gzip.compress(mps_text(instances.workshop()).encode())[:40])
    refused(path, "cannot be read")
    path.write_bytes(b"\x1f\x8b" + b"\xff" * 40)
    refused(path, "cannot be read")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(InstanceError, match=r"a\.mps\.gz cannot be opened: Permission denied"):
        read(path)


@pytest.mark.parametrize(
    "name", ["with space.mps", "[1] (copy).mps", "größe – Ω.mps", "a'b\"c;d$e.mps", f"{'n' * 240}.mps", "-rf.mps"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_odd_names_and_line_ends_are_read(tmp_path: Path, name: str, newline: str) -> None:
    path = tmp_path / name
    path.write_bytes(mps_text(instances.workshop()).replace("\n", newline).encode())
    assert read(path).instance.name == name.removesuffix(".mps")
    both = tmp_path / f"{name[:200]}.lp"
    text = lp_text(instances.workshop()).replace("Subject To", "Subject To\n q: [ x_0_ ^2 ] <= 1e9")
    both.write_bytes(text.replace("\n", newline).encode())
    assert read(both).instance.row_count == 3


def test_a_name_too_long_for_the_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="cannot be opened: File name too long"):
        read(tmp_path / f"{'n' * 300}.mps")


def test_a_file_that_needs_more_memory_or_time_than_allowed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.lp"
    path.write_text(f"min x\nst\nc: [ {'x * y + ' * 2_000_000} x^2 ] <= 1\nend\n")
    with pytest.raises(InstanceError, match=r"large\.lp cannot be read: it needs more memory"):
        read(path, memory_limit_bytes=300 << 20)
    with pytest.raises(InstanceError, match=r"large\.lp cannot be read: reading took longer"):
        read(path, time_limit_seconds=0.2)
