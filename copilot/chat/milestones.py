"""The solutions of a run as it found them, and what can be done with them: open, compare, solve again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime

from copilot.chat import backends
from copilot.chat.backends import Backend
from copilot.chat.tables import figure
from copilot.chat.words import lifecycle_of, seconds_text, solver_name
from copilot.runs.models import Run, Solution
from copilot.runs.pool import MOST, pool_of
from copilot.runs.services import METHODS

VECTORS = ("values", "row_dual", "reduced_cost")
SHOWN = 8  # of the newest, beside the chart
COMPARED = 20  # of the newest runs of the conversation


@dataclass(frozen=True, slots=True)
class Milestone:
    """One stored solution, for a list."""

    number: int
    title: str
    is_final: bool
    attempt: int
    elapsed: str
    objective: str
    gap: str


@dataclass(frozen=True, slots=True)
class Peer:
    """Another run of the conversation, to compare with."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Again:
    """What the form to solve the same version again offers."""

    backends: tuple[Backend, ...]
    methods: tuple[tuple[str, str], ...]
    solver: str
    method: str
    time_limit: str
    gap: str
    pool_size: int
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Findings:
    """The newest solutions, how many there are, and what can be done once the run is over.

    `said_of_others` is what is promised of the plans kept beside the final one, empty where none were asked for.
    """

    milestones: tuple[Milestone, ...]
    count: int
    said_of_others: str
    peers: tuple[Peer, ...]
    again: Again | None


def findings_of(run: Run) -> Findings:
    """What a run loaded with its version found; as many queries whatever its size."""
    found = milestones_of(solutions_of(run))
    pool = pool_of(run) if run.pool_size > 1 else None
    said = "" if pool is None else str(pool.said["message"])
    if run.is_active or (run.version is None and not run.is_aside):
        return Findings(found[-SHOWN:], len(found), said, (), None)
    again = None if run.version is None else _again(run)
    return Findings(found[-SHOWN:], len(found), said, tuple(_peers(run)), again)


def solutions_of(run: Run) -> list[Solution]:
    """The stored solutions of a run in the order they were found, without their vectors."""
    return list(Solution.objects.filter(run=run).order_by("number").defer(*VECTORS))


def usual_of(found: Sequence[Solution]) -> Solution | None:
    """The solution that is meant where none is named: the newest, but for the plans kept beside the final one."""
    usual = [one for one in found if one.kind != Solution.Kind.POOLED] or found
    return usual[-1] if usual else None


def milestones_of(solutions: Sequence[Solution]) -> tuple[Milestone, ...]:
    """The same in words, but for the plans kept beside the final one."""
    return tuple(
        Milestone(
            one.number,
            "Final" if one.kind == Solution.Kind.FINAL else str(one.number),
            one.kind == Solution.Kind.FINAL,
            one.attempt,
            seconds_text(one.elapsed_seconds) or "0 s",
            figure(one.objective_value),
            "–" if one.relative_gap is None else f"{one.relative_gap:.2%}",
        )
        for one in solutions
        if one.kind != Solution.Kind.POOLED
    )


def _peers(run: Run) -> list[Peer]:
    """Those that solved a version, as it is or with a scenario's changes, newest first."""
    others = Run.objects.filter(message__conversation__messages__run=run).exclude(id=run.id)
    solved = others.filter(Q(version__isnull=False) | Q(kind=Run.Kind.SCENARIO))
    rows = solved.order_by("-created_at").select_related("version", "base")
    named = rows.only("kind", "lifecycle", "solver", "created_at", "version__number", "base__number")[:COMPARED]
    return [Peer(other.id, _peer_title(other)) for other in named]


def _peer_title(run: Run) -> str:
    version = run.version or run.base
    of = "scenario of version" if run.kind == Run.Kind.SCENARIO else "version"
    words = (f"{of} {version.number if version else 0}", solver_name(run.solver), lifecycle_of(run).word.lower())
    return f"{localtime(run.created_at):%H:%M}, {', '.join(words)}"


def _again(run: Run) -> Again:
    gap, limit = f"{100 * run.relative_gap:g}", f"{run.time_limit_seconds:g}"
    return Again(backends.here(), METHODS, run.solver, run.method, limit, gap, run.pool_size)
