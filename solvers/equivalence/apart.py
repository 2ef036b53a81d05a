"""Compares two models in a child process, because a large comparison may need much memory or never listen."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from solvers.disk import DiskFull, is_full, needing_room
from solvers.equivalence.corrections import CorrectionRefused
from solvers.equivalence.report import Options, Report, report
from solvers.instance import Instance
from solvers.limits import end_with_parent, limit_process
from solvers.nursery import born
from solvers.process import ISOLATED, ROOT, environment

NO_ROOM = os.EX_IOERR  # how the child ends when the disk is full
MEMORY_BYTES = 4 << 30
LOOK_SECONDS = 0.1
SLACK_SECONDS = 60.0  # for reading, pairing and writing, beside the search
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from solvers.equivalence.apart import main; main(*sys.argv[2:])"


class ApartError(Exception):
    """There is no report; the message is a sentence for the user."""


class Stopped(Exception):
    """Somebody asked to stop, so the child was ended."""


def _nobody(phase: str) -> None:
    """Nobody listens."""


def report_apart(
    first: bytes,
    second: bytes,
    options: Options,
    *,
    memory_bytes: int = MEMORY_BYTES,
    should_stop: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = _nobody,
) -> Report:
    """Compare two instance files in a process of its own; `tell` hears what it is doing: reading, comparing, writing.

    The child ends with this process, when its time or memory is up, and when `should_stop` says so (Stopped).
    Raises CorrectionRefused as `report` does.
    """
    try:
        return _compared_in_folder(first, second, options, memory_bytes, should_stop, tell)
    except DiskFull as error:
        raise ApartError(str(error)) from error


def _compared_in_folder(
    first: bytes,
    second: bytes,
    options: Options,
    memory_bytes: int,
    should_stop: Callable[[], bool],
    tell: Callable[[str], None],
) -> Report:
    with tempfile.TemporaryDirectory(prefix="comparison-") as name:
        folder = Path(name)
        with needing_room():
            (folder / "first").write_bytes(first)
            (folder / "second").write_bytes(second)
            (folder / "options").write_text(json.dumps(options.to_json()))
        status = _ended(folder, memory_bytes, options.seconds + SLACK_SECONDS, should_stop, tell)
        if (folder / "refused").exists():
            raise CorrectionRefused((folder / "refused").read_text())
        log = (folder / "log").read_text(errors="replace")[-4000:]
        if not (folder / "result").exists():
            raise ApartError(_reason(status, log, memory_bytes))
        result = json.loads((folder / "result").read_text())
        return Report(result, (folder / "certificate").read_bytes(), (folder / "changes").read_bytes())


def main(folder_name: str, memory_bytes: str, cpu_seconds: str, parent: str) -> NoReturn:
    """Compare what lies in the folder and leave the report there; never returns."""
    if not end_with_parent(int(parent)):
        os._exit(70)
    limit_process(memory_bytes=int(memory_bytes), cpu_seconds=int(cpu_seconds))
    try:
        _leave_report(Path(folder_name))
    except OSError as error:
        if not is_full(error):
            raise
        os._exit(NO_ROOM)
    os._exit(0)


def _leave_report(folder: Path) -> None:
    options = Options.from_json(json.loads((folder / "options").read_text()))
    _say(folder, "reading")
    first, second = (Instance.from_bytes((folder / side).read_bytes()) for side in ("first", "second"))
    _say(folder, "comparing")
    try:
        found = report(first, second, options)
    except CorrectionRefused as error:
        (folder / "refused").write_text(str(error))
        os._exit(1)
    found.result["stats"]["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _say(folder, "writing")
    (folder / "certificate").write_bytes(found.certificate)
    (folder / "changes").write_bytes(found.changes)
    (folder / "written").write_text(json.dumps(found.result, allow_nan=False))
    (folder / "written").rename(folder / "result")


def _say(folder: Path, phase: str) -> None:
    (folder / "phase").write_text(phase)


def _ended(
    folder: Path, memory_bytes: int, seconds: float, should_stop: Callable[[], bool], tell: Callable[[str], None]
) -> int:
    with (folder / "log").open("wb") as log:
        arguments = [str(folder), str(memory_bytes), str(int(2 * seconds)), str(os.getpid())]
        process = born(
            lambda: subprocess.Popen(  # noqa: S603  (our own interpreter and module, no shell)
                [sys.executable, *ISOLATED, "-c", _BOOT, ROOT, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
            )
        )
    told = ""
    try:
        for _ in range(int(seconds / LOOK_SECONDS)):
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_SECONDS)
            if should_stop():
                raise Stopped
            phase = (folder / "phase").read_text() if (folder / "phase").exists() else ""
            if phase != told:
                tell(phase)
                told = phase
        raise ApartError(f"The comparison took longer than {seconds:g} seconds and was ended.")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _reason(status: int, log: str, memory_bytes: int) -> str:
    if any(mark in log for mark in ("MemoryError", "bad_alloc", "Cannot allocate memory")):
        return f"The comparison needs more than the {memory_bytes >> 20:,} MB of memory that it may use."
    if status == NO_ROOM:
        return f"The disk is full at {tempfile.gettempdir()}: free some space there and compare again."
    if status < 0:
        return f"The process that compared the models was ended by the system ({signal.Signals(-status).name})."
    last = log.strip().rpartition("\n")[2]
    return f"The comparison failed: {last[:300]}" if last else "The comparison ended without a result."
