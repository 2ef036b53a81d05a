"""Insights: a list, a page each, forms that write the first version or the next one, and bulk moves."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern

from copilot.accounts.models import User
from copilot.library import insights, moves
from copilot.library.access import owned_workspaces
from copilot.library.admin.base import change_url, curator
from copilot.library.admin.forms import ContentForm, NewInsightForm, as_form
from copilot.library.admin.importing import FILES, FilePages
from copilot.library.admin.merging import MergePages
from copilot.library.admin.moving import confirm_retiring, move_all
from copilot.library.admin.pages import version_page
from copilot.library.admin.promoting import PromotePages
from copilot.library.content import Content
from copilot.library.insights import Provenance, Reach, content_of
from copilot.library.lint import lint
from copilot.library.models import Insight, InsightUse, InsightVersion, Origin
from copilot.library.states import WORDS, State


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
class InsightAdmin(MergePages, FilePages, PromotePages):
    """Insights with the state of their newest version, and the form for the next one."""

    place = 2
    change_list_template = "admin/library/insight_list.html"
    list_display = ["name", "state", "scope", "versions_count", "uses_count", "verdicts", "created"]
    list_filter = [StateFilter, "scope", "versions__origin", "versions__solver_scope"]
    search_fields = [
        "key",
        "versions__title",
        "versions__applies_when",
        "versions__explanation",
        "versions__labels__name",
    ]
    search_help_text = "Words of the title, the condition, the reason or a label"
    ordering = ["-created_at", "id"]
    actions = ["send_to_review", "merge_two", "retire"]

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
                many_helped=_count(InsightUse, outcome=InsightUse.Outcome.POSITIVE),
                many_misled=_count(InsightUse, outcome=InsightUse.Outcome.NEGATIVE),
            )
        )

    def get_urls(self) -> list[URLPattern]:
        """The forms for a new version and for a merge beside the admin's own addresses."""
        own = [
            self.page("new/", self.new, "insight_new"),
            self.page("import/", self.bring, "import"),
            *(self.page(f"export/{form}/", partial(self.export, form=form), f"export_{form}") for form in FILES),
            self.page("<uuid:key>/promote/", self.promote, "insight_promote"),
            self.page("import/<int:key>/", self.import_report, "import_report"),
            self.page("<uuid:key>/write/", self.write, "insight_write"),
            self.page("<uuid:first>/merge/<uuid:second>/", self.merge, "insight_merge"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with the libraries that can be written to a file."""
        return super().changelist_view(request, {"owned": owned_workspaces(curator(request)), **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The insight's newest version, with all of them listed."""
        insight = self.seen(request, object_id)
        newest = insight.versions.select_related("insight__workspace", "author").order_by("-number").first()
        if newest is None:
            return redirect("admin:library_insight_write", insight.pk)
        shown = version_page(request, newest, request.GET.get("with", ""))
        return self.screen(request, "version_page.html", str(newest), **shown)

    def new(self, request: HttpRequest) -> HttpResponse:
        """A form for an insight that is not there yet."""
        user, made = curator(request), list[InsightVersion]()
        form = NewInsightForm(user, request.POST or None)

        @transaction.atomic
        def store() -> None:
            content = form.content().cleaned()
            reach = Reach(form.cleaned_data["workspace"])
            made.append(insights.create(content, _written(user, content), reach=reach))
            self._review(request, made[0])

        if form.is_valid() and self.attempt(request, store, "Saved as a draft."):
            return redirect(change_url("insightversion", made[0].pk))
        return self.screen(request, "write.html", "Write an insight", form=form)

    def write(self, request: HttpRequest, key: Any) -> HttpResponse:
        """A form with the newest text; what is saved becomes a new version, a draft."""
        insight, user, made = self.seen(request, key), curator(request), list[InsightVersion]()
        newest = insight.versions.order_by("-number").first()
        form = ContentForm(request.POST or None, initial=as_form(content_of(newest)) if newest else {})

        @transaction.atomic
        def store() -> None:
            content = form.content().cleaned()
            parents = [newest] if newest else []
            made.append(insights.add_version(insight, content, _written(user, content), parents=parents))
            self._review(request, made[0])

        if form.is_valid() and self.attempt(request, store, "Saved as a draft."):
            return redirect(change_url("insightversion", made[0].pk))
        title = f"New version of {newest.title or newest.applies_when[:60]}" if newest else "Write a version"
        return self.screen(request, "write.html", title, form=form, insight=insight, newest=newest)

    def _review(self, request: HttpRequest, version: InsightVersion) -> None:
        if request.POST.get("verb") == "review":
            moves.move(version.pk, State.DRAFT, State.IN_REVIEW, actor=curator(request), reason="sent by its author")

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

    @admin.display(description="considered", ordering="many_uses")
    def uses_count(self, insight: Any) -> int:
        """On how many tasks it was considered."""
        return insight.many_uses or 0

    @admin.display(description="helped : misled", ordering="many_helped")
    def verdicts(self, insight: Any) -> str:
        """On how many of them it helped, and on how many it misled."""
        good, bad = insight.many_helped or 0, insight.many_misled or 0
        return f"{good} : {bad}" if good or bad else ""

    @admin.display(description="created", ordering="created_at")
    def created(self, insight: Insight) -> str:
        """The day."""
        return f"{insight.created_at:%-d %b %Y}"

    @admin.action(description="Send the newest versions to review", permissions=["curate"])
    def send_to_review(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Into the queue of the reviewers."""
        newest = InsightVersion.objects.filter(insight=OuterRef("pk")).order_by("-number").values("pk")[:1]
        chosen = queryset.annotate(newest=Subquery(newest)).values("newest")
        move_all(self, request, InsightVersion.objects.filter(pk__in=chosen), State.IN_REVIEW, "chosen in a list")

    @admin.action(description="Retire every version of the selected insights…", permissions=["curate"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Retire in bulk, after a page that asks; each move is checked and logged by itself."""
        chosen = InsightVersion.objects.filter(insight__in=queryset.order_by().values("pk"))
        return confirm_retiring(self, request, chosen, "retire")

    @admin.action(description="Merge two selected insights…", permissions=["curate"])
    def merge_two(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """On to the form that shows both and what they become."""
        keys = list(queryset.values_list("pk", flat=True)[:3])
        if len(keys) == 2:
            return redirect("admin:library_insight_merge", *keys)
        self.message_user(request, "Select two insights to merge.", messages.WARNING)
        return None


def _count(model: Any, **wanted: str) -> Subquery:
    rows = model.objects.filter(insight=OuterRef("pk"), **wanted).order_by().values("insight")
    return Subquery(rows.annotate(many=Count("pk")).values("many"), output_field=IntegerField())


def _written(user: User, content: Content) -> Provenance:
    findings = [finding.to_json() for finding in lint(content)]
    return Provenance(origin=Origin.WRITTEN, author=user, findings=findings)
