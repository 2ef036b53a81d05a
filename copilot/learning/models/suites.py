"""Suites of problems that gates replay."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from copilot.accounts.models import Workspace
from copilot.library.models.scopes import SharedQuerySet


class GateSuite(models.Model):
    """Problems that gates replay, each as JSON (see `copilot.learning.suites`); the same problems are one row."""

    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    suite_hash = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField()
    problems = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SharedQuerySet["GateSuite"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["suite_hash"], condition=Q(workspace=None), name="one_suite_per_hash"),
            models.UniqueConstraint(fields=["workspace", "suite_hash"], name="one_suite_per_hash_of_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.size} problems)"
