"""The only writer of a version's state: a compare-and-set under the rules of the life cycle, with its log entry."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from copilot.accounts.models import User
from copilot.library import audit, lint
from copilot.library.access import LibraryRefused, check_edit
from copilot.library.content import Content
from copilot.library.models import InsightVersion, Origin, Scope, TrialRecord
from copilot.library.states import WORDS, State, may_follow


class MoveRefused(LibraryRefused):
    """The version may not go there; the message is a sentence that says why."""


@transaction.atomic
def move(version_id: UUID, old: State, new: State, *, actor: User | None, reason: str = "") -> bool:
    """Move a version from `old` to `new`; returns whether this call won, False when it is no longer in `old`.

    `actor` is None for the product itself. Raises MoveRefused where the rules forbid the move, whatever its state now.
    """
    if not may_follow(old, new):
        raise MoveRefused(f"A version in the state {WORDS[old].lower()!r} cannot become {WORDS[new].lower()!r}.")
    version = InsightVersion.objects.select_related("insight__workspace", "author").get(id=version_id)
    check_edit(actor, version.insight)
    if new is State.VERIFIED:
        _check_trials(version)
    if new is State.ACTIVE:
        _check_approval(version, actor)
        _check_text(version)
    rows = InsightVersion.objects.filter(id=version_id, state=old)
    if not rows.update(state=new, state_changed_at=timezone.now()):
        return False
    workspace = version.insight.workspace
    audit.note(f"moved to {new}", version, actor=actor, workspace=workspace, reason=reason, before=old, after=new)
    return True


def _check_trials(version: InsightVersion) -> None:
    """Verified means: tried with and without, on the same tasks and seeds."""
    trials = TrialRecord.objects.filter(version=version, perturbed=False)
    arms = {
        arm: set(trials.filter(arm=arm).values_list("trial", "task_key", "seed"))
        for arm in (TrialRecord.Arm.WITH, TrialRecord.Arm.WITHOUT)
    }
    if not arms[TrialRecord.Arm.WITH] or arms[TrialRecord.Arm.WITH] != arms[TrialRecord.Arm.WITHOUT]:
        raise MoveRefused("It has no trials with and without it on the same tasks and seeds, so it is not verified.")


def _check_approval(version: InsightVersion, actor: User | None) -> None:
    """A person approves what another one wrote; the product approves its own seed library alone."""
    if actor is None and version.origin != Origin.SEED:
        raise MoveRefused("Only a person approves an insight.")
    alone = version.insight.scope == Scope.PRIVATE
    if actor is not None and version.author_id == actor.pk and not alone:
        raise MoveRefused("Someone other than its author must approve it.")


def _check_text(version: InsightVersion) -> None:
    """What reads like an order to a language model, holds markup, or whose halves say the same serves nobody."""
    names = ("applies_when", "explanation", "not_when", "wrong", "right", "title")
    content = Content(**{name: getattr(version, name) for name in names})
    wrong = [finding.message for finding in lint.lint(content) if finding.severity == "error"]
    if wrong:
        raise MoveRefused(f"{' '.join(wrong)} Write a new version without that.")
