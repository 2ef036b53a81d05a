"""Tests a connection to a language model: asks for a tiny typed reply, from the strictest way to the loosest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from copilot.drafting.base import DraftingError
from copilot.drafting.calling import Call, call_model
from copilot.drafting.gate import Asked, Gate, OpenGate
from copilot.drafting.llm import METHODS, LlmSettings, Method, MethodRefused, Silent, Unanswered, make_chat_model
from copilot.drafting.prompting import Message, prompt
from copilot.drafting.reply import extract_json

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

MAX_TOKENS = 200
PATIENCE_SECONDS = 30.0
_WORD, _NUMBER = "ready", 7
_SCHEMA: Mapping[str, Any] = {
    "title": "Probe",
    "description": "A word and a number.",
    "type": "object",
    "additionalProperties": False,
    "properties": {"word": {"type": "string", "maxLength": 20}, "number": {"type": "integer"}},
    "required": ["word", "number"],
}
_KINDS = {
    "json_schema": "replies that its grammar holds to a schema",
    "tools": "replies as tool calls",
    "prompt_only": "replies asked for in the prompt alone",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found: the strictest way that works (None: none does), a sentence, wall seconds, tokens where told."""

    method: Method | None
    sentence: str
    seconds: float
    tokens: int
    tried: tuple[str, ...]


def probe(
    settings: LlmSettings,
    *,
    chat_model: BaseChatModel | None = None,
    gate: Gate | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Probe:
    """Try each way of asking until one gives the reply that was asked for. Never raises for what a server does."""
    patience = min(settings.timeout_seconds, PATIENCE_SECONDS)
    small = replace(settings, max_tokens=min(settings.max_tokens, MAX_TOKENS), max_retries=0, timeout_seconds=patience)
    seconds, tokens, tried, answered = 0.0, 0, list[str](), False
    for method in METHODS:
        try:
            model = chat_model or make_chat_model(replace(small, method=method))
            call = _asked(model, replace(small, method=method), gate or OpenGate(), should_stop)
        except MethodRefused as error:
            tried.append(f"{method}: refused ({str(error)[:120]})")
            continue
        except (Unanswered, Silent) as error:  # another way of asking would meet the same door
            return Probe(None, str(error), seconds, tokens, (*tried, f"{method}: {error}"))
        except DraftingError as error:
            tried.append(f"{method}: {error}")
            continue
        answered = True
        seconds += call.seconds
        tokens += (call.input_tokens or 0) + (call.output_tokens or 0)
        if (fault := _fault(call)) == "":
            return Probe(method, _found(settings, method, seconds), seconds, tokens, (*tried, f"{method}: works"))
        tried.append(f"{method}: {fault}")
    sentence = (
        f"{settings.model} gave no reply that follows a schema, in any way of asking. The last: "
        f"{tried[-1].partition(': ')[2]}{' If it is a weak model, connect a stronger one.' if answered else ''}"
    )
    return Probe(None, sentence, seconds, tokens, tuple(tried))


def _asked(model: BaseChatModel, settings: LlmSettings, gate: Gate, should_stop: Callable[[], bool]) -> Call:
    schema = None if settings.method == "prompt_only" else _SCHEMA
    text = prompt("probe").replace("{{word}}", _WORD).replace("{{number}}", str(_NUMBER))
    if schema is None:
        text += "\n" + prompt("prompt_only").replace("{{schema}}", json.dumps(_SCHEMA, separators=(",", ":")))
    messages: list[Message] = [("human", text)]
    asked = Asked("probe", settings, settings.method, messages, "", should_stop)

    def made() -> Call:
        return call_model(
            model, messages, settings=settings, method=settings.method, should_stop=should_stop, schema=schema
        )

    return gate.pass_on(asked, made)


def _fault(call: Call) -> str:
    """What is wrong with the reply; empty where it is the one asked for."""
    if not call.text.strip():
        return "the reply was empty."
    found = extract_json(call.text)
    if found is None:
        return f"the reply holds no JSON object: {' '.join(call.text.split())[:80]!r}."
    if found.get("number") != _NUMBER or str(found.get("word", "")).strip().lower() != _WORD:
        return f"the reply says {json.dumps(found)[:80]} instead of what was asked for."
    return ""


def _found(settings: LlmSettings, method: Method, seconds: float) -> str:
    return f"{settings.model} works, with {_KINDS[method]} ({method}); it took {seconds:.1f} seconds."
