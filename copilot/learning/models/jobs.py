"""Tables of learning: cycles with one budget each, and their jobs, one task or one insight each."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import User, Viewer, Workspace
from copilot.learning.models.suites import GateSuite
from copilot.library.models import Insight


class Status(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


WAITING = (Status.QUEUED, Status.RUNNING)
ATTEMPTS = 3  # and one more for each that a full disk ended


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
    max_attempts = models.PositiveSmallIntegerField(default=ATTEMPTS)
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
