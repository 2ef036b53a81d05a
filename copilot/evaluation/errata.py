"""Corrections of labels that are wrong or have several right answers; every figure is told with and without them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from copilot.evaluation.problems import STATUSES, Problem, ProblemError, finite


def read_errata(path: Path) -> dict[str, dict[str, Any]]:
    """Read JSON lines of `id`, `reason`, and what is right: `answer`, `accepted` (further answers) or `status`.

    Raises ProblemError naming the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"{path} cannot be read as UTF-8 text: {error}") from error
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            raw = _entry(line, f"{path}, line {number}")
            found[str(raw["id"])] = raw
    return found


def _entry(line: str, place: str) -> dict[str, Any]:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise ProblemError(f"{place}: not JSON ({error.msg}, column {error.colno}).") from error
    if not isinstance(raw, dict) or not raw.get("id") or not raw.get("reason"):
        raise ProblemError(f"{place}: a correction is an object with an id and a reason.")
    if not {"answer", "accepted", "status"} & raw.keys():
        raise ProblemError(f"{place}: a correction says what is right: answer, accepted or status.")
    if raw.get("status", "optimal") not in STATUSES:
        raise ProblemError(f"{place}: status {raw['status']!r} is none of {', '.join(STATUSES)}.")
    numbers = [raw.get("answer"), *(raw.get("accepted") or ())]
    return raw | {"answer": finite(numbers[0], place), "accepted": [finite(one, place) for one in numbers[1:]]}


def corrected(problems: Sequence[Problem], errata: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """The problems with the corrections of their labels."""
    return [_corrected(problem, errata[problem.id]) if problem.id in errata else problem for problem in problems]


def _corrected(problem: Problem, raw: Mapping[str, Any]) -> Problem:
    return replace(
        problem,
        answer=problem.answer if raw["answer"] is None else raw["answer"],
        accepted=tuple(raw["accepted"]),
        status=raw.get("status", problem.status),
    )
