"""What people correct, which workspaces learn from it, and when the work that nobody asks for was last done."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from copilot.accounts.models import OwnedQuerySet, Workspace
from copilot.learning.models.jobs import LearningJob
from copilot.runs.models import ModelVersion, Run


class Correction(models.Model):
    """A person corrected a model: `run` is to make the right one of `before`. It waits until that run has ended; then
    a job learns from it, or `why` says why none does."""

    class Kind(models.TextChoices):
        """How the person said it."""

        VERDICT = "verdict", "Said to be wrong"
        FOLLOW_UP = "followup", "Corrected in a message"
        REVIEW = "review", "Accepted in the review"

    class Status(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "Waiting for the new version"
        LEARNING = "learning", "A job learns from it"
        NOTHING = "nothing", "Nothing is learnt from it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="+")
    before = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    words = models.TextField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    why = models.TextField(blank=True)
    job = models.ForeignKey(LearningJob, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["Correction"].as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["status"], name="learning_correction_waits")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.before_id} ({self.status})"


class LearningChoice(models.Model):
    """What a workspace has chosen; without a row it learns from corrections."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="+")
    from_corrections = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.workspace}: {self.from_corrections}"


class LearningRound(models.Model):
    """When some worker last did a recurring duty; whoever moves `done_at` does it."""

    name = models.CharField(max_length=40, unique=True)
    done_at = models.DateTimeField()
    seen = models.DateTimeField(null=True, blank=True)  # up to where the rows that it looks at were looked at

    def __str__(self) -> str:
        return f"{self.name} at {self.done_at}"
