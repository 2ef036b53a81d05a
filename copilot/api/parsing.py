"""Reads a JSON body within a limit; whatever it holds, the answer to a bad one is 400 or 413, never a fault of ours."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MOST_LEVELS = 100


class TooLarge(APIException):
    """The body is longer than is read."""

    status_code = 413
    default_code = "too_large"


def too_large() -> str:
    """The sentence that says how much is read."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20
    return f"The body is longer than the {most} MB that are read. Send tables as files, in multipart form data."


class BoundedJson(JSONParser):
    """JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, in UTF-8, nested at most 100 levels deep."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """What the body says."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge(too_large())
        try:
            found: dict[str, Any] = super().parse(io.BytesIO(body), media_type, dict(parser_context or {}))
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        _check(found)
        return found


def _check(found: object) -> None:
    """No half characters, which neither a database nor a page can hold, and nothing that nests without end."""
    level: list[object] = [found]
    for _ in range(MOST_LEVELS):
        if not level:
            return
        inside: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inside += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                inside += one
            elif isinstance(one, str) and not _is_whole(one):
                raise ParseError("A text holds half of a character (a lone surrogate). Send whole characters.")
        level = inside
    if level:
        raise ParseError("The JSON is nested too deeply.")


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text) if not text.isascii() else True
