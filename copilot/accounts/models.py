"""Who may see what: users with their tokens, the workspaces that own everything, and memberships with a role."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

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


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, asked for by owner."""

    def visible_to(self, user: Viewer) -> ApiTokenQuerySet:
        """The user's own; nobody sees another's."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def in_force(self) -> ApiTokenQuerySet:
        """Neither revoked nor past their last day, of users who may sign in."""
        lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        return self.filter(lasting, revoked_at__isnull=True, user__is_active=True)


class ApiToken(models.Model):
    """Lets a program act as its user. Only a hash of the secret is kept; `start` tells tokens apart for people."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @property
    def state(self) -> str:
        """How the token stands, in a word."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= timezone.now() else "in force"
