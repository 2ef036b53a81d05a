"""Tables of the connection: every call with what it cost, what a workspace may spend, and what endpoints can do."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from copilot.accounts.models import OwnedQuerySet, Workspace


class LlmCall(models.Model):
    """One call. `counted_tokens` and `counted_cost` weigh on the budget: what was reserved until usage is known.

    `run_id` is a plain identifier, because runs lie above this room. `prompt` is the hash of the prompt files,
    `digest` that of the messages. Cost is in the currency of COPILOT_LLM_PRICES.
    """

    class Outcome(models.TextChoices):
        """How the call ended."""

        OPEN = "open", "Not ended"
        ANSWERED = "answered", "Answered"
        CUT = "cut", "Cut off at the limit of tokens"
        STOPPED = "stopped", "Stopped"
        METHOD_REFUSED = "method_refused", "Cannot answer in this way"
        FAILED = "failed", "Failed"

    workspace = models.ForeignKey(Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="llm_calls")
    run_id = models.UUIDField(null=True, blank=True, db_index=True)
    stage = models.CharField(max_length=24)
    model = models.CharField(max_length=120)
    method = models.CharField(max_length=16)
    prompt = models.CharField(max_length=16)
    digest = models.CharField(max_length=32)
    messages = models.JSONField(default=list)
    reply = models.TextField(blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.OPEN)
    error = models.TextField(blank=True)
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    counted_tokens = models.PositiveIntegerField(default=0)
    counted_cost = models.FloatField(default=0.0)
    created_at = models.DateTimeField(default=timezone.now)
    forgotten_at = models.DateTimeField(null=True, blank=True)  # when its texts were blanked, by copilot.llm.retention

    objects = OwnedQuerySet["LlmCall"].as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["workspace", "created_at"], name="llm_spending"),
            models.Index(fields=["created_at"], condition=models.Q(forgotten_at__isnull=True), name="llm_remembered"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} by {self.model} ({self.outcome})"


class LlmBudget(models.Model):
    """What a workspace may spend; an empty field means the limit of the settings, 0 means none."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="llm_budget")
    tokens_per_day = models.PositiveIntegerField(null=True, blank=True)
    tokens_per_month = models.PositiveIntegerField(null=True, blank=True)
    money_per_day = models.FloatField(null=True, blank=True)
    money_per_month = models.FloatField(null=True, blank=True)
    calls_per_minute = models.PositiveIntegerField(null=True, blank=True)

    objects = OwnedQuerySet["LlmBudget"].as_manager()

    def __str__(self) -> str:
        return f"budget of {self.workspace}"


class LlmEndpoint(models.Model):
    """What a test of a connection found: the strictest way in which a typed reply came back (empty: none did)."""

    model = models.CharField(max_length=120)
    base_url = models.CharField(max_length=300, blank=True)
    method = models.CharField(max_length=16, blank=True)
    sentence = models.TextField(blank=True)
    seconds = models.FloatField(default=0.0)
    tokens = models.PositiveIntegerField(default=0)
    tested_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # a worker was told to test it and has not answered yet

    class Meta:
        ordering = ["model"]
        constraints = [models.UniqueConstraint(fields=["model", "base_url"], name="one_llm_endpoint")]

    def __str__(self) -> str:
        return f"{self.model}: {self.method or 'no typed reply'}"
