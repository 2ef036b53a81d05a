"""Who may change what in the library."""

from __future__ import annotations

from django.db.models import QuerySet

from copilot.accounts.models import Membership, User, Viewer, Workspace
from copilot.library.models import Insight, Scope


class LibraryRefused(Exception):
    """The library cannot be changed that way; the message is a sentence for the user."""


def may_curate(user: Viewer, workspace: Workspace | None) -> bool:
    """Whether the user may approve and release: for everyone, by permission; in a workspace, as one of its owners."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if workspace is None:
        return user.has_perm("library.curate_library")
    return workspace.memberships.filter(user_id=user.pk, role=Membership.Role.OWNER).exists()


def may_curate_any(user: Viewer) -> bool:
    """Whether there is a library that the user may curate: everyone's, or that of a workspace."""
    if may_curate(user, None):
        return True
    return isinstance(user, User) and user.is_active and bool(owned_workspaces(user))


def owned_workspaces(user: User) -> QuerySet[Workspace]:
    """The workspaces whose library the user curates."""
    owned = Membership.objects.filter(user=user, role=Membership.Role.OWNER)
    return Workspace.objects.visible_to(user).filter(id__in=owned.values("workspace"))


def may_edit(user: Viewer, insight: Insight) -> bool:
    """Whether the user may write a new version: curators of its scope, and the owner of a private insight."""
    if insight.scope == Scope.PRIVATE:
        return isinstance(user, User) and insight.owner_id == user.pk
    return may_curate(user, insight.workspace)


def check_edit(user: User | None, insight: Insight) -> None:
    """Raise LibraryRefused unless the user may change the insight; None is the product itself, which may."""
    if user is not None and not may_edit(user, insight):
        raise LibraryRefused("You may read this insight, but not change it.")


def check_curate(user: User | None, workspace: Workspace | None) -> None:
    """Raise LibraryRefused unless the user may curate that scope; None is the product itself, which may."""
    if user is not None and not may_curate(user, workspace):
        raise LibraryRefused("Only a curator of this library may do that.")
