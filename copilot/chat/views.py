"""Pages and fragments of the conversation: parse, one service call, render; strangers get 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from copilot.accounts.services import may_write
from copilot.chat import backends, fragments, offers, services
from copilot.chat.access import is_htmx, message_of, refused, run_of, signed_in, to_conversation, unsent_of, user_of
from copilot.chat.cards import cards_of, messages_of
from copilot.chat.correcting import may_choose
from copilot.chat.examples import EXAMPLES
from copilot.chat.forms import AnswerForm, MessageForm, SolveAgainForm, blank
from copilot.chat.models import Conversation, Message
from copilot.chat.panels import panel_of
from copilot.chat.recent import recent_of
from copilot.chat.sheets import sheet_of
from copilot.data.errors import DataError
from copilot.runs import services as runs
from copilot.runs.events import EventType
from copilot.runs.models import Run
from copilot.runs.services import RunError


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Recent conversations, a composer, and three examples."""
    return _home(request, blank(text=unsent_of(request)))


@require_POST
@signed_in
def begin(request: HttpRequest) -> HttpResponse:
    """Start a conversation with its first message; the same key again leads to the same conversation."""
    user = user_of(request)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _home(request, form, sentence=form.sentence(), status=422)
    try:
        message = services.begin_conversation(actor=user, **form.posted())
    except (RunError, DataError) as error:
        return _home(request, form, sentence=str(error), status=422)
    return to_conversation(message.conversation_id)


@require_safe
@signed_in
def conversation(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The workspace: conversation, model and run; complete at any moment of a run."""
    found = services.conversation_of(user_of(request), conversation_id)
    return _workspace(request, found, blank(text=unsent_of(request)))


@require_POST
@signed_in
def post(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Add a message, which starts a run; a refused one comes back with the sentence and its text."""
    found = services.conversation_of(user_of(request), conversation_id)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _workspace(request, found, form, sentence=form.sentence(), status=422)
    try:
        services.post_once(conversation=found, actor=user_of(request), **form.posted())
    except (RunError, DataError) as error:
        return _workspace(request, found, form, sentence=str(error), status=422)
    return to_conversation(found.id)


@require_POST
@signed_in
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask a run to stop and keep the best solution so far."""
    run = run_of(request, run_id)
    conversation_id = message_of(run).conversation_id
    try:
        runs.cancel_run(run=run, actor=user_of(request))
    except RunError as error:
        return refused(request, error, conversation_id)
    if is_htmx(request):
        return HttpResponse(fragments.render(run.id, {EventType.RUN_CANCEL_REQUESTED}))
    return to_conversation(conversation_id)


@require_POST
@signed_in
def answer(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Answer the question of a run, with an option, in own words, or by skipping it; the run goes on."""
    run = run_of(request, run_id)
    conversation_id = message_of(run).conversation_id
    form = AnswerForm(request.POST)
    try:
        if not form.is_valid():
            raise RunError(form.sentence())
        offers.answer(run=run, actor=user_of(request), **form.given())
    except RunError as error:
        return refused(request, error, conversation_id)
    return to_conversation(conversation_id)


@require_POST
@signed_in
def retry(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Send the message of a run again."""
    run = run_of(request, run_id)
    conversation_id = message_of(run).conversation_id
    try:
        drafter = "builtin" if request.POST.get("drafter") == "builtin" else ""
        services.retry(run=run, actor=user_of(request), drafter=drafter)
    except RunError as error:
        return refused(request, error, conversation_id)
    return to_conversation(conversation_id)


@require_POST
@signed_in
def solve_again(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Solve the version of a run once more, another way."""
    run = run_of(request, run_id)
    conversation_id = message_of(run).conversation_id
    form = SolveAgainForm(request.POST)
    try:
        if not form.is_valid():
            raise RunError(form.sentence())
        services.solve_again(run=run, actor=user_of(request), asked=form.asked())
    except RunError as error:
        return refused(request, error, conversation_id)
    return to_conversation(conversation_id)


def _home(request: HttpRequest, form: MessageForm, *, sentence: str = "", status: int = 200) -> HttpResponse:
    context = {"conversations": recent_of(user_of(request)), "examples": EXAMPLES} | _composer(form, sentence)
    return render(request, "chat/home.html", context, status=status)


def _workspace(
    request: HttpRequest, found: Conversation, form: MessageForm, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    messages = messages_of(found.id)
    shown = _shown(request, messages)
    context: dict[str, Any] = {
        "conversation": found,
        "cards": cards_of(messages, shown=shown),
        "may_write": may_write(user_of(request), found.workspace),
        "may_choose": may_choose(user_of(request), found.workspace),
    }
    if shown:
        run = Run.objects.select_related("version", "base").defer("version__instance", "base__instance").get(id=shown)
        context |= {"sheet": sheet_of(run), "panel": panel_of(run)}
    return render(request, "chat/conversation.html", context | _composer(form, sentence), status=status)


def _composer(form: MessageForm, sentence: str) -> dict[str, Any]:
    return {
        "form": form,
        "backends": backends.here(),
        "sentence": sentence,
        "llm": settings.COPILOT["LLM"],
        "characters": settings.COPILOT["MESSAGE_CHARACTERS"],
    }


def _shown(request: HttpRequest, messages: list[Message]) -> UUID | None:
    """The run that model and run panel show: the one asked for, else the newest."""
    wanted = request.GET.get("run", "")
    return next(
        (message.run_id for message in messages if str(message.run_id) == wanted),
        messages[-1].run_id if messages else None,
    )
