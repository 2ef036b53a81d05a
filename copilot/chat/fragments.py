"""Which regions of a run an event changes, rendered for the socket and the page alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from copilot.chat.cards import card_of
from copilot.chat.panels import panel_of
from copilot.chat.sheets import sheet_of
from copilot.runs.events import EventType as E
from copilot.runs.models import Run, RunEvent

ROOM_OF = {"card": "chat/card", "sheet": "chat/sheet", "panel": "chat/panel"}
MOVES = {E.RUN_QUEUED, E.RUN_WAITING, E.RUN_STARTED, E.RUN_RECOVERED, E.RUN_CANCEL_REQUESTED, E.RUN_FINISHED}
DRAFTS = {E.DRAFT_FORMULATED, E.DRAFT_PROPOSED, E.DRAFT_QUESTION, E.DRAFT_ABSTAINED, E.VERSION_SAVED, E.RUN_FINISHED}
STEPS = set(E) - {E.DRAFT_ATTEMPT, E.DRAFT_TRIED, E.SOLUTION_FOUND, E.POOL_KEPT}
ENDS = {E.RESULT_EXPLAINED, E.RUN_FINISHED}


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of the page with one root element, id `run-<uuid>-<name>`, and the events that change it."""

    room: str
    name: str
    types: frozenset[str]

    @property
    def template(self) -> str:
        """Path of the template that page and socket share."""
        return f"{ROOM_OF[self.room]}/_{self.name}.html"


def _region(room: str, name: str, types: set[E]) -> Region:
    return Region(room, name, frozenset(str(kind) for kind in types))


REGIONS = (
    _region("card", "live", STEPS - {E.SOLVE_PROGRESS, E.EXPLAIN_PROGRESS}),
    _region("card", "steps", STEPS),
    _region("card", "insights", {E.INSIGHTS_CHOSEN, E.INSIGHTS_ADOPTED}),
    _region("card", "outcome", MOVES | {E.DRAFT_QUESTION, E.DRAFT_ABSTAINED}),
    _region("card", "actions", MOVES | {E.VERSION_SAVED}),
    _region("sheet", "spec", DRAFTS | {E.DRAFT_PARTIAL}),
    _region("sheet", "maths", DRAFTS),
    _region("sheet", "code", DRAFTS | {E.BUILD_FAILED}),
    _region("sheet", "data", DRAFTS),
    _region("sheet", "checks", {E.CHECKS_FINISHED, E.RESULT_EXPLAINED, E.RUN_FINISHED}),
    _region("sheet", "diff", {E.DIFF_COMPUTED, E.VERSION_SAVED, E.RUN_FINISHED}),
    _region("panel", "answer", {E.RESULT_EXPLAINED, E.RUN_FINISHED}),
    _region("panel", "statuses", MOVES | {E.SOLVE_FINISHED, E.RESULT_EXPLAINED}),
    _region("panel", "facts", {E.INSTANCE_BUILT, E.BUILD_FAILED, E.SOLVE_STARTED, E.SOLVE_FINISHED, E.RUN_FINISHED}),
    _region("panel", "progress", {E.SOLVE_STARTED, E.SOLVE_PROGRESS, E.SOLVE_FINISHED, E.RUN_FINISHED}),
    _region("panel", "chart", {E.SOLVE_STARTED, E.SOLVE_FINISHED}),
    _region("panel", "history", {E.SOLVE_STARTED, E.SOLVE_FINISHED}),
    _region("panel", "found", {E.SOLUTION_FOUND, E.POOL_KEPT, E.SOLVE_FINISHED, E.RUN_FINISHED}),
    _region("panel", "scenario", {E.SCENARIO_APPLIED} | ENDS),
    _region("panel", "sweep", {E.EXPLAIN_STARTED, E.EXPLAIN_PROGRESS} | ENDS),
    _region("panel", "conflict", {E.EXPLAIN_STARTED, E.EXPLAIN_PROGRESS} | ENDS),
    _region("panel", "repairs", ENDS),
    _region("panel", "sensitivity", {E.EXPLAIN_STARTED} | ENDS),
    _region("panel", "whatif", ENDS),
    _region("panel", "solution", {E.RESULT_EXPLAINED, E.RUN_FINISHED}),
    _region("panel", "log", {E.SOLVE_STARTED, E.SOLVE_PROGRESS, E.SOLVE_FINISHED, E.RUN_FINISHED}),
    _region("panel", "again", {E.RUN_FINISHED}),
)


def render(run_id: UUID, types: set[str]) -> str:
    """The changed regions as HTML; each has one root element with an id, to be swapped by it."""
    changed = [region for region in REGIONS if region.types & types]
    rooms = {region.room for region in changed}
    run = Run.objects.select_related("version", "base").defer("version__instance", "base__instance").get(id=run_id)
    context: dict[str, Any] = {"oob": True}
    if "card" in rooms:
        context["card"] = card_of(run_id)
        if context["card"] is None:  # a run without a message has no page
            return ""
    if "sheet" in rooms:
        context["sheet"] = sheet_of(run)
    if "panel" in rooms:
        context["panel"] = panel_of(run, live=types == {E.SOLVE_PROGRESS})
    return "".join(render_to_string(region.template, context) for region in changed)


def data_of(event: RunEvent) -> dict[str, Any]:
    """What of an event's payload the browser's scripts need: the numbers of the gap chart."""
    if event.type != E.SOLVE_PROGRESS:
        return {}
    names = ("elapsed_seconds", "objective_value", "objective_bound", "relative_gap")
    return {name: event.payload.get(name) for name in names}
