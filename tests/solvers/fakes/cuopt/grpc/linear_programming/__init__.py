"""A stand-in for cuOpt's gRPC client: jobs of a server that lives in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from cuopt.linear_programming import LPTerminationStatus, Solution, solution_of

from tests.solvers.fakes.engine import script


class JobStatus(IntEnum):
    """Where a job is."""

    QUEUED = 0
    PROCESSING = 1
    COMPLETED = 2
    FAILED = 3
    CANCELLED = 4
    NOT_FOUND = 5


class GrpcError(RuntimeError):
    """The server refused or could not be reached."""


class Client:
    """One connection; `asked` is what was asked of any of them, in order."""

    asked: list[str] = []

    def __init__(self, host: str, port: int, *, tls: Any = None) -> None:
        if host == "nowhere.example":
            raise GrpcError("failed to connect to all addresses")
        self._jobs: dict[str, tuple[Any, Any]] = {}
        self._polls = 0
        self._threads: list[threading.Thread] = []

    def submit(self, problem: Any, settings: Any, enable_incumbents: Any = None) -> str:
        """Take a job and return its id."""
        self._jobs["job-1"] = (problem, settings)
        self.asked.append("submit")
        return "job-1"

    def status(self, job_id: str) -> JobStatus:
        """Say where the job is; it is busy as long as the test wants."""
        self._polls += 1
        return JobStatus.PROCESSING if self._polls <= script.busy_polls else JobStatus.COMPLETED

    def start_log_stream(self, job_id: str, callback: Callable[..., Any] = print, from_byte: int = 0) -> Any:
        """Call back with each line, in a thread."""

        def stream() -> None:
            for line in script.lines:
                if callback(line, False) is False:
                    return

        thread = threading.Thread(target=stream, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def join_log_stream(self, job_id: str, timeout: float | None = None) -> None:
        """Wait for the stream."""
        for thread in self._threads:
            thread.join(timeout)

    def cancel(self, job_id: str) -> None:
        """Ask the job to stop."""
        self.asked.append("cancel")

    def delete(self, job_id: str) -> None:
        """Forget the job."""
        self.asked.append("delete")

    def result(self, job_id: str, variable_names: Any = None) -> Solution | None:
        """Return the solution; the real server calls an infeasible problem a failed job."""
        solution = solution_of(*self._jobs[job_id])
        if solution.get_termination_reason() == LPTerminationStatus.PrimalInfeasible.name:
            raise GrpcError("job failed: problem is primal infeasible")
        return solution
