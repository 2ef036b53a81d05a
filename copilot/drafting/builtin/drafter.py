"""The drafter without a language model: picks a route, and abstains where no route reads the whole request."""

from __future__ import annotations

from collections.abc import Callable

from copilot.drafting.base import Draft, DraftingError, DraftOutcome, DraftReport, DraftRequest, Feedback
from copilot.drafting.builtin import algebra, prose
from copilot.drafting.builtin.algebra_tokens import AlgebraError
from copilot.drafting.formulation import Formulation
from copilot.drafting.program import data_of, write_program

_LONGEST = 20_000
_EMPTY = "The message is empty. Write what can be chosen, what it brings or takes, and what limits it."
_TOO_LONG = (
    "The message has {length:,} characters and the built-in drafter reads at most {longest:,}. "
    "Keep the problem in the text and attach the numbers as a table."
)


class BuiltinDrafter:
    """Deterministic: algebra lines, tables, controlled English, and small word problems; no network, no model."""

    name = "builtin"

    def draft(self, request: DraftRequest, report: DraftReport, should_stop: Callable[[], bool]) -> DraftOutcome:
        """Write a draft, ask, or abstain with reasons in words; never raises for what a user may write."""
        del report, should_stop  # a draft takes milliseconds: there is nothing to tell or to stop in between
        try:
            return self._route(request)
        except (AlgebraError, DraftingError) as error:
            return DraftOutcome(status="abstained", reasons=(str(error),))

    def repair(
        self,
        request: DraftRequest,
        draft: Draft,
        feedback: Feedback,
        report: DraftReport,
        should_stop: Callable[[], bool],
    ) -> DraftOutcome:
        """Abstain: the same text read again by the same rules gives the same draft."""
        del request, report, should_stop
        reason = (
            f"The built-in drafter reads a text in one way only, and its program was refused at the {feedback.stage} "
            f"step: {feedback.message} Say the problem in other words, or as algebra lines."
        )
        return DraftOutcome(status="abstained", reasons=(reason,), partial=draft.formulation)

    def _route(self, request: DraftRequest) -> DraftOutcome:
        text = request.text
        if not text.strip():
            return DraftOutcome(status="abstained", reasons=(_EMPTY,))
        if len(text) > _LONGEST:
            reason = _TOO_LONG.format(length=len(text), longest=_LONGEST)
            return DraftOutcome(status="abstained", reasons=(reason,))
        if algebra.is_algebra(text):
            return self._complete(algebra.formulate(text))
        read = prose.outcome_of_text(text)
        return self._complete(read) if isinstance(read, Formulation) else read

    def _complete(self, formulation: Formulation) -> DraftOutcome:
        program, data = write_program(formulation), data_of(formulation)
        return DraftOutcome(status="complete", draft=Draft(formulation, program, data, drafter=self.name))
