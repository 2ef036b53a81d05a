"""Insights and their versions: lists, a page each, a form that writes a new version, and bulk moves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern

from copilot.library import insights, moves
from copilot.library.access import LibraryRefused
from copilot.library.admin.base import CuratorAdmin, change_url, curator
from copilot.library.admin.forms import ContentForm, as_form
from copilot.library.admin.merging import MergePages
from copilot.library.insights import Provenance, content_of
from copilot.library.lint import lint
from copilot.library.models import Insight, InsightUse, InsightVersion, Origin
from copilot.library.states import WORDS, State, may_follow


class StateFilter(admin.SimpleListFilter):
    """Insights by the state of their newest version."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state."""
        return [(state.value, word) for state, word in WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those whose newest version is in the state."""
        return queryset.filter(newest_state=self.value()) if self.value() else queryset


@admin.register(Insight)
class InsightAdmin(MergePages):
    """Insights with the state of their newest version, and the form for the next one."""

    change_form_template = "admin/library/insight_page.html"
    list_display = ["name", "state", "scope", "versions_count", "uses_count", "created_at"]
    list_filter = [StateFilter, "scope", "versions__origin", "versions__solver_scope"]
    search_fields = ["key", "versions__title", "versions__applies_when", "versions__explanation"]
    ordering = ["-created_at", "id"]
    exclude = ["owner"]
    actions = ["retire", "merge_two"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the newest version and counts, in the same query however many there are."""
        newest = InsightVersion.objects.filter(insight=OuterRef("pk")).order_by("-number")
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest_title=Subquery(newest.values("title")[:1]),
                newest_text=Subquery(newest.values("applies_when")[:1]),
                newest_state=Subquery(newest.values("state")[:1]),
                many_versions=_count(InsightVersion),
                many_uses=_count(InsightUse),
            )
        )

    def get_urls(self) -> list[URLPattern]:
        """The forms for a new version and for a merge beside the admin's own addresses."""
        own = [
            self.page("<uuid:key>/write/", self.write, "insight_write"),
            self.page("<uuid:first>/merge/<uuid:second>/", self.merge, "insight_merge"),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The insight's page, with its versions."""
        versions = InsightVersion.objects.visible_to(request.user).filter(insight_id=object_id)
        return super().change_view(request, object_id, form_url, {"versions": versions} | (extra_context or {}))

    def write(self, request: HttpRequest, key: Any) -> HttpResponse:
        """A form with the newest text; what is saved becomes a new version, a draft."""
        insight = get_object_or_404(Insight.objects.visible_to(curator(request)), id=key)
        newest = insight.versions.first()
        form = ContentForm(request.POST or None, initial=as_form(content_of(newest)) if newest else {})
        if form.is_valid() and self.attempt(request, lambda: self._store(request, insight, form), "Saved as a draft."):
            return redirect(change_url("insight", insight.pk))
        return self.screen(request, "write.html", "Write a new version", form=form, insight=insight, newest=newest)

    def _store(self, request: HttpRequest, insight: Insight, form: ContentForm) -> InsightVersion:
        content = form.content()
        findings = [finding.to_json() for finding in lint(content)]
        provenance = Provenance(origin=Origin.WRITTEN, author=curator(request), findings=findings)
        return insights.add_version(insight, content, provenance, parents=list(insight.versions.all()[:1]))

    @admin.display(description="insight", ordering="newest_title")
    def name(self, insight: Any) -> str:
        """Its title, or when it applies."""
        return insight.newest_title or (insight.newest_text or "")[:80] or str(insight)

    @admin.display(description="state", ordering="newest_state")
    def state(self, insight: Any) -> str:
        """The newest version's."""
        return WORDS[State(insight.newest_state)] if insight.newest_state else "Empty"

    @admin.display(description="versions", ordering="many_versions")
    def versions_count(self, insight: Any) -> int:
        """How many there are."""
        return insight.many_versions or 0

    @admin.display(description="uses", ordering="many_uses")
    def uses_count(self, insight: Any) -> int:
        """On how many tasks it was considered."""
        return insight.many_uses or 0

    @admin.action(description="Retire every version of the selected insights", permissions=["curate"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Retire in bulk; each move is checked and logged by itself."""
        chosen = InsightVersion.objects.filter(insight__in=queryset.values("pk"))
        move_all(self, request, chosen, State.RETIRED)

    @admin.action(description="Merge two selected insights…", permissions=["curate"])
    def merge_two(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """On to the form that shows both and what they become."""
        keys = list(queryset.values_list("pk", flat=True)[:3])
        if len(keys) == 2:
            return redirect("admin:library_insight_merge", *keys)
        self.message_user(request, "Select two insights to merge.", messages.WARNING)
        return None


@admin.register(InsightVersion)
class InsightVersionAdmin(CuratorAdmin):
    """Versions, to read; their states move in bulk."""

    list_display = ["title_or_text", "number", "state", "scope", "solver_scope", "origin", "author", "created_at"]
    list_filter = ["state", "insight__scope", "origin", "solver_scope", "language"]
    list_select_related = ["insight", "author"]
    search_fields = ["title", "applies_when", "explanation"]
    ordering = ["-created_at", "id"]
    readonly_fields = ["state", "state_changed_at", "content_hash"]
    actions = ["send_to_review", "retire"]

    @admin.display(description="version", ordering="title")
    def title_or_text(self, version: InsightVersion) -> str:
        """Its title, or when it applies."""
        return version.title or version.applies_when[:80]

    @admin.display(description="scope", ordering="insight__scope")
    def scope(self, version: InsightVersion) -> str:
        """Whom the insight is for."""
        return version.insight.get_scope_display()

    @admin.action(description="Send the selected versions to review", permissions=["curate"])
    def send_to_review(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Into the queue of the reviewers."""
        move_all(self, request, queryset, State.IN_REVIEW)

    @admin.action(description="Retire the selected versions", permissions=["curate"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Retire in bulk; each move is checked and logged by itself."""
        move_all(self, request, queryset, State.RETIRED)


def move_all(model_admin: CuratorAdmin, request: HttpRequest, versions: QuerySet[Any], to: State) -> None:
    """Move each version that may go there, and say how many went and how many stayed."""
    rows = list(versions.order_by("id").values_list("id", "state"))
    ready = [(key, State(state)) for key, state in rows if may_follow(State(state), to)]
    moved = 0
    for key, state in ready:
        try:
            moved += moves.move(key, state, to, actor=curator(request), reason="chosen in a list")
        except LibraryRefused:
            continue
    stayed = f" {len(rows) - moved} stayed as they were." if moved < len(rows) else ""
    model_admin.message_user(request, f"{WORDS[to]}: {moved}.{stayed}")


def _count(model: Any) -> Subquery:
    rows = model.objects.filter(insight=OuterRef("pk")).order_by().values("insight")
    return Subquery(rows.annotate(many=Count("pk")).values("many"), output_field=IntegerField())
