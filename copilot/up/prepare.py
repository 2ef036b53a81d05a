"""Brings the database, the static files, the seed library and the first account to where this version needs them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connections

from copilot.accounts.services import LOCAL_OWNER, ensure_local_owner
from copilot.library import seeding
from copilot.up.errors import UpError


def prepare() -> str | None:
    """Migrate, collect static files if they changed, install the seed library, make the first account.

    Returns its password that one time.
    """
    try:
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        seeding.install()
        password = ensure_local_owner()
    except DatabaseError as error:
        reason = str(error).strip() or type(error).__name__
        raise UpError(f"The database does not answer: {reason} Check DATABASE_URL and that its server runs.") from error
    finally:
        connections.close_all()
    return password


def account_note(password: str) -> str:
    """What the person at the terminal needs to sign in for the first time."""
    return (
        "This is the first start, so an account was made for you. The password is shown this one time:\n"
        f"    user      {LOCAL_OWNER}\n"
        f"    password  {password}\n"
        f"Change it with: python manage.py changepassword {LOCAL_OWNER}"
    )


def collect_static() -> bool:
    """Gather the static files for serving; returns False, having done nothing, when none has changed."""
    note = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = _fingerprint()
    if note.exists() and note.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    note.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    """Hash of path, size and time of every source file: a change of any shows."""
    digest = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
