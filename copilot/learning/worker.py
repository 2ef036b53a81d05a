"""What a worker process does for learning: looks for jobs whose doorbell or worker was lost."""

from __future__ import annotations

from copilot.learning import work
from copilot.learning.models import LearningJob
from copilot.runs.reaper import duty_on, watch_in_worker

JOBS = duty_on(LearningJob.objects.claimable, close=work.close_lost, execute=work.execute)
watch_in_worker(JOBS)
