"""The page on which a formulation is edited by hand; saving it starts a run that redrafts only what depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from copilot.accounts.services import may_write
from copilot.chat import services
from copilot.chat.access import signed_in, to_conversation, user_of
from copilot.chat.editing import DOMAINS, RELATIONS, Unreadable, edited_by, sections_of
from copilot.chat.models import Message
from copilot.drafting.formulation import Formulation
from copilot.runs.exports import version_visible_to
from copilot.runs.models import ModelVersion
from copilot.runs.services import RunError


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Show the formulation as fields; a refused edit comes back with the sentences and what was written."""
    version = version_visible_to(user_of(request), version_id)
    message = Message.objects.filter(run__version=version).select_related("conversation").first() if version else None
    if version is None or message is None:
        raise Http404("There is no such version.")
    if request.method != "POST":
        return _page(request, version, message, {}, {})
    written = {name: str(request.POST[name]) for name in request.POST}
    try:
        wanted = edited_by(Formulation.model_validate(version.formulation), written)
        services.edit(version=version, conversation=message.conversation, actor=user_of(request), formulation=wanted)
    except Unreadable as error:
        return _page(request, version, message, written, error.faults)
    except RunError as error:
        return _page(request, version, message, written, {"": str(error)})
    return to_conversation(message.conversation_id)


def _page(
    request: HttpRequest, version: ModelVersion, message: Message, written: Mapping[str, str], faults: Mapping[str, str]
) -> HttpResponse:
    context = {
        "version": version,
        "message": message,
        "sections": sections_of(Formulation.model_validate(version.formulation), written, faults),
        "sentence": faults.get("", "") or (f"{len(faults)} to correct below." if faults else ""),
        "relations": RELATIONS,
        "domains": DOMAINS,
        "may_write": may_write(user_of(request), version.workspace),
    }
    return render(request, "chat/edit.html", context, status=422 if faults else 200)
