"""`manage.py library`: the library's own verbs, and two that need the whole line: `learn` and `evolve`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from copilot.evaluation.problems import ProblemError, read_problems
from copilot.learning import effect, services, work
from copilot.learning.models import LearningCycle
from copilot.library.access import LibraryRefused
from copilot.library.management.commands import library


class Command(library.Command):
    """The library's command with learning; ends with 1 when a cycle cannot begin, or a job of it failed."""

    help = "The experience library: import, export, stats, release, rollback, seed, learn, evolve."

    def add_verbs(self, verbs: Any) -> None:
        """Two verbs more."""
        learning: CommandParser = verbs.add_parser("learn", help="learn from the tasks of a suite that drafts fail on")
        learning.add_argument("path", type=Path, help="a .jsonl file of tasks with answers, or a folder of them")
        learning.add_argument("--limit", type=int, help="use at most that many tasks")
        evolving: CommandParser = verbs.add_parser("evolve", help="refine what misled or was missed; suspend harm")
        for verb in (learning, evolving):
            verb.add_argument("--calls", type=int, default=services.CALLS, help="the most calls of a language model")
            verb.add_argument("--queue", action="store_true", help="leave the jobs to the workers")
            verb.add_argument("--workspace", type=int, help="number of a workspace; default: insights for everyone")
            verb.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say the verb; a cycle commits job by job."""
        if options["verb"] not in ("learn", "evolve"):
            return super().handle(*args, **options)
        workspace = self._workspace(options["workspace"])
        more: dict[str, Any] = {}
        try:
            if options["verb"] == "learn":
                problems = read_problems([options["path"]], limit=options["limit"])
                cycle = services.learn_from(problems, actor=None, workspace=workspace, calls=options["calls"])
            else:
                more["suspended"] = [str(one) for one in effect.suspend_harmful()]
                cycle = services.evolve_all(actor=None, workspace=workspace, calls=options["calls"])
        except (LibraryRefused, ProblemError) as error:
            raise CommandError(str(error)) from error
        if not options["queue"]:
            for job_id in cycle.jobs.values_list("id", flat=True):
                work.execute(job_id)
        self._told(cycle, options, more)
        return None

    def _told(self, cycle: LearningCycle, options: dict[str, Any], more: dict[str, Any]) -> None:
        told = services.told(cycle) | more
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
        for job in told["jobs"]:
            outcome = (job["result"] or {}).get("outcome") or job["message"] or job["status"]
            self._say(options, f"{job['subject']:<40} {outcome}")
        self._say(options, f"{told['calls']['spent']} of {told['calls']['budget']} calls, {told['tokens']} tokens.")
        failed = sum(job["status"] == "failed" for job in told["jobs"])
        if failed:
            raise CommandError(f"{failed} of {len(told['jobs'])} jobs failed; nothing of them was stored.")
