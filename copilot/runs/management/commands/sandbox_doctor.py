"""`manage.py sandbox_doctor`: what the sandbox stops on this machine."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from copilot.sandbox import doctor
from copilot.sandbox.outcome import Tier


class Command(BaseCommand):
    """Prints the canary table and the tier; exit code 1 where the tier is none."""

    help = "Send canary attacks into a sandboxed child and name the tier of this machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine and print."""
        diagnosis = doctor.examine()
        text = json.dumps(diagnosis.as_dict(), indent=2) if options["json"] else diagnosis.as_table()
        self.stdout.write(text)
        if diagnosis.tier is Tier.NONE:
            raise SystemExit(1)
