"""Connects a language model through LangChain, and says in one sentence why a call failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from copilot.drafting.base import DraftingError

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel


class Unanswered(DraftingError):
    """The server refused or was not reached, so that surely nothing was written and nothing is owed."""


class Silent(DraftingError):
    """The server was reached and said nothing for as long as it was waited for."""


class MethodRefused(Exception):
    """The server or its adapter cannot ask for a typed reply in this way."""


Method = Literal["json_schema", "tools", "prompt_only"]
METHODS: tuple[Method, ...] = ("json_schema", "tools", "prompt_only")
_DETAIL = 300
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """`model` is provider:model; `base_url` an OpenAI-compatible server; limits are for one request and one reply.

    A server that is busy or away is asked again; one that says nothing is waited for once, since it may be at work.
    `method` is how a typed reply is asked for: by the server's grammar, as a tool call, or in the prompt alone.
    """

    model: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 120.0
    max_tokens: int = 8_000
    max_retries: int = 2
    method: Method = "json_schema"
    temperature: float | None = None


def make_chat_model(settings: LlmSettings) -> BaseChatModel:
    """The chat model of the settings. Raises Unanswered when they cannot be used or a package is missing."""
    provider, colon, name = settings.model.partition(":")
    if not (provider and colon and name):
        raise Unanswered(
            f'The language model "{settings.model}" must be written as provider:model, such as openai:NAME. '
            "Correct COPILOT_LLM."
        )
    if settings.method not in METHODS:
        raise Unanswered(f'"{settings.method}" is no way to ask for a typed reply; use one of {", ".join(METHODS)}.')
    if settings.base_url and not settings.base_url.startswith(("http://", "https://")):
        raise Unanswered("COPILOT_LLM_BASE_URL must begin with http:// or https://. Correct it.")
    options: dict[str, Any] = {
        "max_tokens": settings.max_tokens,
        "timeout": settings.timeout_seconds,
        "max_retries": 0,  # the client would ask again after a time-out as well, and after the call was given up
    }
    if settings.temperature is not None:
        options["temperature"] = settings.temperature
    if settings.base_url:
        options["base_url"] = settings.base_url
    if settings.api_key or settings.base_url:
        # A server of one's own must not be sent the key that another variable holds for the provider's.
        options["api_key"] = settings.api_key or "none"
    if provider == "openai":
        options["stream_usage"] = True  # LangChain leaves it out for other base URLs, and then no tokens are counted
    return _init(name, provider, options)


@contextmanager
def no_tracing() -> Iterator[None]:
    """Whatever the environment says, nothing of a conversation is sent to a tracing service."""
    from langsmith import tracing_context

    with tracing_context(enabled=False):
        yield


def is_invalid_request(error: Exception) -> bool:
    """Whether the server refused the form of the request, so that another way of asking may work."""
    from langchain_core import exceptions

    return isinstance(error, exceptions.ModelInvalidRequestError) and not isinstance(
        error, exceptions.ContextOverflowError
    )


def explain(error: Exception, settings: LlmSettings) -> DraftingError:
    """The error of a call as a sentence with the next step; the provider's own words follow, without the key."""
    from langchain_core import exceptions as known

    sentences: tuple[tuple[type[Exception], str], ...] = (
        (known.ContextOverflowError, "The request is too long for {llm}. Shorten it, or upload its tables as files."),
        (known.ModelRateLimitError, "{llm} is asked too often or its quota is used up. Wait a minute and try again."),
        (
            known.ModelTimeoutError,
            "{llm} did not answer in {seconds:g} seconds. Try again, or raise COPILOT_LLM_TIMEOUT_SECONDS.",
        ),
        (known.ModelAuthenticationError, "{llm} refused the API key. Check COPILOT_LLM_API_KEY."),
        (known.ModelPermissionDeniedError, "The API key may not use {llm}. Check what it is allowed to do."),
        (known.ModelNotFoundError, "{llm} does not exist at that address. Check COPILOT_LLM and its base URL."),
        (known.ModelConnectionError, "{llm} cannot be reached. Check its base URL and that the server runs."),
        (known.ModelInvalidRequestError, "{llm} refused the request. Check that COPILOT_LLM_METHOD suits this server."),
        (known.ModelAPIError, "{llm} had a fault of its own. Try again in a minute."),
    )
    template = "The answer of {llm} cannot be read. Check that its address is that of a language model server."
    template = next((text for kind, text in sentences if isinstance(error, kind)), template)
    sentence = template.format(llm=settings.model, seconds=settings.timeout_seconds)
    detail = " ".join(str(error).split())[: _DETAIL * 2]
    if settings.api_key:
        detail = detail.replace(settings.api_key, "***")
    said = f"{sentence} (It said: {detail[:_DETAIL]})" if detail else sentence
    unanswered = (
        known.ContextOverflowError,
        known.ModelRateLimitError,
        known.ModelAuthenticationError,
        known.ModelPermissionDeniedError,
        known.ModelNotFoundError,
        known.ModelInvalidRequestError,
    )
    if isinstance(error, known.ModelTimeoutError):
        return Silent(said)
    refused = isinstance(error, unanswered) or _was_not_reached(error)
    return Unanswered(said) if refused else DraftingError(said)


def pause_before_retry(error: Exception) -> float | None:
    """Seconds to wait before the same is asked again, as the server said; None where that would not help."""
    from langchain_core import exceptions as known

    passing = (known.ModelRateLimitError, known.ModelConnectionError, known.ModelAPIError)
    if not isinstance(error, passing) or isinstance(error, known.ModelTimeoutError):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(max(float(headers.get("retry-after", "")), 0.0), _LONGEST_PAUSE_SECONDS)
    except ValueError:
        return _PAUSE_SECONDS


def _was_not_reached(error: BaseException | None) -> bool:
    """Whether no connection came about; one that was lost may have been in the middle of a reply."""
    from langchain_core.exceptions import ModelConnectionError

    is_about_it = isinstance(error, ModelConnectionError)
    while error is not None:
        if type(error).__name__ in ("ConnectError", "ConnectTimeout", "ConnectionRefusedError", "gaierror"):
            return is_about_it
        error = error.__cause__ or error.__context__
    return False


def _init(name: str, provider: str, options: dict[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model
    from langchain_core.language_models.chat_models import BaseChatModel

    try:
        chat_model = init_chat_model(name, model_provider=provider, **options)
    except ImportError as error:
        package = f"langchain-{provider.replace('_', '-')}"
        raise Unanswered(f'The provider "{provider}" needs {package}. Install it and restart.') from error
    except Exception as error:  # providers raise many kinds for missing keys and unknown options
        detail = " ".join(str(error).split())[:_DETAIL]
        key = str(options.get("api_key", ""))
        detail = detail.replace(key, "***") if key and key != "none" else detail
        raise Unanswered(f"The language model {provider}:{name} cannot be used: {detail}") from error
    if not isinstance(chat_model, BaseChatModel):
        raise Unanswered(f"The language model {provider}:{name} cannot be used: it needs a fixed model name.")
    return chat_model
