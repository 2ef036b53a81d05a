"""The verbs that doors may say about language models: test a connection, and tell what was spent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from copilot.accounts.models import Workspace
from copilot.drafting.probing import Probe, probe
from copilot.llm.endpoints import ROLES, Role, has_its_own, is_connected, settings_for
from copilot.llm.meter import Meter, limits_of, spent_by
from copilot.llm.models import LlmEndpoint

NOT_CONNECTED = (
    "No language model is connected. Set COPILOT_LLM=provider:model (and COPILOT_LLM_API_KEY, or COPILOT_LLM_BASE_URL "
    "for an OpenAI-compatible server) and restart. The built-in drafter needs none."
)


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
        },
    )
    return Tested(role, llm.model, llm.base_url, found)


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
