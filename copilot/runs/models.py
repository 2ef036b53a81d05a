"""The line's tables: a run, its model version, the events that tell what happened, and the solutions found."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from copilot.accounts.models import OwnedQuerySet, Viewer, Workspace
from copilot.data.models import Dataset


class Lifecycle(models.TextChoices):
    """Where a run stands; says nothing of what the solver found."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    AWAITING_INPUT = "awaiting_input", "Needs an answer"
    CANCELLING = "cancelling", "Stopping"
    CANCELLED = "cancelled", "Cancelled"
    SUCCEEDED = "succeeded", "Finished"
    FAILED = "failed", "Failed"
    TIMED_OUT = "timed_out", "Timed out"


VERTEX = "vertex"  # the method of a run whose first-order point is to be moved to a vertex
ACTIVE = (Lifecycle.QUEUED, Lifecycle.RUNNING, Lifecycle.CANCELLING)
HELD = (Lifecycle.RUNNING, Lifecycle.CANCELLING)


class Verification(models.TextChoices):
    """What our own checks say of a run, whatever the solver says."""

    NOT_RUN = "not_run", "Not run"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    INCONCLUSIVE = "inconclusive", "Inconclusive"


class RunQuerySet(OwnedQuerySet["Run"]):
    """Queries of the queue."""

    def claimable(self) -> RunQuerySet:
        """Queued runs, and held ones whose holder let the lease expire."""
        now = timezone.now()
        return self.filter(Q(lifecycle=Lifecycle.QUEUED) | Q(lifecycle__in=HELD, lease_until__lt=now))


class ModelVersion(models.Model):
    """One immutable version of a model: formulation, program, data, the instance built from them, and its diff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    title = models.CharField(max_length=200, blank=True)
    request_text = models.TextField()
    formulation = models.JSONField()
    program = models.TextField()
    data = models.JSONField(default=dict)
    drafter = models.CharField(max_length=40)
    instance = models.BinaryField()
    instance_summary = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, db_index=True)
    checks = models.JSONField(default=list)
    diff = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OwnedQuerySet["ModelVersion"].as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"version {self.number}: {self.title or self.id}"


class Run(models.Model):
    """One pass down the line. The row is the truth: lease, heartbeat, cancel flag and owner live here."""

    class Kind(models.TextChoices):
        """What the pass is for."""

        DRAFT = "draft", "Draft and solve"
        SOLVE = "solve", "Solve again"
        REPLAY = "replay", "Replay"
        SCENARIO = "scenario", "Scenario"
        EXPLAIN = "explain", "Explain"
        DATA = "data", "New data"

    class Cancel(models.TextChoices):
        """What a person asked for."""

        NO = "", "No"
        DISCARD = "discard", "Stop"
        KEEP = "keep", "Stop and keep the best solution"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="runs")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.DRAFT)
    request_text = models.TextField()
    revision_start = models.PositiveIntegerField(default=0)
    base = models.ForeignKey(ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="revised_by")
    base_run = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="scenarios")
    changes = models.JSONField(default=list, blank=True)  # of a scenario, all applied to the base version's instance
    question = models.JSONField(default=dict, blank=True)  # what explain is asked; the mapping of new data
    version = models.ForeignKey(ModelVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    datasets = models.ManyToManyField(Dataset, blank=True, related_name="runs")
    drafter = models.CharField(max_length=40, default="auto")
    solver = models.CharField(max_length=40, default="auto")
    method = models.CharField(max_length=16, default="choose")
    relative_gap = models.FloatField(default=1e-4)
    pool_size = models.PositiveSmallIntegerField(default=1)  # plans to keep, the best one among them
    seed = models.PositiveBigIntegerField(default=0)
    time_limit_seconds = models.FloatField(default=300.0)

    lifecycle = models.CharField(max_length=16, choices=Lifecycle.choices, default=Lifecycle.QUEUED)
    termination_condition = models.CharField(max_length=40, blank=True)
    verification = models.CharField(max_length=16, choices=Verification.choices, default=Verification.NOT_RUN)
    certificate = models.CharField(max_length=24, default="unverified")
    result = models.JSONField(null=True, blank=True)
    closing_message = models.TextField(blank=True)

    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    owner = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.CharField(max_length=8, choices=Cancel.choices, default=Cancel.NO, blank=True)
    last_sequence = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["lifecycle", "lease_until"], name="run_queue")]
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=Q(kind="draft"), name="one_draft_per_version")
        ]

    def __str__(self) -> str:
        return f"run {self.id} ({self.lifecycle})"

    @property
    def is_aside(self) -> bool:
        """Whether the run asks about a version that stands, and makes none of its own."""
        return self.kind in ASIDE

    @property
    def is_active(self) -> bool:
        """Whether anything may still happen to the run."""
        return self.lifecycle in ACTIVE


ASIDE = (Run.Kind.SCENARIO, Run.Kind.EXPLAIN)


class RunEvent(models.Model):
    """One thing that happened; `sequence` counts from 1 without gaps in each run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField()
    type = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run", "sequence"]
        constraints = [models.UniqueConstraint(fields=["run", "sequence"], name="one_event_per_sequence")]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.sequence} {self.type}"


class SolutionQuerySet(models.QuerySet["Solution"]):
    """Solutions, asked for by who may see their run."""

    def visible_to(self, user: Viewer) -> SolutionQuerySet:
        """Solutions of the runs of the workspaces that the user is a member of."""
        return self.filter(run__in=Run.objects.visible_to(user))


class Solution(models.Model):
    """One point that a solve found; `number` counts up in each run, with gaps where others were thinned out.

    Vectors are compressed little-endian doubles in the order of the version's columns (`values`, `reduced_cost`) or
    rows (`row_dual`); `attempt` tells which attempt of the run found it. See `copilot.runs.solutions`.

    Of one kept beside the final one, `verification` is what our own check of it says, `violation` the largest relative
    one, and `changes` how it differs from the final one (`copilot.runs.pool.Changes`); `elapsed_seconds` is not known.
    """

    class Kind(models.TextChoices):
        """Whether the solve went on afterwards."""

        IMPROVING = "improving", "On the way"
        FINAL = "final", "Final"
        POOLED = "pooled", "Other plan"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="solutions")
    number = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.IMPROVING)
    objective_value = models.FloatField()
    objective_bound = models.FloatField(null=True, blank=True)
    relative_gap = models.FloatField(null=True, blank=True)
    elapsed_seconds = models.FloatField(default=0.0)
    values = models.BinaryField()
    row_dual = models.BinaryField(null=True, blank=True)
    reduced_cost = models.BinaryField(null=True, blank=True)
    verification = models.CharField(max_length=16, choices=Verification.choices, default=Verification.NOT_RUN)
    violation = models.FloatField(null=True, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SolutionQuerySet.as_manager()

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="one_solution_per_number"),
            models.UniqueConstraint(fields=["run"], condition=Q(kind="final"), name="one_final_solution_per_run"),
        ]

    def __str__(self) -> str:
        return f"solution {self.number} of {self.run_id}"
