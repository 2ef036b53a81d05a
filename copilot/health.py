"""Whether this process lives, and whether the parts it needs answer."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from copilot.celery import app

log = structlog.get_logger(__name__)


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and broker answer; 503 with the reasons when one does not."""
    parts = {name: _probe(name, probe) for name, probe in PROBES.items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _probe(name: str, probe: Callable[[], None]) -> str:
    try:
        probe()
    except Exception as error:  # a probe reports whatever is wrong
        log.warning("health.not_ready", part=name, error=str(error))
        return type(error).__name__
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are missing")


def _broker() -> None:
    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


PROBES: dict[str, Callable[[], None]] = {"database": _database, "migrations": _migrations, "broker": _broker}
