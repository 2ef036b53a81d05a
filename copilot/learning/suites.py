"""Suites that gates replay, kept as rows: from files of problems, and from past runs whose plan was accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from copilot.accounts.models import Workspace
from copilot.drafting.base import Table
from copilot.evaluation.problems import Problem
from copilot.learning.models import GateSuite
from copilot.library.access import LibraryRefused
from copilot.library.models import Episode
from copilot.runs.models import Lifecycle, Run, Solution, Verification

MOST = 1_000
RUNS = "past runs"


def keep(problems: Sequence[Problem], *, name: str, workspace: Workspace | None) -> GateSuite:
    """The suite of these problems; the same ones again give the row that is there. Raises LibraryRefused."""
    judged = [problem for problem in problems if problem.is_judged]
    if not judged:
        raise LibraryRefused("None of the problems has a known answer, so there is nothing to compare.")
    if len(judged) > MOST:
        raise LibraryRefused(f"There are {len(judged):,} problems; a gate takes at most {MOST:,}.")
    rows = [problem_json(problem) for problem in judged]
    fields = {"name": name[:120], "problems": rows, "size": len(rows)}
    return GateSuite.objects.get_or_create(workspace=workspace, suite_hash=digest(rows), defaults=fields)[0]


def digest(rows: Sequence[Mapping[str, Any]]) -> str:
    """The hash of what is asked and what counts as right."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def of_runs(workspace: Workspace, *, most: int = 200) -> list[Problem]:
    """Past runs of a workspace as problems: the newest of each text that was solved, passed our checks and was not
    rejected since. The answer is what was accepted then, which need not be the truth."""
    accepted = Episode.objects.filter(workspace=workspace, accepted=True).values("run_id")
    runs = Run.objects.filter(workspace=workspace, id__in=accepted, kind=Run.Kind.DRAFT, datasets=None)
    runs = runs.filter(lifecycle=Lifecycle.SUCCEEDED, verification=Verification.PASSED, termination_condition="optimal")
    newest = {run.request_text: run for run in runs.order_by("created_at")}
    chosen = list(newest.values())[-most:]
    finals = Solution.objects.filter(run__in=chosen, kind=Solution.Kind.FINAL)
    values = dict(finals.values_list("run_id", "objective_value"))
    return [Problem(str(run.id), RUNS, run.request_text, values[run.id]) for run in chosen if run.id in values]


def problem_json(problem: Problem) -> dict[str, Any]:
    """Plain JSON, from which `problem_from` makes the same."""
    tables = [
        {"name": table.name, "columns": {k: list(v) for k, v in table.columns.items()}} for table in problem.tables
    ]
    lists = {"accepted": list(problem.accepted), "notes": list(problem.notes)}
    return {**asdict(problem), "tables": tables, **lists}


def problem_from(raw: Mapping[str, Any]) -> Problem:
    """What `problem_json` wrote."""
    tables = tuple(Table(**table) for table in raw["tables"])
    return Problem(**{**raw, "tables": tables, **{name: tuple(raw[name]) for name in ("accepted", "notes")}})
