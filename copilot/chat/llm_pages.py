"""The page of the language models: which endpoint plays which part, whether it works, and what was spent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from copilot.accounts.models import Workspace
from copilot.accounts.services import may_write, workspace_of
from copilot.chat.access import signed_in, user_of
from copilot.llm import services
from copilot.llm.meter import limits_of, spent_by
from copilot.llm.models import LlmCall, LlmEndpoint

CALLS_SHOWN = 20
PATIENCE = timedelta(minutes=3)
NOT_YET = "Not tested yet. Until it is, replies are asked for in the strictest way (json_schema)."
NO_ANSWER = "No worker has answered. See that one runs, and test again."


@dataclass(frozen=True, slots=True)
class Part:
    """One part with its endpoint: a word and tone of how it stands, and a sentence."""

    role: str
    model: str
    word: str
    tone: str
    sentence: str
    method: str
    seconds: float | None
    tokens: int | None


@dataclass(frozen=True, slots=True)
class Use:
    """What was used of a budget, in words; `share` is a percentage, None where there is no limit."""

    title: str
    words: str
    share: int | None


@require_safe
@signed_in
def language_models(request: HttpRequest) -> HttpResponse:
    """Parts, budget and the newest calls of the reader's workspace."""
    workspace = workspace_of(user_of(request))
    parts = [_part(role, model, row) for role, model, row in services.endpoints_known()]
    calls = LlmCall.objects.visible_to(user_of(request)).filter(workspace=workspace)
    context = {
        "parts": parts,
        "not_connected": services.NOT_CONNECTED,
        "is_testing": any(part.tone == "busy" for part in parts),
        "may_test": may_write(user_of(request), workspace),
        "uses": tuple(_uses(workspace)),
        "calls": calls.defer("messages", "reply").order_by("-id")[:CALLS_SHOWN],
    }
    return render(request, "chat/language_models.html", context)


@require_POST
@signed_in
def test_language_models(request: HttpRequest) -> HttpResponse:
    """Have a worker test the connections; viewers only look."""
    workspace = workspace_of(user_of(request))
    if may_write(user_of(request), workspace):
        notices.info(request, services.ask_for_test(workspace))
    return redirect("language-models")


def _part(role: str, model: str, row: LlmEndpoint | None) -> Part:
    if row is not None and row.asked_at is not None:
        late = timezone.now() - row.asked_at > PATIENCE
        word, tone, sentence = ("no answer", "bad", NO_ANSWER) if late else ("testing", "busy", services.ASKED)
        return Part(role, model, word, tone, sentence, row.method, None, None)
    if row is None or row.tested_at is None:
        return Part(role, model, "not tested", "idle", NOT_YET, "", None, None)
    word, tone = ("works", "good") if row.method else ("does not work", "bad")
    return Part(role, model, word, tone, row.sentence, row.method, row.seconds, row.tokens)


def _uses(workspace: Workspace) -> Iterator[Use]:
    spent, limits = spent_by(workspace), limits_of(workspace)
    yield _use("Tokens today", spent.tokens_day, limits.tokens_per_day)
    yield _use("Tokens this month", spent.tokens_month, limits.tokens_per_month)
    if limits.has_money or spent.money_month:
        yield _use("Money today", spent.money_day, limits.money_per_day)
        yield _use("Money this month", spent.money_month, limits.money_per_month)


def _use(title: str, used: float, most: float) -> Use:
    amount, limit = (f"{value:,.0f}" if isinstance(value, int) else f"{value:,.4g}" for value in (used, most))
    if not most:
        return Use(title, f"{amount}, without a limit", None)
    return Use(title, f"{amount} of {limit}", min(100, round(100 * used / most)))
