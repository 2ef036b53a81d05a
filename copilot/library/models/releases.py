"""Releases: immutable manifests of versions, and movable labels that point at one of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from copilot.accounts.models import Workspace
from copilot.library.models.insights import Insight, InsightVersion
from copilot.library.models.scopes import SharedQuerySet


class LibraryRelease(models.Model):
    """A manifest: one version each of a set of insights. Without a workspace it holds global insights for everyone;
    with one, what that workspace adds for itself. Only `status` and `gate` change, by `copilot.library.releases`."""

    class Status(models.TextChoices):
        """What the gate said."""

        CANDIDATE = "candidate", "Candidate"
        PASSED = "passed", "Passed the gate"
        FAILED = "failed", "Failed the gate"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="releases")
    name = models.CharField(max_length=80)
    manifest_hash = models.CharField(max_length=64, editable=False)
    versions = models.ManyToManyField(InsightVersion, through="ReleaseItem", related_name="releases")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CANDIDATE)
    gate = models.JSONField(default=dict, blank=True)  # the replay's figures, with and without, and the paired test
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SharedQuerySet["LibraryRelease"].as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(workspace=None), name="one_release_per_name"),
            models.UniqueConstraint(fields=["workspace", "name"], name="one_release_per_name_of_workspace"),
        ]

    def __str__(self) -> str:
        return self.name


class ReleaseItem(models.Model):
    """One version in a release; an insight has at most one there."""

    release = models.ForeignKey(LibraryRelease, on_delete=models.CASCADE, related_name="items")
    version = models.ForeignKey(InsightVersion, on_delete=models.PROTECT, related_name="release_items")
    insight = models.ForeignKey(Insight, on_delete=models.PROTECT, related_name="release_items")

    class Meta:
        ordering = ["release", "id"]
        constraints = [models.UniqueConstraint(fields=["release", "insight"], name="one_version_per_release")]

    def __str__(self) -> str:
        return f"{self.version_id} in {self.release_id}"


class ReleaseLabel(models.Model):
    """A name that points at a release; `active` is the one that new runs pin. Moved by `copilot.library.releases`."""

    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40, default="active")
    release = models.ForeignKey(LibraryRelease, on_delete=models.PROTECT, related_name="pointed_at_by")
    moved_at = models.DateTimeField(auto_now=True)

    objects = SharedQuerySet["ReleaseLabel"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(workspace=None), name="one_release_label"),
            models.UniqueConstraint(fields=["workspace", "name"], name="one_release_label_of_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.release}"


class ReleaseMove(models.Model):
    """One move of a label, in order: what rollback reads."""

    class Kind(models.TextChoices):
        """Why the label moved."""

        ACTIVATE = "activate", "Activated"
        ROLLBACK = "rollback", "Rolled back"

    label = models.ForeignKey(ReleaseLabel, on_delete=models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    before = models.ForeignKey(LibraryRelease, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(LibraryRelease, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.before_id} → {self.after_id}"


class SearchIndex(models.Model):
    """The prepared inverted index of a release, as data (see `copilot.library.ranking.index`)."""

    release = models.OneToOneField(LibraryRelease, on_delete=models.CASCADE, related_name="search_index")
    data = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"index of {self.release_id}"
