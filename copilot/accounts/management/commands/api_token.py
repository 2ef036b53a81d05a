"""`manage.py api_token USER`: a token by which a program signs in; its secret is printed, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from copilot.accounts import tokens
from copilot.accounts.models import User


class Command(BaseCommand):
    """Make a token for a user."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, what for, how long."""
        parser.add_argument("user", help="the name under which the user signs in")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument("--days", type=int, default=None, help="it ends after so many days; without: never")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and print the secret alone, so that a script can take it."""
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user named {options['user']}.", returncode=1)
        try:
            _, secret = tokens.issue(user=user, name=options["name"], days=options["days"])
        except tokens.TokenRefused as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(secret)
