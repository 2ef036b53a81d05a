"""Starts `manage.py up` the way a person does, and watches it from outside."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from copilot.up import family

Answer = TypeVar("Answer")
ROOT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "COPILOT_", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS")


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """This process's environment without our settings, but for the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "COPILOT_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **variables}


class Product:
    """A running `up`; leaving the block kills whatever of it is left."""

    def __init__(self, data_dir: Path, *arguments: str, **variables: str) -> None:
        self.data_dir = data_dir
        self.lines: list[str] = []
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *(arguments or ("--port", "0"))],
            cwd=ROOT,
            env=environment(data_dir, **variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kin = self.kin()
        self.process.kill()
        self.process.wait()
        family.kill(kin)
        self._reader.join(5)
        assert self.process.stdout
        self.process.stdout.close()

    @property
    def output(self) -> str:
        """Everything said so far."""
        return "\n".join(self.lines)

    @property
    def url(self) -> str:
        """The address it told us to open."""
        match = re.search(r"http://\S+/", self.output)
        assert match, self.output
        return match[0]

    def await_line(self, text: str, *, seconds: float = 60) -> str:
        """Wait for a line that holds `text`, and return it."""
        found = wait_for(lambda: next((line for line in self.lines if text in line), None), seconds=seconds)
        assert found, f"never said {text!r}, but:\n{self.output}\n{self.logs()}"
        return found

    def kin(self) -> set[family.Process]:
        """Every process below it."""
        return family.descendants(self.process.pid)

    def pid_of(self, word: str) -> int | None:
        """The process below it that has `word` in its command line."""
        return next((process.pid for process in self.kin() if word in command_line(process.pid)), None)

    def end(self, number: signal.Signals = signal.SIGINT, *, seconds: float = 30) -> int:
        """Send a signal and wait; returns the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(seconds)
        self._reader.join(5)
        return status

    def logs(self) -> str:
        """The parts' logs, for a failing test."""
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in self.data_dir.glob("logs/*.log"))

    def _read(self) -> None:
        assert self.process.stdout
        with contextlib.suppress(ValueError):
            for line in self.process.stdout:
                self.lines.append(line.rstrip("\n"))


def prepared_folder(folder: Path) -> Path:
    """A data folder as the first start leaves it, but for the account: a test that copies it starts sooner."""
    code = (
        "import django; django.setup(); from django.core.management import call_command; "
        "from copilot.library import seeding; from copilot.up.prepare import collect_static; "
        "call_command('migrate', verbosity=0); collect_static(); seeding.install()"
    )
    variables = environment(folder, DJANGO_SETTINGS_MODULE="copilot.settings")
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=variables, check=True)
    return folder


def command_line(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def wait_for(question: Callable[[], Answer], *, seconds: float = 15) -> Answer:
    """Ask until the answer is true or the time is up; returns the last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
