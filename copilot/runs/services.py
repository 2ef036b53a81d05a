"""The verbs that doors may say about runs."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import transaction

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import may_write
from copilot.data.models import Dataset
from copilot.drafting.base import DraftingError
from copilot.drafting.editing import edited
from copilot.drafting.formulation import Formulation
from copilot.llm.recall import remembered
from copilot.runs import checkpoints, engines, events, queue
from copilot.runs.events import EventType
from copilot.runs.models import ASIDE, VERTEX, Lifecycle, ModelVersion, Run
from copilot.runs.pool import MOST
from solvers.registry import AUTO, SOLVERS

IDLE = (Lifecycle.QUEUED, Lifecycle.AWAITING_INPUT)  # nobody works on it
STOPPED = "Cancelled."
METHODS = (
    ("choose", "As the solver chooses"),
    ("simplex", "Simplex"),
    ("ipm", "Interior point"),
    ("ipx", "IPX (HiGHS)"),
    ("hipo", "HiPO (HiGHS)"),
    (VERTEX, "First-order, then crossover to a vertex"),
)


class RunError(Exception):
    """A run cannot be started or changed that way; the message is a sentence for the user."""


class RunConflict(RunError):
    """What is asked for makes sense, but not as the run stands now."""


@dataclass(frozen=True, slots=True)
class Solving:
    """How a version is to be solved: backend, LP method, limit in seconds, and the relative gap that is good enough.

    Up to `pool_size` plans are kept, the best one among them.
    """

    solver: str
    method: str
    time_limit_seconds: float
    relative_gap: float
    pool_size: int = 1

    @classmethod
    def of(cls, run: Run, **changes: Any) -> Self:
        """As the run was solved, but for `changes`."""
        stands = cls(run.solver, run.method, run.time_limit_seconds, run.relative_gap, run.pool_size)
        return replace(stands, **changes)

    def check(self) -> None:
        """Raise RunError, which says what to change, unless it can be done."""
        most = settings.COPILOT["SOLVE_SECONDS"]
        if self.solver not in (AUTO, *SOLVERS):
            raise RunError(f"There is no solver named {self.solver[:40]!r}. Choose one of the list.")
        if self.method not in dict(METHODS):
            raise RunError(f"There is no method named {self.method[:40]!r}. Choose one of the list.")
        if not 0 < self.time_limit_seconds <= most:
            raise RunError(
                f"The time limit must lie between 0 and {most:g} seconds. COPILOT_SOLVE_SECONDS raises the largest one."
            )
        if not 0 <= self.relative_gap < 1:
            raise RunError("The gap must lie between 0 and 100 %.")
        check_pool(self.pool_size)


def check_pool(size: int) -> None:
    """Raise RunError unless so many plans can be kept."""
    if not 1 <= size <= MOST:
        raise RunError(f"Between 1 and {MOST} plans can be kept.")


@transaction.atomic
def start_run(
    *,
    workspace: Workspace,
    actor: User,
    text: str,
    revision_start: int = 0,
    base: ModelVersion | None = None,
    datasets: Sequence[Dataset] = (),
    drafter: str = "auto",
    solver: str = "auto",
    seed: int | None = None,
    time_limit_seconds: float | None = None,
    pool_size: int = 1,
    enqueue: bool = True,
) -> Run:
    """Queue one pass from a request to a result; `base` is the version that the diff will compare against.

    `text[revision_start:]` is the newest message. Raises RunError with a sentence for the user.
    """
    _check_start(workspace=workspace, actor=actor, text=text, newest=text[revision_start:], base=base)
    check_pool(pool_size)
    run = Run.objects.create(
        workspace=workspace,
        created_by=actor,
        request_text=text,
        revision_start=revision_start,
        base=base,
        drafter=drafter,
        solver=solver,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        time_limit_seconds=time_limit_seconds or settings.COPILOT["SOLVE_SECONDS"],
        pool_size=pool_size,
    )
    return _queued(run, datasets, enqueue=enqueue)


@transaction.atomic
def edit_formulation(
    *, version: ModelVersion, actor: User, formulation: Formulation, drafter: str = "auto", enqueue: bool = True
) -> Run:
    """Queue a run that goes on from an edited formulation: the program, and only what depends on it, is drafted anew.

    Raises RunError with a sentence for the user.
    """
    _check_start(
        workspace=version.workspace, actor=actor, text=version.request_text, newest=version.request_text, base=version
    )
    try:
        formulated = edited(Formulation.model_validate(version.formulation), formulation)
    except DraftingError as error:
        raise RunError(str(error)) from error
    source = version.runs.exclude(kind__in=ASIDE).order_by("created_at").first()
    run = Run.objects.create(
        workspace=version.workspace,
        created_by=actor,
        request_text=version.request_text,
        base=version,
        drafter="builtin" if version.drafter == "builtin" else drafter,
        solver=source.solver if source else AUTO,
        pool_size=source.pool_size if source else 1,
        seed=secrets.randbelow(2**31),
        time_limit_seconds=settings.COPILOT["SOLVE_SECONDS"],
    )
    events.record(run.id, EventType.DRAFT_FORMULATED, checkpoints.formulated_payload(formulated) | {"by": "person"})
    return _queued(run, list(source.datasets.all()) if source else (), enqueue=enqueue)


@transaction.atomic
def solve_again(*, run: Run, actor: User, asked: Solving, enqueue: bool = True) -> Run:
    """Queue another solve of the version that `run` made or solved; nothing is drafted or built anew.

    Raises RunError with a sentence for the user.
    """
    if not may_write(actor, run.workspace):
        raise RunError("You may look at this workspace, but only planners and owners can start runs in it.")
    if run.version is None:
        raise RunConflict("This run made no version of a model, so there is nothing to solve again.")
    asked.check()
    again = Run.objects.create(
        workspace=run.workspace,
        created_by=actor,
        kind=Run.Kind.SOLVE,
        request_text=run.version.request_text,
        base=run.version.parent,
        version=run.version,
        drafter=run.drafter,
        solver=asked.solver,
        method=asked.method,
        relative_gap=asked.relative_gap,
        pool_size=asked.pool_size,
        seed=run.seed,
        time_limit_seconds=asked.time_limit_seconds,
    )
    return _queued(again, list(run.datasets.all()), enqueue=enqueue)


@transaction.atomic
def rerun(*, run: Run, actor: User, solver: str | None = None, drafter: str = "") -> Run:
    """Start the same request again, from the same base, by another drafter if so said; or the same solve."""
    if run.kind == Run.Kind.SOLVE:
        return solve_again(run=run, actor=actor, asked=Solving.of(run, solver=solver or run.solver))
    again = start_run(
        workspace=run.workspace,
        actor=actor,
        text=run.request_text,
        revision_start=run.revision_start,
        base=run.base,
        datasets=list(run.datasets.all()),
        drafter=drafter or run.drafter,
        solver=solver or run.solver,
        seed=run.seed,
        time_limit_seconds=run.time_limit_seconds,
        pool_size=run.pool_size,
    )
    if (settled := checkpoints.settled_before(run)) is not None:
        events.record(again.id, EventType.DRAFT_FORMULATED, settled)
    return again


@transaction.atomic
def replay(*, run: Run, actor: User, enqueue: bool = True) -> Run:
    """Queue the run's line again with the replies on record: nobody is asked, and nothing is spent.

    Raises RunError with a sentence for the user.
    """
    if not may_write(actor, run.workspace):
        raise RunError("You may look at this workspace, but only planners and owners can start runs in it.")
    if not remembered(run.id).filter(workspace=run.workspace).exists():
        raise RunError(engines.NO_RECORD)
    again = Run.objects.create(
        workspace=run.workspace,
        created_by=actor,
        kind=Run.Kind.REPLAY,
        request_text=run.request_text,
        revision_start=run.revision_start,
        base=run.base,
        base_run=run,
        drafter=run.drafter,
        solver=run.solver,
        method=run.method,
        relative_gap=run.relative_gap,
        seed=run.seed,
        time_limit_seconds=run.time_limit_seconds,
        pool_size=run.pool_size,
    )
    if (settled := checkpoints.settled_by_person(run)) is not None:
        events.record(again.id, EventType.DRAFT_FORMULATED, settled)
    return _queued(again, list(run.datasets.all()), enqueue=enqueue)


def _queued(run: Run, datasets: Sequence[Dataset], *, enqueue: bool) -> Run:
    run.datasets.set(datasets)
    events.record(run.id, EventType.RUN_QUEUED, {"solver": run.solver, "drafter": run.drafter})
    if enqueue:
        transaction.on_commit(lambda: queue.ring_worker(run.id))
    return run


def cancel_run(*, run: Run, actor: User, keep_best: bool = True) -> None:
    """Ask a run to stop, or leave its question unanswered; asking twice, or asking a finished run, changes nothing."""
    if not may_write(actor, run.workspace):
        raise RunError("You may look at this run, but only planners and owners of the workspace can stop it.")
    mode = Run.Cancel.KEEP if keep_best else Run.Cancel.DISCARD
    with transaction.atomic():
        if events.advance(run.id, IDLE, Lifecycle.CANCELLED, cancel_requested=mode, closing_message=STOPPED):
            events.record(run.id, EventType.RUN_CANCEL_REQUESTED, {"by": actor.get_username()})
            events.record(run.id, EventType.RUN_FINISHED, {"lifecycle": Lifecycle.CANCELLED, "message": STOPPED})
            return
        payload = {"by": actor.get_username()}
        asked = EventType.RUN_CANCEL_REQUESTED
        events.advance(run.id, (Lifecycle.RUNNING,), Lifecycle.CANCELLING, asked, payload, cancel_requested=mode)


def visible_run(user: User, run_id: UUID) -> Run | None:
    """The run, when the user may see it."""
    return Run.objects.visible_to(user).filter(id=run_id).select_related("workspace", "version", "base").first()


def _check_start(*, workspace: Workspace, actor: User, text: str, newest: str, base: ModelVersion | None) -> None:
    limit = settings.COPILOT["MESSAGE_CHARACTERS"]
    if not may_write(actor, workspace):
        raise RunError("You may look at this workspace, but only planners and owners can start runs in it.")
    if base is not None and base.workspace_id != workspace.id:
        raise RunError("That version belongs to another workspace.")
    if not newest.strip():
        raise RunError(
            "The message is empty. Describe what you decide, what you want most or least of, and the limits."
        )
    if len(newest) > limit:
        raise RunError(
            f"The message has {len(newest):,} characters; at most {limit:,} can be read at once. "
            "Keep the description in the message and put long tables into a CSV file."
        )
    if len(text) > 4 * limit:
        raise RunError("This conversation has grown too long to revise. Start a new one from its latest version.")
    if "\x00" in text:
        raise RunError("The message contains a NUL character, which is not text. Remove it and send again.")


def run_state(run_id: UUID) -> Run | None:
    """The run's row as it is now, for code that has already checked access."""
    return Run.objects.filter(id=run_id).first()
