"""The drafting stage: a request and its tables in, a draft that was tried out, or a reason to ask a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from django.conf import settings

from copilot.data.errors import DataError
from copilot.data.services import table_of
from copilot.data.table import DataTable
from copilot.drafting.base import Draft, Drafter, DraftOutcome, DraftRequest, Feedback, Table
from copilot.drafting.formulation import Assumption, Formulation
from copilot.drafting.gate import CallsModels
from copilot.drafting.loop import Desk, Kept, Settled, first_draft, settle
from copilot.drafting.repair import Trial
from copilot.drafting.wire import data_from_json
from copilot.llm.endpoints import settings_for
from copilot.llm.meter import Meter
from copilot.runs import asking, builds, checkpoints, engines, experience, judging, origins, rebinds
from copilot.runs.builds import Built
from copilot.runs.checkpoints import EventLog
from copilot.runs.checks import Check
from copilot.runs.events import EventType, LeaseLost
from copilot.runs.models import ModelVersion, Run
from copilot.runs.opinions import second_opinion
from copilot.runs.stage import NeedsInput, Stage, StageFailed

REVISIONS_TOLD = 8
NEW_PROBLEM = "This message was read as a new problem, not as a change of the last version."


@dataclass(frozen=True, slots=True)
class Drafted:
    """The draft that the line goes on with, what it built, and its checks."""

    draft: Draft
    built: Built
    checks: list[Check]


def drafted(stage: Stage) -> Drafted:
    """Draft, build, check and repair, from wherever an earlier worker had come to; the order is the loop's.

    Raises NeedsInput with the question or the reason when the drafter does not understand, and StageFailed with the
    failing case when nothing builds.
    """
    found = checkpoints.reached(stage.run)
    drafter, request = _begin(stage, found.kept)
    if found.alone:
        request = _alone(request)
    log = EventLog(stage, alone=found.alone)
    repairs = settings.COPILOT["DRAFT_REPAIRS"]
    desk = Desk(
        drafter,
        lambda draft: _tried(stage, draft, request.tables),
        _Reports(stage),
        stage.lease.should_stop,
        log,
        repairs,
    )
    draft, request = _first(stage, desk, log, request, found.kept)
    settled = settle(desk, request, draft, found.kept)
    stage.check()
    experience.adopted(stage, settled.draft)
    return _with_opinion(stage, request, _handed_on(stage, settled))


def rebound(stage: Stage) -> Drafted:
    """New data for a version that stands: its program is not written again. Raises StageFailed where it cannot be."""
    draft = rebinds.draft(stage)
    built = builds.build(stage, draft)
    if isinstance(built, Feedback):
        raise StageFailed(f"The program does not take the new data. {built.message}")
    return Drafted(draft, built, builds.check(stage, draft, built))


def _begin(stage: Stage, kept: Kept) -> tuple[Drafter, DraftRequest]:
    """The drafter that the run asked for and what it will read; tells both. Experience is chosen once, at first."""
    drafter = _drafter(stage.run)
    read = _read_tables(stage)
    tables = [
        {"name": table.name, "rows": table.row_count, "columns": list(table.columns), "warnings": list(table.warnings)}
        for table in read
    ]
    stage.record(EventType.DRAFT_STARTED, {"drafter": drafter.name, "tables": tables} | _waits_for(stage.run, drafter))
    request = _request(stage.run, read)
    begun = kept.formulated or kept.candidate or kept.draft
    give = experience.with_same_insights if begun else experience.with_insights
    return drafter, give(stage, drafter, request)


def _drafter(run: Run) -> Drafter:
    """The drafter of the run; every call that it makes of a language model is counted and recorded."""
    if run.kind == Run.Kind.REPLAY:
        if run.base_run_id is None:
            raise StageFailed(engines.NO_RECORD)
        return engines.replaying(run.base_run_id)
    drafter = engines.drafter_for(run.drafter)
    if isinstance(drafter, CallsModels):
        drafter.through(Meter(run.workspace, run.id))
    return drafter


def _waits_for(run: Run, drafter: Drafter) -> dict[str, object]:
    """Whose reply is waited for, and how long at most until it begins; a replay waits for nobody."""
    if run.kind == Run.Kind.REPLAY or not isinstance(drafter, CallsModels):
        return {}
    llm = settings_for("drafter")
    return {"model": llm.model, "patience_seconds": llm.timeout_seconds}


def _first(stage: Stage, desk: Desk, log: EventLog, request: DraftRequest, kept: Kept) -> tuple[Draft, DraftRequest]:
    """A first draft, and the request that it answers, which may turn out to be the newest message alone."""
    outcome = first_draft(desk, request, kept)
    if request.previous is not None and outcome.status == "abstained":
        log.alone = True
        alone = _alone(request)
        if (fresh := _read_alone(stage, first_draft(desk, alone), alone)) is not None:
            outcome, request = fresh, alone
        else:
            log.alone = False
    if outcome.status == "question":
        return asking.with_skipped(stage, asking.asked(stage, desk.drafter, request, outcome)), request
    draft = _accepted(stage, outcome)
    asking.offer(stage, desk.drafter, request, outcome)
    return asking.with_skipped(stage, draft), request


def _alone(request: DraftRequest) -> DraftRequest:
    newest = request.text[request.revision_start :]
    return replace(request, text=newest, previous=None, revision_start=0, changes=())


def _read_alone(stage: Stage, outcome: DraftOutcome, alone: DraftRequest) -> DraftOutcome | None:
    """A message that is no change of the last version may be a whole problem of its own; then it is the request."""
    if outcome.status != "complete" or outcome.draft is None:
        return None
    newest = alone.text
    stage.run.request_text, stage.run.revision_start = newest, 0
    held = Run.objects.filter(id=stage.run.id, owner=stage.lease.owner)
    if not held.update(request_text=newest, revision_start=0):
        raise LeaseLost(str(stage.run.id))
    read = outcome.draft.formulation
    noted = read.model_copy(update={"assumptions": (*read.assumptions, Assumption(text=NEW_PROBLEM))})
    return replace(outcome, draft=replace(outcome.draft, formulation=noted))


def _tried(stage: Stage, draft: Draft, tables: Sequence[Table]) -> Trial:
    """Build in the sandbox, and check; an expected failure comes back as feedback for the drafter."""
    built = builds.build(stage, draft)
    if isinstance(built, Feedback):
        return judging.refused(built)
    checks = builds.check(stage, draft, built, tables)
    return judging.judged(Drafted(draft, built, checks), checks)


def _handed_on(stage: Stage, settled: Settled) -> Drafted:
    if settled.handed_over:
        told = {"message": settled.handed_over, "failing": sorted(settled.trial.failing)}
        stage.record(EventType.DRAFT_HANDED_OVER, told | {"builds": settled.trial.built is not None})
    if isinstance(settled.trial.built, Drafted):
        return settled.trial.built
    assert settled.trial.feedback is not None
    raise StageFailed(settled.handed_over or settled.trial.feedback.message)


def _with_opinion(stage: Stage, request: DraftRequest, found: Drafted) -> Drafted:
    """With the check of a second draft, where another language model is connected to write one."""
    opinion = second_opinion(stage, request, found.draft, found.built.instance)
    if opinion is None:
        return found
    checks = [*found.checks, opinion]
    stage.record(EventType.CHECKS_FINISHED, {"checks": [asdict(one) for one in checks]})
    return replace(found, checks=checks)


def _request(run: Run, tables: Sequence[DataTable]) -> DraftRequest:
    """What the drafter reads: the conversation's text, the tables, and the version being revised."""
    return DraftRequest(
        text=run.request_text,
        tables=tuple(Table(name=table.name, columns=table.columns) for table in tables),
        previous=draft_of(run.base) if run.base else None,
        revision_start=run.revision_start,
        changes=tuple(changes_until(run.base)) if run.base else (),
        seed=run.seed,
    )


def changes_until(version: ModelVersion) -> list[str]:
    """One line for each of the last revisions up to this version, oldest first: `version 2: profit: 70 → 80`."""
    told: list[str] = []
    step: ModelVersion | None = version
    while step is not None and step.parent_id is not None and len(told) < REVISIONS_TOLD:
        if line := origins.title_of(step.diff):
            told.append(f"version {step.number}: {line}")
        step = ModelVersion.objects.only("number", "parent", "diff").get(id=step.parent_id)
    return told[::-1]


def draft_of(version: ModelVersion) -> Draft:
    """The draft that a stored version was made from."""
    return Draft(
        formulation=Formulation.model_validate(version.formulation),
        program=version.program,
        data=data_from_json(version.data),
        drafter=version.drafter,
    )


def _read_tables(stage: Stage) -> list[DataTable]:
    try:
        return [table_of(dataset) for dataset in stage.run.datasets.order_by("name")]
    except DataError as error:
        raise StageFailed(str(error)) from error


def _accepted(stage: Stage, outcome: DraftOutcome) -> Draft:
    stage.check()
    if outcome.status == "complete" and outcome.draft is not None:
        return outcome.draft
    partial = outcome.partial.model_dump(mode="json") if outcome.partial else None
    stage.record(EventType.DRAFT_ABSTAINED, {"reasons": list(outcome.reasons), "formulation": partial})
    raise NeedsInput(" ".join(outcome.reasons))


class _Reports:
    """Passes a drafter's own reports on as events, and stops it when it is time to stop."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __call__(self, event_type: str, payload: dict[str, object]) -> None:
        self._stage.check()
        if event_type == EventType.DRAFT_PARTIAL:
            self._stage.record(EventType.DRAFT_PARTIAL, payload)
        else:
            self._stage.record(EventType.DRAFT_ATTEMPT, {"report": event_type, **payload})
