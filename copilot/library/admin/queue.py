"""The review queue: one version on the desk with its evidence and four buttons."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern
from django.utils import timezone

from copilot.accounts.models import User
from copilot.library import insights, reviewing
from copilot.library.admin.base import CuratorAdmin, curator
from copilot.library.admin.beside import evidence
from copilot.library.models import InsightVersion, ReviewLease

QUEUE = "admin:library_reviewlease_changelist"


@admin.register(ReviewLease)
class ReviewQueueAdmin(CuratorAdmin):
    """The queue in place of a list of leases."""

    def get_urls(self) -> list[URLPattern]:
        """The desk, beside the admin's own addresses."""
        own = [
            self.page("next/", self.next, "review_next"),
            self.page("<uuid:key>/desk/", self.desk, "review_desk"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        """The curator's own leases."""
        return ReviewLease.objects.filter(holder=curator(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """What waits for review, the longest waiting first, and who holds it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        waiting = reviewing.queue(curator(request)).select_related("lease__holder", "insight", "author")
        page = Paginator(waiting, 50).get_page(request.GET.get("page"))
        return self.screen(request, "queue.html", "Review queue", page=page, now=timezone.now())

    def next(self, request: HttpRequest) -> HttpResponse:
        """Take the next free one."""
        user = curator(request)
        if request.method != "POST":
            return redirect(QUEUE)
        return self._on_to(request, reviewing.take_next(user))

    def desk(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """One version with its evidence; a button decides and takes the next one."""
        user = curator(request)
        version = get_object_or_404(reviewing.queue(user), id=key)
        if request.method == "POST":
            return self._decide(request, version, user)
        if not reviewing.claim(version, user):
            self.message_user(request, "Someone else has this one on the desk.", messages.WARNING)
            return redirect(QUEUE)
        said = insights.content_of(version)
        shown = {"version": version, "labels": said.labels, "mine": version.author_id == user.pk}
        return self.screen(request, "desk.html", str(version), **shown, **evidence(version, user))

    def _decide(self, request: HttpRequest, version: InsightVersion, user: User) -> HttpResponse:
        reason, verb = request.POST.get("reason", ""), request.POST.get("verb", "")
        decisions = {
            "approve": (reviewing.approve, "Approved. The next release takes it up."),
            "changes": (reviewing.request_changes, "Sent back as a draft."),
            "retire": (reviewing.retire, "Retired."),
        }
        if verb in decisions:
            decide, done = decisions[verb]
            if not self.attempt(request, lambda: decide(version, user, reason=reason), done):
                return redirect("admin:library_review_desk", version.pk)
        return self._on_to(request, reviewing.take_next(user, after=version))

    def _on_to(self, request: HttpRequest, version: InsightVersion | None) -> HttpResponse:
        if version is None:
            self.message_user(request, "Nothing else waits for you.")
            return redirect(QUEUE)
        return redirect("admin:library_review_desk", version.pk)
