"""Doors of models: a version, its files, model files to compare with, and comparisons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from copilot.accounts.models import User
from copilot.accounts.services import workspace_of
from copilot.api.doors import user_of as _user
from copilot.api.serializers import DiffInput, ModelFileInput
from copilot.api.shapes import told_version
from copilot.review import services
from copilot.review.contract import as_json
from copilot.review.models import Comparison
from copilot.review.services import ReviewError
from copilot.review.sides import Side, side_of
from copilot.runs import exports


class ModelFiles(APIView):
    """Model files to compare with."""

    parser_classes = [MultiPartParser]
    takes = ModelFileInput

    def post(self, request: Request) -> Response:
        """Read and keep one file; 201 with its id, and with what its reader found odd."""
        given = ModelFileInput(data=request.data)
        given.is_valid(raise_exception=True)
        user, file = _user(request), given.validated_data["file"]
        try:
            stored = services.store_model(
                workspace=workspace_of(user), actor=user, name=file.name, content=file.read(services.most_bytes() + 1)
            )
        except ReviewError as error:
            raise ValidationError({"file": [str(error)]}) from error
        body = {"id": str(stored.id), "name": stored.name, "nonzeros": stored.nonzeros, "warnings": stored.warnings}
        return Response(body, status=201)


class Version(APIView):
    """A version of a model."""

    def get(self, request: Request, version_id: UUID) -> Response:
        """Formulation, program, checks, diff to the one before, and the files it can be had as."""
        version = exports.version_visible_to(_user(request), version_id)
        if version is None:
            raise Http404("There is no such version.")
        return Response(told_version(version))


class VersionFile(APIView):
    """A version as a file."""

    def get(self, request: Request, version_id: UUID, form: str) -> HttpResponse:
        """The program (py, ipynb), the maths (tex) or the instance (lp, mps, instance); 400 where it cannot be."""
        version = exports.version_visible_to(_user(request), version_id)
        if version is None or form not in exports.FORMS:
            raise Http404("There is no such version or form.")
        try:
            made = exports.export(version, form)
        except exports.ExportRefused as error:
            raise ValidationError({"detail": str(error)}) from error
        return exports.as_download(made)


class Diffs(APIView):
    """Comparisons of two models."""

    takes = DiffInput

    def post(self, request: Request) -> Response:
        """Compare `a` with `b`, or answer from what is kept; 202 while a worker is on it."""
        given = DiffInput(data=request.data)
        given.is_valid(raise_exception=True)
        user = _user(request)
        first, second = (_side(user, given.validated_data[letter]) for letter in "ab")
        try:
            found = services.compare(first=first, second=second, actor=user)
        except ReviewError as error:
            raise ValidationError({"detail": str(error)}) from error
        return _answer(found)


class Diff(APIView):
    """One comparison."""

    def get(self, request: Request, comparison_id: UUID) -> Response:
        """The answer, or 202 while it is still to come."""
        found = services.visible_comparison(_user(request), comparison_id)
        if found is None:
            raise Http404("There is no such comparison.")
        return _answer(found)


def _answer(found: Comparison) -> Response:
    headers: dict[str, Any] = {"Location": reverse("api-diff", args=[found.id])}
    if found.is_waiting:
        return Response(as_json(found), status=202, headers=headers | {"Retry-After": "2"})
    return Response(as_json(found), headers=headers)


def _side(user: User, side_id: UUID) -> Side:
    side = side_of(user, side_id)
    if side is None:
        raise Http404("There is no such version or file.")
    return side
