"""What the line takes from the experience library and gives back: insights for a draft, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError

from copilot.drafting.base import Draft, Drafter, DraftRequest, InsightText, ReadsInsights
from copilot.library import serving, uses
from copilot.library.retrieval import Asker
from copilot.library.serving import Lesson, Served
from copilot.runs.checkpoints import OF_RUN
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run, RunEvent, Verification
from copilot.runs.stage import Stage

log = structlog.get_logger(__name__)
FAILED = "The experience library could not be asked, so the draft was written without it."
FIRST_ORDER = ("pdlp", "mpax", "cupdlpx", "cuopt", "cuopt_remote")


def with_insights(stage: Stage, drafter: Drafter, request: DraftRequest) -> DraftRequest:
    """The request with the insights that apply, for a drafter that reads them; told as an event with every reason.

    A library that fails gives none: a draft without experience is worth more than no draft.
    """
    if not isinstance(drafter, ReadsInsights):
        return request
    reader: ReadsInsights = drafter

    def check(text: str, lessons: Sequence[Lesson]) -> Sequence[str]:
        stage.check()
        return reader.choose_insights(text, [text_of(lesson) for lesson in lessons], stage.lease.should_stop)

    try:
        served = serving.serve(
            request.text,
            Asker(stage.run.workspace, stage.run.created_by, solvers_of(stage.run.solver)),
            run_id=stage.run.id,
            model_id=settings.COPILOT["LLM"],
            solver=stage.run.solver,
            hold_out=settings.COPILOT["INSIGHT_HOLD_OUT"],
            check=check,
        )
    except OperationalError:
        raise
    except Exception:
        log.exception("library.failed")
        stage.record(EventType.INSIGHTS_CHOSEN, {"message": FAILED, "insights": []})
        return request
    stage.check()
    if served.considered:
        stage.record(EventType.INSIGHTS_CHOSEN, _told(served))
    return replace(request, insights=tuple(text_of(lesson) for lesson in served.lessons))


def with_same_insights(stage: Stage, drafter: Drafter, request: DraftRequest) -> DraftRequest:
    """The request as the stage before read it, for a worker that goes on from there, or a run that tries again.

    Nothing is chosen anew, so that a program is written with the experience that its formulation was written with.
    """
    if not isinstance(drafter, ReadsInsights):
        return request
    formulated = RunEvent.objects.filter(run=stage.run, type=EventType.DRAFT_FORMULATED).order_by("-sequence")
    payload = formulated.values_list("payload", flat=True).first() or {}
    lessons = serving.served_before(UUID(str(payload.get(OF_RUN, stage.run.id))))
    return replace(request, insights=tuple(text_of(lesson) for lesson in lessons))


def adopted(stage: Stage, draft: Draft) -> None:
    """Note which of the insights that the run was shown the draft says it used."""
    shown = _shown(stage.run)
    if not shown:
        return
    used = [key for key in draft.insights_adopted if key in shown]
    uses.adopt(stage.run.id, [UUID(key) for key in used])
    stage.record(EventType.INSIGHTS_ADOPTED, {"versions": used})


def settle(run_id: UUID, lifecycle: Lifecycle) -> None:
    """Tell the library what became of the run's draft; a run that was stopped or asks tells nothing.

    Accepted means that it was solved and that our own checks passed; where they could not tell, it is not known. That
    is a first sign, which the verdict of a person or of a diagnosis overwrites.
    """
    if lifecycle not in (Lifecycle.SUCCEEDED, Lifecycle.FAILED):
        return
    try:
        verification = Run.objects.filter(id=run_id).values_list("verification", flat=True).first()
        judged = {Verification.PASSED.value: True, Verification.FAILED.value: False}.get(verification or "")
        uses.settle(run_id, accepted=judged if lifecycle == Lifecycle.SUCCEEDED else False)
    except OperationalError as error:
        log.warning("library.not_settled", run_id=str(run_id), error=str(error))


def _shown(run: Run) -> set[str]:
    chosen = RunEvent.objects.filter(run=run, type=EventType.INSIGHTS_CHOSEN).values_list("payload", flat=True)
    return {insight["version"] for payload in chosen for insight in payload["insights"]}


def solvers_of(name: str) -> tuple[str, ...]:
    """Which solvers the insights may speak of: with a choice left open, the one that is always there."""
    if name in FIRST_ORDER:
        return "any", "pyomo", "pdlp"
    return "any", "pyomo", name if name in ("highs", "gurobi") else "highs"


def text_of(lesson: Lesson) -> InsightText:
    """A lesson of the library as a drafter reads it."""
    return InsightText(lesson.key, lesson.taxonomy, lesson.condition, lesson.explanation, lesson.example)


def _told(served: Served) -> dict[str, object]:
    insights = [
        {"version": lesson.key, "title": lesson.title or lesson.condition[:80], "taxonomy": lesson.taxonomy}
        for lesson in served.lessons
    ]
    return {
        "releases": list(served.releases),
        "considered": served.considered,
        "held_out": served.held_out,
        "insights": insights,
    }
