"""The verbs that doors may say about language models: test a connection, and tell what was spent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.utils import timezone

from copilot.accounts.models import Workspace
from copilot.celery import app
from copilot.drafting.probing import Probe, probe
from copilot.llm.endpoints import ROLES, Role, has_its_own, is_connected, settings_for
from copilot.llm.meter import Meter, limits_of, spent_by
from copilot.llm.models import LlmEndpoint

NOT_CONNECTED = (
    "No language model is connected. Set COPILOT_LLM=provider:model (and COPILOT_LLM_API_KEY, or COPILOT_LLM_BASE_URL "
    "for an OpenAI-compatible server) and restart. The built-in drafter needs none."
)


ASKED = "A worker tests the connection now; it takes from a second to a minute."
NO_QUEUE = "The job queue cannot be reached just now. Try again in a moment, or call `manage.py llm_doctor`."
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test found of one part's endpoint."""

    role: Role
    model: str
    base_url: str
    probe: Probe


def try_connection(role: Role, *, workspace: Workspace | None = None) -> Tested:
    """Ask the endpoint of a part for a tiny typed reply, and remember the strictest way that works."""
    llm = settings_for(role)
    found = probe(llm, gate=Meter(workspace))
    LlmEndpoint.objects.update_or_create(
        model=llm.model,
        base_url=llm.base_url,
        defaults={
            "method": found.method or "",
            "sentence": found.sentence,
            "seconds": round(found.seconds, 3),
            "tokens": found.tokens,
            "tested_at": timezone.now(),
            "asked_at": None,
        },
    )
    return Tested(role, llm.model, llm.base_url, found)


def ask_for_test(workspace: Workspace | None) -> str:
    """Have a worker test every part's connection; returns what to tell the person. The web process asks nobody."""
    if not is_connected():
        return NOT_CONNECTED
    now = timezone.now()
    for role in parts():
        llm = settings_for(role)
        LlmEndpoint.objects.update_or_create(model=llm.model, base_url=llm.base_url, defaults={"asked_at": now})
    arguments = [workspace.pk if workspace else None]
    try:
        app.send_task("llm.test", args=arguments, retry=False)
    except Exception as error:  # whatever the transport raises
        log.warning("queue.unreachable", task="llm.test", error=str(error))
        LlmEndpoint.objects.filter(asked_at=now).update(asked_at=None)
        return NO_QUEUE
    return ASKED


def parts() -> tuple[Role, ...]:
    """The parts that have an endpoint of their own; the others share the drafter's."""
    return tuple(role for role in ROLES if role == "drafter" or has_its_own(role)) if is_connected() else ()


def endpoints_known() -> list[tuple[Role, str, LlmEndpoint | None]]:
    """Each part with its model, and what the last test found."""
    told = []
    for role in parts():
        llm = settings_for(role)
        told.append((role, llm.model, LlmEndpoint.objects.filter(model=llm.model, base_url=llm.base_url).first()))
    return told


def spending(workspace: Workspace) -> dict[str, Any]:
    """What the workspace has used today and this month, beside its limits."""
    return {"spent": asdict(spent_by(workspace)), "limits": asdict(limits_of(workspace))}
