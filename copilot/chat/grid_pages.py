"""The page of the grid: what was read of a request that was not understood, to be corrected by hand."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from copilot.accounts.services import may_write
from copilot.chat import services
from copilot.chat.access import message_of, run_of, signed_in, to_conversation, user_of
from copilot.chat.editing import Unreadable
from copilot.chat.grid import RELATIONS, Grid, grid_of, refilled, text_of
from copilot.drafting.formulation import Formulation
from copilot.runs.events import EventType
from copilot.runs.models import Run, RunEvent
from copilot.runs.services import RunError


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def grid(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show the grid, or send what it says as a message of the conversation."""
    run = run_of(request, run_id)
    conversation = message_of(run).conversation
    found = _grid(run)
    if found is None:
        raise Http404("This request does not fit a grid.")
    if request.method != "POST":
        return _page(request, run, found, "", 200)
    written = {name: str(request.POST[name]) for name in request.POST}
    filled = refilled(found, written, {})
    try:
        text = text_of(filled)
        key = hashlib.blake2b(f"{run.id} {text}".encode(), digest_size=16).hexdigest()  # pressed twice is sent once
        services.post_once(conversation=conversation, actor=user_of(request), text=text, idempotency_key=key)
    except Unreadable as error:
        again = refilled(found, written, error.faults)
        return _page(request, run, again, error.faults.get("", "Some fields need correcting."), 422)
    except RunError as error:
        return _page(request, run, filled, str(error), 422)
    return to_conversation(conversation.id)


def _grid(run: Run) -> Grid | None:
    if run.base_id is not None or run.version_id is not None:
        return None
    told = RunEvent.objects.filter(run=run, type__in=(EventType.DRAFT_ABSTAINED, EventType.DRAFT_QUESTION))
    payload = told.order_by("-sequence").values_list("payload", flat=True).first()
    if payload is None:
        return None
    try:
        return grid_of(Formulation.model_validate(payload["formulation"]) if payload.get("formulation") else None)
    except ValidationError:  # written by an older release
        return grid_of(None)


def _page(request: HttpRequest, run: Run, shown: Grid, sentence: str, status: int) -> HttpResponse:
    context = {
        "run": run,
        "message": message_of(run),
        "grid": shown,
        "relations": RELATIONS,
        "sentence": sentence,
        "may_write": may_write(user_of(request), run.workspace),
    }
    return render(request, "chat/grid.html", context, status=status)
