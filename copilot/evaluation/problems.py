"""The problems that a drafter is measured on: JSON lines, or folders of a text with its tables."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.data.folders import is_folder, read_folder
from copilot.data.reading import DataError, read_table
from copilot.drafting.base import Table

ABSOLUTE, RELATIVE = 1e-4, 1e-4
STATUSES = ("optimal", "infeasible", "unbounded")


class ProblemError(Exception):
    """A file of problems cannot be read; the message names the file, the line and what to change."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One text with what is known of it. `answer` is the optimum, or None where nobody gives one.

    `absolute` and `relative` are the tolerances of the answer: it is met within the larger of the two. `accepted` are
    further answers that are right too. `group` is its class inside the suite. `notes` tell what was mended
    or is missing.
    """

    id: str
    suite: str
    text: str
    answer: float | None = None
    status: str = "optimal"
    tables: tuple[Table, ...] = ()
    group: str = ""
    absolute: float = ABSOLUTE
    relative: float = RELATIVE
    accepted: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_judged(self) -> bool:
        """Whether an answer or a status is known to compare with."""
        return self.answer is not None or self.status != "optimal"

    def meets(self, value: float) -> bool:
        """Whether `value` is the answer, or one of those that are right too."""
        known = (*self.accepted, *(() if self.answer is None else (self.answer,)))
        return any(abs(value - one) <= max(self.absolute, self.relative * abs(one)) for one in known)


def read_problems(paths: Sequence[Path], *, limit: int | None = None, seed: int | None = None) -> list[Problem]:
    """Read every problem of the files and folders in `paths`; with a seed, a random choice of at most `limit`.

    A folder is a problem where it holds `instance.json`, or else a shelf of such folders and of .jsonl files. Raises
    ProblemError for what cannot be read, and for one id that stands for two problems of a suite.
    """
    found = [problem for path in paths for problem in _under(path)]
    seen: set[tuple[str, str]] = set()
    for problem in found:
        if (problem.suite, problem.id) in seen:
            raise ProblemError(
                f"The suite {problem.suite} has two problems with the id {problem.id}. Give each its own."
            )
        seen.add((problem.suite, problem.id))
    if seed is not None and limit is not None and limit < len(found):
        chosen = set(random.Random(seed).sample(range(len(found)), limit))  # noqa: S311 -- a choice, not a secret
        return [problem for place, problem in enumerate(found) if place in chosen]
    return found if limit is None else found[:limit]


def _under(path: Path) -> Iterator[Problem]:
    if path.is_file():
        yield from _lines(path)
    elif is_folder(path):
        yield _folder(path)
    elif path.is_dir():
        inside = sorted(p for p in path.iterdir() if p.suffix == ".jsonl" or is_folder(p))
        if not inside:
            raise ProblemError(f"{path} holds neither .jsonl files nor folders with an instance.json.")
        for each in inside:
            yield from _under(each)
    else:
        raise ProblemError(f"{path} is not there. Name a .jsonl file or a folder.")


def _lines(path: Path) -> Iterator[Problem]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"{path} cannot be read as UTF-8 text: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        try:
            raw = json.loads(line)
        except json.JSONDecodeError as error:
            raise ProblemError(f"{place}: not JSON ({error.msg}, column {error.colno}).") from error
        if not isinstance(raw, dict):
            raise ProblemError(f"{place}: a problem is an object with id, question and answer.")
        yield _problem(raw, place, default_id=f"{path.stem}-{number}", default_suite=path.stem)


def _problem(raw: dict[str, Any], place: str, *, default_id: str, default_suite: str) -> Problem:
    text = raw.get("question") or raw.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ProblemError(f"{place}: no text. Put it under the key question.")
    status = raw.get("status") or "optimal"
    if status not in STATUSES:
        raise ProblemError(f"{place}: status {status!r} is none of {', '.join(STATUSES)}.")
    tolerance = raw.get("tolerance") or {}
    return Problem(
        id=str(raw.get("id") or default_id),
        suite=str(raw.get("suite") or default_suite),
        text=text,
        answer=finite(raw.get("answer"), place),
        status=status,
        tables=tuple(_inline_table(table, place) for table in raw.get("tables") or ()),
        group=str(raw.get("problem_class") or raw.get("group") or ""),
        absolute=finite(tolerance.get("absolute"), place) or ABSOLUTE,
        relative=finite(tolerance.get("relative"), place) or RELATIVE,
    )


def finite(value: Any, place: str) -> float | None:
    """The number that `value` stands for, or None for an unknown one; ProblemError at `place` for anything else."""
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ProblemError(f"{place}: {value!r} is not a number. An unknown answer is null.") from None
    if not math.isfinite(number):
        raise ProblemError(f"{place}: an answer is a finite number; write the status infeasible or unbounded instead.")
    return number


def _inline_table(raw: Any, place: str) -> Table:
    if not isinstance(raw, dict) or not isinstance(raw.get("csv"), str) or not isinstance(raw.get("name"), str):
        raise ProblemError(f"{place}: a table is an object with name and csv.")
    try:
        read = read_table(raw["name"], raw["csv"].encode())
    except DataError as error:
        raise ProblemError(f"{place}: {error}") from error
    return Table(read.name, read.columns)


def _folder(path: Path) -> Problem:
    """A text with {parameters} and its files, as the industrial sets give them."""
    try:
        read = read_folder(path)
    except DataError as error:
        raise ProblemError(str(error)) from error
    ending = read.optimum if isinstance(read.optimum, str) else "optimal"
    return Problem(
        id=path.name,
        suite=path.parent.name,
        text=read.text,
        answer=read.optimum if isinstance(read.optimum, float) else None,
        status=ending,
        tables=tuple(Table(table.name, table.columns) for table in read.tables),
        notes=read.notes,
    )
