"""`manage.py prepare`: what `up` does before it starts the parts, for deployments that start them one by one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from copilot.up import prepare
from copilot.up.errors import UpError


class Command(BaseCommand):
    """Migrate the database, collect static files, and make the first account of an empty installation."""

    help = "Migrate the database, collect the static files, and make the first account of an empty installation."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, and print the first account's password the one time there is one."""
        try:
            password = prepare.prepare()
        except UpError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(prepare.account_note(password) if password else "Everything is prepared.")
