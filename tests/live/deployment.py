"""Real processes on a data folder of their own: a worker that can be killed, and a driver to look at the database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def hard_text(seed: int = 7, items: int = 50, rows: int = 6) -> str:
    """A knapsack with several rows in algebra lines: a first plan comes at once, a proof takes minutes."""
    import random

    rng = random.Random(seed)
    weights = [[rng.randint(400, 1000) for _ in range(items)] for _ in range(rows)]
    names = [f"x{i + 1}" for i in range(items)]
    worth = [weights[0][i] + weights[1][i] + 100 for i in range(items)]

    def total(coefficients: list[int]) -> str:
        return " + ".join(f"{value} {name}" for value, name in zip(coefficients, names, strict=True))

    lines = [f"maximize {total(worth)}", "subject to"]
    lines += [f"row{k + 1}: {total(weights[k])} <= {11000 + 13 * k}" for k in range(rows)]
    return "\n".join([*lines, "binary " + ", ".join(names)])


class Deployment:
    """A worker and a driver that share an environment; `close` ends every process it started."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("COPILOT_", "REDIS_", "DATABASE_"))
        }
        self.environment |= {"COPILOT_DATA_DIR": str(folder), "COPILOT_LEASE_SECONDS": "3", "LOG_LEVEL": "WARNING"}
        self.environment |= environment
        self.folder = folder
        self.worker: subprocess.Popen[bytes] | None = None
        self._driver = subprocess.Popen(
            [sys.executable, "-m", "tests.live.driver"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def need_worker(self) -> None:
        """A Celery worker in a process group of its own, unless one runs already."""
        if self.worker is not None:
            return
        log = (self.folder / "worker.log").open("ab")
        command = [sys.executable, "-m", "celery", "-A", "copilot", "worker", "-P", "threads", "-c", "2"]
        command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        with log:
            self.worker = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill_worker(self) -> None:
        """kill -9 of the worker alone, if there is one, as the kernel does when memory runs out."""
        if self.worker is None:
            return
        os.kill(self.worker.pid, signal.SIGKILL)
        self.worker.wait(timeout=10)
        self.worker = None

    def do(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """One verb of the driver."""
        assert self._driver.stdin is not None
        self._driver.stdin.write(json.dumps({"do": verb} | arguments) + "\n")
        self._driver.stdin.flush()
        return self._answer()

    def wait(self, run: str, true: Callable[[dict[str, Any]], bool], seconds: float = 60.0) -> dict[str, Any]:
        """Look at the run until something is true of it."""
        deadline = time.monotonic() + seconds
        while True:
            state = self.do("state", run=run)
            if true(state):
                return state
            assert time.monotonic() < deadline, f"it never happened: {state['lifecycle']} {state['events'][-3:]}"
            time.sleep(0.1)

    def close(self) -> None:
        """End the worker's group and the driver."""
        if self.worker is not None and self.worker.poll() is None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait(timeout=10)
        if self._driver.stdin is not None:
            self._driver.stdin.close()
        if self._driver.stdout is not None:
            self._driver.stdout.close()
        self._driver.wait(timeout=10)

    def _answer(self) -> dict[str, Any]:
        assert self._driver.stdout is not None
        answer: dict[str, Any] = json.loads(self._driver.stdout.readline())
        return answer
