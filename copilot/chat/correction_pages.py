"""What a person may say of a plan: that it is wrong, and whether the workspace learns from that."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from copilot.chat import services
from copilot.chat.access import message_of, refused, run_of, signed_in, to_conversation, user_of
from copilot.learning import corrections
from copilot.library.access import LibraryRefused
from copilot.runs.services import RunError

SAY_WHAT = "Say what is wrong with it, so that it can be made right."


@require_POST
@signed_in
def wrong(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Say that a plan is wrong, and why: a message that corrects its version."""
    run = run_of(request, run_id)
    conversation_id = message_of(run).conversation_id
    words, key = request.POST.get("text", "").strip(), request.POST.get("idempotency_key", "")[:64]
    try:
        if not words:
            raise RunError(SAY_WHAT)
        services.say_wrong(run=run, actor=user_of(request), words=words, idempotency_key=key)
    except RunError as error:
        return refused(request, error, conversation_id)
    return to_conversation(conversation_id)


@require_POST
@signed_in
def learning(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Let the workspace learn from corrections, or not."""
    found = services.conversation_of(user_of(request), conversation_id)
    wanted = request.POST.get("learn") == "on"
    try:
        corrections.choose(found.workspace, actor=user_of(request), from_corrections=wanted)
    except LibraryRefused as error:
        notices.error(request, str(error))
    return to_conversation(conversation_id)
