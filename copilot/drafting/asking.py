"""Asks a language model for one typed reply, with a bounded number of second chances: the fault is the next prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from copilot.drafting.base import DraftingError, DraftReport
from copilot.drafting.calling import Call, call_model
from copilot.drafting.gate import Asked, Gate, OpenGate
from copilot.drafting.llm import LlmSettings, Method, MethodRefused, make_chat_model
from copilot.drafting.prompting import Message, prompt_hash, refused_messages, system_message
from copilot.drafting.reply import ReplyError

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

ATTEMPTS = 2
REPLY_SHOWN = 2_000
_EMPTY = "The reply was empty."
_SEND_ONE = " Send one JSON object that follows the schema."
_CUT = "The reply was cut off at the limit of tokens."
_SEND_SHORTER = " Send a shorter one."
_NEXT = "Rephrase the request, use the built-in drafter, or connect a stronger model."
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of one stage, with the two callbacks of the line; `hear` is given the reply as it grows."""

    stage: str
    question: Message
    schema: Mapping[str, Any] | None
    report: DraftReport
    should_stop: Callable[[], bool]
    hear: Callable[[str], None] = lambda _: None


class Asker:
    """One endpoint; a server that cannot answer in a typed way is asked in the prompt alone from then on."""

    def __init__(
        self, settings: LlmSettings, chat_model: BaseChatModel | None = None, gate: Gate | None = None
    ) -> None:
        self.settings = settings
        self.chat_model = chat_model
        self.method: Method = settings.method
        self.gate: Gate = gate or OpenGate()

    def ask(self, ask: Ask, read: Callable[[str], Read]) -> Read:
        """What `read` makes of the reply; it raises ReplyError with what the language model has to correct.

        Raises Stopped, or DraftingError when no reply can be used.
        """
        messages: list[Message] = [ask.question]
        problem, told, call = "", "", Call("", 0.0)
        for attempt in range(1, ATTEMPTS + 1):
            call = self._call(ask, messages)
            previous, problem = problem, ""
            try:
                found = _read(call, read)
            except ReplyError as error:
                problem, told = str(error), error.told
                self._report(ask, attempt, call, problem=problem)
            else:
                self._report(ask, attempt, call, problem="")
                return found
            if problem == previous:
                break
            messages = [ask.question, *refused_messages(call.text, problem)]
        raise DraftingError(
            f"{self.settings.model} gave no {_PRODUCTS.get(ask.stage, 'draft')} that can be used. The last problem: "
            f"{told} {_NEXT}" + (f" The reply began: {' '.join(call.text.split())[:300]}" if call.text else "")
        )

    def once(self, stage: str, messages: list[Message], should_stop: Callable[[], bool]) -> Call:
        """One call without a schema, its messages complete."""
        asked = Asked(stage, self.settings, "prompt_only", messages, prompt_hash(), should_stop)
        return self._through(asked, None, lambda _: None)

    def _call(self, ask: Ask, messages: list[Message]) -> Call:
        try:
            return self._typed(ask, messages)
        except MethodRefused:
            self.method = "prompt_only"
            return self._typed(ask, messages)

    def _typed(self, ask: Ask, messages: list[Message]) -> Call:
        shown = ask.schema if self.method == "prompt_only" else None
        said = [system_message(ask.stage, shown), *messages]
        asked = Asked(ask.stage, self.settings, self.method, said, prompt_hash(), ask.should_stop)
        return self._through(asked, ask.schema if self.method != "prompt_only" else None, ask.hear)

    def _through(self, asked: Asked, schema: Mapping[str, Any] | None, hear: Callable[[str], None]) -> Call:
        def made() -> Call:
            if self.chat_model is None:
                self.chat_model = make_chat_model(self.settings)
            return call_model(
                self.chat_model,
                asked.messages,
                settings=self.settings,
                method=asked.method,
                should_stop=asked.should_stop,
                schema=schema,
                hear=hear,
            )

        return self.gate.pass_on(asked, made)

    def _report(self, ask: Ask, attempt: int, call: Call, *, problem: str) -> None:
        payload: dict[str, object] = {
            "stage": ask.stage,
            "attempt": attempt,
            "llm": self.settings.model,
            "method": self.method,
            "prompt": prompt_hash(),
            "seconds": round(call.seconds, 3),
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "problem": problem[:REPLY_SHOWN],
        }
        if problem:
            payload["reply"] = call.text[:REPLY_SHOWN]
        ask.report("draft.attempt", payload)


_PRODUCTS = {"formulate": "formulation", "program": "program", "repair": "repair"}


def _read(call: Call, read: Callable[[str], Read]) -> Read:
    if not call.text.strip() and not call.was_cut:
        raise ReplyError(_EMPTY + _SEND_ONE, told=_EMPTY)
    try:
        return read(call.text)
    except ReplyError as error:
        if call.was_cut:
            raise ReplyError(_CUT + _SEND_SHORTER, told=_CUT) from error
        raise
