"""Reads replies in an event loop of their own, so that a call that is given up closes its connection at once."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copilot.drafting.llm import LlmSettings, Method, MethodRefused, no_tracing, pause_before_retry
from copilot.drafting.prompting import Message

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

_NAME = "draft"
_lock = threading.Lock()
_loops: list[asyncio.AbstractEventLoop] = []  # one, once something was asked: clients keep their connections in it


@dataclass(frozen=True, slots=True)
class Typed:
    """How a typed reply is asked for, and what it follows."""

    method: Method
    schema: Mapping[str, Any] | None


def in_background(work: Coroutine[Any, Any, None]) -> Future[None]:
    """Start the work in the loop of this process; cancelling what comes back ends it where it waits."""
    with _lock:
        if not _loops:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, daemon=True, name="llm-reader").start()
            _loops.append(loop)
    return asyncio.run_coroutine_threadsafe(work, _loops[0])


async def read(
    chat_model: BaseChatModel,
    messages: Sequence[Message],
    settings: LlmSettings,
    typed: Typed,
    arrivals: queue.Queue[object],
) -> None:
    """Every chunk of the reply, then None, or the exception that ended it."""
    try:
        with no_tracing():
            await _stream(_asked(chat_model, settings, typed), messages, settings.max_retries, arrivals)
    except Exception as error:  # crosses to the waiting thread, which says what it means
        arrivals.put(error)
        return
    arrivals.put(None)


async def _stream(asked: Any, messages: Sequence[Message], retries: int, arrivals: queue.Queue[object]) -> None:
    """Ask, and ask again where the server was busy or away and had not begun to reply."""
    for left in reversed(range(retries + 1)):
        has_begun = False
        try:
            async for piece in asked.astream(messages):
                has_begun = True
                chunk = piece.get("raw") if isinstance(piece, dict) else piece
                if chunk is not None:
                    arrivals.put(chunk)
            return
        except Exception as error:
            pause = pause_before_retry(error)
            if has_begun or not left or pause is None:
                raise
        await asyncio.sleep(pause)


def _asked(chat_model: BaseChatModel, settings: LlmSettings, typed: Typed) -> Any:
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
