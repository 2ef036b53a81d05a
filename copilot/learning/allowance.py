"""What learning may spend: a budget of calls for each cycle, and a daily allowance for cycles that nobody asked for."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from copilot.accounts.models import User, Workspace
from copilot.learning.models import WAITING, LearningCycle, LearningRound
from copilot.library.access import LibraryRefused


def open_cycle(
    kind: LearningCycle.Kind,
    *,
    actor: User | None,
    workspace: Workspace | None,
    calls: int,
    is_automatic: bool = False,
) -> LearningCycle:
    """A cycle without jobs yet. Raises LibraryRefused for a budget that is none."""
    if not 0 < calls <= 1_000_000:
        raise LibraryRefused("The budget of a cycle is 1 to 1,000,000 calls.")
    fields = {"created_by": actor, "workspace": workspace, "is_automatic": is_automatic}
    return LearningCycle.objects.create(kind=kind, budget_calls=calls, **fields)


def may_spend(workspace: Workspace | None, calls: int) -> bool:
    """Whether learning may begin a cycle of so many calls on its own: within the day's allowance of a workspace, or of
    the library for everyone. Called inside the transaction that makes the cycle, so that no two share what is left."""
    name = f"allowance of {workspace.pk if workspace else 'everyone'}"
    LearningRound.objects.get_or_create(name=name, defaults={"done_at": timezone.now()})
    LearningRound.objects.select_for_update().get(name=name)
    day = timezone.now() - timedelta(days=1)
    cycles = LearningCycle.objects.filter(workspace=workspace, is_automatic=True, created_at__gt=day)
    waiting = set(cycles.filter(jobs__status__in=WAITING).values_list("id", flat=True))
    rows = cycles.values_list("id", "budget_calls", "spent_calls")
    used = sum(budget if key in waiting else spent for key, budget, spent in rows)
    return bool(used + calls <= settings.COPILOT["LEARNING_CALLS"])
