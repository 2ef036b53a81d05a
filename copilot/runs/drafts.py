"""The drafting stage: a request and its tables in, a draft out, or a reason to ask a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from copilot.data.errors import DataError
from copilot.data.services import table_of
from copilot.data.table import DataTable
from copilot.drafting.base import Draft, Drafter, DraftOutcome, DraftRequest, Feedback, Table
from copilot.drafting.formulation import Assumption, Formulation
from copilot.drafting.wire import data_from_json, data_to_json
from copilot.runs import engines, experience, origins
from copilot.runs.events import EventType, LeaseLost, Payload
from copilot.runs.models import ModelVersion, Run
from copilot.runs.stage import NeedsInput, Stage, StageFailed

REVISIONS_TOLD = 8
NEW_PROBLEM = "This message was read as a new problem, not as a change of the last version."


def begin(stage: Stage) -> tuple[Drafter, DraftRequest]:
    """The drafter that the run asked for and what it will read; tells both."""
    drafter = engines.drafter_for(stage.run.drafter)
    read = _read_tables(stage)
    tables = [
        {"name": table.name, "rows": table.row_count, "columns": list(table.columns), "warnings": list(table.warnings)}
        for table in read
    ]
    stage.record(EventType.DRAFT_STARTED, {"drafter": drafter.name, "tables": tables})
    return drafter, experience.with_insights(stage, drafter, _request(stage.run, read))


def propose(stage: Stage, drafter: Drafter, request: DraftRequest) -> tuple[Draft, DraftRequest]:
    """A first draft, and the request that it answers, which may turn out to be the newest message alone.

    Raises NeedsInput with the question or the reason when the drafter does not understand.
    """
    outcome = drafter.draft(request, _reporter(stage), stage.lease.should_stop)
    if request.previous is not None and outcome.status == "abstained":
        newest = request.text[request.revision_start :]
        alone = replace(request, text=newest, previous=None, revision_start=0, changes=())
        if (fresh := _read_alone(stage, drafter, alone)) is not None:
            outcome, request = fresh, alone
    draft = _accepted(stage, outcome)
    experience.adopted(stage, request, draft)
    return draft, request


def _read_alone(stage: Stage, drafter: Drafter, alone: DraftRequest) -> DraftOutcome | None:
    """A message that is no change of the last version may be a whole problem of its own; then it is the request."""
    outcome = drafter.draft(alone, _reporter(stage), stage.lease.should_stop)
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


def repair(stage: Stage, drafter: Drafter, request: DraftRequest, draft: Draft, feedback: Feedback) -> Draft:
    """The draft again, knowing why the sandbox refused it. Raises StageFailed when there is nothing better."""
    stage.record(EventType.DRAFT_REPAIR, {"because": feedback.message})
    outcome = drafter.repair(request, draft, feedback, _reporter(stage), stage.lease.should_stop)
    if outcome.status == "abstained":
        raise StageFailed(f"{feedback.message} {' '.join(outcome.reasons)}".strip())
    better = _accepted(stage, outcome)
    experience.adopted(stage, request, better)
    return better


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
        stage.record(EventType.DRAFT_PROPOSED, _proposed(outcome.draft))
        return outcome.draft
    partial = outcome.partial.model_dump(mode="json") if outcome.partial else None
    if outcome.status == "question":
        questions = [
            {"text": question.text, "options": list(question.options), "default": question.default, "why": question.why}
            for question in outcome.questions
        ]
        payload: Payload = {"questions": questions, "reasons": list(outcome.reasons), "formulation": partial}
        stage.record(EventType.DRAFT_QUESTION, payload)
        raise NeedsInput(outcome.questions[0].text if outcome.questions else "Please say more.")
    stage.record(EventType.DRAFT_ABSTAINED, {"reasons": list(outcome.reasons), "formulation": partial})
    raise NeedsInput(" ".join(outcome.reasons))


def _proposed(draft: Draft) -> Payload:
    return {
        "drafter": draft.drafter,
        "formulation": draft.formulation.model_dump(mode="json"),
        "program": draft.program,
        "data": data_to_json(draft.data),
    }


class _Reports:
    """Passes a drafter's own reports on as events, and stops it when it is time to stop."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __call__(self, event_type: str, payload: dict[str, object]) -> None:
        self._stage.check()
        self._stage.record(EventType.DRAFT_ATTEMPT, {"report": event_type, **payload})


def _reporter(stage: Stage) -> _Reports:
    return _Reports(stage)
