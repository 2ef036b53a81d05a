"""Which endpoint plays which part: the settings of the environment, and what tests of the connection found."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.utils import timezone

from copilot.drafting.llm import METHODS, LlmSettings, Method
from copilot.llm.models import LlmEndpoint

Role = Literal["drafter", "checker", "curator"]
REFUSED = (
    "A run asked for a typed reply by {refused}; the server refused that, and answered by {works}, which is used from "
    "now on. Test the connection if the server has changed since."
)
ROLES: tuple[Role, ...] = ("drafter", "checker", "curator")


def is_connected() -> bool:
    """Whether a language model is connected at all."""
    return bool(settings.COPILOT["LLM"])


def settings_for(role: Role) -> LlmSettings:
    """The endpoint of a part; the drafter's where the part has none of its own.

    A key goes only to the address that it was set for: a part with a model or an address of its own and no key of its
    own gets the drafter's key only at the drafter's address.
    """
    options = settings.COPILOT
    model, base_url, api_key = options["LLM"], options["LLM_BASE_URL"], options["LLM_API_KEY"]
    own = options.get(f"LLM_{role.upper()}", "")
    if role != "drafter" and own:
        model = own
        own_url, own_key = options[f"LLM_{role.upper()}_BASE_URL"], options[f"LLM_{role.upper()}_API_KEY"]
        same_place = _provider(own) == _provider(options["LLM"]) and own_url in ("", base_url)
        api_key = own_key or (api_key if same_place else "")
        base_url = own_url or (base_url if same_place else "")
    return LlmSettings(
        model=model,
        base_url=base_url,
        api_key=api_key,
        timeout_seconds=options["LLM_TIMEOUT_SECONDS"],
        max_tokens=options["LLM_MAX_TOKENS"],
        method=_method(model, base_url),
    )


def remember_method(llm: LlmSettings, works: Method) -> None:
    """Note that an endpoint refused its way of asking and answered in another, so that no further run begins with that.

    A test of the connection looks for the strictest way anew; a way that the settings name is never changed.
    """
    told = REFUSED.format(refused=llm.method, works=works)
    LlmEndpoint.objects.update_or_create(
        model=llm.model,
        base_url=llm.base_url,
        defaults={"method": works, "sentence": told, "tested_at": timezone.now(), "asked_at": None},
    )


def has_its_own(role: Role) -> bool:
    """Whether the part has another endpoint than the drafter."""
    return role != "drafter" and bool(settings.COPILOT.get(f"LLM_{role.upper()}"))


def _provider(model: str) -> str:
    return model.partition(":")[0]


def _method(model: str, base_url: str) -> Method:
    """As it is set, else as the connection was tested, else the strictest."""
    chosen: str = settings.COPILOT["LLM_METHOD"]
    if not chosen:
        tested = LlmEndpoint.objects.filter(model=model, base_url=base_url).exclude(method="").first()
        chosen = tested.method if tested else ""
    if not chosen:
        return METHODS[0]
    known: dict[str, Method] = {method: method for method in METHODS}
    return known.get(chosen, chosen)  # type: ignore[arg-type]  # make_chat_model says what is wrong with it
