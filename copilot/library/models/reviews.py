"""Who has a version on the desk: a lease, so that two curators never review the same one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from copilot.library.models.insights import InsightVersion


class ReviewLease(models.Model):
    """A reviewer's hold on a version, until it runs out; taken by compare-and-set in `copilot.library.reviewing`."""

    version = models.OneToOneField(InsightVersion, on_delete=models.CASCADE, related_name="lease")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        ordering = ["until"]
        verbose_name_plural = "review queue"

    def __str__(self) -> str:
        return f"{self.version_id} by {self.holder_id}"
