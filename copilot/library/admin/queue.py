"""The review queue: one version on the desk with its evidence, and a button or key for each decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone

from copilot.accounts.models import User
from copilot.library import insights, reviewing
from copilot.library.admin.base import CuratorAdmin, change_url, curator
from copilot.library.admin.beside import evidence
from copilot.library.admin.forms import QueueForm
from copilot.library.models import InsightUse, InsightVersion, ReviewLease
from copilot.library.models.insights import VersionQuerySet
from copilot.library.states import WORDS, State

QUEUE = "admin:library_reviewlease_changelist"
DECISIONS = {
    "approve": (reviewing.approve, "Approved: {}. The next release takes it up."),
    "changes": (reviewing.request_changes, "Sent back as a draft: {}."),
    "retire": (reviewing.retire, "Retired: {}."),
}


@dataclass(frozen=True, slots=True)
class Stack:
    """The part of the queue that the reviewer asked for, and the query string that keeps it from page to page."""

    versions: VersionQuerySet
    form: QueueForm
    query: str

    def at(self, name: str, *args: Any) -> str:
        """An address of the queue's pages, within the same part."""
        return reverse(name, args=args) + (f"?{self.query}" if self.query else "")


def stack_of(request: HttpRequest) -> Stack:
    """The reviewer's queue, narrowed by the words, the origin and the label of the address."""
    waiting = reviewing.queue(curator(request))
    form = QueueForm(waiting, request.GET)
    wanted = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    if words := wanted.get("q"):
        said = [Q(**{f"{field}__icontains": words}) for field in ("title", "applies_when", "explanation")]
        waiting = waiting.filter(said[0] | said[1] | said[2])
    if "origin" in wanted:
        waiting = waiting.filter(origin=wanted["origin"])
    if "label" in wanted:
        waiting = waiting.filter(labels=wanted["label"])
    query = urlencode({name: getattr(value, "pk", value) for name, value in wanted.items()})
    return Stack(waiting, form, query)


@admin.register(ReviewLease)
class ReviewQueueAdmin(CuratorAdmin):
    """The queue in place of a list of leases."""

    place = 1

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
        user, stack = curator(request), stack_of(request)
        rows = stack.versions.select_related("lease__holder", "insight", "author").defer("extras", "source")
        page = Paginator(rows, self.list_per_page).get_page(request.GET.get("page"))
        figures = _figures([version.pk for version in page])
        shown = {
            "rows": [(version, *figures.get(version.pk, (0, 0, 0))) for version in page],
            "page": page,
            "stack": stack,
            "next": stack.at("admin:library_review_next"),
            "to_decide": reviewing.to_decide(stack.versions, user).count(),
            "now": timezone.now(),
        }
        return self.screen(request, "queue.html", "Review queue", **shown)

    def next(self, request: HttpRequest) -> HttpResponse:
        """Take the next free one."""
        stack = stack_of(request)
        if request.method != "POST":
            return redirect(stack.at(QUEUE))
        return self._on_to(request, reviewing.take_next(curator(request), among=stack.versions), stack)

    def desk(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """One version with its evidence; a button decides and takes the next one."""
        user, stack = curator(request), stack_of(request)
        seen = InsightVersion.objects.visible_to(user).select_related("insight__workspace", "author")
        version = self.seen(request, key, seen)
        if not reviewing.queue(user).filter(pk=version.pk).exists():
            word = WORDS[State(version.state)].lower()
            self.message_user(request, f"{version} is not in your queue; its state: {word}.", messages.WARNING)
            return redirect(change_url("insightversion", version.pk))
        if request.method == "POST" and (answer := self._decide(request, version, user, stack)):
            return answer
        if not reviewing.claim(version, user):
            self.message_user(request, "Someone else has this one on the desk.", messages.WARNING)
            return redirect(stack.at(QUEUE))
        shown = {
            "version": version,
            "labels": insights.content_of(version).labels,
            "mine": version not in reviewing.to_decide(InsightVersion.objects.filter(pk=version.pk), user),
            "reason": request.POST.get("reason", ""),
            "lease": version.lease,
            "left": reviewing.to_decide(stack.versions, user).count(),
            "queue": stack.at(QUEUE),
            **evidence(version, user),
        }
        return self.screen(request, "desk.html", str(version), **shown)

    def _decide(self, request: HttpRequest, version: InsightVersion, user: User, stack: Stack) -> HttpResponse | None:
        """Where to go after the decision; None when it was refused, and the page shows what was typed once more."""
        reason, verb = request.POST.get("reason", ""), request.POST.get("verb", "")
        if verb == "leave":
            reviewing.lay_down(version, user)
            return redirect(stack.at(QUEUE))
        if verb in DECISIONS:
            decide, done = DECISIONS[verb]
            if not self.attempt(request, lambda: decide(version, user, reason=reason), done.format(version)):
                return None
        return self._on_to(request, reviewing.take_next(user, after=version, among=stack.versions), stack)

    def _on_to(self, request: HttpRequest, version: InsightVersion | None, stack: Stack) -> HttpResponse:
        if version is None:
            where = "in this part of the queue" if stack.query else "for you"
            self.message_user(request, f"Nothing else waits {where}.")
            return redirect(stack.at(QUEUE))
        return redirect(stack.at("admin:library_review_desk", version.pk))


def _figures(keys: list[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Trials, and uses on which it helped and misled, of each version that has any."""
    found = {key: [0, 0, 0] for key in keys}
    rows = InsightVersion.objects.filter(pk__in=keys).order_by()
    for key, many in rows.annotate(many=Count("trials")).values_list("pk", "many"):
        found[key][0] = many
    helped = Count("uses", filter=Q(uses__outcome=InsightUse.Outcome.POSITIVE))
    misled = Count("uses", filter=Q(uses__outcome=InsightUse.Outcome.NEGATIVE))
    for key, good, bad in rows.annotate(good=helped, bad=misled).values_list("pk", "good", "bad"):
        found[key][1:] = good, bad
    return {key: (row[0], row[1], row[2]) for key, row in found.items()}
