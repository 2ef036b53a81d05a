"""Reads MPS and LP files in a child process, because a broken or huge one may crash or stall the reader."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from solvers.disk import needing_room
from solvers.instance import Instance, InstanceError
from solvers.instance_file import FIRST_MAGIC, MAGIC
from solvers.process import ISOLATED, ROOT, environment

READ_SECONDS = 120.0
MEMORY_BYTES = 4 << 30
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from solvers.mps_child import main; main(*sys.argv[2:])"


@dataclass(frozen=True, slots=True)
class Reading:
    """An instance from a file, with what its reader found odd, one sentence each."""

    instance: Instance
    warnings: tuple[str, ...] = ()


def read(path: Path, *, time_limit_seconds: float = READ_SECONDS, memory_limit_bytes: int = MEMORY_BYTES) -> Reading:
    """Return the validated instance of an .mps, .lp (either also .gz) or instance file.

    Products, special ordered sets, indicators and semicontinuous columns are read as CPLEX and Gurobi write them.
    Raises InstanceError with one sentence, naming the line where it is known, when the file is missing, broken, too
    large for the limits, or holds what an instance cannot (cones, general constraints, scenarios).
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(len(MAGIC))
            if start in (MAGIC, FIRST_MAGIC):
                return Reading(Instance.from_bytes(start + stream.read()))
    except OSError as error:
        raise InstanceError(f"The file {path.name} cannot be opened: {error.strerror}.") from error
    if not start:
        raise InstanceError(f"The file {path.name} is empty.")
    kind = _kind(path)
    with needing_room(), tempfile.TemporaryDirectory(prefix="instance-") as folder:
        target = Path(folder) / "instance"
        arguments = [str(path.resolve()), kind, str(target), str(memory_limit_bytes), str(int(time_limit_seconds) + 5)]
        status, log = _run(arguments, time_limit_seconds)
        if status != 0 or not target.exists():
            raise InstanceError(_reason(path, status, log))
        instance = Instance.from_bytes(target.read_bytes())
    if instance.column_count == 0 and instance.row_count == 0:
        raise InstanceError(f"The file {path.name} holds no variable and no constraint: is it really an {kind} file?")
    return Reading(instance, _warnings(log))


def _kind(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    if "." not in name and path.suffix.lower() == ".gz":
        return "mps"  # how the classic collections are packed
    for kind in ("mps", "lp"):
        if name.endswith(f".{kind}"):
            return kind
    raise InstanceError(f"The file {path.name} has no known ending; use .mps, .lp, .mps.gz or .lp.gz.")


def _run(arguments: list[str], time_limit_seconds: float) -> tuple[int, str]:
    with subprocess.Popen(  # noqa: S603  (our own interpreter and module, no shell)
        [sys.executable, *ISOLATED, "-c", _BOOT, ROOT, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=time_limit_seconds)
        except subprocess.TimeoutExpired:
            output = b"ERROR: reading took longer than its time limit"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, output[-(1 << 20) :].decode("utf-8", errors="replace")


def _reason(path: Path, status: int, log: str) -> str:
    found = [line for line in _lines(log, "ERROR") if not line.startswith("Parser error")]
    found += [line.strip() for line in log.splitlines() if "cannot currently be handled" in line]
    if found and (huge := re.search(r"contains (\d+) \|value\| in .* greater than 1e\+15", found[0])):
        found = [f"{huge[1]} of its coefficients are infinite or larger than 1e15: change units"]
    if any(mark in log for mark in ("MemoryError", "bad_alloc", "Cannot allocate memory")):
        found = ["it needs more memory than its limit allows"]
    elif not found and status < 0:
        found = [f"its reader crashed with {signal.Signals(-status).name}"]
    reason = found[0].rstrip(".") if found else "it does not follow the MPS or LP format"
    return f"The file {path.name} cannot be read: {reason}."


def _warnings(log: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_lines(log, "WARNING")))[:100]


def _lines(log: str, mark: str) -> list[str]:
    found = re.findall(rf"^{mark}:\s*(.+)$", log, re.MULTILINE)
    return [" ".join(line.split())[:300] for line in found]
