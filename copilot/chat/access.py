"""What every view asks first: who it is, which run, and where to go when something is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from copilot.accounts.models import User
from copilot.chat.models import Message
from copilot.runs import services as runs
from copilot.runs.models import Run
from copilot.runs.services import RunError

UNSENT = "unsent_message"
SIGNED_OUT = "You were signed out before your message arrived. Here it is again: attach its tables anew, and send it."


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send visitors to the login page, and from there back to where they were; a message they sent waits for them."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        _keep_unsent(request)
        login = redirect_to_login(_page_of(request))
        return HttpResponseClientRedirect(login.url) if is_htmx(request) else login

    return wrapped


def unsent_of(request: HttpRequest) -> str:
    """The message that came when nobody was signed in any more, once; the reader is told."""
    if "text" in request.GET:
        return request.GET["text"]
    text = str(request.session.pop(UNSENT, "")) if UNSENT in request.session else ""
    if text:
        notices.info(request, SIGNED_OUT)
    return text


def _keep_unsent(request: HttpRequest) -> None:
    """Signing in keeps the session, so what was written outlasts it."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if request.method == "POST" and name in ("begin", "post"):
        request.session[UNSENT] = request.POST.get("text", "")[: settings.COPILOT["MESSAGE_CHARACTERS"]]


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: of a form or a fragment, the one it was on."""
    if request.method in ("GET", "HEAD") and not is_htmx(request):
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return reverse("home")
    parts = urlsplit(came_from)
    return parts.path + (f"?{parts.query}" if parts.query else "")


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
