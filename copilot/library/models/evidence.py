"""Evidence: on which tasks an insight was considered, shown or held out, and what came of it; trials; the audit log."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from copilot.accounts.models import User, Viewer, Workspace
from copilot.library.models.insights import Immutable, Insight, InsightVersion
from copilot.library.models.releases import LibraryRelease
from copilot.library.models.scopes import SharedQuerySet


class Episode(models.Model):
    """One task on which insights were tried: a run, a task of a suite, or a stub that came with an import.

    `run_id` names a run of the same workspace; the line's tables lie above this room, so it is no foreign key.
    `releases` are the ones that the run pinned when it was first drafted: the global one, and its workspace's.
    """

    class Origin(models.TextChoices):
        """Where the task comes from."""

        RUN = "run", "Run"
        SUITE = "suite", "Suite"
        IMPORT = "import", "Import, not verified by us"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="episodes")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    run_id = models.UUIDField(null=True, blank=True)
    task_key = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    releases = models.ManyToManyField(LibraryRelease, blank=True, related_name="episodes")
    model_id = models.CharField(max_length=120, blank=True)
    solver = models.CharField(max_length=40, blank=True)
    accepted = models.BooleanField(null=True, blank=True)  # what became of the draft; None while it is not known
    settled_at = models.DateTimeField(null=True, blank=True)  # when outcomes were last written
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SharedQuerySet["Episode"].as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["workspace", "created_at"], name="library_episode_newest"),
            models.Index(fields=["workspace", "settled_at"], name="library_episode_settled"),
            models.Index(fields=["settled_at"], name="library_episode_last_settled"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run_id"], condition=Q(run_id__isnull=False), name="one_episode_per_run"),
            models.UniqueConstraint(
                fields=["origin", "task_key"],
                condition=Q(workspace=None) & ~Q(task_key=""),
                name="one_episode_per_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.run_id or self.task_key}"


class UseQuerySet(models.QuerySet["InsightUse"]):
    """Uses, asked for by reader."""

    def visible_to(self, user: Viewer) -> UseQuerySet:
        """Uses on the tasks that the user may see."""
        return self.filter(episode__in=Episode.objects.visible_to(user)) if user.is_authenticated else self.none()


class InsightUse(models.Model):
    """One insight on one task: how it was ranked and why, whether it was shown and adopted, and what came of it."""

    class Role(models.TextChoices):
        """What became of the insight in retrieval."""

        CANDIDATE = "candidate", "Considered"
        SHOWN = "shown", "Shown to the drafter"
        HELD_OUT = "held_out", "Held out at random"
        MISSED = "missed", "Not retrieved"

    class Outcome(models.TextChoices):
        """What the insight did for the task."""

        UNKNOWN = "", "Not known"
        POSITIVE = "positive", "Helped"
        NEGATIVE = "negative", "Misled"
        INVALID = "invalid", "Right, not adopted"
        IRRELEVANT = "irrelevant", "Beside the point"
        UNRETRIEVED = "unretrieved", "Would have helped, was not shown"

    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="uses")
    version = models.ForeignKey(InsightVersion, on_delete=models.CASCADE, related_name="uses")
    insight = models.ForeignKey(Insight, on_delete=models.CASCADE, related_name="uses")
    release = models.ForeignKey(LibraryRelease, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    rank = models.PositiveSmallIntegerField(default=0)
    score = models.FloatField(default=0.0)
    reasons = models.JSONField(default=dict, blank=True)
    adopted = models.BooleanField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.UNKNOWN, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UseQuerySet.as_manager()

    class Meta:
        ordering = ["episode", "rank"]
        indexes = [
            models.Index(fields=["insight", "outcome"], name="library_use_outcome"),
            models.Index(fields=["version", "role"], name="library_use_role"),
        ]
        constraints = [models.UniqueConstraint(fields=["episode", "version"], name="one_use_per_episode")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.role} on {self.episode_id}"


class TrialQuerySet(models.QuerySet["TrialRecord"]):
    """Trials, asked for by reader."""

    def visible_to(self, user: Viewer) -> TrialQuerySet:
        """Trials of the versions that the user may see."""
        return self.filter(version__in=InsightVersion.objects.visible_to(user))


class TrialRecord(models.Model):
    """One attempt of a paired trial: a task, a seed, with or without the insight, at the same budget."""

    class Arm(models.TextChoices):
        """What the drafter was shown."""

        WITH = "with", "With the insight"
        WITHOUT = "without", "Without it"
        LEFT_OUT = "left_out", "With the others learnt together, without it"

    trial = models.UUIDField(default=uuid.uuid4)  # the attempts that belong together
    version = models.ForeignKey(InsightVersion, on_delete=models.CASCADE, related_name="trials")
    arm = models.CharField(max_length=8, choices=Arm.choices)
    task_key = models.CharField(max_length=120)
    seed = models.PositiveBigIntegerField(default=0)
    perturbed = models.BooleanField(default=False)
    shown = models.JSONField(default=list)  # identifiers of every version that was shown
    correct = models.BooleanField(null=True)
    termination_condition = models.CharField(max_length=40, blank=True)
    objective_value = models.FloatField(null=True)
    model_id = models.CharField(max_length=120, blank=True)
    solver = models.CharField(max_length=40, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["trial", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "version", "arm", "task_key", "seed", "perturbed"], name="one_attempt_per_arm_and_seed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_key} {self.arm} {self.seed}"


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """The log; entries can be added and read, nothing else."""

    def visible_to(self, user: Viewer) -> AuditQuerySet:
        """Entries of the user's workspaces; those about global insights for who may curate them."""
        if not isinstance(user, User):
            return self.none()
        mine = Q(workspace__in=Workspace.objects.visible_to(user))
        return self.filter(mine | Q(workspace=None) if user.has_perm("library.curate_library") else mine)

    def update(self, **kwargs: Any) -> int:
        """Refuse."""
        raise Immutable("The audit log is only ever added to.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise Immutable("The audit log is only ever added to.")


class AuditEntry(models.Model):
    """Who did what to the library, when, and why."""

    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=150, blank=True)  # as it was; empty: the product itself
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject", "subject_id"], name="library_audit_subject")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add an entry. Raises Immutable for one that is there already."""
        if not self._state.adding:
            raise Immutable("The audit log is only ever added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise Immutable("The audit log is only ever added to.")
