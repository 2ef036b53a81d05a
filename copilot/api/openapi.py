"""The door's own description in OpenAPI 3.1, made from its addresses, its views and what they take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, reverse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

Schema = dict[str, Any]
METHODS = ("get", "post")
ABOUT = (
    "The same services as the browser. Strangers get 404, those who may only look 403. 400 says what to change, 409 "
    "that the run stands otherwise by now, 429 and 503 when to try again (Retry-After). What is sent twice under one "
    "Idempotency-Key happens once. Lists have count, next, previous and results."
)
_PARAMETER = re.compile(r"<(\w+):(\w+)>")
_PLAIN: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], Schema], ...] = (
    (serializers.UUIDField, {"type": "string", "format": "uuid"}),
    (serializers.BooleanField, {"type": "boolean"}),
    (serializers.IntegerField, {"type": "integer"}),
    (serializers.FloatField, {"type": "number"}),
    (serializers.FileField, {"type": "string", "format": "binary"}),
    (serializers.CharField, {"type": "string"}),
)


class Document(APIView):
    """This description."""

    def get(self, request: Request) -> Response:
        """OpenAPI 3.1 as JSON."""
        return Response(document())


def document() -> Schema:
    """Every address of the door, with what it takes."""
    from copilot.api.urls import urlpatterns  # it names this module's view

    root = reverse("api-openapi").removesuffix("openapi.json")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Wellposed", "version": "1", "description": ABOUT},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": dict(_paths(root, urlpatterns)),
    }


def _paths(root: str, patterns: list[URLPattern]) -> Iterator[tuple[str, Schema]]:
    for pattern in patterns:
        view = getattr(pattern.callback, "view_class", None)
        route = str(pattern.pattern)
        if view is None or pattern.name == "api-missing":
            continue
        names = [
            {"name": name, "in": "path", "required": True, "schema": _of_converter(kind)}
            for kind, name in _PARAMETER.findall(route)
        ]
        operations = {
            method: _operation(f"{str(pattern.name).removeprefix('api-')}-{method}", view, method)
            for method in METHODS
            if hasattr(view, method)
        }
        yield root + _PARAMETER.sub(r"{\2}", route), {"summary": _words(view), "parameters": names, **operations}


def _operation(name: str, view: type[APIView], method: str) -> Schema:
    told: Schema = {
        "operationId": name,
        "description": _words(getattr(view, method)),
        "responses": {"200" if method == "get" else "201": {"description": "See the description."}},
    }
    if method == "get":
        query = getattr(view, "query", {})
        told["parameters"] = [
            {"name": key, "in": "query", "description": words, "schema": {"type": "string"}}
            for key, words in query.items()
        ]
    elif takes := getattr(view, "takes", None):
        told["requestBody"] = {"required": True, "content": _content(view, _of_serializer(takes()))}
    return told


def _content(view: type[APIView], schema: Schema) -> Schema:
    """What a body may be: JSON, and multipart form data where files are taken."""
    found: Schema = {}
    parsers = view.parser_classes
    if any(not issubclass(parser, MultiPartParser) for parser in parsers):
        found["application/json"] = {"schema": schema}
    if any(issubclass(parser, MultiPartParser) for parser in parsers):
        field = getattr(view, "files", "")
        files = {field: {"type": "array", "items": {"type": "string", "format": "binary"}}} if field else {}
        properties = schema["properties"] | files
        found["multipart/form-data"] = {"schema": {"type": "object", "properties": properties}}
    return found


def _of_serializer(serializer: serializers.Serializer[Any]) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": {name: _of_field(field) for name, field in serializer.fields.items()},
    }
    if required := [name for name, field in serializer.fields.items() if field.required]:
        found["required"] = required
    return found


def _of_field(field: Any) -> Schema:
    if isinstance(field, serializers.ListField):
        return {"type": "array", "items": _of_field(field.child)}
    if isinstance(field, serializers.DictField):
        return {"type": "object", "additionalProperties": _of_field(field.child)}
    if isinstance(field, serializers.ChoiceField):
        return {"type": "string", "enum": list(field.choices)} | _usual(field)
    return next(schema for kind, schema in _PLAIN if isinstance(field, kind)) | _usual(field)


def _usual(field: Any) -> Schema:
    usual = field.default
    return {"default": usual} if isinstance(usual, str | int | float) else {}


def _of_converter(kind: str) -> Schema:
    return {"type": "string", "format": "uuid"} if kind == "uuid" else {"type": "string"}


def _words(told: Any) -> str:
    return " ".join((told.__doc__ or "").split())
