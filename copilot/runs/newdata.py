"""The verb that solves a version on other data: the same program, other columns, and no drafter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from copilot.accounts.models import User
from copilot.accounts.services import may_write
from copilot.data.errors import DataError
from copilot.data.models import Dataset
from copilot.data.services import table_of
from copilot.data.validating import Validated
from copilot.runs import events, queue, rebinds
from copilot.runs.events import EventType
from copilot.runs.models import ACTIVE, ModelVersion, Run
from copilot.runs.rebinds import Mapped
from copilot.runs.services import RunConflict, RunError

NO_VERSION = "This run made no version of a model, so there is nothing to bring data to."


def check(*, version: ModelVersion, mapped: Sequence[Mapped], datasets: Sequence[Dataset]) -> Validated:
    """What the mapped columns give, or every fault of them, before anything is queued. Raises RunError."""
    if not mapped:
        raise RunError("Choose a column for at least one number; what keeps its present value needs none.")
    used = {one.dataset for one in mapped}
    try:
        tables = {str(dataset.id): table_of(dataset) for dataset in datasets if str(dataset.id) in used}
        return rebinds.read(version, mapped, tables)
    except DataError as error:
        raise RunError(str(error)) from error


@transaction.atomic
def solve_with(
    *,
    run: Run,
    actor: User,
    mapped: Sequence[Mapped],
    datasets: Sequence[Dataset],
    version: ModelVersion | None = None,
    enqueue: bool = True,
) -> Run:
    """Queue a run of the version's program on the mapped columns; asking twice while it goes on starts one.

    The version is the run's own where none is named. Raises RunError with a sentence for the user, faults of the data
    among them.
    """
    version = _allowed(run, actor, version or run.version or run.base, datasets)
    if faults := check(version=version, mapped=mapped, datasets=datasets).faults:
        raise RunError(" ".join(faults[:3]))
    used = {one.dataset for one in mapped}
    names = sorted(dataset.name for dataset in datasets if str(dataset.id) in used)
    question = {"ask": "data", "bindings": [one.to_json() for one in mapped], "names": names}
    asked = {"kind": Run.Kind.DATA, "base": version, "question": question, "workspace": run.workspace}
    if twin := Run.objects.filter(lifecycle__in=ACTIVE, **asked).first():
        return twin
    read = [dataset for dataset in datasets if str(dataset.id) in used]
    return _queued(run, version, actor, asked, read, enqueue=enqueue)


def _queued(
    run: Run,
    version: ModelVersion,
    actor: User,
    asked: dict[str, Any],
    datasets: Sequence[Dataset],
    *,
    enqueue: bool,
) -> Run:
    started = Run.objects.create(
        created_by=actor,
        request_text=version.request_text,
        drafter=run.drafter,
        solver=run.solver,
        seed=run.seed,
        time_limit_seconds=run.time_limit_seconds,
        pool_size=run.pool_size,
        **asked,
    )
    started.datasets.set(datasets)
    events.record(started.id, EventType.RUN_QUEUED, {"solver": run.solver, "drafter": rebinds.DRAFTER})
    if enqueue:
        transaction.on_commit(lambda: queue.ring_worker(started.id))
    return started


def _allowed(run: Run, actor: User, version: ModelVersion | None, datasets: Sequence[Dataset]) -> ModelVersion:
    if not may_write(actor, run.workspace):
        raise RunError("You may look at this workspace, but only planners and owners can start runs in it.")
    if version is None:
        raise RunConflict(NO_VERSION)
    if foreign := [dataset for dataset in datasets if dataset.workspace_id != run.workspace_id]:
        raise RunError(f"{foreign[0].name} belongs to another workspace.")
    return version


def again(*, run: Run, actor: User) -> Run:
    """The same program on the same columns once more."""
    mapped = rebinds.mapped_of(run.question.get("bindings", ()))
    return solve_with(run=run, actor=actor, mapped=mapped, datasets=list(run.datasets.all()), version=run.base)
