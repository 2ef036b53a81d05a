"""What every door does: who asks, what they may see, and pages of long lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from copilot.accounts.models import User, Workspace
from copilot.accounts.services import may_write
from copilot.chat import services as chat
from copilot.chat.models import Conversation
from copilot.runs.models import Run

LOOK_ONLY = "You may look at this workspace, but only planners and owners can change anything in it."
KEY_CHARACTERS = 64
PAGES = {"page": "which page of the list", "limit": "rows of a page, up to 200"}
LARGE = ("instance", "formulation", "program", "data", "request_text", "checks", "diff")
HEAVY = tuple(f"{version}__{name}" for version in ("version", "base") for name in LARGE)


class Missing(APIView):
    """Whatever address the door does not know."""

    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whoever asks, however: there is nothing here."""
        raise Http404("There is no such address. The list is at /api/v1/openapi.json.")


class Pages(PageNumberPagination):
    """`?page=2&limit=100`; 50 on a page unless asked for, 200 at most."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200


def listed(request: Request, rows: QuerySet[Any], told: Callable[[Any], dict[str, Any]]) -> Response:
    """One page of the rows with the number of all, and the addresses of the pages beside it."""
    pages = Pages()
    found: Sequence[Any] = pages.paginate_queryset(rows, request) or ()
    return pages.get_paginated_response([told(row) for row in found])


def user_of(request: Request) -> User:
    """Who asks; the permission classes have seen to it that somebody does."""
    assert isinstance(request.user, User)
    return request.user


def given(serializer: type[Serializer[None]], request: Request) -> dict[str, Any]:
    """The body as the serializer reads it; 400 with a sentence for each field that is wrong."""
    found = serializer(data=request.data)
    found.is_valid(raise_exception=True)
    data: dict[str, Any] = found.validated_data
    return data


def run_of(request: Request, run_id: UUID) -> Run:
    """The run, when the user may see it, without what its versions hold; else 404."""
    found = Run.objects.visible_to(user_of(request)).filter(id=run_id)
    run = found.select_related("workspace", "version", "base").defer(*HEAVY).first()
    if run is None:
        raise Http404("There is no such run.")
    return run


def conversation_of(request: Request, conversation_id: UUID) -> Conversation:
    """The conversation, when the user may see it; else 404."""
    return chat.conversation_of(user_of(request), conversation_id)


def check_may_write(request: Request, workspace: Workspace) -> None:
    """403 for those who may only look."""
    if not may_write(user_of(request), workspace):
        raise PermissionDenied(LOOK_ONLY)


def key_of(request: Request) -> str:
    """The header `Idempotency-Key`: what is sent twice under one key happens once."""
    key = str(request.headers.get("Idempotency-Key", "")).strip()
    if len(key) > KEY_CHARACTERS or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"At most {KEY_CHARACTERS} printable characters."]})
    return key
