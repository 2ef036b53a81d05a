"""What goes wrong, as an answer: a status that says whose turn it is, and sentences."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from copilot.api.parsing import TooLarge, too_large
from copilot.data.errors import DataError
from copilot.errors import FULL_SECONDS, RETRY_SECONDS, is_full
from copilot.runs.services import RunConflict, RunError

log = structlog.get_logger(__name__)
AWAY = "The database is busy or away. Nothing was changed: send the same request again in a moment."
FULL = "The server's disk is full. Nothing was changed; tell whoever runs it, and send the same request again."


def answered(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an expected fault: 400 with what to change, 409 where the run stands otherwise, 503 to try again.

    None for a fault of ours, which is logged with its trace.
    """
    if isinstance(error, RunConflict):
        return Response({"detail": str(error)}, status=409)
    if isinstance(error, RunError | DataError):
        return Response({"detail": str(error)}, status=400)
    if isinstance(error, OperationalError):
        full = is_full(error)
        log.error("database.full" if full else "database.away", path=context["request"].path, error=str(error))
        wait = FULL_SECONDS if full else RETRY_SECONDS
        return Response({"detail": FULL if full else AWAY}, status=503, headers={"Retry-After": str(wait)})
    if isinstance(error, RequestDataTooBig):
        return exception_handler(TooLarge(too_large()), context)
    return exception_handler(error, context)
