"""One call of a language model: streamed, stoppable at any moment, bounded in time and length."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot.drafting.base import DraftingError
from copilot.drafting.llm import LlmSettings, Method, explain, is_invalid_request, no_tracing
from copilot.drafting.prompting import Message

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 5.0  # the client's own time-out comes first: it knows what it waited for
_CHARACTERS_PER_TOKEN = 16
_NAME = "draft"
_CUT = ("length", "max_tokens", "MAX_TOKENS")


class Stopped(Exception):
    """The call was given up because `should_stop` said so."""


class MethodRefused(Exception):
    """The server or its adapter cannot ask for a typed reply in this way."""


class _Cut(Exception):
    """The reply reached the limit of tokens and was thrown away by the client."""


@dataclass(frozen=True, slots=True)
class Call:
    """What came back: the text that should hold the JSON object, counts of tokens where told, and wall seconds."""

    text: str
    seconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    was_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Typed:
    """How a typed reply is asked for, and what it follows."""

    method: Method
    schema: Mapping[str, Any] | None


def call_model(
    chat_model: BaseChatModel,
    messages: Sequence[Message],
    *,
    settings: LlmSettings,
    method: Method,
    should_stop: Callable[[], bool],
    schema: Mapping[str, Any] | None = None,
    hear: Callable[[str], None] = lambda _: None,
) -> Call:
    """Ask once, retries of the client included; `hear` is given the whole text so far with every piece that arrives.

    `schema` is what a typed reply follows; without one the method is `prompt_only`. The reading happens in a thread of
    its own, so that a silent server does not delay Stop; the thread ends at its next chunk or at the request's time
    limit. Raises Stopped, MethodRefused, or DraftingError with a sentence.
    """
    arrivals: queue.Queue[object] = queue.Queue()
    abandoned = threading.Event()
    reader = threading.Thread(
        target=_read,
        args=(chat_model, list(messages), settings, _Typed(method, schema), arrivals, abandoned),
        daemon=True,
        name="llm-reader",
    )
    started = time.monotonic()
    reader.start()
    chunks: list[AIMessageChunk] = []
    text = ""
    try:
        for chunk in _arriving(arrivals, settings, method, should_stop):
            chunks.append(chunk)
            text += chunk.text + "".join(str(part.get("args") or "") for part in _tool_chunks(chunk))
            hear(text)
    except _Cut:
        return Call("", time.monotonic() - started, was_cut=True)
    finally:
        abandoned.set()
    return _call(chunks, seconds=time.monotonic() - started)


def _arriving(
    arrivals: queue.Queue[object], settings: LlmSettings, method: Method, should_stop: Callable[[], bool]
) -> Iterator[AIMessageChunk]:
    allowed = settings.timeout_seconds * (settings.max_retries + 1) + _GRACE_SECONDS
    deadline = time.monotonic() + allowed
    size = 0
    while True:
        if should_stop():
            raise Stopped
        if time.monotonic() > deadline:
            raise DraftingError(
                f"{settings.model} did not finish in {allowed:g} seconds. Try again or raise the limit."
            )
        try:
            arrival = arrivals.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            continue
        if arrival is None:
            return
        if isinstance(arrival, Exception):
            raise _translated(arrival, settings, method) from arrival
        chunk: Any = arrival
        size += len(chunk.text) + 1
        if size > settings.max_tokens * _CHARACTERS_PER_TOKEN:
            raise DraftingError(f"{settings.model} does not stop writing. Use a model that keeps to its token limit.")
        yield chunk


def _translated(error: Exception, settings: LlmSettings, method: Method) -> Exception:
    if isinstance(error, MethodRefused) or (method != "prompt_only" and is_invalid_request(error)):
        return MethodRefused(str(error))
    # The client of one provider parses the reply itself and drops a cut one.
    return _Cut() if type(error).__name__ == "LengthFinishReasonError" else explain(error, settings)


def _read(
    chat_model: BaseChatModel,
    messages: list[Message],
    settings: LlmSettings,
    typed: _Typed,
    arrivals: queue.Queue[object],
    abandoned: threading.Event,
) -> None:
    """Runs in the reading thread: every chunk, then None, or the exception."""
    try:
        with no_tracing():
            stream = _asked(chat_model, settings, typed).stream(messages)
            for piece in stream:
                if abandoned.is_set():
                    stream.close()  # closes the connection, and the server stops writing
                    return
                chunk = piece.get("raw") if isinstance(piece, dict) else piece
                if chunk is not None:
                    arrivals.put(chunk)
    except Exception as error:  # crosses to the waiting thread, which says what it means
        arrivals.put(error)
        return
    arrivals.put(None)


def _asked(chat_model: BaseChatModel, settings: LlmSettings, typed: _Typed) -> Any:
    schema, method = dict(typed.schema or {}), typed.method if typed.schema else "prompt_only"
    try:
        if method == "json_schema" and settings.model.startswith("openai:"):
            # Through `with_structured_output` the reply comes in one piece: nothing of it could be shown while it
            # arrives, and an abandoned one could not be ended.
            described = {"type": "json_schema", "json_schema": {"name": _NAME, "schema": schema}}
            return chat_model.bind(extra_body={"response_format": described})
        if method == "json_schema":
            return chat_model.with_structured_output(schema, method="json_schema", include_raw=True)
        if method == "tools":
            function = {"name": _NAME, "description": schema["description"], "parameters": schema}
            return chat_model.bind_tools([{"type": "function", "function": function}], tool_choice=_NAME)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise MethodRefused(str(error)) from error
    return chat_model


def _call(chunks: list[AIMessageChunk], *, seconds: float) -> Call:
    if not chunks:
        return Call("", seconds)
    whole: Any = chunks[0] + chunks[1:] if len(chunks) > 1 else chunks[0]
    arguments = [str(part.get("args") or "") for part in _tool_chunks(whole)]
    told = whole.response_metadata.get("token_usage") or {}
    usage = whole.usage_metadata or {
        "input_tokens": told.get("prompt_tokens"),
        "output_tokens": told.get("completion_tokens"),
    }
    reason = whole.response_metadata.get("finish_reason") or whole.response_metadata.get("stop_reason")
    return Call(
        text=max(arguments, key=len, default="") or whole.text,
        seconds=seconds,
        input_tokens=usage.get("input_tokens"),
        output_tokens=usage.get("output_tokens"),
        was_cut=reason in _CUT,
    )


def _tool_chunks(message: Any) -> Sequence[Mapping[str, Any]]:
    return getattr(message, "tool_call_chunks", None) or ()
