"""Uploaded tables: immutable, named, found again by the hash of their content."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from copilot.accounts.models import OwnedQuerySet, Workspace


class Dataset(models.Model):
    """One uploaded file, as it came, with what was read of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="datasets")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["Dataset"].as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name", "content_hash"], name="one_dataset_per_content")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.row_count} rows)"
