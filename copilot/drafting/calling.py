"""One call of a language model: streamed, stoppable at any moment, bounded in time and length."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot.drafting.base import DraftingError
from copilot.drafting.llm import LlmSettings, Method, MethodRefused, explain, is_invalid_request
from copilot.drafting.prompting import Message
from copilot.drafting.streaming import Typed, in_background, read

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 5.0  # the client's own time-out comes first: it knows what it waited for
_CHARACTERS_PER_TOKEN = 16
_CUT = ("length", "max_tokens", "MAX_TOKENS")


class Stopped(Exception):
    """The call was given up because `should_stop` said so."""


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
    its own, so that a silent server does not delay Stop, and a call that is given up closes its connection at once.
    Raises Stopped, MethodRefused, or DraftingError with a sentence.
    """
    arrivals: queue.Queue[object] = queue.Queue()
    started = time.monotonic()
    reading = in_background(read(chat_model, list(messages), settings, Typed(method, schema), arrivals))
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
        reading.cancel()
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
