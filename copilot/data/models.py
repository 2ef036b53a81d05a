"""Uploaded tables: immutable, in numbered versions of a name, found again by the hash of their content."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from copilot.accounts.models import OwnedQuerySet, Workspace


class Dataset(models.Model):
    """One version of one table: the file as it came or, of a file with several, the table as it was read.

    `columns` is a list of {name, kind, unit}; `preview` the first rows, for showing; both tell what a reader sees
    without reading `content` again. Rows from earlier releases may have plain names in `columns`, and no preview.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="datasets")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    file = models.CharField(max_length=255, blank=True)
    sheet = models.CharField(max_length=200, blank=True)
    content = models.BinaryField()
    content_hash = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list, blank=True)
    preview = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["Dataset"].as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name", "content_hash"], name="one_dataset_per_content"),
            models.UniqueConstraint(fields=["workspace", "name", "version"], name="one_dataset_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version} ({self.row_count} rows)"
