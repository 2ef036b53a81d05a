"""The review queue: the oldest first, a lease per reviewer, and what a reviewer decides."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from copilot.accounts.models import Membership, User
from copilot.library import moves
from copilot.library.access import LibraryRefused, may_curate
from copilot.library.models import InsightVersion, ReviewLease, Scope
from copilot.library.models.insights import VersionQuerySet
from copilot.library.states import State

LEASE = timedelta(minutes=20)
_TRIES = 5  # others may take the first ones while we look


def queue(user: User) -> VersionQuerySet:
    """Versions in review that the user may decide about, the longest waiting first."""
    owned = Membership.objects.filter(user=user, role=Membership.Role.OWNER).values("workspace")
    mine = Q(insight__scope=Scope.PRIVATE, insight__owner=user)
    mine |= Q(insight__scope=Scope.WORKSPACE, insight__workspace__in=owned)
    if may_curate(user, None):
        mine |= Q(insight__scope=Scope.GLOBAL)
    waiting = InsightVersion.objects.visible_to(user).in_state(State.IN_REVIEW).filter(mine)
    return waiting.select_related("insight__workspace", "author").order_by("state_changed_at", "id")


def claim(version: InsightVersion, user: User) -> bool:
    """Take or renew the lease on a version; returns whether the user holds it now."""
    now = timezone.now()
    free = ReviewLease.objects.filter(Q(holder=user) | Q(until__lte=now), version=version)
    fields = {"holder": user, "until": now + LEASE}
    if free.update(**fields):
        return True
    return ReviewLease.objects.get_or_create(version=version, defaults=fields)[1]


def lay_down(version: InsightVersion, user: User) -> None:
    """Give the lease back."""
    ReviewLease.objects.filter(version=version, holder=user).delete()


def to_decide(versions: VersionQuerySet, user: User) -> VersionQuerySet:
    """Those of the versions that the user may approve: what they wrote themselves waits for someone else."""
    others = Q(author=None) | ~Q(author=user) | Q(insight__scope=Scope.PRIVATE)
    return versions.filter(others)


def take_next(
    user: User, *, after: InsightVersion | None = None, among: VersionQuerySet | None = None
) -> InsightVersion | None:
    """Claim the next version that nobody else holds: behind `after`, else from the start; None when there is none.

    `among` is a part of the queue to stay in. What the user wrote is passed over.
    """
    held = ReviewLease.objects.filter(version=OuterRef("pk"), until__gt=timezone.now()).exclude(holder=user)
    free = to_decide(queue(user) if among is None else among, user).filter(~Exists(held))
    rows = list(free.exclude(pk=after.pk)[:_TRIES] if after else free[:_TRIES])
    if after is not None:
        lay_down(after, user)
        since = Q(state_changed_at__gt=after.state_changed_at)
        same = Q(state_changed_at=after.state_changed_at, id__gt=after.pk)
        rows = [*free.filter(since | same)[:_TRIES], *rows]
    ours = (version for version in rows if claim(version, user))
    return next(ours, None)


def approve(version: InsightVersion, user: User, *, reason: str = "") -> None:
    """Let it become active. Raises LibraryRefused without the lease, or for its author."""
    _decide(version, State.ACTIVE, user, reason)


def request_changes(version: InsightVersion, user: User, *, reason: str = "") -> None:
    """Send it back to its author as a draft; the reason says what to change."""
    if not reason.strip():
        raise LibraryRefused("Say what should change.")
    _decide(version, State.DRAFT, user, reason)


def retire(version: InsightVersion, user: User, *, reason: str = "") -> None:
    """Take it out of the library."""
    _decide(version, State.RETIRED, user, reason)


@transaction.atomic
def _decide(version: InsightVersion, to: State, user: User, reason: str) -> None:
    if not claim(version, user):
        raise LibraryRefused("Someone else has this one on the desk.")
    if not moves.move(version.pk, State.IN_REVIEW, to, actor=user, reason=reason.strip()):
        raise LibraryRefused("It is no longer in review.")
    lay_down(version, user)
