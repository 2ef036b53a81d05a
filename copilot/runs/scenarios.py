"""The verbs that ask about a finished run and change nothing of it: scenarios, repairs, sweeps, more reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from copilot.accounts.models import User
from copilot.accounts.services import may_write
from copilot.drafting.formulation import Formulation
from copilot.runs import aside, events, levers, queue, versions
from copilot.runs.events import EventType
from copilot.runs.levers import FIXED, Change, changes_of
from copilot.runs.models import ACTIVE, ModelVersion, Run
from copilot.runs.services import RunError
from copilot.runs.turning import Board, TurnError, forced, values_between
from copilot.runs.words import short_label
from solvers.instance import Instance, InstanceError

NO_MODEL = "This run made no model that could be asked about. Choose a run with a result."
STILL_GOING = "This run is still going on. Wait until it has finished, or stop it, and ask again."


def version_of(run: Run) -> ModelVersion | None:
    """The version whose instance the run solved: its own, or the one that it asks about."""
    return run.version or (run.base if run.kind not in (Run.Kind.DRAFT, Run.Kind.DATA) else None)


def about(run: Run) -> Run:
    """The run that a question is about: a sweep is many solves, so it stands for the one it was asked of."""
    return run.base_run if aside.is_sweep(run) and run.base_run else run


def board_of(run: Run) -> Board:
    """Everything that may be turned in what the run solved, a scenario's own changes included; raises RunError."""
    version = version_of(run)
    if run.is_active:
        raise RunError(STILL_GOING)
    if version is None:
        raise RunError(NO_MODEL)
    instance: Instance = versions.instance_of(version)
    try:
        instance = levers.applied(instance, changes_of(run.changes))
    except InstanceError as error:
        raise RunError(str(error)) from error
    formulation = Formulation.model_validate(version.formulation)
    return Board(instance, formulation, locked=frozenset(run.question.get("locked", ())))


def change_number(*, run: Run, actor: User, target: str, value: str) -> Run:
    """Solve what the run solved with one number changed; raises RunError with a sentence for the user."""
    board = board_of(run)
    try:
        change = _with_plan(board.change(target, value), about(run))
    except TurnError as error:
        raise RunError(str(error)) from error
    return start_scenario(run=run, actor=actor, changes=[change], formulation=board.formulation)


def force_choice(*, run: Run, actor: User, target: str, value: str) -> Run:
    """Solve with a quantity forced to a value: tells what it costs, or which rules forbid it; raises RunError."""
    return change_number(run=run, actor=actor, target=forced(target), value=value)


def try_repair(*, run: Run, actor: User, number: int) -> Run:
    """Solve with the changes of the run's repair of that number, counted from 0; the version stays as it is."""
    found: Sequence[dict[str, Any]] = ((run.result or {}).get("repairs") or {}).get("found") or ()
    if not 0 <= number < len(found):
        raise RunError("There is no such repair any more. Look at the run again and choose one of its list.")
    if found[number]["change_count"] != len(found[number]["changes"]):
        raise RunError("This repair changes more numbers than can be applied by one click. Choose a shorter one.")
    formulation = board_of(run).formulation
    return start_scenario(run=run, actor=actor, changes=changes_of(found[number]["changes"]), formulation=formulation)


def start_scenario(*, run: Run, actor: User, changes: Iterable[Change], formulation: Formulation) -> Run:
    """Queue a scenario: the run's own changes, if any, and these; the same question twice is asked once."""
    data = [change.data(formulation) for change in changes]
    words = " and ".join(
        [", ".join(one["words"] for one in data[:-1]), data[-1]["words"]] if data[1:] else [data[0]["words"]]
    )
    renewed = {(one["lever"], one["name"]) for one in data}
    before = [one for one in run.changes if (one["lever"], one["name"]) not in renewed]
    return _start(run, actor, Run.Kind.SCENARIO, f"Scenario: {words}.", changes=before + data, question={})


def start_sweep(*, run: Run, actor: User, target: str, start: str, end: str, points: str) -> Run:
    """Queue a sweep over one number; raises RunError with a sentence for the user."""
    board = board_of(run)
    try:
        lever, name = board.target(target)
        if lever == FIXED:
            raise TurnError("A forced value cannot be swept: sweep the smallest or largest allowed value instead.")
        values = values_between(start, end, points)
    except TurnError as error:
        raise RunError(str(error)) from error
    label = levers.subject(lever, name, board.formulation)
    question = {"ask": aside.SWEEP, "lever": str(lever), "name": name, "label": label, "values": values}
    text = f"Sweep: “{label}” from {values[0]:,.10g} to {values[-1]:,.10g} in {len(values)} points."
    return _start(run, actor, Run.Kind.EXPLAIN, text, changes=run.changes, question=question)


def explain_more(*, run: Run, actor: User, locked: Iterable[str] = ()) -> Run:
    """Queue a longer look into the run's ending, with repairs that leave the locked rows and columns alone."""
    board = board_of(run)
    names = sorted(set(locked))
    known = {*board.instance.row_names, *board.instance.column_names}
    if unknown := [name for name in names if name not in known]:
        raise RunError(f"There is no rule or quantity called “{unknown[0][:80]}” to lock.")
    seconds = settings.COPILOT["SOLVE_SECONDS"]
    text = f"Explain more, for up to {seconds:,.0f} seconds."
    if names:
        kept = ", ".join(f"“{short_label(name, board.formulation)}”" for name in names[:4])
        text = f"Find repairs that leave {kept}{' and more' if len(names) > 4 else ''} alone."
    question = {"ask": "explain", "locked": names}
    return _start(run, actor, Run.Kind.EXPLAIN, text, changes=run.changes, question=question)


def again(*, run: Run, actor: User) -> Run:
    """Ask the same question again, about the same version."""
    kind = Run.Kind(run.kind)
    return _start(run.base_run or run, actor, kind, run.request_text, changes=run.changes, question=run.question)


def _with_plan(change: Change, run: Run) -> Change:
    """A forced value beside the one in the plan, where there is a plan."""
    planned = ((run.result or {}).get("variables") or {}).get(change.name)
    return replace(change, old=planned) if change.lever == FIXED and planned is not None else change


@transaction.atomic
def _start(
    asked_of: Run, actor: User, kind: Run.Kind, text: str, *, changes: list[dict[str, Any]], question: dict[str, Any]
) -> Run:
    run = about(asked_of)
    version = version_of(run)
    if not may_write(actor, run.workspace):
        raise RunError("You may look at this workspace, but only planners and owners can start runs in it.")
    if version is None:
        raise RunError(NO_MODEL)
    asked = {"kind": kind, "base": version, "base_run": run, "changes": changes, "question": question}
    if twin := Run.objects.filter(lifecycle__in=ACTIVE, **asked).first():
        return twin
    started = Run.objects.create(
        workspace=run.workspace,
        created_by=actor,
        request_text=text,
        drafter=run.drafter,
        solver=run.solver,
        seed=run.seed,
        time_limit_seconds=settings.COPILOT["SOLVE_SECONDS"] if kind == Run.Kind.EXPLAIN else run.time_limit_seconds,
        **asked,
    )
    started.datasets.set(run.datasets.all())
    events.record(started.id, EventType.RUN_QUEUED, {"solver": run.solver, "drafter": run.drafter})
    transaction.on_commit(lambda: queue.ring_worker(started.id))
    return started
