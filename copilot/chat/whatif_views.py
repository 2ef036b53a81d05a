"""Asking about a run: the page of questions, and the verbs behind its forms and the panel's buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from copilot.accounts.services import may_write
from copilot.chat.access import message_of, refused, run_of, signed_in, to_conversation, user_of
from copilot.chat.asking import ask
from copilot.runs import scenarios
from copilot.runs.models import Run
from copilot.runs.services import RunError
from copilot.runs.turning import POINTS


@require_safe
@signed_in
def questions(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The page that asks what if: change a number, force a choice, sweep; complete without any script."""
    run = run_of(request, run_id)
    try:
        return _page(request, run, {})
    except RunError as error:
        return refused(request, error, message_of(run).conversation_id)


@require_POST
@signed_in
def scenario(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Solve with one number changed; what is refused comes back with the sentence and what was written."""
    fields = ("target", "value")
    if request.POST.get("form") == "force":
        return _asked(request, run_of(request, run_id), "force", scenarios.force_choice, fields)
    return _asked(request, run_of(request, run_id), "change", scenarios.change_number, fields)


@require_POST
@signed_in
def sweep(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Solve for several values of one number."""
    fields = ("target", "start", "end", "points")
    return _asked(request, run_of(request, run_id), "sweep", scenarios.start_sweep, fields)


@require_POST
@signed_in
def repair(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Try one of the repairs that were found, as a scenario."""
    written = request.POST.get("number", "")
    number = int(written) if written.isdecimal() and len(written) < 6 else -1
    return _clicked(request, run_id, scenarios.try_repair, number=number)


@require_POST
@signed_in
def explain(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Look longer into how the run ended, with repairs that leave alone what is locked."""
    return _clicked(request, run_id, scenarios.explain_more, locked=request.POST.getlist("locked"))


def _clicked(request: HttpRequest, run_id: UUID, start: Callable[..., Run], **asked: Any) -> HttpResponse:
    """A button of the panel: a refusal is said on the conversation's page."""
    run = run_of(request, run_id)
    conversation_id = message_of(run).conversation_id
    try:
        ask(start, run=run, actor=user_of(request), **asked)
    except RunError as error:
        return refused(request, error, conversation_id)
    return to_conversation(conversation_id)


def _asked(
    request: HttpRequest, run: Run, form: str, start: Callable[..., Run], fields: tuple[str, ...]
) -> HttpResponse:
    conversation_id = message_of(run).conversation_id
    written = {field: request.POST.get(field, "")[:200] for field in fields}
    try:
        ask(start, run=run, actor=user_of(request), **written)
    except RunError as error:
        try:
            return _page(request, run, {form: written | {"sentence": str(error)}}, status=422)
        except RunError:  # the run cannot be asked at all
            return refused(request, error, conversation_id)
    return to_conversation(conversation_id)


def _page(request: HttpRequest, run: Run, written: dict[str, Any], *, status: int = 200) -> HttpResponse:
    options = scenarios.board_of(run).options()
    context = {
        "run": run,
        "message": message_of(run),
        "version": scenarios.version_of(run),
        "options": options,
        "sweepable": [option for option in options if not option.is_forced],
        "forced": [option for option in options if option.is_forced],
        "points": POINTS,
        "may_write": may_write(user_of(request), run.workspace),
        "written": written,
        "prefill": request.GET.get("target", "")[:200],
    }
    return render(request, "chat/whatif.html", context, status=status)
