"""Which specialists this deployment has: the drafters by name, and the one sandbox of this process."""

from __future__ import annotations

import threading
from uuid import UUID

from django.conf import settings

from copilot.drafting.base import Drafter, DraftingError
from copilot.drafting.builtin import BuiltinDrafter
from copilot.llm import endpoints
from copilot.llm.recall import Recall, recorded_settings
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import Limits

NO_RECORD = (
    "Nothing that a language model wrote for this run is on record, so there is nothing to replay. Texts of calls are "
    "kept for COPILOT_LLM_RECORD_DAYS days."
)
_lock = threading.Lock()
_sandboxes: list[Sandbox] = []
NO_LLM = (
    "No language model is connected. Set COPILOT_LLM=provider:model (and COPILOT_LLM_API_KEY, or COPILOT_LLM_BASE_URL "
    "for an OpenAI-compatible server) and restart, or use the built-in drafter."
)


def drafter_for(name: str) -> Drafter:
    """The drafter called `name`: builtin, llm, or auto (the language model where one is connected)."""
    connected = endpoints.is_connected()
    if name == "llm" and not connected:
        raise DraftingError(NO_LLM)
    if name == "builtin" or not connected:
        return BuiltinDrafter()
    return _llm_drafter()


def sandbox() -> Sandbox:
    """The sandbox of this process; its template process starts on first use and is kept warm."""
    with _lock:
        if not _sandboxes:
            _sandboxes.append(Sandbox(unsafe=settings.COPILOT["UNSAFE_NO_SANDBOX"]))
        return _sandboxes[0]


def build_limits() -> Limits:
    """Limits of one build in the sandbox."""
    options = settings.COPILOT
    return Limits(
        wall_seconds=options["BUILD_SECONDS"],
        cpu_seconds=int(options["BUILD_SECONDS"]),
        memory_bytes=options["BUILD_MEMORY_MB"] << 20,
    )


def _llm_drafter() -> Drafter:
    from copilot.drafting.agent import LlmDrafter  # only where a model is connected

    checker = endpoints.settings_for("checker") if endpoints.has_its_own("checker") else None
    return LlmDrafter(endpoints.settings_for("drafter"), checker=checker)


def checking_drafter() -> Drafter | None:
    """The drafter of the checker's endpoint, where that is another one than the drafter's."""
    if not endpoints.has_its_own("checker"):
        return None
    from copilot.drafting.agent import LlmDrafter

    return LlmDrafter(endpoints.settings_for("checker"))


def replaying(run_id: UUID) -> Drafter:
    """The drafter that answers from what is on record of a run. Raises DraftingError where nothing is."""
    from copilot.drafting.agent import LlmDrafter

    recorded = recorded_settings(run_id)
    if recorded is None:
        raise DraftingError(NO_RECORD)
    return LlmDrafter(recorded, gate=Recall(run_id))


def close() -> None:
    """End the sandbox's template process."""
    with _lock:
        while _sandboxes:
            _sandboxes.pop().close()
