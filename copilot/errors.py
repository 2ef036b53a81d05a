"""What a person sees when the database is busy or away: a sentence, not a stack trace, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)
RETRY_SECONDS = 5


class DatabaseAwayMiddleware:
    """Answers 503 with the cause and the next step when a request fails because the database is locked or away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Transactions were rolled back, so the request may simply be sent again."""
        if not isinstance(exception, OperationalError):
            return None
        log.error("database.away", path=request.path, error=str(exception))
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
