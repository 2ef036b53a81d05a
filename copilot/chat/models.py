"""A conversation, its messages and its datasets; a user message points to the run that it started."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from copilot.accounts.models import OwnedQuerySet, Workspace
from copilot.data.models import Dataset
from copilot.runs.models import Run


class Conversation(models.Model):
    """One decision problem, talked over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="conversations")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, default="New conversation")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet["Conversation"].as_manager()

    class Meta:
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """What a person wrote, and the run that it started."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="message")
    idempotency_key = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="one_message_per_key",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A dataset that was brought to a conversation; of the versions of a name, the one brought last is in use."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="attachments")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="attachments")
    brought_at = models.DateTimeField()

    class Meta:
        ordering = ["brought_at", "id"]
        constraints = [models.UniqueConstraint(fields=["conversation", "dataset"], name="one_attachment_per_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset} in {self.conversation}"
