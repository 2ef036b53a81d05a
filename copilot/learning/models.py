"""Tables of learning: cycles with one budget each, and their jobs, one task or one insight each."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import User, Viewer, Workspace
from copilot.library.models import Insight, LibraryRelease
from copilot.library.models.insights import Immutable
from copilot.library.models.scopes import SharedQuerySet


class Status(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


WAITING = (Status.QUEUED, Status.RUNNING)


class LearningCycle(models.Model):
    """A set of jobs that share one budget of calls; `spent_calls` includes what was reserved for a call in progress."""

    class Kind(models.TextChoices):
        """What the jobs are about."""

        LEARN = "learn", "Learn from tasks"
        EVOLVE = "evolve", "Refine insights"
        RENEW = "renew", "Try insights again"
        GATE = "gate", "Gate of a release"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    is_automatic = models.BooleanField(default=False)  # nobody asked for it; all of them share a daily allowance
    budget_calls = models.PositiveIntegerField()
    spent_calls = models.PositiveIntegerField(default=0)
    spent_tokens = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


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


class JobQuerySet(models.QuerySet["LearningJob"]):
    """Jobs, asked for by reader and by the queue."""

    def visible_to(self, user: Viewer) -> JobQuerySet:
        """Jobs of the user's workspaces; those for everyone's library for who may curate it."""
        if not isinstance(user, User):
            return self.none()
        mine = Q(cycle__workspace__in=Workspace.objects.visible_to(user))
        return self.filter(mine | Q(cycle__workspace=None) if user.has_perm("library.curate_library") else mine)

    def claimable(self) -> JobQuerySet:
        """Queued jobs, and those whose holder let the lease expire."""
        return self.filter(Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=timezone.now()))


class LearningJob(models.Model):
    """A task to learn from, an insight to refine or try again, or a gate; the row is the truth for whoever is on it.

    `kept` holds what a job has paid for and would need again: attempts and proposals. What the library gains is written
    in the same transaction that closes the job.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(LearningCycle, on_delete=models.CASCADE, related_name="jobs")
    subject = models.CharField(max_length=140)
    insight = models.ForeignKey(Insight, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    gate_suite = models.ForeignKey(GateSuite, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField(default=dict)
    kept = models.JSONField(default=dict, blank=True)

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    progress = models.CharField(max_length=120, blank=True)
    result = models.JSONField(null=True, blank=True)
    closing_message = models.TextField(blank=True)

    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.CharField(max_length=8, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["status", "lease_until"], name="learning_queue")]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "subject"], name="one_learning_job_per_subject"),
            models.UniqueConstraint(
                fields=["insight"], condition=Q(status__in=("queued", "running")), name="one_waiting_job_per_insight"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.status})"


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
