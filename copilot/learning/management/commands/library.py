"""`manage.py library`: the library's own verbs, and those that need the line: `learn`, `evolve`, `renew`, `gate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from copilot.accounts.models import Workspace
from copilot.evaluation.problems import Problem, ProblemError, read_problems
from copilot.learning import effect, evolve, renewal, services, suites, work
from copilot.learning.models import LearningCycle
from copilot.library import releases
from copilot.library.access import LibraryRefused
from copilot.library.management.commands import library
from copilot.library.models import LibraryRelease

OURS = ("learn", "evolve", "renew", "gate")


class Command(library.Command):
    """The library's command with learning; ends with 1 when a cycle cannot begin, or a job of it failed."""

    help = (
        "Import, export, stats, release, gate, activate, rollback, seed, learn, evolve, renew: the experience library."
    )

    def add_verbs(self, verbs: Any) -> None:
        """Four verbs more, and a gate for releases."""
        learning: CommandParser = verbs.add_parser("learn", help="learn from the tasks of a suite that drafts fail on")
        learning.add_argument("path", type=Path, help="a .jsonl file of tasks with answers, or a folder of them")
        learning.add_argument("--limit", type=int, help="use at most that many tasks")
        evolving: CommandParser = verbs.add_parser("evolve", help="refine what misled or was missed; suspend harm")
        renewing: CommandParser = verbs.add_parser(
            "renew", help="try again what was tried with another model or solver"
        )
        gating: CommandParser = verbs.add_parser("gate", help="replay a suite with and without a release")
        gating.add_argument("name", help="of the release")
        gating.add_argument("gate", nargs="*", type=Path, metavar="SUITE", help=".jsonl files that `evaluate` reads")
        for verb in (learning, evolving, renewing, gating):
            verb.add_argument("--workspace", type=int, help="number of a workspace; default: insights for everyone")
            verb.add_argument("--json", action="store_true", help="print one JSON object")
        new: CommandParser = verbs.choices["release"]
        new.add_argument(
            "--gate", nargs="+", type=Path, default=(), metavar="SUITE", help="replay these with and without"
        )
        for verb in (gating, new):
            verb.add_argument("--runs", action="store_true", help="replay accepted runs of the workspace as well")
            verb.add_argument("--against", metavar="RELEASE", help="or none; default: the active release")
            verb.add_argument("--seeds", type=int, default=1, metavar="K", help="try each problem at seeds 0, 1, …")
            verb.add_argument("--limit", type=int, help="use at most that many problems")
        for verb in (learning, evolving, renewing, gating, new):
            default = services.GATE_CALLS if verb in (gating, new) else services.CALLS
            verb.add_argument("--calls", type=int, default=default, help="the most calls of a language model")
            verb.add_argument("--queue", action="store_true", help="leave the jobs to the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say the verb; a cycle commits job by job."""
        if options["verb"] in OURS:
            getattr(self, f"_{options['verb']}")(options, self._workspace(options["workspace"]))
            return None
        if options["verb"] == "release" and (options["gate"] or options["runs"]):
            return self._release_through_gate(options, self._workspace(options["workspace"]))
        return super().handle(*args, **options)

    def _release_through_gate(self, options: dict[str, Any], workspace: Workspace | None) -> None:
        """Freeze a candidate, have it judged, and activate it only where the gate lets it pass or a reason is given."""
        with _refusals():
            problems = self._problems(options, workspace)
            made = self._release({**options, "activate": False}, workspace)
        self._gate(options, workspace, problems, made)
        if options["activate"]:
            with _refusals():
                self._activate(options, workspace)

    def _learn(self, options: dict[str, Any], workspace: Workspace | None) -> None:
        with _refusals():
            problems = read_problems([options["path"]], limit=options["limit"])
            cycle = services.learn_from(problems, actor=None, workspace=workspace, calls=options["calls"])
        self._carried_out(cycle, options)

    def _evolve(self, options: dict[str, Any], workspace: Workspace | None) -> None:
        with _refusals():
            suspended = [str(one) for one in effect.suspend_harmful()]
            retired = evolve.retire_merged()
            cycle = services.evolve_all(actor=None, workspace=workspace, calls=options["calls"])
        self._carried_out(cycle, options, suspended=suspended, retired=retired)

    def _renew(self, options: dict[str, Any], workspace: Workspace | None) -> None:
        with _refusals():
            cycle = services.renew_outdated(actor=None, workspace=workspace, calls=options["calls"])
        self._carried_out(cycle, options)

    def _stats(self, options: dict[str, Any], workspace: Workspace | None) -> dict[str, Any]:
        """The library's figures, and how many versions have evidence of another model or solver alone."""
        outdated = len(renewal.outdated_now())
        self._say(options, f"{'outdated evidence':<20} {outdated}")
        return {**super()._stats(options, workspace), "outdated_evidence": outdated}

    def _gate(
        self,
        options: dict[str, Any],
        workspace: Workspace | None,
        problems: list[Problem] | None = None,
        made: dict[str, Any] | None = None,
    ) -> None:
        with _refusals():
            release = releases.named(options["name"], workspace)
            known = self._problems(options, workspace) if problems is None else problems
            name = " and ".join(dict.fromkeys(problem.suite for problem in known))
            cycle = services.open_gate(
                release,
                suites.keep(known, name=name, workspace=workspace),
                actor=None,
                against=_against(options["against"], workspace),
                seeds=range(options["seeds"]),
                calls=options["calls"],
            )
        self._carried_out(cycle, options, **({"made": made} if made else {}))

    def _problems(self, options: dict[str, Any], workspace: Workspace | None) -> list[Problem]:
        problems = read_problems(options["gate"], limit=options["limit"]) if options["gate"] else []
        if options["runs"]:
            if workspace is None:
                raise LibraryRefused("Runs belong to a workspace: name it with --workspace.")
            problems += suites.of_runs(workspace)
        if not problems:
            raise LibraryRefused("Name a suite to replay, or --runs with a workspace that has accepted runs.")
        return problems

    def _carried_out(self, cycle: LearningCycle, options: dict[str, Any], **more: Any) -> None:
        if not options["queue"]:
            for job_id in cycle.jobs.values_list("id", flat=True):
                work.execute(job_id)
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


def _against(name: str | None, workspace: Workspace | None) -> LibraryRelease | None:
    if name is None:
        return releases.active(workspace)
    return None if name == "none" else releases.named(name, workspace)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (LibraryRefused, ProblemError) as error:
        raise CommandError(str(error)) from error
