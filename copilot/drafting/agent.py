"""The drafter that asks a language model: a typed reply, checked by us, with a bounded number of second chances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.drafting.assembly import assemble
from copilot.drafting.base import Draft, DraftingError, DraftOutcome, DraftReport, DraftRequest, Feedback, InsightText
from copilot.drafting.calling import Call, MethodRefused, Stopped, call_model
from copilot.drafting.choosing import choosing_messages, chosen_keys
from copilot.drafting.llm import LlmSettings, Method, make_chat_model
from copilot.drafting.prompting import (
    Message,
    prompt_hash,
    refusal_text,
    refused_messages,
    repair_message,
    request_message,
    system_message,
)
from copilot.drafting.repair import RefusalMemory, same_program
from copilot.drafting.reply import ReplyError, parse_reply

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

ATTEMPTS = 2
_REPLY_SHOWN = 2_000
_STOPPED = DraftOutcome("abstained", reasons=("Stopped before the draft was finished.",))


@dataclass(frozen=True, slots=True)
class _Task:
    """One stage of one request, with the two callbacks of the line."""

    stage: str
    request: DraftRequest
    question: Message
    report: DraftReport
    should_stop: Callable[[], bool]


class LlmDrafter:
    """Drafts with the language model of the settings; `chat_model` replaces it where one is at hand already.

    Each stage makes at most two calls that return a reply. A server that cannot answer in a typed way is asked in the
    prompt alone from then on.
    """

    name = "llm"

    def __init__(self, settings: LlmSettings, chat_model: BaseChatModel | None = None) -> None:
        self._settings = settings
        self._chat_model = chat_model
        self._method: Method = settings.method
        self._memory = RefusalMemory()

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """Write a draft, ask, or abstain. Raises DraftingError when the language model is of no use."""
        return self._attempts(_Task("draft", request, request_message(request), report, should_stop))

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """Write the draft again, knowing why it was refused; abstain when the same refusal comes back."""
        if self._memory.is_repeated(request, draft, feedback):
            return _given_up("The same error came back after a repair", feedback, draft)
        question = repair_message(request, draft, feedback)
        outcome = self._attempts(_Task("repair", request, question, report, should_stop))
        new = outcome.draft
        if new is not None and new.data == draft.data and same_program(new.program, draft.program):
            return _given_up("The language model sent the same program again", feedback, draft)
        return outcome

    def choose_insights(
        self, text: str, insights: Sequence[InsightText], should_stop: Callable[[], bool]
    ) -> tuple[str, ...]:
        """Keys of the insights that apply, from one call. Raises ReplyError or DraftingError when it cannot say."""
        reply = call_model(
            self._model(),
            choosing_messages(text, insights),
            settings=self._settings,
            method="prompt_only",
            should_stop=should_stop,
        )
        return chosen_keys(reply.text, insights)

    def _attempts(self, task: _Task) -> DraftOutcome:
        messages: list[Message] = [task.question]
        problem, call = "", Call("", 0.0)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                call = self._call(messages, task.should_stop)
            except Stopped:
                return _STOPPED
            previous, problem = problem, ""
            try:
                outcome = _understood(call, task.request, drafter=self.name)
            except ReplyError as error:
                problem = str(error)
                self._report(task, attempt, call, problem=problem)
            else:
                self._report(task, attempt, call, problem="")
                return outcome
            if problem == previous:
                break
            messages = [task.question, *refused_messages(call.text, problem)]
        raise DraftingError(
            f"{self._settings.model} gave no draft that can be used. The last problem: {problem} "
            "Rephrase the request, use the built-in drafter, or connect a stronger model."
            + (f" The reply began: {' '.join(call.text.split())[:300]}" if call.text else "")
        )

    def _call(self, messages: list[Message], should_stop: Callable[[], bool]) -> Call:
        try:
            return self._ask(messages, should_stop)
        except MethodRefused:
            self._method = "prompt_only"
            return self._ask(messages, should_stop)

    def _ask(self, messages: list[Message], should_stop: Callable[[], bool]) -> Call:
        system = system_message(with_schema=self._method == "prompt_only")
        return call_model(
            self._model(),
            [system, *messages],
            settings=self._settings,
            method=self._method,
            should_stop=should_stop,
        )

    def _model(self) -> BaseChatModel:
        if self._chat_model is None:
            self._chat_model = make_chat_model(self._settings)
        return self._chat_model

    def _report(self, task: _Task, attempt: int, call: Call, *, problem: str) -> None:
        payload: dict[str, object] = {
            "stage": task.stage,
            "attempt": attempt,
            "llm": self._settings.model,
            "method": self._method,
            "prompt": prompt_hash(),
            "seconds": round(call.seconds, 3),
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "problem": problem[:_REPLY_SHOWN],
        }
        if problem:
            payload["reply"] = call.text[:_REPLY_SHOWN]
        task.report("draft.attempt", payload)


def _understood(call: Call, request: DraftRequest, *, drafter: str) -> DraftOutcome:
    """The outcome of a reply. Raises ReplyError with what the language model has to correct."""
    if not call.text.strip() and not call.was_cut:
        raise ReplyError("The reply was empty. Send one JSON object that follows the schema.")
    try:
        return assemble(parse_reply(call.text), request, drafter=drafter)
    except ReplyError as error:
        if call.was_cut:
            raise ReplyError("The reply was cut off at the limit of tokens. Send a shorter one.") from error
        raise


def _given_up(why: str, feedback: Feedback, draft: Draft) -> DraftOutcome:
    case = refusal_text(feedback, draft.program)[:_REPLY_SHOWN]
    reason = f"{why}, so no further attempt is made. Rephrase the request or correct the program by hand. {case}"
    return DraftOutcome("abstained", reasons=(reason,), partial=draft.formulation)
