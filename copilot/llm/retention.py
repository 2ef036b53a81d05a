"""How long the texts of recorded calls are kept: what was sent and what came back; what they cost stays."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from copilot.llm.models import LlmCall

BATCH = 500
MOST_BATCHES = 40  # in one round: a worker has other things to do, and comes back within the hour
log = structlog.get_logger(__name__)


def forget_old_texts() -> int:
    """Blank messages, replies and errors of calls older than COPILOT_LLM_RECORD_DAYS; returns of how many.

    Tokens, cost, model and outcome stay: budgets and bills are made of them. A run whose calls were forgotten cannot be
    replayed.
    """
    days = settings.COPILOT["LLM_RECORD_DAYS"]
    if days <= 0:
        return 0
    now = timezone.now()
    old = LlmCall.objects.filter(forgotten_at__isnull=True, created_at__lt=now - timedelta(days=days))
    forgotten = 0
    for _ in range(MOST_BATCHES):
        batch = list(old.order_by("id").values_list("id", flat=True)[:BATCH])
        if not batch:
            break
        rows = LlmCall.objects.filter(id__in=batch)
        forgotten += rows.update(messages=[], reply="", error="", digest="", forgotten_at=now)
    if forgotten:
        log.info("llm.texts_forgotten", calls=forgotten, days=days)
    return forgotten
