"""Shapes on the wire; no writing happens here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

ID: dict[str, Any] = {
    "required": "Name it: the id of a version or of an uploaded file.",
    "invalid": "This is not an id.",
}


class DiffInput(serializers.Serializer[None]):
    """What is to be compared: ids of versions or of uploaded files, the one before first."""

    a = serializers.UUIDField(error_messages=ID)
    b = serializers.UUIDField(error_messages=ID)


class SolveInput(serializers.Serializer[None]):
    """How a version is to be solved again; what is not said stays as it was for the run. Limits are the service's."""

    solver = serializers.CharField(required=False)
    method = serializers.CharField(required=False)
    time_limit_seconds = serializers.FloatField(required=False)
    relative_gap = serializers.FloatField(required=False)
    pool_size = serializers.IntegerField(required=False)


class ModelFileInput(serializers.Serializer[None]):
    """An LP, MPS or instance file, as multipart form data."""

    file = serializers.FileField(
        error_messages={"required": "Send the file as multipart form data, in the field `file`."}
    )
