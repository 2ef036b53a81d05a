"""No room to write: a sentence that names the place, no half of a file, nothing lost that was there, and on it goes."""

from __future__ import annotations

import errno
import functools
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solvers import runner
from solvers.disk import DiskFull, needing_room, sentence, write_whole
from solvers.equivalence import apart
from solvers.equivalence.report import Options
from solvers.explain import ranging
from solvers.instance import InstanceError
from solvers.ipopt import Ipopt
from solvers.mps import read
from solvers.mps_write import mps_text
from solvers.result import SolveOptions, TerminationCondition
from tests.solvers import instances, shapes

FULL = Path("/dev/full")
ROOT = Path(__file__).resolve().parents[2]
SMALL = 4096  # bytes of a disk, or of a file


@pytest.fixture(autouse=True)
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules that are first imported where no file fits would leave half of their compiled form behind."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@functools.cache
def may_mount() -> bool:
    """Whether a file system of a few pages can be had: as root, outside a container that forbids it."""
    with tempfile.TemporaryDirectory() as folder:
        return os.geteuid() == 0 and _mount(Path(folder)) and _unmount(Path(folder))


def _mount(folder: Path) -> bool:
    arguments = ["mount", "-t", "tmpfs", "-o", f"size={4 * SMALL}", "tmpfs", str(folder)]
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0


def _unmount(folder: Path) -> bool:
    return subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False).returncode == 0


@pytest.fixture(params=["limit", "disk"] if may_mount() else ["limit"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder in which no large file can be written: its disk is small, or this process may write small files only."""
    folder = tmp_path / "small"
    folder.mkdir()
    if request.param == "disk":
        assert _mount(folder)
        yield folder
        _unmount(folder)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, before[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def no_files() -> Iterator[None]:
    """This process and its children may not write a byte into any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def command(*arguments: str | Path, stdout: Path | None = None, limit: int | None = None) -> tuple[int, str]:
    """Run the command line in a process of its own; returns its status and what it said."""

    def smaller() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with (stdout or Path(os.devnull)).open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "solvers", *map(str, arguments)],
            stdout=out if stdout else subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=smaller,
            cwd=ROOT,
            check=False,
        )
    return done.returncode, done.stderr.decode() + (done.stdout or b"").decode()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.mps"
    path.write_text(mps_text(instances.workshop()))
    return path


@pytest.mark.parametrize(
    "arguments", [["info"], ["solve", "--json"], ["solve"], ["iis"], ["diff"]], ids=lambda given: " ".join(given)
)
def test_a_full_standard_output_is_told(model: Path, arguments: list[str]) -> None:
    verb, *others = arguments
    files = [model, model] if verb == "diff" else [model]
    status, said = command(verb, *files, *others, stdout=FULL)
    assert status == 2
    assert said == "solvers: The disk is full at the standard output: free some space there and try again.\n"


@pytest.mark.parametrize("arguments", [["convert"], ["solve", "--proof"]], ids=lambda given: " ".join(given))
def test_a_full_output_file_is_told_by_name(model: Path, arguments: list[str]) -> None:
    verb, *others = arguments
    status, said = command(verb, model, *others, FULL)
    assert status == 2
    assert "solvers: The disk is full at /dev/full: free some space there and try again.\n" in said


@pytest.mark.parametrize("ending", [".mps", ".lp", ".instance"])
def test_what_does_not_fit_leaves_nothing_and_spares_what_was_there(tmp_path: Path, small: Path, ending: str) -> None:
    source, target = tmp_path / "large", small / f"target{ending}"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits[1], limits[1]))
    source.write_bytes(instances.covering(40, 400, 0.3).to_bytes())
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    target.write_text("kept")
    status, said = command("convert", source, target)
    assert status == 2
    assert said.startswith("solvers: ")
    assert str(target) in said
    assert "try again" in said
    assert list(small.iterdir()) == [target]
    assert target.read_text() == "kept"
    tiny = tmp_path / "tiny"
    write_whole(tiny, instances.knapsack().to_bytes())
    assert command("convert", tiny, target)[0] == 0  # what fits goes through, in the same place
    assert target.read_bytes() != b"kept"


def test_a_proof_that_does_not_fit_leaves_the_answer_and_the_old_proof(tmp_path: Path) -> None:
    model, proof = tmp_path / "large", tmp_path / "proof.json"
    model.write_bytes(instances.covering(40, 400, 0.3).to_bytes())
    proof.write_text("kept")
    status, said = command("solve", model, "--proof", proof, limit=100)
    assert status == 2
    assert f"A file at {proof} would be larger than this process may write" in said
    assert proof.read_text() == "kept"
    assert sorted(tmp_path.iterdir()) == [model, proof]
    assert "optimal (verified)" in said


def test_a_file_that_cannot_be_unpacked_is_told_and_the_next_one_read(model: Path, no_files: None) -> None:
    with pytest.raises(InstanceError, match=r"model\.mps cannot be read: there is no room to unpack it\. A file at /"):
        read(model)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert read(model).instance.column_count == 2


def test_a_solve_needs_no_file(no_files: None) -> None:
    """The job, its events and its log travel in pipes, so that a full disk stops no solve."""
    for solver in ("highs", "scip", "gurobi"):
        result = runner.solve(instances.workshop(), solver=solver)
        assert result.solver == solver
        assert result.termination_condition is TerminationCondition.OPTIMAL
        assert result.objective_value == pytest.approx(3700)


def test_an_engine_that_needs_a_file_says_so_and_the_next_solve_works() -> None:
    solver = Ipopt()
    if not solver.availability():
        pytest.skip(f"NOT VERIFIED here: ipopt: {solver.availability().reason}")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        result = runner.solve(shapes.nearest(), solver="ipopt", options=SolveOptions(time_limit_seconds=30))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert result.termination_condition is TerminationCondition.ERROR
    assert "No folder for temporary files can be written to" in result.message
    again = runner.solve(shapes.nearest(), solver="ipopt", options=SolveOptions(time_limit_seconds=30))
    assert again.x is not None


def test_the_ranges_of_a_plan_say_why_there_are_none(no_files: None) -> None:
    with pytest.raises(ranging.RangingError, match=r"may write|temporary files"):
        ranging.ranged(instances.workshop())


@pytest.mark.parametrize("limit", [0, 5000], ids=["the models", "the report"])
def test_a_comparison_says_why_there_is_none(limit: int) -> None:
    """With 5,000 bytes a file the two models fit, and the report on them does not."""
    first, second = (instances.covering(8, 40, 0.3, seed=seed).to_bytes() for seed in (1, 2))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        assert limit == 0 or len(first) < limit
        with pytest.raises(apart.ApartError, match=r"may write|disk is full|temporary files"):
            apart.report_apart(first, second, Options())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert apart.report_apart(first, second, Options()).result


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "quota is used up"), (errno.EFBIG, "ulimit")]
)
def test_every_way_of_having_no_room_has_its_sentence(number: int, words: str) -> None:
    error = OSError(number, os.strerror(number), "/somewhere")
    assert words in sentence(error)
    assert "/somewhere" in sentence(error)
    with pytest.raises(DiskFull, match=words), needing_room():
        raise error


def test_a_folder_without_any_room_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    def none(*_: object, **__: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "mkdtemp", none)
    with pytest.raises(DiskFull, match="No folder for temporary files can be written to"):
        read(model)


@pytest.mark.parametrize("other", [PermissionError(errno.EACCES, "Permission denied"), ValueError("no")])
def test_other_errors_pass(other: Exception) -> None:
    with pytest.raises(type(other)), needing_room():
        raise other


def test_a_missing_folder_keeps_its_own_sentence(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=r"nowhere/file cannot be written: No such file or directory\."):
        write_whole(tmp_path / "nowhere" / "file", b"x")


@pytest.mark.parametrize("prepare", [lambda path: path.write_bytes(b"old"), lambda path: None], ids=["old", "new"])
def test_a_file_that_fits_is_written_through_a_link_with_the_mode_it_had(
    tmp_path: Path, prepare: Callable[[Path], object]
) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    prepare(target)
    had = target.exists() and (target.chmod(0o640), True)[1]
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert not had or target.stat().st_mode & 0o777 == 0o640
