"""Who may see what: users, the workspaces that own everything, and memberships with a role."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class User(AbstractUser):
    """A person who signs in."""


Viewer = User | AnonymousUser


class OwnedQuerySet(models.QuerySet[_Row]):
    """Rows that belong to a workspace; every view, consumer and command starts from `visible_to`."""

    def visible_to(self, user: Viewer) -> OwnedQuerySet[_Row]:
        """Rows of the workspaces the user is a member of; nobody sees another's, staff included."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    """Workspaces, asked for by member."""

    def visible_to(self, user: Viewer) -> WorkspaceQuerySet:
        """Workspaces the user is a member of."""
        return self.filter(memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Workspace(models.Model):
    """Owns conversations, runs, versions and data."""

    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's place in a workspace."""

    class Role(models.TextChoices):
        """What a member may do."""

        VIEWER = "viewer", "Viewer"
        PLANNER = "planner", "Planner"
        OWNER = "owner", "Owner"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.PLANNER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_membership_per_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace} ({self.role})"
