"""Starts the parts in order, restarts one that dies, and ends them all."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from copilot.up import warden
from copilot.up.errors import UpError
from copilot.up.part import Part, Recipe

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GIVE_UP_AFTER = 3  # ends in a row, before the product was ready once
LOOK_SECONDS = 0.2


class Supervisor:
    """Parent of every part while the `with` block runs; leaving the block ends them."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self.parts: list[Part] = []
        self.stopping = False
        self.was_ready = False
        self._say = say
        self._wake, self._waker = os.pipe()
        self._previous = {number: signal.signal(number, self._on_signal) for number in _heeded()}
        self._warden = subprocess.Popen(  # noqa: S603  (our own module, no shell)
            [sys.executable, "-I", "-S", str(Path(warden.__file__))],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            if self._warden.stdin:
                self._warden.stdin.close()
            self._warden.wait()
            for number, previous in self._previous.items():
                signal.signal(number, previous)
            os.close(self._wake)
            os.close(self._waker)

    def start(self, recipe: Recipe) -> Part:
        """Start one more part."""
        part = Part(recipe)
        self.parts.append(part)
        self._launch(part)
        return part

    def look(self) -> None:
        """Wait a moment or for a signal, then see to the parts: note who ended, start again who has paused."""
        with contextlib.suppress(InterruptedError):
            if select.select([self._wake], [], [], LOOK_SECONDS)[0]:
                os.read(self._wake, 64)
        if self.stopping:
            return
        for part in self.parts:
            part.trim_log()
            if (status := part.ended()) is not None:
                self._mourn(part, status)
            elif part.process is None and time.monotonic() >= part.restart_at:
                self._launch(part)

    def stop(self) -> None:
        """End every part that runs and whatever it started."""
        self.stopping = True
        for ends_last in (False, True):
            parts = [part for part in self.parts if part.recipe.ends_last == ends_last]
            for part in parts:
                part.ask_to_end()
            asked_at = time.monotonic()
            for part in parts:
                self.end(part, deadline=asked_at + part.recipe.stop_seconds)

    def end(self, part: Part, *, deadline: float) -> None:
        """Have the part ended by `deadline` on the monotonic clock, and forget it."""
        group = part.process.pid if part.process else None
        part.finish(deadline)
        if group is not None:
            self._tell_warden(f"-{group}")
        self.parts.remove(part)

    def _launch(self, part: Part) -> None:
        try:
            group = part.start()
        except OSError as error:
            raise UpError(f"The {part.recipe.name} could not be started: {error}.") from error
        self._tell_warden(f"+{group}")

    def _mourn(self, part: Part, status: int) -> None:
        if part.process:
            self._tell_warden(f"-{part.process.pid}")
        name, log = part.recipe.name, part.recipe.log
        if not self.was_ready and part.failures + 1 >= GIVE_UP_AFTER:
            raise UpError(f"The {name} does not start ({_cause(status)}). Its log {log} ends so:\n{part.last_words()}")
        pause = part.plan_restart()
        self._say(f"The {name} ended ({_cause(status)}); starting it again in {pause:g} s. Its log: {log}")

    def _tell_warden(self, line: str) -> None:
        if self._warden.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._warden.stdin.write(line.encode() + b"\n")
                self._warden.stdin.flush()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:  # asked twice: no more patience
            for part in self.parts:
                if part.process:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(part.process.pid, signal.SIGKILL)
        self.stopping = True
        os.write(self._waker, b"!")


def _heeded() -> list[signal.Signals]:
    """The signals that stop us: not the terminal's closing where nohup has set that aside."""
    aside = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return [number for number in SIGNALS if not (aside and number == signal.SIGHUP)]


def _cause(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"
