"""One learning cycle on two tasks of a public suite with a scripted model, told in steps, in a database of its own."""

from __future__ import annotations

import os
import sys
import tempfile

import django

if __name__ == "__main__":
    folder = tempfile.TemporaryDirectory(prefix="learning-")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "copilot.settings", "COPILOT_DATA_DIR": folder.name, "LOG_LEVEL": "ERROR"}
    os.environ |= {"COPILOT_LLM": "scripted:model", "DATABASE_URL": f"sqlite:///{folder.name}/db.sqlite3"}
    django.setup()
    from django.core.management import call_command

    from copilot.accounts.services import local_owner
    from copilot.learning import work
    from copilot.runs import engines
    from tests.learning import cycle

    if not cycle.SUITE.is_file():
        sys.exit(f"not verified: the public suite {cycle.SUITE.name} is not beside the checkout")
    call_command("migrate", verbosity=0)
    model = cycle.scripted()
    work.drafter, work.chat_model = cycle.Student, lambda: model  # type: ignore[assignment]
    for line in cycle.traced([], local_owner()):
        print(line)
    engines.close()
    folder.cleanup()
