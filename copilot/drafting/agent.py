"""The drafter that asks a language model: stages of typed replies, each checked by us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from copilot.drafting import stages
from copilot.drafting.asking import Asker
from copilot.drafting.base import Draft, DraftOutcome, DraftReport, DraftRequest, Feedback, Formulated, InsightText
from copilot.drafting.calling import Stopped
from copilot.drafting.choosing import choosing_messages, chosen_keys
from copilot.drafting.gate import Gate
from copilot.drafting.llm import LlmSettings, Silent
from copilot.drafting.stages import Line

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

_STOPPED = DraftOutcome("abstained", reasons=("Stopped before the draft was finished.",))


class LlmDrafter:
    """Drafts with the language model of the settings; `chat_model` replaces it where one is at hand already.

    Each stage makes at most two calls that return a reply. `checker` is the endpoint that says which experience
    applies, where that is another one.
    """

    name = "llm"

    def __init__(
        self,
        settings: LlmSettings,
        chat_model: BaseChatModel | None = None,
        *,
        gate: Gate | None = None,
        checker: LlmSettings | None = None,
    ) -> None:
        self._asker = Asker(settings, chat_model, gate)
        self._checker = Asker(checker, gate=gate) if checker is not None else self._asker
        self._silence: Silent | None = None  # of the drafter's own endpoint, waited for in vain a moment ago

    def through(self, gate: Gate) -> None:
        """Send every call from now on through the gate."""
        self._asker.gate = self._checker.gate = gate

    def formulate(
        self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]
    ) -> Formulated | DraftOutcome:
        """The formulation alone. Raises DraftingError when the language model is of no use."""
        if self._silence is not None:
            silence, self._silence = self._silence, None
            raise silence
        try:
            return stages.formulate(request, Line(self._asker, report, should_stop, self.name))
        except Stopped:
            return _STOPPED

    def program(
        self, request: DraftRequest, formulated: Formulated, report: DraftReport, should_stop: Callable[[], bool]
    ) -> DraftOutcome:
        """The draft of a settled formulation. Raises DraftingError."""
        try:
            draft = stages.program(request, formulated, Line(self._asker, report, should_stop, self.name))
        except Stopped:
            return _STOPPED
        return DraftOutcome("complete", draft=draft)

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """Both stages in one go: write a draft, ask, or abstain. Raises DraftingError."""
        formulated = self.formulate(request, report, should_stop)
        if isinstance(formulated, DraftOutcome):
            return formulated
        return self.program(request, formulated, report, should_stop)

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """Write the draft again, knowing why it was refused. Raises DraftingError."""
        try:
            mended = stages.repair(request, draft, feedback, Line(self._asker, report, should_stop, self.name))
        except Stopped:
            return _STOPPED
        return DraftOutcome("complete", draft=mended)

    def choose_insights(
        self, text: str, insights: Sequence[InsightText], should_stop: Callable[[], bool]
    ) -> tuple[str, ...]:
        """Keys of the insights that apply, from one call. Raises ReplyError or DraftingError when it cannot say."""
        try:
            reply = self._checker.once("choose", choosing_messages(text, insights), should_stop)
        except Silent as error:
            if self._checker is self._asker:
                self._silence = error
            raise
        return chosen_keys(reply.text, insights)
