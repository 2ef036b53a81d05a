"""Another process on the database of a test, which stops where a test wants it and is then killed by the system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
HALF = "half way"
STOP = f"""
import sys, time, django
django.setup()

def stop_here():
    print({HALF!r}, flush=True)
    time.sleep(600)
"""


def database_url() -> str:
    """The database of this test, for another process."""
    given = {name: str(value or "") for name, value in connection.settings_dict.items()}
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def killed_half_way(program: str, *words: str) -> None:
    """Run a program, which calls `stop_here`, and kill it there."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "copilot.settings",
        "COPILOT_DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "COPILOT_IN_PROCESS": "1",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", STOP + program, *words]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.strip() == HALF, "it ended by itself, or said something else"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
