"""MPS and LP files in and out, and the sentences for those that are broken."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from solvers.__main__ import main
from solvers.fingerprint import fingerprint
from solvers.instance import Instance, InstanceError, Sense
from solvers.mps import read
from solvers.mps_write import lp_text, mps_text
from tests.solvers import instances

INF = float("inf")


def everything() -> Instance:
    """Every kind of row and bound, an offset, a maximum, integers between continuous columns."""
    return instances.make(
        cost=[1.25, 0, -3, 1 / 3, 5],
        rows=[[1, 2, 0, 0, 0], [0, 1, -1, 0, 0], [0, 0, 1, 1e-3, 0], [1, 0, 0, 0, 7], [2, 2, 2, 2, 2]],
        row_lower=[1, -INF, 4, -2, -5],
        row_upper=[INF, -3, 4, 9, 5],
        lower=[0, -INF, -7, 2.5, 3],
        upper=[INF, INF, -1, 2.5, 8],
        integer=[1, 0, 1, 0, 1],
        sense=Sense.MAXIMIZE,
        offset=-12.5,
    )


@pytest.mark.parametrize(("ending", "text"), [("mps", mps_text), ("lp", lp_text)])
@pytest.mark.parametrize(
    "instance",
    [everything(), instances.workshop(), instances.ranges(), instances.market_split(), instances.knapsack()],
    ids=["everything", "workshop", "ranges", "market split", "knapsack"],
)
def test_what_is_written_reads_back_as_the_same_problem(
    tmp_path: Path, instance: Instance, ending: str, text: object
) -> None:
    path = tmp_path / f"case.{ending}"
    path.write_text(text(instance))  # type: ignore[operator]
    again = read(path).instance
    assert again.sense is instance.sense
    assert again.objective_offset == instance.objective_offset
    assert again.column_count == instance.column_count
    both = np.isfinite(instance.row_lower) & np.isfinite(instance.row_upper)
    has_ranges = bool(np.any(both & (instance.row_lower != instance.row_upper)))
    if ending == "mps" or not has_ranges:
        assert fingerprint(again) == fingerprint(instance)
    else:
        assert again.row_count > instance.row_count  # the LP format has no ranges: they are two rows


def test_names_that_a_format_forbids_stay_apart(tmp_path: Path) -> None:
    instance = replace(
        instances.workshop(), column_names=("a b", "a_b"), row_names=("free", "3 e"), objective_name="free"
    )
    for ending, text in (("mps", mps_text), ("lp", lp_text)):
        path = tmp_path / f"names.{ending}"
        path.write_text(text(instance))
        assert fingerprint(read(path).instance) == fingerprint(instance)


def test_packed_and_instance_files_are_read_by_their_mark(tmp_path: Path) -> None:
    packed = tmp_path / "case.mps.gz"
    packed.write_bytes(gzip.compress(mps_text(everything()).encode()))
    own = tmp_path / "case.instance"
    own.write_bytes(everything().to_bytes())
    assert fingerprint(read(packed).instance) == fingerprint(everything())
    assert read(own).instance == everything()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.mps", b"", "is empty"),
        ("a.mps", b"hello\n", "does not follow"),
        ("a.lp", b"blah blah\n", "holds no variable"),
        ("a.lp", b"min x^2 y\nst\nend", "cannot be read"),
        ("a.lp", b"min [ x ^ 3 ] / 2\nst\nc: x >= 1\nend\n", "line 1 has a power other than 2"),
        ("a.mps.gz", b"\x1f\x8bnot gzip", "cannot be read"),
        ("a.mps.gz", gzip.compress(b"NAME x\nROWS\n" * 99, mtime=0)[:-9], "cannot be read"),
        ("a.xlsx", b"PK", "no known ending"),
        ("a.instance", b"WPINST1\nabc", "not an instance file"),
        ("a.mps", b"NAME\nROWS\n N c\nCOLUMNS\n x c 1\nRHS\nCSECTION k 0 QUAD\n x\nENDATA\n", "line 7 begins cones"),
        ("a.mps", b"NAME\nROWS\n N c\nCOLUMNS\n x c nan\nRHS\nENDATA\n", "line 5 has nan"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InstanceError, match=sentence) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="No such file"):
        read(tmp_path / "none.mps")


def test_reading_has_limits_of_time_and_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.mps"
    path.write_text(mps_text(instances.covering(200, 20000, 0.05)))
    with pytest.raises(InstanceError, match="longer than its time limit"):
        read(path, time_limit_seconds=0.05)
    columns = "\n".join(f" x{j} c 1" for j in range(400_000))
    path.write_text(f"NAME\nROWS\n N c\nCOLUMNS\n{columns}\nRHS\nENDATA\n")
    with pytest.raises(InstanceError, match="more memory"):
        read(path, memory_limit_bytes=260 << 20)


def test_a_packed_file_may_not_unpack_without_end(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mps.gz"
    path.write_bytes(gzip.compress(b"*" * (120 << 20), compresslevel=1))
    with pytest.raises(InstanceError, match="larger than 100 MB when unpacked"):
        read(path, memory_limit_bytes=200 << 20)


def test_the_command_line_solves_and_reports_as_json(tmp_path: Path) -> None:
    path = tmp_path / "shop.mps"
    path.write_text(mps_text(instances.workshop()))
    done = subprocess.run(
        [sys.executable, "-m", "solvers", "solve", str(path), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["termination_condition"] == "optimal"
    assert data["variables"] == {"x[0]": 30.0, "x[1]": 40.0}
    assert data["binding"] == ["row row[0] (upper)", "row row[1] (upper)"]
    assert data["residuals"]["max_row_violation"] == 0


def test_the_command_line_speaks_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "shop.mps"
    path.write_text(mps_text(instances.workshop()))
    assert main(["solve", str(path), "--solver", "scip"]) == 0
    shown = capsys.readouterr().out
    assert "objective 3700" in shown
    assert "x[1] = 40" in shown
    assert main(["info", str(path)]) == 0
    assert fingerprint(instances.workshop()) in capsys.readouterr().out
    assert main(["convert", str(path), str(tmp_path / "shop.instance")]) == 0
    assert main(["doctor", str(tmp_path / "shop.instance")]) == 0
    shown = capsys.readouterr().out
    assert "highs: ready" in shown
    assert "Nothing unusual" in shown


def test_the_command_line_refuses_a_broken_file_with_status_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.mps"
    path.write_text("hello")
    assert main(["solve", str(path)]) == 2
    assert "does not follow" in capsys.readouterr().err


def test_the_command_line_exits_one_without_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "split.mps"
    path.write_text(mps_text(instances.market_split()))
    assert main(["solve", str(path), "--time-limit", "0.3"]) == 1
    assert "time_limit" in capsys.readouterr().out


def test_a_constant_beside_variables_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.lp"
    path.write_text("min\n x\nst\n plain: x <= 9\n moved: x - 1 >= 2\nend\n")
    instance = read(path).instance
    assert dict(zip(instance.row_names, instance.row_lower.tolist(), strict=True))["moved"] == 3
