"""The taxonomy: a tree of labels, stage over level 1 over level 2, found by normalised name or alias."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from copilot.accounts.models import Workspace
from copilot.library.models.scopes import SharedQuerySet


class TaxonomyLabel(models.Model):
    """One label; `path` is its normalised address, such as `domain modeling/network flow/flow conservation`.

    A label that was merged stays, with `redirect` to the one that stands for it; a label that a workspace proposed
    belongs to that workspace until it is approved for everyone.
    """

    class Status(models.TextChoices):
        """Whether a curator has agreed to the label."""

        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"

    class Level(models.IntegerChoices):
        """Depth in the tree."""

        STAGE = 0, "Stage"
        FIRST = 1, "Level 1"
        SECOND = 2, "Level 2"

    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    name = models.CharField(max_length=120)
    path = models.CharField(max_length=400, editable=False)
    definition = models.TextField(blank=True)
    condition = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    redirect = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="redirected")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SharedQuerySet["TaxonomyLabel"].as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=Q(workspace=None), name="one_label_per_path"),
            models.UniqueConstraint(fields=["workspace", "path"], name="one_label_per_path_of_workspace"),
            models.CheckConstraint(
                condition=Q(level=0, parent=None) | Q(level__gt=0, parent__isnull=False), name="label_level"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LabelAlias(models.Model):
    """Another normalised address under which a label is found: an old name, a spelling, the name of a merged label."""

    label = models.ForeignKey(TaxonomyLabel, on_delete=models.CASCADE, related_name="aliases")
    path = models.CharField(max_length=400)

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["label", "path"], name="one_alias_per_path")]
        indexes = [models.Index(fields=["path"], name="library_alias_path")]

    def __str__(self) -> str:
        return self.path
