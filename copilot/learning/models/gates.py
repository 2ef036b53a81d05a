"""What gates try, and what they find for good."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from copilot.accounts.models import Viewer
from copilot.learning.models.jobs import LearningJob
from copilot.learning.models.suites import GateSuite
from copilot.library.models import LibraryRelease
from copilot.library.models.insights import Immutable


class GateAttempt(models.Model):
    """One attempt of a gate: an arm, a problem by its place in the suite, a seed. `details` is the whole attempt.

    A copy is the other arm's attempt: both arms were shown the same insights, so there was nothing to try twice.
    """

    class Arm(models.TextChoices):
        """What the drafter drew on."""

        BASELINE = "baseline", "What is active, or nothing"
        CANDIDATE = "candidate", "The candidate"

    job = models.ForeignKey(LearningJob, on_delete=models.CASCADE, related_name="gate_attempts")
    arm = models.CharField(max_length=10, choices=Arm.choices)
    place = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    outcome = models.CharField(max_length=10)
    is_copy = models.BooleanField(default=False)
    details = models.JSONField()

    class Meta:
        ordering = ["job", "place", "seed", "arm"]
        constraints = [
            models.UniqueConstraint(fields=["job", "arm", "place", "seed"], name="one_gate_attempt_per_arm_and_seed")
        ]

    def __str__(self) -> str:
        return f"{self.arm} on {self.place} at {self.seed}: {self.outcome}"


class GateRecordQuerySet(models.QuerySet["GateRecord"]):
    """Records of gates; they can be added and read, nothing else."""

    def visible_to(self, user: Viewer) -> GateRecordQuerySet:
        """Records of the releases that the user may see."""
        return (
            self.filter(release__in=LibraryRelease.objects.visible_to(user)) if user.is_authenticated else self.none()
        )

    def update(self, **kwargs: Any) -> int:
        """Refuse."""
        raise Immutable("The record of a gate never changes: run another gate.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise Immutable("The record of a gate never changes: run another gate.")


class GateRecord(models.Model):
    """What a gate found, for good: how, on what, how many problems only one of the two got right, and the verdict."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(LibraryRelease, on_delete=models.CASCADE, related_name="gate_records")
    against = models.ForeignKey(
        LibraryRelease, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None: no library
    suite = models.ForeignKey(GateSuite, on_delete=models.PROTECT, related_name="+")
    suite_hash = models.CharField(max_length=64)
    drafter = models.CharField(max_length=40)
    model_id = models.CharField(max_length=120)
    solver = models.CharField(max_length=40)
    seeds = models.JSONField()
    problems = models.PositiveIntegerField()
    both_right = models.PositiveIntegerField()
    only_baseline = models.PositiveIntegerField()
    only_candidate = models.PositiveIntegerField()
    p_value = models.FloatField()
    p_value_wrong = models.FloatField()
    verdict = models.CharField(max_length=8)
    why = models.TextField()
    details = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GateRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.release}: {self.verdict}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add a record. Raises Immutable for one that is there already."""
        if not self._state.adding:
            raise Immutable("The record of a gate never changes: run another gate.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise Immutable("The record of a gate never changes: run another gate.")
