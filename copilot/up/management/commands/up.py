"""`manage.py up`: start everything, stay, end everything."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from copilot.up import product
from copilot.up.errors import UpError


class Command(BaseCommand):
    """Start the product on this machine and stay until Ctrl-C."""

    help = "Start the web server, the worker and, unless REDIS_URL names one, a private broker; Ctrl-C ends them all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes any free one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes."""
        try:
            product.run(host=options["host"], port=options["port"], say=self._say)
        except UpError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The data folder cannot be used: {error}. Check its rights and the space left."
            ) from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped before it had started.", returncode=130) from error

    def _say(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            self.stdout.write(text)
            self.stdout.flush()
