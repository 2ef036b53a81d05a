"""Shapes on the wire; no writing happens here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from copilot.runs.pool import MOST
from copilot.runs.services import METHODS
from solvers.registry import AUTO, SOLVERS

ID: dict[str, Any] = {
    "required": "Name it: the id of a version or of an uploaded file.",
    "invalid": "This is not an id.",
}


class DiffInput(serializers.Serializer[None]):
    """What is to be compared: ids of versions or of uploaded files, the one before first."""

    a = serializers.UUIDField(error_messages=ID)
    b = serializers.UUIDField(error_messages=ID)


class ModelFileInput(serializers.Serializer[None]):
    """An LP, MPS or instance file, as multipart form data."""

    file = serializers.FileField(
        error_messages={"required": "Send the file as multipart form data, in the field `file`."}
    )


class _Limit(serializers.FloatField):
    """Seconds of one solve, up to the limit of the settings."""

    def to_internal_value(self, data: Any) -> float:
        """The number; a sentence where it is out of reach."""
        found: float = super().to_internal_value(data)
        most = settings.COPILOT["SOLVE_SECONDS"]
        if not 0 < found <= most:
            raise serializers.ValidationError(f"Give more than 0 and at most {most:g} seconds.")
        return found


class _Plans(serializers.IntegerField):
    """How many plans to keep, the best one among them."""

    def __init__(self) -> None:
        super().__init__(min_value=1, max_value=MOST, default=1)


class MessageInput(serializers.Serializer[None]):
    """A message; whether its text can be read is judged by the service, whose sentences are the same at every door."""

    text = serializers.CharField(
        trim_whitespace=False, allow_blank=True, error_messages={"required": "Send the problem as `text`."}
    )
    datasets = serializers.ListField(child=serializers.UUIDField(error_messages=ID), default=list, max_length=100)
    solver = serializers.ChoiceField(choices=(AUTO, *SOLVERS), default=AUTO)
    drafter = serializers.ChoiceField(choices=("auto", "builtin", "llm"), default="auto")
    time_limit_seconds = _Limit(default=None, allow_null=True)
    pool_size = _Plans()
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=None, allow_null=True)


class AnswerInput(serializers.Serializer[None]):
    """An answer to the question that event number `asked` put: words, or `skip`."""

    asked = serializers.IntegerField(
        min_value=1, error_messages={"required": "Name the question: the number `asked` of the run's `question`."}
    )
    text = serializers.CharField(allow_blank=True, default="")
    skip = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Words or a skip, not both and not neither."""
        if bool(attrs["text"].strip()) == attrs["skip"]:
            raise serializers.ValidationError("Send either `text`, or `skip` as true.")
        return attrs


class CancelInput(serializers.Serializer[None]):
    """Whether the best solution so far is kept."""

    keep_best = serializers.BooleanField(default=True)


class SolveInput(serializers.Serializer[None]):
    """How a version is to be solved again; the service judges the numbers."""

    solver = serializers.ChoiceField(choices=(AUTO, *SOLVERS), default=AUTO)
    method = serializers.ChoiceField(choices=METHODS, default="choose")
    time_limit_seconds = _Limit(default=None, allow_null=True)
    relative_gap = serializers.FloatField(default=1e-4)
    pool_size = _Plans()


class DatasetsInput(serializers.Serializer[None]):
    """Stored datasets that a conversation is to use."""

    datasets = serializers.ListField(
        child=serializers.UUIDField(error_messages=ID),
        allow_empty=False,
        max_length=100,
        error_messages={"required": "Send files as multipart form data in the field `tables`, or ids as `datasets`."},
    )


class NewDataInput(serializers.Serializer[None]):
    """What is read from where, by the keys of `GET`; what is left out is as proposed. `solve` false only checks."""

    mapping = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    solve = serializers.BooleanField(default=True)
