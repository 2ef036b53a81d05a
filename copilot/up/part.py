"""One supervised part: a process in a session of its own, its log file, and its restarts."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from copilot.up import family

LOG_BYTES = 10 << 20
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0  # a part that lived this long starts over with the first pause


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to start a part; `stop_seconds` is how long it may take to end when asked to.

    The others still need a part that `ends_last` while they end.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    descriptors: Sequence[int] = ()
    stop_seconds: float = 5.0
    ends_last: bool = False


@dataclass(slots=True)
class Part:
    """A recipe and the process that follows it just now."""

    recipe: Recipe
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    restart_at: float = 0.0
    _relatives: set[family.Process] = field(default_factory=set)

    def start(self) -> int:
        """Start the process, in a session of its own and deaf to the terminal's Ctrl-C; returns its id."""
        recipe = self.recipe
        self.trim_log()
        with open(recipe.log, "ab", opener=_private) as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own commands, no shell)
                list(recipe.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(recipe.environment),
                pass_fds=tuple(recipe.descriptors),
                start_new_session=True,
                umask=0o077,
            )
        self.started_at, self.restart_at = time.monotonic(), 0.0
        return self.process.pid

    def ended(self) -> int | None:
        """Exit status if the process has ended since it was started, else None."""
        return self.process.poll() if self.process else None

    def plan_restart(self) -> float:
        """Note one more end and return the seconds to wait before the next start."""
        if time.monotonic() - self.started_at > STEADY_SECONDS:
            self.failures = 0
        pause = min(FIRST_PAUSE * 2.0**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.process = None
        self.restart_at = time.monotonic() + pause
        return pause

    def ask_to_end(self) -> None:
        """Ask the process to end, remembering which children it has by now."""
        if self.process and self.process.poll() is None:
            self._relatives = family.descendants(self.process.pid)
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait for the end until `deadline` on the monotonic clock, then kill whatever is left of it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._relatives |= family.descendants(self.process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        family.kill(self._relatives)
        self.process = None

    def trim_log(self) -> None:
        """Keep one older log when this one has grown; the process goes on writing, at the end of the emptied file."""
        log = self.recipe.log
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_size > LOG_BYTES:
                shutil.copy(log, log.with_suffix(".1.log"))
                os.truncate(log, 0)

    def last_words(self, lines: int = 12) -> str:
        """The end of the part's log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.recipe.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
