"""One run of an executable that reads a .nl file and writes a .sol file: written and read by Pyomo, always ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from solvers.process import ROOT, environment
from solvers.result import Vector
from solvers.stopping import stopping
from solvers.to_pyomo import Rebuilt

PREFIX = "wellposed-nl-"
# The kernel's promise to end a process with its parent survives exec, so a line of Python asks for it first.
_BOOT = (
    "import os, sys; sys.path.insert(0, sys.argv[1]); from solvers.limits import end_with_parent;"
    "end_with_parent(int(sys.argv[2])) or os._exit(70); os.execv(sys.argv[3], sys.argv[3:])"
)
_THREADS = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the executable left: its code (None: no .sol file), its sentence, and the point where there is one.

    `x` has a value for every column of the model, `duals` one for every constraint; both None without a point.
    """

    code: int | None
    message: str
    x: Vector | None = None
    duals: Vector | None = None


def run(
    rebuilt: Rebuilt,
    command: Callable[[], Sequence[str]],
    *,
    threads: int,
    hear: Callable[[str], None],
    should_stop: Callable[[], bool],
) -> Answer:
    """Run an executable on the model, with the .nl file and `-AMPL` as its first arguments.

    `command` returns the executable and its other arguments once the file is written. Every line it prints goes to
    `hear`. It is killed once `should_stop` says so, and has then no answer.
    Raises Pyomo's InfeasibleConstraintException for a model that contradicts itself without any solver.
    """
    with _folder() as folder:
        path = folder / "model.nl"
        written = _write(rebuilt, path)
        if not written.variables:  # everything cancelled, and the executables refuse an empty file
            return Answer(0, "Nothing to decide.", _values(rebuilt), np.zeros(len(rebuilt.rows)))
        if should_stop():
            return Answer(None, "")
        program, *others = command()
        arguments = [program, str(path), "-AMPL", *others]
        last = _execute(arguments, folder, threads, hear, should_stop)
        solution = path.with_suffix(".sol")
        return _read(rebuilt, written, solution) if solution.exists() else Answer(None, last)


def _write(rebuilt: Rebuilt, path: Path) -> Any:
    from pyomo.repn.plugins.nl_writer import NLWriter

    with path.open("w", encoding="ascii") as stream:
        return NLWriter().write(rebuilt.model, stream, linear_presolve=False, scale_model=False)


def _execute(
    arguments: list[str], folder: Path, threads: int, hear: Callable[[str], None], should_stop: Callable[[], bool]
) -> str:
    """Return the last line printed."""
    process = subprocess.Popen(  # noqa: S603  (an executable of our choice on a file of our own, no shell)
        [sys.executable, "-I", "-S", "-c", _BOOT, ROOT, str(os.getpid()), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={**environment(), **dict.fromkeys(_THREADS, str(threads))},
        text=True,
        errors="replace",
    )
    last = ""
    with process:
        try:
            with stopping(should_stop, process.kill):
                for line in process.stdout or ():
                    hear(line)
                    last = line.strip() or last
                process.wait()
        finally:
            process.kill()
    return last


def _read(rebuilt: Rebuilt, written: Any, path: Path) -> Answer:
    from pyomo.contrib.solver.solvers.asl_sol_reader import parse_asl_sol_file

    with path.open(encoding="utf-8", errors="replace") as stream:
        found = parse_asl_sol_file(stream)
    message = " ".join(found.message.split())
    if len(found.primals) != len(written.variables):
        return Answer(found.solve_code, message)
    for variable, value in zip(written.variables, found.primals, strict=True):
        variable.set_value(value, skip_validation=True)
    x = _values(rebuilt)  # columns that the file does not hold stay where they began
    if len(found.duals) != len(written.constraints):
        return Answer(found.solve_code, message, x)
    given = {id(constraint): dual for constraint, dual in zip(written.constraints, found.duals, strict=True)}
    duals = np.array([given.get(id(constraint), 0.0) for constraint in rebuilt.constraints], dtype=np.float64)
    return Answer(found.solve_code, message, x, duals)


def _values(rebuilt: Rebuilt) -> Vector:
    return np.array([column.value for column in rebuilt.columns], dtype=np.float64)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder for this process's files; those of processes that were killed are removed on the way."""
    place = Path(tempfile.gettempdir())
    for left in place.glob(f"{PREFIX}*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not _is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
