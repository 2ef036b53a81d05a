"""Pages of the model review: versions of a conversation, two models compared, and what a person says of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from copilot.accounts.services import may_write
from copilot.chat import review_views, services
from copilot.chat.access import signed_in, to_conversation, user_of
from copilot.chat.models import Conversation
from copilot.chat.revisions import choices_of, conversation_of, revisions_of
from copilot.chat.words import plural
from copilot.learning import corrections
from copilot.review import services as review
from copilot.review.models import Comparison
from copilot.review.services import ReviewError
from copilot.review.sides import Side, side_of, title_of
from copilot.runs.services import RunError


@require_safe
@signed_in
def versions(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The versions of a conversation; any two of them, or one and a file, can be compared from here."""
    found = services.conversation_of(user_of(request), conversation_id)
    return _versions(request, found)


@require_POST
@signed_in
def upload(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Compare a version with a model file; one that cannot be read comes back with the sentence."""
    found = services.conversation_of(user_of(request), conversation_id)
    against, file = _side(request, request.POST.get("against", "")), request.FILES.get("file")
    try:
        if file is None:
            raise ReviewError("Choose an LP, MPS or instance file first.")
        actor = user_of(request)
        stored = review.store_model(
            workspace=found.workspace, actor=actor, name=file.name or "", content=file.read(review.most_bytes() + 1)
        )
    except ReviewError as error:
        return _versions(request, found, sentence=str(error), status=422)
    return HttpResponseRedirect(f"{reverse('review-start')}?a={against.id}&b={stored.id}", status=303)


@require_safe
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """Compare `a` with `b`, or find the answer that is kept, and lead to its page."""
    first, second = (_side(request, request.GET.get(letter, "")) for letter in "ab")
    try:
        found = review.compare(first=first, second=second, actor=user_of(request))
    except ReviewError as error:
        raise Http404(str(error)) from error
    return _to(found)


@require_safe
@signed_in
def comparison(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Two models compared: verdict, families, one of them in detail; complete without any script."""
    found = _comparison(request, comparison_id)
    sides = found.first, found.second
    talk, run_id = conversation_of(sides)
    context: dict[str, Any] = {
        "comparison": found,
        "titles": [title_of(side) for side in sides],
        "conversation": talk,
        "run_id": run_id,
        "choices": choices_of(talk, *sides),
        "may_write": may_write(user_of(request), found.workspace),
        "key": uuid.uuid4().hex,
        "size": plural(found.nonzeros, "coefficient"),
    }
    if found.result:
        context |= review_views.answered(request, found)
    return render(request, "chat/review.html", context)


@require_POST
@signed_in
def accept(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Record that the reader accepts what changed; where a message corrected a version, there may be a lesson in it."""
    found = _comparison(request, comparison_id)
    answer = _said(request, comparison_id, review.accept)
    found.refresh_from_db(fields=["accepted_by"])
    if found.accepted_by == request.user and found.first_version and found.second_version:
        corrections.note_accepted(found.first_version, found.second_version, actor=user_of(request))
    return answer


@require_POST
@signed_in
def cancel(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Stop a comparison that waits."""
    return _said(request, comparison_id, review.cancel)


@require_POST
@signed_in
def retry(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Try a comparison that ended without an answer again."""
    return _said(request, comparison_id, review.retry)


@require_POST
@signed_in
def longer(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Ask the same with more time."""
    return _said(request, comparison_id, review.search_longer)


@require_POST
@signed_in
def explore(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Have a worker compare two versions on other data."""
    found = _comparison(request, comparison_id)
    review.look_at_other_data(comparison=found)
    notices.info(request, "A worker compares them on other data. Load the page again in a moment.")
    return _to(found)


@require_POST
@signed_in
def correct(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Say which family is the counterpart of which; compares anew."""
    kind, _, old = request.POST.get("old", "").partition(":")
    new_kind, _, new = request.POST.get("new", "").partition(":")
    if new and new_kind != kind:
        kind = ""
    return _said(request, comparison_id, review.correct, kind=kind, old=old, new=new)


@require_POST
@signed_in
def revert(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Ask in the conversation for one family, or everything, to be as it was."""
    found = _comparison(request, comparison_id)
    talk, _ = conversation_of((found.first, found.second))
    if talk is None or not found.result:
        raise Http404("This comparison belongs to no conversation.")
    text = review_views.undo_text(found, request.POST.get("family", ""))
    key = request.POST.get("idempotency_key", "")[:64]
    try:
        services.post_message(conversation=talk, actor=user_of(request), text=text, idempotency_key=key)
    except RunError as error:
        notices.error(request, str(error))
        return _to(found)
    return to_conversation(talk.id)


@require_safe
@signed_in
def download(request: HttpRequest, comparison_id: UUID, form: str) -> HttpResponse:
    """Every change that is kept, as CSV, or the whole answer as JSON."""
    found = _comparison(request, comparison_id)
    if not found.result:
        raise Http404("There is no answer yet.")
    return review_views.exported(found, form)


def _said(
    request: HttpRequest, comparison_id: UUID, verb: Callable[..., Comparison | None], **said: str
) -> HttpResponse:
    found = _comparison(request, comparison_id)
    try:
        return _to(verb(comparison=found, actor=user_of(request), **said) or found)
    except ReviewError as error:
        notices.error(request, str(error))
        return _to(found)


def _versions(request: HttpRequest, found: Conversation, *, sentence: str = "", status: int = 200) -> HttpResponse:
    context = {
        "conversation": found,
        "revisions": revisions_of(found),
        "choices": choices_of(found),
        "may_write": may_write(user_of(request), found.workspace),
        "sentence": sentence,
    }
    return render(request, "chat/versions.html", context, status=status)


def _to(found: Comparison) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("review", args=[found.id]), status=303)


def _comparison(request: HttpRequest, comparison_id: UUID) -> Comparison:
    found = review.visible_comparison(user_of(request), comparison_id)
    if found is None:
        raise Http404("There is no such comparison.")
    return found


def _side(request: HttpRequest, text: str) -> Side:
    try:
        found = side_of(user_of(request), UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise Http404("There is no such version or file.")
    return found
