"""A second language model's own draft of the same request, beside the first: only where one is connected as checker."""

from __future__ import annotations

from dataclasses import replace

import structlog

from copilot.drafting.base import Draft, Drafter, DraftingError, DraftRequest
from copilot.drafting.gate import CallsModels
from copilot.llm.meter import Meter
from copilot.runs import engines
from copilot.runs.builds import trial_build
from copilot.runs.checking.check import Check
from copilot.runs.checking.second import MAX_NONZEROS, SECONDS, judged_alike
from copilot.runs.models import Run
from copilot.runs.stage import Stage
from solvers.equivalence.compare import equivalence
from solvers.instance import Instance

log = structlog.get_logger(__name__)
TITLE = "A second language model, reading the request alone, comes to the same model"


def second_opinion(stage: Stage, request: DraftRequest, draft: Draft, instance: Instance) -> Check | None:
    """What the checker's own draft builds, against what the draft built.

    None where there is no checker, where the draft is a revision or was not written by a language model, and where the
    checker asks, abstains or fails: that says nothing of the draft.
    """
    drafter = _checker(stage, draft)
    if drafter is None or request.previous is not None or instance.nonzero_count > MAX_NONZEROS:
        return None
    try:
        outcome = drafter.draft(replace(request, insights=()), lambda *_: None, stage.lease.should_stop)
    except DraftingError as error:
        log.info("opinion.none", reason=str(error))
        return None
    stage.check()
    if outcome.draft is None:
        return None
    built = trial_build(stage)(outcome.draft.program, outcome.draft.data)
    if built.instance is None:
        return None
    found = equivalence(built.instance, instance, seconds=SECONDS)
    stage.check()
    return judged_alike("opinion", TITLE, found, differs="unknown")


def _checker(stage: Stage, draft: Draft) -> Drafter | None:
    run = stage.run
    if run.kind == Run.Kind.REPLAY or draft.drafter != "llm":
        return None
    drafter = engines.checking_drafter()
    if isinstance(drafter, CallsModels):
        drafter.through(Meter(run.workspace, run.id))
    return drafter
