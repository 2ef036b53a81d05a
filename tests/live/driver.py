"""A Django process of a deployment under test: it migrates the database, then does what JSON lines tell it."""

import json
import os
import sys
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "copilot.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from copilot.accounts.services import local_owner  # noqa: E402
from copilot.chat import services as chat  # noqa: E402
from copilot.runs import events, services  # noqa: E402
from copilot.runs.models import ModelVersion, Run  # noqa: E402


def start(text: str, time_limit_seconds: float = 60.0) -> dict[str, Any]:
    """Post a message in a new conversation."""
    owner = local_owner()
    message = chat.post_message(
        conversation=chat.start_conversation(actor=owner),
        actor=owner,
        text=text,
        time_limit_seconds=time_limit_seconds,
    )
    return {"run": str(message.run_id)}


def state(run: str) -> dict[str, Any]:
    """The row and the events as they are in the database."""
    row = Run.objects.get(id=UUID(run))
    return {
        "lifecycle": row.lifecycle,
        "message": row.closing_message,
        "attempt": row.attempt,
        "termination_condition": row.termination_condition,
        "result": row.result,
        "versions": ModelVersion.objects.filter(runs=row).count(),
        "events": [[event.sequence, event.type] for event in events.after(row.id, 0, limit=10_000)],
    }


def cancel(run: str) -> dict[str, Any]:
    """Press Stop."""
    services.cancel_run(run=Run.objects.get(id=UUID(run)), actor=local_owner())
    return {}


VERBS = {"start": start, "state": state, "cancel": cancel}

call_command("migrate", verbosity=0)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(VERBS[request.pop("do")](**request)), flush=True)
