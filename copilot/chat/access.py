"""What every view asks first: who it is, which run, and where to go when something is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from copilot.accounts.models import User
from copilot.chat.models import Message
from copilot.runs import services as runs
from copilot.runs.models import Run
from copilot.runs.services import RunError


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send visitors to the login page; a fragment request is told to load it as a page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if is_htmx(request):
            return HttpResponseClientRedirect(reverse("login"))
        return redirect_to_login(request.get_full_path())

    return wrapped


def run_of(request: HttpRequest, run_id: UUID) -> Run:
    """The run, when the user may see it; else 404."""
    run = runs.visible_run(user_of(request), run_id)
    if run is None:
        raise Http404("There is no such run.")
    return run


def message_of(run: Run) -> Message:
    """The message that started the run; 404 for a run of the command line."""
    message = Message.objects.filter(run=run).first()
    if message is None:
        raise Http404("This run belongs to no conversation.")
    return message


def refused(request: HttpRequest, error: RunError, conversation_id: UUID) -> HttpResponse:
    """Say the sentence on the conversation's page."""
    notices.error(request, str(error))
    if is_htmx(request):
        return HttpResponseClientRedirect(reverse("conversation", args=[conversation_id]))
    return to_conversation(conversation_id)


def to_conversation(conversation_id: UUID) -> HttpResponseRedirect:
    """Lead to the conversation's page."""
    return HttpResponseRedirect(reverse("conversation", args=[conversation_id]), status=303)


def user_of(request: HttpRequest) -> User:
    """Who asks; only inside a view that asks for a signed-in user."""
    assert isinstance(request.user, User)
    return request.user


def is_htmx(request: HttpRequest) -> bool:
    """Whether a fragment of the page asks."""
    return bool(getattr(request, "htmx", False))
