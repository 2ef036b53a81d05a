"""The worker process: takes doorbells from the broker, and brings lost runs back."""

from __future__ import annotations

import os

import django

QUIET = ("--without-gossip", "--without-mingle")  # workers need not know each other: rows coordinate them


def main() -> None:
    """Work until told to end; threads and pool come from the settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "copilot.settings")
    django.setup()
    from copilot.celery import app
    from copilot.runs import worker  # noqa: F401  (connects the reaper and the warm-up to the worker's signals)

    app.worker_main(["worker", "--loglevel=INFO", f"--hostname=worker-{os.getpid()}@%h", *QUIET])


if __name__ == "__main__":
    main()
