"""Doing a job: take its row under a lease, learn or refine, write it all at once. A second taker does nothing."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from copilot.drafting.base import Drafter, DraftingError
from copilot.drafting.gate import CallsModels
from copilot.errors import is_full
from copilot.learning import diagnosis, evolve, gate, renewal
from copilot.learning.bench import LineBench
from copilot.learning.budget import BudgetSpent
from copilot.learning.cases import program_from, task_from
from copilot.learning.curator import CuratorError
from copilot.learning.learn import Desk, Learnt, learn
from copilot.learning.llm_curator import LlmCurator
from copilot.learning.models import WAITING, LearningCycle, LearningJob, Status
from copilot.learning.spending import CycleBudget
from copilot.library.access import LibraryRefused
from copilot.library.content import ContentError
from copilot.library.insights import Reach
from copilot.library.models import Episode
from copilot.llm import endpoints
from copilot.llm.meter import Meter
from copilot.runs import engines
from copilot.runs.events import LeaseLost
from copilot.runs.lease import Cancelled, Lease, lease_end
from copilot.runs.models import Run
from copilot.runs.room import grant_attempt, once_there_is_room

log = structlog.get_logger(__name__)
LOST = "The worker of this job was lost, and so were the ones that tried again. What it paid for is kept: try again."
STOPPED = "Stopped. The library is as it was."
NO_ROOM = "Waiting for room on the disk"
UNEXPECTED = "Something broke on our side. It is in the log under this job's id. The library is as it was."


def execute(job_id: UUID) -> None:
    """Do the job if nobody else is on it; ends with the row closed, held by another, or to be taken up again."""
    with structlog.contextvars.bound_contextvars(job_id=str(job_id)):
        try:
            held = claim(job_id)
            if held is not None:
                with held:
                    _under(held)
        except OperationalError as error:  # locked, away or full: the row stays as it is
            log.warning("learning.database_away", error=str(error))


def _under(held: Lease) -> None:
    """Do the work; an attempt that a full disk ended does not count."""
    try:
        _close_with_reason(held)
    except OperationalError as error:
        if not is_full(error):
            raise
        log.error("learning.disk_full", error=str(error))
        excuse = partial(grant_attempt, LearningJob.objects, held.run_id, held.owner, progress=NO_ROOM)
        once_there_is_room(excuse)


def claim(job_id: UUID) -> Lease | None:
    """Become the only one at work, or None when it is closed, held by a live worker, or out of attempts."""
    owner = uuid.uuid4().hex
    rows = LearningJob.objects.claimable().filter(id=job_id, attempt__lt=F("max_attempts"))
    claimed = rows.update(
        owner=owner,
        status=Status.RUNNING,
        attempt=F("attempt") + 1,
        lease_until=lease_end(),
        heartbeat_at=timezone.now(),
        progress="",
    )
    return Lease(job_id, owner, LearningJob.objects) if claimed else None


def close(job_id: UUID, status: Status, message: str = "", *, owner: str | None = None, **fields: Any) -> bool:
    """End a job that waits; returns whether this call won."""
    rows = LearningJob.objects.filter(id=job_id, status__in=WAITING)
    if owner is not None:
        rows = rows.filter(owner=owner)
    ended = {"finished_at": timezone.now(), "lease_until": None, "progress": ""}
    return bool(rows.update(status=status, closing_message=message, **ended, **fields))


def close_lost(job_id: UUID) -> None:
    """Give up a job whose workers were lost too often."""
    close(job_id, Status.FAILED, LOST)


def _close_with_reason(held: Lease) -> None:
    try:
        held.check()
        found = _done(held)
        held.check()
        _write(held, found)
    except Cancelled:
        close(held.run_id, Status.CANCELLED, STOPPED, owner=held.owner)
    except (BudgetSpent, CuratorError, ContentError, DraftingError, LibraryRefused) as error:
        status, told = (Status.CANCELLED, STOPPED) if held.cancelled else (Status.FAILED, str(error))
        close(held.run_id, status, told, owner=held.owner)
    except LeaseLost as error:
        log.warning("learning.left", error=str(error))
    except OperationalError:
        raise
    except Exception:
        log.exception("learning.unexpected")
        close(held.run_id, Status.FAILED, UNEXPECTED, owner=held.owner)


@transaction.atomic
def _write(held: Lease, found: Learnt) -> None:
    """The library's rows and the job's end, or neither."""
    written = found.write()
    if not close(held.run_id, Status.DONE, owner=held.owner, result=found.result | written):
        raise LeaseLost(str(held.run_id))


def _done(held: Lease) -> Learnt:
    job = LearningJob.objects.select_related(
        "cycle__workspace", "cycle__created_by", "insight__workspace", "gate_suite"
    ).get(id=held.run_id)
    bench = _bench(job, held)
    desk = _desk(job, held, bench)
    if job.gate_suite is not None:
        return gate.carry_out(job, desk, bench)
    if job.cycle.kind == LearningCycle.Kind.RENEW:
        return renewal.renew(job, desk)
    if job.insight is not None:
        return evolve.evolve(job.insight, desk)
    found = _learnt(job, desk)
    return _with_diagnosis(job, desk, found) if "correction" in job.payload else found


def _learnt(job: LearningJob, desk: Desk) -> Learnt:
    given = job.payload
    failed = program_from(given.get("failed"))
    source = {"cycle": str(job.cycle_id), **given.get("source", {})}
    return learn(task_from(given), desk, failed=failed, correction=given.get("correction", ""), source=source)


def _with_diagnosis(job: LearningJob, desk: Desk, found: Learnt) -> Learnt:
    """What a correction tells of the insights that the wrong draft was written with, beside what is learnt from it."""
    made = Run.objects.filter(version=job.payload["source"]["before"], kind=Run.Kind.DRAFT).values("id")
    episode = Episode.objects.filter(run_id__in=made).first()
    case = diagnosis.case_of_correction(episode) if episode else None
    if episode is None or case is None or not episode.uses.exists():
        return found
    desk.tell("Looking into what it was drafted with")
    try:
        uses: Any = diagnosis.diagnose(episode, case, desk.curator)
    except (BudgetSpent, CuratorError) as error:  # the next evolution of those insights asks again
        uses = str(error)
    return replace(found, result={**found.result, "uses": uses})


def _bench(job: LearningJob, held: Lease) -> LineBench:
    used = drafter()
    if isinstance(used, CallsModels):
        used.through(Meter(job.cycle.workspace, job.id))
    return LineBench(
        used,
        engines.sandbox(),
        engines.build_limits(),
        CycleBudget(job.cycle_id),
        model_id=settings.COPILOT["LLM"],
        should_stop=held.should_stop,
    )


def _desk(job: LearningJob, held: Lease, bench: LineBench) -> Desk:
    rows = LearningJob.objects.filter(id=job.id, owner=held.owner)

    def keep(kept: dict[str, Any]) -> None:
        held.check()
        rows.update(kept=kept)

    def tell(sentence: str) -> None:
        held.check()
        rows.update(progress=sentence[:120])

    endpoint, meter = endpoints.settings_for("curator"), Meter(job.cycle.workspace, job.id)
    curator = LlmCurator(endpoint, bench.budget, held.should_stop, chat_model(), meter)
    return Desk(bench, curator, Reach(job.cycle.workspace), dict(job.kept), keep, tell)


def drafter() -> Drafter:
    """The connected language model's drafter. Raises DraftingError without one."""
    return engines.drafter_for("llm")


def chat_model() -> Any:
    """The curator's chat model; None makes it from the settings at the first call."""
    return None
