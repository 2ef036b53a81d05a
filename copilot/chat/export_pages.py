"""Downloads of a version: program, notebook, maths, and what solvers read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from copilot.chat.access import signed_in, to_conversation, user_of
from copilot.chat.models import Message
from copilot.runs import exports
from copilot.runs.models import ModelVersion


@require_safe
@signed_in
def export(request: HttpRequest, version_id: UUID, form: str) -> HttpResponse:
    """The version as a file; one that cannot be written so leads back to its conversation, with the reason."""
    version = exports.version_visible_to(user_of(request), version_id)
    if version is None or form not in exports.FORMS:
        raise Http404("There is no such version or form.")
    try:
        made = exports.export(version, form)
    except exports.ExportRefused as error:
        return _refused(request, version, str(error))
    return exports.as_download(made)


def _refused(request: HttpRequest, version: ModelVersion, sentence: str) -> HttpResponse:
    message = Message.objects.filter(run__version=version).first()
    if message is None:
        return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")
    notices.error(request, sentence)
    return to_conversation(message.conversation_id)
