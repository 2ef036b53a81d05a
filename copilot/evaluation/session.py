"""An evaluation that can be stopped and taken up again: one line of JSON per attempt, written as it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import fields
from pathlib import Path
from typing import Any

from copilot.evaluation.attempt import Attempt
from copilot.evaluation.problems import Problem, ProblemError

Settings = Mapping[str, Any]


class Record:
    """The file of one evaluation: its settings in the first line, then an attempt a line."""

    def __init__(self, path: Path | None, settings: Settings) -> None:
        """Open or begin the file; None keeps no file.

        Raises ProblemError where it was made with other settings or is no such file.
        """
        self._path = path
        self.attempts: list[Attempt] = []
        self._done: set[tuple[str, str, int]] = set()
        if path is None:
            return
        if path.exists() and path.stat().st_size:
            stored, self.attempts = read_record(path)
            differing = sorted(name for name in settings if stored.get(name) != settings[name])
            if differing:
                told = ", ".join(f"{name} {stored.get(name)!r} instead of {settings[name]!r}" for name in differing)
                raise ProblemError(f"{path} belongs to an evaluation with {told}. Name another file with --out.")
            self._done = {(one.suite, one.id, one.seed) for one in self.attempts}
            _end_with_newline(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"settings": dict(settings)}, sort_keys=True) + "\n", encoding="utf-8")

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down before it is counted."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(attempt.to_json(), ensure_ascii=False) + "\n")
        self.attempts.append(attempt)
        self._done.add((attempt.suite, attempt.id, attempt.seed))

    def is_done(self, problem: Problem, seed: int) -> bool:
        """Whether the file already holds this attempt."""
        return (problem.suite, problem.id, seed) in self._done


def _end_with_newline(path: Path) -> None:
    """A run that was killed may have left half a line, which was not read; end it, and the next stands alone."""
    if not path.read_bytes().endswith(b"\n"):
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")


def read_record(path: Path) -> tuple[dict[str, Any], list[Attempt]]:
    """The settings and attempts of a file; a half-written line counts as not there. Raises ProblemError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        settings = json.loads(lines[0])["settings"]
    except (OSError, UnicodeDecodeError, ValueError, IndexError, KeyError, TypeError) as error:
        raise ProblemError(f"{path} is not the record of an evaluation: its first line has no settings.") from error
    names = {field.name for field in fields(Attempt)}
    attempts = []
    for line in lines[1:]:
        try:
            raw = json.loads(line)
        except ValueError:
            continue
        if isinstance(raw, dict) and names >= raw.keys():
            attempts.append(Attempt(**{**raw, "insights": tuple(raw.get("insights", ()))}))
    return settings, attempts


def carry_out(
    problems: Sequence[tuple[Problem, int]], work: Callable[[Problem, int], Attempt], record: Record, *, workers: int
) -> Iterator[Attempt]:
    """Yield each attempt once it is written down; at most `workers` at a time, those that are done are left out."""
    left = iter([(problem, seed) for problem, seed in problems if not record.is_done(problem, seed)])
    with ThreadPoolExecutor(max_workers=workers) as pool:
        running: set[Future[Attempt]] = set()
        try:
            while True:
                for problem, seed in left:
                    running.add(pool.submit(work, problem, seed))
                    if len(running) >= workers:
                        break
                if not running:
                    return
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                for one in ended:
                    record.add(one.result())
                    yield record.attempts[-1]
        finally:
            for one in running:
                one.cancel()
