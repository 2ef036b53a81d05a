"""Tables of the review: model files that were uploaded, and comparisons of two models with their answers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import OwnedQuerySet, Workspace
from copilot.runs.models import ModelVersion


class ModelFile(models.Model):
    """One uploaded LP, MPS or instance file, kept as the instance that was read from it; immutable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="model_files")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    instance = models.BinaryField()
    digest = models.CharField(max_length=64)
    nonzeros = models.PositiveBigIntegerField(default=0)
    warnings = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["ModelFile"].as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name", "digest"], name="one_model_file_per_content")
        ]

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    """Where a comparison stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


WAITING = (Status.QUEUED, Status.RUNNING)
ATTEMPTS = 3  # and one more for each that a full disk ended


class ComparisonQuerySet(OwnedQuerySet["Comparison"]):
    """Queries of the queue."""

    def claimable(self) -> ComparisonQuerySet:
        """Queued comparisons, and those whose holder let the lease expire."""
        return self.filter(Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=timezone.now()))


class Comparison(models.Model):
    """Two models compared; the row is the truth for whoever works on it, as a run's row is.

    Each side is a version or a file. `key` hashes both contents, the engine's version and the options: an answer of the
    same workspace under the same key is used again. `certificate` and `changes` are packed by `solvers.equivalence`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="comparisons")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.CASCADE, related_name="+")
    first_file = models.ForeignKey(ModelFile, null=True, on_delete=models.CASCADE, related_name="+")
    second_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.CASCADE, related_name="+")
    second_file = models.ForeignKey(ModelFile, null=True, on_delete=models.CASCADE, related_name="+")
    sides = models.CharField(max_length=80)
    key = models.CharField(max_length=64, db_index=True)
    options = models.JSONField(default=dict)
    nonzeros = models.PositiveBigIntegerField(default=0)  # of the larger model

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    progress = models.CharField(max_length=40, blank=True)
    result = models.JSONField(null=True, blank=True)
    step = models.JSONField(null=True, blank=True)  # what the line adds to the diff of two versions
    certificate = models.BinaryField(default=bytes)
    changes = models.BinaryField(default=bytes)
    closing_message = models.TextField(blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=ATTEMPTS)
    owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.CharField(max_length=8, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["status", "lease_until"], name="comparison_queue")]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sides", "key"], name="one_comparison_per_question"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{side}_version__isnull": True}) ^ Q(**{f"{side}_file__isnull": True}),
                    name=f"{side}_side_is_one_model",
                )
                for side in ("first", "second")
            ),
        ]

    def __str__(self) -> str:
        return f"comparison {self.id} ({self.status})"

    @property
    def is_waiting(self) -> bool:
        """Whether the answer is still to come."""
        return self.status in WAITING

    @property
    def lost_a_worker(self) -> bool:
        """Whether an attempt ended for another reason than a full disk."""
        return self.attempt - (self.max_attempts - ATTEMPTS) > 1

    @property
    def first(self) -> ModelVersion | ModelFile:
        """What is compared: the model before."""
        return self.first_version or self.first_file  # type: ignore[return-value]  # one of them, by constraint

    @property
    def second(self) -> ModelVersion | ModelFile:
        """What it is compared with: the model after."""
        return self.second_version or self.second_file  # type: ignore[return-value]
