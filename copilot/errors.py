"""What a person sees when the database is busy, away or out of room: a sentence, no stack trace, nothing half done."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)
RETRY_SECONDS = 5
FULL_SECONDS = 60
SQLITE_FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}  # the last two: a limit on file sizes
POSTGRES_FULL = "53100"  # disk_full


def is_full(error: BaseException) -> bool:
    """Whether what failed, or what it came from, is a disk without room under the database."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, sqlite3.Error) and getattr(seen, "sqlite_errorname", "") in SQLITE_FULL:
            return True
        if getattr(seen, "sqlstate", None) == POSTGRES_FULL:
            return True
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        seen = seen.__cause__
    return False


class DatabaseAwayMiddleware:
    """Answers 503 with the cause and the next step where the database is locked, away or out of room."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Transactions were rolled back, so the request may simply be sent again."""
        if not isinstance(exception, OperationalError):
            return None
        full = is_full(exception)
        log.error("database.full" if full else "database.away", path=request.path, error=str(exception))
        headers = {"Retry-After": str(FULL_SECONDS if full else RETRY_SECONDS)}
        return HttpResponse(render_to_string("503.html", {"is_full": full}), status=503, headers=headers)
