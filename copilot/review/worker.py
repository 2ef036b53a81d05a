"""What a worker process does for the review: looks for comparisons whose doorbell or worker was lost."""

from __future__ import annotations

from copilot.review import work
from copilot.review.models import Comparison
from copilot.runs.reaper import duty_on, watch_in_worker

COMPARISONS = duty_on(Comparison.objects.claimable, close=work.close_lost, execute=work.carry_out)
watch_in_worker(COMPARISONS)
