"""Who may see a row of the library: everyone, the members of one workspace, or its owner alone."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import Q

from copilot.accounts.models import Viewer, Workspace

_Row = TypeVar("_Row", bound=models.Model, covariant=True)


class Scope(models.TextChoices):
    """How far an insight reaches."""

    GLOBAL = "global", "Everyone"
    WORKSPACE = "workspace", "One workspace"
    PRIVATE = "private", "One person"


def scope_filter(user: Viewer, prefix: str = "") -> Q:
    """Insights that the user may see; `prefix` leads to the insight, such as `insight__`."""
    mine = Workspace.objects.visible_to(user)
    shared = Q(**{f"{prefix}scope": Scope.WORKSPACE, f"{prefix}workspace__in": mine})
    own = Q(**{f"{prefix}scope": Scope.PRIVATE, f"{prefix}owner_id": user.pk, f"{prefix}workspace__in": mine})
    return Q(**{f"{prefix}scope": Scope.GLOBAL}) | shared | own


class SharedQuerySet(models.QuerySet[_Row]):
    """Rows of a workspace, or of nobody in particular: those everyone may see."""

    def visible_to(self, user: Viewer) -> SharedQuerySet[_Row]:
        """Rows without a workspace and rows of the user's own workspaces."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(workspace=None) | Q(workspace__in=Workspace.objects.visible_to(user)))
