"""Verb of the conversation beside messages: ask about a run, as a turn of its own in the same conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from copilot.accounts.models import User
from copilot.chat.models import Message
from copilot.runs.models import Run


@transaction.atomic
def ask(start: Callable[..., Run], /, *, run: Run, actor: User, **asked: Any) -> Message:
    """Start what `copilot.runs.scenarios` offers as `start`, and store the line that says so in the conversation.

    Asking the same again while it is being answered leads to the first turn. Raises RunError; nothing is stored then.
    """
    original = Message.objects.select_related("conversation").get(run=run)
    started = start(run=run, actor=actor, **asked)
    turn = {"conversation": original.conversation, "author": actor, "text": started.request_text}
    message, _ = Message.objects.get_or_create(run=started, defaults=turn)
    original.conversation.save()  # moves it to the top of the list
    return message
