"""The gate that answers from the record: the same prompts get the replies of an earlier run, and nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from copilot.drafting.base import DraftingError
from copilot.drafting.calling import Call
from copilot.drafting.gate import Asked
from copilot.drafting.llm import METHODS, LlmSettings, MethodRefused
from copilot.llm.models import LlmCall

NOT_ON_RECORD = (
    "The record of the run holds no reply to this prompt: its prompts, tables or insights are not the ones of today. "
    "Press Retry on the run itself to ask the language model anew."
)
Outcome = LlmCall.Outcome


@dataclass(slots=True)
class Recall:
    """Replies of one run, each given once, in the order in which they came."""

    run_id: UUID
    used: set[int] = field(default_factory=set)

    def pass_on(self, asked: Asked, call: Callable[[], Call]) -> Call:
        """The recorded end of the same prompt: its reply, or its failure. Raises DraftingError where there is none."""
        del call
        rows = remembered(self.run_id).filter(digest=asked.digest).exclude(id__in=self.used)
        row = rows.exclude(outcome__in=(Outcome.OPEN, Outcome.STOPPED)).order_by("id").first()
        if row is None:
            raise DraftingError(NOT_ON_RECORD)
        self.used.add(row.id)
        if row.outcome == Outcome.METHOD_REFUSED:
            raise MethodRefused(row.error)
        if row.outcome == Outcome.FAILED:
            raise DraftingError(row.error)
        return Call(row.reply, row.seconds or 0.0, row.input_tokens, row.output_tokens, row.outcome == Outcome.CUT)


def remembered(run_id: UUID) -> QuerySet[LlmCall]:
    """The calls of a run whose texts are still kept."""
    return LlmCall.objects.filter(run_id=run_id, forgotten_at__isnull=True)


def recorded_settings(run_id: UUID) -> LlmSettings | None:
    """The endpoint as the run's first call names it, without a key; None where nothing is on record."""
    row = remembered(run_id).exclude(stage="choose").order_by("id").first()
    if row is None:
        return None
    return LlmSettings(row.model, method=next(method for method in METHODS if method == row.method))
