"""The gate that counts: reserves before a call, settles after it, keeps it on record, and fails closed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from copilot.accounts.models import Workspace
from copilot.drafting.base import DraftingError
from copilot.drafting.calling import Call, Stopped
from copilot.drafting.gate import Asked
from copilot.drafting.llm import MethodRefused, Unanswered
from copilot.llm.endpoints import remember_method
from copilot.llm.limits import Limits, Need, Spent, cost_of, need_of, refusal
from copilot.llm.models import LlmBudget, LlmCall

LOOK_SECONDS = 0.2
Outcome = LlmCall.Outcome


class OverBudget(DraftingError):
    """The call was not made, because the workspace may not spend that much."""


@dataclass(frozen=True, slots=True)
class Meter:
    """Calls for a workspace (None: nobody's, recorded and not limited), and for a run where there is one."""

    workspace: Workspace | None
    run_id: UUID | None = None
    refused: set[tuple[str, str]] = field(default_factory=set)  # endpoints that could not answer in the way asked for

    def pass_on(self, asked: Asked, call: Callable[[], Call]) -> Call:
        """Make the call where there is room for it. Raises OverBudget, and Stopped while it waits for its turn."""
        row = self._opened(asked)
        try:
            made = call()
        except Stopped:
            _close(row, Outcome.STOPPED)
            raise
        except MethodRefused as error:
            _close(row, Outcome.METHOD_REFUSED, error=str(error), free=True)
            self.refused.add(_endpoint(asked))
            raise
        except DraftingError as error:
            _close(row, Outcome.FAILED, error=str(error), free=isinstance(error, Unanswered))
            raise
        except BaseException as error:
            _close(row, Outcome.FAILED, error=f"{type(error).__name__}: {error}")
            raise
        _settle(row, made)
        if _endpoint(asked) in self.refused and asked.method != asked.settings.method:
            remember_method(asked.settings, asked.method)
        return made

    def _opened(self, asked: Asked) -> LlmCall:
        while True:
            row = self._reserved(asked)
            if row is not None:
                return row
            if asked.should_stop():
                raise Stopped
            time.sleep(LOOK_SECONDS)

    @transaction.atomic
    def _reserved(self, asked: Asked) -> LlmCall | None:
        """The row of the call, its reservation counted; None while too many calls were made in the last minute."""
        llm = asked.settings
        need = need_of(llm.model, asked.characters, llm.max_tokens, settings.COPILOT["LLM_PRICES"])
        if self.workspace is not None:
            limits = limits_of(self.workspace, lock=True)
            if self._is_too_often(limits):
                return None
            if why := refusal(llm.model, need, spent_by(self.workspace), limits):
                raise OverBudget(why)
        return self._row(asked, need)

    def _is_too_often(self, limits: Limits) -> bool:
        since = timezone.now() - timedelta(minutes=1)
        rows = LlmCall.objects.filter(workspace=self.workspace, created_at__gt=since)
        return bool(limits.calls_per_minute) and rows.count() >= limits.calls_per_minute

    def _row(self, asked: Asked, need: Need) -> LlmCall:
        return LlmCall.objects.create(
            workspace=self.workspace,
            run_id=self.run_id,
            stage=asked.stage,
            model=asked.settings.model,
            method=asked.method,
            prompt=asked.prompt,
            digest=asked.digest,
            messages=[list(message) for message in asked.messages],
            counted_tokens=need.tokens,
            counted_cost=need.money or 0.0,
        )


def _endpoint(asked: Asked) -> tuple[str, str]:
    return asked.settings.model, asked.settings.base_url


def limits_of(workspace: Workspace, *, lock: bool = False) -> Limits:
    """The limits of a workspace: its own where it has them, else those of the settings.

    With `lock` its row is held until the transaction ends, so that no two calls take the same room.
    """
    LlmBudget.objects.get_or_create(workspace=workspace)
    rows = LlmBudget.objects.select_for_update() if lock else LlmBudget.objects
    own = rows.get(workspace=workspace)
    found = {}
    for limit in fields(Limits):
        value = getattr(own, limit.name)
        found[limit.name] = settings.COPILOT[f"LLM_{limit.name.upper()}"] if value is None else value
    return Limits(**found)


def spent_by(workspace: Workspace) -> Spent:
    """What counts against the budgets of today and of this month (UTC)."""
    now = timezone.now()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tokens_day, money_day = _counted(workspace, day)
    tokens_month, money_month = _counted(workspace, day.replace(day=1))
    return Spent(tokens_day, tokens_month, money_day, money_month)


def _counted(workspace: Workspace, since: datetime) -> tuple[int, float]:
    rows = LlmCall.objects.filter(workspace=workspace, created_at__gte=since)
    found = rows.aggregate(tokens=Sum("counted_tokens"), money=Sum("counted_cost"))
    return found["tokens"] or 0, found["money"] or 0.0


def _settle(row: LlmCall, made: Call) -> None:
    """Usage replaces the reservation where both counts are told; what is not told stays counted in full."""
    row.reply, row.seconds = made.text, round(made.seconds, 3)
    row.input_tokens, row.output_tokens = made.input_tokens, made.output_tokens
    row.outcome = Outcome.CUT if made.was_cut else Outcome.ANSWERED
    if made.input_tokens is not None and made.output_tokens is not None:
        row.counted_tokens = made.input_tokens + made.output_tokens
        cost = cost_of(row.model, made.input_tokens, made.output_tokens, settings.COPILOT["LLM_PRICES"])
        row.counted_cost = cost or 0.0
    row.save()


def _close(row: LlmCall, outcome: Outcome, *, error: str = "", free: bool = False) -> None:
    """End a call without a reply; `free` where the server surely wrote nothing."""
    row.outcome, row.error = outcome, error[:4_000]
    if free:
        row.counted_tokens, row.counted_cost = 0, 0.0
    row.save(update_fields=["outcome", "error", "counted_tokens", "counted_cost"])
