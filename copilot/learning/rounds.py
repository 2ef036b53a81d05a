"""What learning does without being asked: decides about corrections, watches the effect of insights, renews evidence.

Every worker looks often; what is to be done once in an hour is done by the one that moves the row of that duty.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import structlog
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from copilot.learning import corrections, effect, evolve, renewal
from copilot.learning.models import LearningRound
from copilot.library.models import Episode
from copilot.llm import retention

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)
_SETTLED = "settled uses"


def look() -> None:
    """One look at everything."""
    corrections.settle_waiting()
    after_settled()
    if is_due("effect of all insights", HOUR):
        effect.suspend_harmful()
        evolve.retire_merged()
    if is_due("evidence of another model or solver", HOUR):
        renewal.begin_outdated()
    if is_due("texts of old language model calls", HOUR):
        retention.forget_old_texts()


def is_due(name: str, every: timedelta) -> bool:
    """Whether it is time for a duty, and this caller is the one to do it."""
    now = timezone.now()
    row, made = LearningRound.objects.get_or_create(name=name, defaults={"done_at": now})
    if made or row.done_at > now - every:
        return made
    return bool(LearningRound.objects.filter(name=name, done_at=row.done_at).update(done_at=now))


def after_settled() -> None:
    """Suspend what does harm among the insights of the runs that were settled since somebody last looked."""
    now = timezone.now()
    row, made = LearningRound.objects.get_or_create(name=_SETTLED, defaults={"done_at": now, "seen": now})
    settled = Episode.objects.filter(origin=Episode.Origin.RUN, settled_at__gt=row.seen or now)
    newest = settled.order_by("-settled_at").values_list("settled_at", flat=True).first()
    if made or newest is None:
        return
    keys = list(settled.filter(settled_at__lte=newest).values_list("id", flat=True))
    if LearningRound.objects.filter(name=_SETTLED, seen=row.seen).update(seen=newest, done_at=now):
        effect.suspend_harmful(episodes=keys)


class Rounds:
    """A thread of the worker that looks every few seconds until it is stopped."""

    def __init__(self, every_seconds: float = 2.0) -> None:
        self._every = every_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="learning-rounds", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _loop(self) -> None:
        while not self._over.wait(self._every):
            try:
                look()
            except DatabaseError as error:
                log.warning("learning.rounds_database", error=str(error))
            except Exception:  # the next look may do better; what waits is in rows
                log.exception("learning.rounds")
            finally:
                close_old_connections()
