"""What a worker process does for learning: jobs whose doorbell or worker was lost, and what nobody has to ask for."""

from __future__ import annotations

from typing import Any

from celery.signals import worker_init, worker_shutdown

from copilot.learning import work
from copilot.learning.models import LearningJob
from copilot.learning.rounds import Rounds
from copilot.runs.reaper import duty_on, watch_in_worker

JOBS = duty_on(LearningJob.objects.claimable, close=work.close_lost, execute=work.execute)
watch_in_worker(JOBS)
_rounds: list[Rounds] = []


@worker_init.connect
def begin(**_: Any) -> None:
    """Start to look at corrections, effects and outdated evidence."""
    _rounds.append(Rounds())
    _rounds[-1].start()


@worker_shutdown.connect
def end(**_: Any) -> None:
    """Look no more."""
    while _rounds:
        _rounds.pop().stop()
