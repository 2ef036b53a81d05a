"""`manage.py ask "TEXT"`: the line without a browser. Exit code 0 solved, 2 needs an answer or abstained, 1 failed."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from copilot.accounts.services import local_owner
from copilot.chat import services as chat
from copilot.chat.management.answer import exit_code, plain_text
from copilot.data.reading import DataError
from copilot.data.services import Upload
from copilot.runs import engines, events, pipeline, questions
from copilot.runs import services as runs
from copilot.runs.events import EventType
from copilot.runs.models import Lifecycle, Run, RunEvent
from copilot.runs.pool import MOST
from copilot.runs.reports import answer_of
from solvers.registry import AUTO, SOLVERS

LOOK_SECONDS = 0.1


class Command(BaseCommand):
    """Draft, build, check and solve one request, and print the result."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """TEXT may be `-` to read standard input."""
        parser.add_argument("text", help="the decision problem in plain language; - reads standard input")
        parser.add_argument(
            "--data", action="append", default=[], metavar="FILE", help="tables: .xlsx, .csv, .json; may be repeated"
        )
        parser.add_argument(
            "--answer",
            action="append",
            default=[],
            metavar="TEXT",
            help="the answer to the next question, in order; an empty one skips it",
        )
        parser.add_argument("--drafter", choices=("auto", "builtin", "llm"), default="auto")
        parser.add_argument("--solver", choices=(AUTO, *SOLVERS), default="auto")
        parser.add_argument("--time-limit", type=float, default=None, metavar="SECONDS")
        parser.add_argument(
            "--pool", type=int, default=1, metavar="N", help=f"keep up to N best plans, at most {MOST} (default: one)"
        )
        parser.add_argument("--seed", type=int, default=None)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the line in this process and leave with its exit code."""
        logging.getLogger().setLevel(logging.WARNING)
        _prepare_database()
        try:
            run_id = self._start(options)
        except (runs.RunError, DataError) as error:
            self._refuse(str(error), as_json=options["json"])
        self._walk(run_id, quiet=options["json"])
        for text in options["answer"]:
            if not self._answered(run_id, text):
                break
            self._walk(run_id, quiet=True)
        run = Run.objects.select_related("version").get(id=run_id)
        answer = answer_of(run)
        print(json.dumps(answer, indent=2, ensure_ascii=False) if options["json"] else plain_text(answer))
        engines.close()
        sys.exit(exit_code(answer))

    def _start(self, options: dict[str, Any]) -> UUID:
        text = sys.stdin.read() if options["text"] == "-" else options["text"]
        actor = local_owner()
        message = chat.post_message(
            conversation=chat.start_conversation(actor=actor),
            actor=actor,
            text=text,
            uploads=[_upload(Path(name)) for name in options["data"]],
            solver=options["solver"],
            drafter=options["drafter"],
            seed=options["seed"],
            time_limit_seconds=options["time_limit"],
            pool_size=options["pool"],
            enqueue=False,
        )
        return message.run_id

    def _answered(self, run_id: UUID, text: str) -> bool:
        """Whether a question was open and took the answer; one too many is no fault."""
        asked = RunEvent.objects.filter(run_id=run_id, type=EventType.DRAFT_QUESTION).order_by("-sequence").first()
        run = Run.objects.get(id=run_id)
        if asked is None or run.lifecycle != Lifecycle.AWAITING_INPUT:
            return False
        questions.answer(run=run, actor=local_owner(), asked=asked.sequence, text=text, enqueue=False)
        return True

    def _walk(self, run_id: UUID, *, quiet: bool) -> None:
        """Walk the line in a thread and tell each event as it comes; Ctrl-C asks the run to stop."""
        thread = threading.Thread(target=pipeline.execute, args=[run_id])
        thread.start()
        seen = 0
        while True:
            over = not thread.is_alive() and not Run.objects.get(id=run_id).is_active
            try:
                seen = self._tell(run_id, seen, quiet=quiet)
                if over:
                    return
                time.sleep(LOOK_SECONDS)
            except KeyboardInterrupt:
                runs.cancel_run(run=Run.objects.get(id=run_id), actor=local_owner())

    def _tell(self, run_id: UUID, seen: int, *, quiet: bool) -> int:
        for event in events.after(run_id, seen):
            seen = event.sequence
            if not quiet:
                detail = event.payload.get("message") or event.payload.get("headline") or ""
                self.stderr.write(f"{event.sequence:4} {event.type}  {detail}".rstrip())
        return seen

    def _refuse(self, reason: str, *, as_json: bool) -> None:
        if not as_json:
            raise CommandError(reason, returncode=1)
        print(json.dumps({"status": "failed", "message": reason, "run_id": None}, ensure_ascii=False))
        sys.exit(1)


def _prepare_database() -> None:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        raise CommandError("The database has not been migrated. Run: python manage.py migrate")
    call_command("migrate", verbosity=0)


def _upload(path: Path) -> Upload:
    try:
        return Upload(name=path.name, content=path.read_bytes())
    except OSError as error:
        raise CommandError(f"The file {path} cannot be read: {error.strerror}.", returncode=1) from error
