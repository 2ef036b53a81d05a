"""`manage.py trace RUN`: a run line by line, as its events tell it; `--replay` draws it again from the record first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from copilot.runs import pipeline, services
from copilot.runs.models import Run
from copilot.runs.services import RunError
from copilot.runs.tracing import trace


class Command(BaseCommand):
    """Tell what happened to a run."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The run's id, as logs and pages show it."""
        parser.add_argument("run", type=UUID)
        parser.add_argument(
            "--replay", action="store_true", help="answer its prompts from the record, and tell that run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the lines."""
        run = Run.objects.filter(id=options["run"]).select_related("workspace", "created_by", "version").first()
        if run is None:
            raise CommandError("There is no run with that id.")
        if not options["replay"]:
            print("\n".join(trace(run)))
            return
        try:
            again = services.replay(run=run, actor=run.created_by, enqueue=False)
        except RunError as error:
            raise CommandError(str(error)) from error
        pipeline.execute(again.id)
        again = Run.objects.select_related("version").get(id=again.id)
        print("\n".join(trace(again)))
        same = run.version and again.version and run.version.fingerprint == again.version.fingerprint
        print("The same instance came out." if same else "Another instance came out, or none.")
