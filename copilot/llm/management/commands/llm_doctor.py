"""`manage.py llm_doctor`: whether the connected language models answer, how, how quickly, and at which price in tokens.

Exit code 0 when every part has an endpoint that works, 1 otherwise.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from copilot.llm import services


class Command(BaseCommand):
    """Test the connection of each part: drafter, checker and curator."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One option."""
        parser.add_argument("--json", action="store_true", help="one object per part instead of words")

    def handle(self, *args: Any, **options: Any) -> None:
        """Test, tell, and remember."""
        parts = services.parts()
        if not parts:
            print(services.NOT_CONNECTED)
            sys.exit(1)
        works = True
        for role in parts:
            tested = services.try_connection(role)
            works = works and tested.probe.method is not None
            if options["json"]:
                print(json.dumps({"role": role, "model": tested.model, **asdict(tested.probe)}, ensure_ascii=False))
                continue
            print(f"{role}: {tested.probe.sentence}")
            for line in tested.probe.tried:
                print(f"  {line}")
            print(f"  {tested.probe.seconds:.1f} seconds, {tested.probe.tokens} tokens")
        if not works:
            sys.exit(1)
