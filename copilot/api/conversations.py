"""Doors of conversations: begin one, add a message, bring tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from copilot.accounts.models import Workspace
from copilot.accounts.services import workspace_of
from copilot.api.doors import PAGES, check_may_write, conversation_of, given, key_of, listed, user_of
from copilot.api.parsing import BoundedJson
from copilot.api.serializers import DatasetsInput, MessageInput
from copilot.api.shapes import told_conversation, told_dataset, told_message, told_version
from copilot.chat import attachments, services
from copilot.chat.forms import FILES, uploads_of
from copilot.chat.models import Conversation, Message
from copilot.data.models import Dataset
from copilot.data.services import Upload
from copilot.runs.models import ModelVersion


class _TakesFiles(APIView):
    """JSON, or multipart form data with files in the field `tables`."""

    files = "tables"
    parser_classes = [BoundedJson, MultiPartParser]


class Conversations(_TakesFiles):
    """The conversations of the user's workspaces."""

    takes = MessageInput
    query = PAGES

    def get(self, request: Request) -> Response:
        """The most recent first."""
        return listed(request, Conversation.objects.visible_to(user_of(request)), told_conversation)

    def post(self, request: Request) -> Response:
        """Begin one with its first message, which starts a run; 201 with both, 200 for a key that was sent before."""
        user, key = user_of(request), key_of(request)
        check_may_write(request, workspace_of(user))
        posted = _posted(request, workspace_of(user))
        twin = services.twin_of(user, key)
        message = twin or services.begin_conversation(actor=user, idempotency_key=key, **posted)
        return _begun(message, is_new=twin is None)


class OneConversation(APIView):
    """One conversation."""

    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Its title, and where its parts are."""
        return Response(told_conversation(conversation_of(request, conversation_id)))


class Messages(_TakesFiles):
    """The messages of a conversation."""

    takes = MessageInput
    query = PAGES

    def get(self, request: Request, conversation_id: UUID) -> Response:
        """In order, each with the run that it started."""
        found = conversation_of(request, conversation_id)
        rows = Message.objects.filter(conversation=found).select_related("author", "run__version", "run__base")
        return listed(request, rows, told_message)

    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Add one, which starts a run: it answers an open question, or revises the newest version."""
        found, user, key = conversation_of(request, conversation_id), user_of(request), key_of(request)
        check_may_write(request, found.workspace)
        posted = _posted(request, found.workspace)
        twin = services.twin_of(user, key)
        message = twin or services.post_once(conversation=found, actor=user, idempotency_key=key, **posted)
        return _begun(message, is_new=twin is None)


class ConversationData(_TakesFiles):
    """The tables of a conversation."""

    takes = DatasetsInput

    def get(self, request: Request, conversation_id: UUID) -> Response:
        """The versions in use, by name."""
        found = conversation_of(request, conversation_id)
        return Response({"results": [told_dataset(one) for one in attachments.in_use(found)]})

    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Store the tables of files, or take stored datasets, and put them to use; 201 with what is in use of them."""
        found, user = conversation_of(request, conversation_id), user_of(request)
        check_may_write(request, found.workspace)
        if uploads := _uploads(request):
            brought = attachments.bring(conversation=found, actor=user, uploads=uploads)
        else:
            brought = _datasets(found.workspace, given(DatasetsInput, request)["datasets"])
            attachments.put_to_use(found, brought)
        return Response({"results": [told_dataset(one) for one in brought]}, status=201)


class ConversationVersions(APIView):
    """The versions that the messages of a conversation made."""

    query = PAGES

    def get(self, request: Request, conversation_id: UUID) -> Response:
        """The newest first."""
        found = conversation_of(request, conversation_id)
        rows = ModelVersion.objects.filter(runs__message__conversation=found).distinct().defer("instance", "data")
        return listed(request, rows, told_version)


def _begun(message: Message, *, is_new: bool) -> Response:
    headers = {"Location": reverse("api-run", args=[message.run_id])}
    message.run.refresh_from_db(fields=["lifecycle", "last_sequence"])  # its first event was written beside it
    return Response(told_message(message), status=201 if is_new else 200, headers=headers)


def _posted(request: Request, workspace: Workspace) -> dict[str, Any]:
    """Keyword arguments of `post_message`."""
    if not isinstance(request.data, Mapping):
        raise ValidationError({"detail": "Send an object with the problem as `text`."})
    said = given(MessageInput, request)
    datasets = _datasets(workspace, said.pop("datasets"))
    return said | {"text": said["text"].replace("\r\n", "\n"), "uploads": _uploads(request), "datasets": datasets}


def _uploads(request: Request) -> list[Upload]:
    files = request.FILES.getlist("tables") if request.FILES else []
    if request.FILES and not files:
        raise ValidationError({"tables": ["Send the files in the field `tables`."]})
    if len(files) > FILES:
        raise ValidationError({"tables": [f"At most {FILES} files can be sent at once."]})
    return uploads_of(files)


def _datasets(workspace: Workspace, ids: Iterable[UUID]) -> list[Dataset]:
    asked = list(dict.fromkeys(ids))
    found = {one.id: one for one in Dataset.objects.filter(workspace=workspace, id__in=asked)}
    if missing := [one for one in asked if one not in found]:
        raise Http404(f"There is no dataset {missing[0]} in the workspace of this conversation.")
    return [found[one] for one in asked]
