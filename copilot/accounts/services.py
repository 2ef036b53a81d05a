"""Verbs on accounts."""

from __future__ import annotations

import secrets

from django.db import transaction

from copilot.accounts.models import Membership, User, Viewer, Workspace

LOCAL_OWNER = "owner"


@transaction.atomic
def local_owner() -> User:
    """The account that owns a local installation: the first superuser, made without a password when there is none."""
    if owner := User.objects.filter(is_superuser=True).order_by("id").first():
        return owner
    owner = User.objects.create_superuser(username=LOCAL_OWNER, email="", password=None)
    workspace_of(owner)
    return owner


@transaction.atomic
def ensure_local_owner() -> str | None:
    """Give the local owner a password if it has none yet; returns it this one time, else None."""
    owner = local_owner()
    if owner.has_usable_password():
        return None
    password = secrets.token_urlsafe(12)
    owner.set_password(password)
    owner.save(update_fields=["password"])
    return password


@transaction.atomic
def workspace_of(user: User) -> Workspace:
    """The user's first workspace, made when there is none yet."""
    if workspace := Workspace.objects.visible_to(user).first():
        return workspace
    workspace = Workspace.objects.create(name=f"{user.get_username()}'s workspace")
    Membership.objects.create(workspace=workspace, user=user, role=Membership.Role.OWNER)
    return workspace


def may_write(user: Viewer, workspace: Workspace) -> bool:
    """Whether the user may start work in the workspace: any member but a viewer."""
    if not user.is_authenticated:
        return False
    return workspace.memberships.filter(user_id=user.pk).exclude(role=Membership.Role.VIEWER).exists()
