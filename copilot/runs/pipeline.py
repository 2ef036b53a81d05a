"""The line, in order: draft (with build and checks), compare, save, solve, explain. Only this file knows the order."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import OperationalError, close_old_connections

from copilot.drafting.base import DraftingError
from copilot.errors import is_full
from copilot.runs import aside, drafts, events, experience, lease, solving, versions
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.lease import Cancelled, Lease
from copilot.runs.models import HELD, Lifecycle, Run
from copilot.runs.room import once_there_is_room
from copilot.runs.solving import Outcome
from copilot.runs.stage import NeedsInput, Stage, StageFailed

log = structlog.get_logger(__name__)
UNEXPECTED = (
    "Something broke on our side, not in your text. It is in the log under this run's id; everything up to here is "
    "kept. Press Retry; if it stays, start a new conversation with the same text."
)


def execute(run_id: UUID) -> None:
    """Take a run down the line if nobody else holds it; ends with the run closed, or held by another."""
    with structlog.contextvars.bound_contextvars(run_id=str(run_id)):
        try:
            held = lease.claim(run_id)
            if held is not None:
                with held:
                    _under(held)
        except OperationalError as error:  # locked, away or full: the run stays as it is, and is taken up again
            log.warning("run.database_away", error=str(error))
        finally:
            close_old_connections()


def _under(held: Lease) -> None:
    """Do the work; where the disk was full, say so once there is room, and let the run be taken up again."""
    try:
        run = Run.objects.select_related("workspace", "base", "version").get(id=held.run_id)
        _close_with_reason(Stage(run, held))
    except OperationalError as error:
        if not is_full(error):
            raise
        log.error("run.disk_full", error=str(error))
        _excuse(held)


def _excuse(held: Lease) -> None:
    try:
        once_there_is_room(lambda: lease.excuse(held.run_id, held.owner))
    except LeaseLost:
        log.warning("run.taken_over")


def _line(stage: Stage) -> None:
    if stage.run.is_aside:
        outcome = _aside(stage)
        _finish(stage.lease, outcome.lifecycle, outcome.message)
        return
    version = stage.run.version  # a recovered run goes on from the last stage that was saved
    if version is None:
        found = drafts.rebound(stage) if stage.run.kind == Run.Kind.DATA else drafts.drafted(stage)
        diff = versions.compare(stage, found.draft, found.built)
        version = versions.save(stage, found.draft, found.built, found.checks, diff)
    instance = versions.instance_of(version)
    result = solving.solve(stage, instance)
    outcome = solving.explain(stage, version, instance, result)
    _finish(stage.lease, outcome.lifecycle, outcome.message)


def _aside(stage: Stage) -> Outcome:
    """A question about a version that stands: what if, how far, why not."""
    version, instance = aside.opened(stage)
    if aside.is_sweep(stage.run):
        return aside.sweep(stage, version, instance)
    result = solving.solve(stage, instance)
    return solving.explain(stage, version, instance, result)


def _close_with_reason(stage: Stage) -> None:
    try:
        stage.check()
        _line(stage)
    except Cancelled:
        _finish(stage.lease, Lifecycle.CANCELLED, "Cancelled. What was done up to here is kept.")
    except NeedsInput as need:
        _finish(stage.lease, Lifecycle.AWAITING_INPUT, need.message)
    except (StageFailed, DraftingError) as failure:
        _finish(stage.lease, Lifecycle.FAILED, str(failure))
    except LeaseLost:
        log.warning("run.taken_over")
    except OperationalError:
        raise
    except Exception:
        log.exception("run.unexpected")
        _finish(stage.lease, Lifecycle.FAILED, UNEXPECTED)


def _finish(held: Lease, new: Lifecycle, message: str) -> None:
    payload = {"lifecycle": new, "message": message}
    events.advance(held.run_id, HELD, new, EventType.RUN_FINISHED, payload, owner=held.owner, closing_message=message)
    experience.settle(held.run_id, new)
    log.info("run.finished", lifecycle=str(new))
