"""Evidence and the log, to read: trials, uses, and who did what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from copilot.library.admin.base import CuratorAdmin, change_url
from copilot.library.models import (
    AuditEntry,
    Insight,
    InsightUse,
    InsightVersion,
    LibraryRelease,
    TaxonomyLabel,
    TrialRecord,
)

SUBJECTS: dict[str, tuple[str, Any]] = {
    "insightversion": ("version", InsightVersion),
    "insight": ("insight", Insight),
    "taxonomylabel": ("label", TaxonomyLabel),
    "libraryrelease": ("release", LibraryRelease),
}


class WordsFilter(admin.AllValuesFieldListFilter):
    """The values of a column, in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Without underscores, and rows by the names that people use."""
        for choice in super().choices(changelist):
            shown = str(choice["display"])
            yield choice | {"display": SUBJECTS.get(shown, (shown.replace("_", " "),))[0]}


class LogList(ChangeList):
    """Entries with what each of them is about, asked for at once."""

    def get_results(self, request: HttpRequest) -> None:
        """The page of entries."""
        super().get_results(request)
        self.result_list: Sequence[Any] = name_subjects(self.result_list, request.user)


@admin.register(AuditEntry)
class AuditEntryAdmin(CuratorAdmin):
    """The log, newest first; it is only ever added to."""

    place = 8
    list_display = ["when", "who", "what", "about", "reason"]
    list_filter = [("verb", WordsFilter), ("subject", WordsFilter), "created_at"]
    search_fields = ["actor_name", "subject_id", "reason"]
    search_help_text = "A person, a reason, or the identifier of a row"
    ordering = ["-id"]
    fields = readonly_fields = ("when", "who", "what", "about", "reason", "told", "whom")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the workspace's name."""
        return super().get_queryset(request).select_related("workspace")

    def heading(self, row: Any) -> str:
        """Who did what."""
        return f"{self.who(row)} {self.what(row)}"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The list that names what its rows are about."""
        return LogList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """An entry, with what it is about."""
        entry = super().get_object(request, object_id, from_field)
        return name_subjects([entry], request.user)[0] if entry else None

    @admin.display(description="when", ordering="id")
    def when(self, entry: AuditEntry) -> str:
        """Day and minute."""
        return minute(entry.created_at)

    @admin.display(description="who", ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        """The name as it was then."""
        return entry.actor_name or "Wellposed"

    @admin.display(description="did", ordering="verb")
    def what(self, entry: AuditEntry) -> str:
        """The verb in words."""
        return entry.verb.replace("_", " ")

    @admin.display(description="to")
    def about(self, entry: Any) -> str | SafeString:
        """The row, with a link where it is there and may be seen."""
        word = SUBJECTS.get(entry.subject, (entry.subject,))[0]
        if entry.row is None:
            return f"{word} {entry.subject_id[:8]}"
        return format_html('{} <a href="{}">{}</a>', word, change_url(entry.subject, entry.row.pk), entry.row)

    @admin.display(description="details")
    def told(self, entry: AuditEntry) -> str:
        """One a line."""
        return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in entry.details.items() if value)

    @admin.display(description="library of")
    def whom(self, entry: AuditEntry) -> str:
        """A workspace, or everyone."""
        return entry.workspace.name if entry.workspace else "Everyone"


@admin.register(TrialRecord)
class TrialRecordAdmin(CuratorAdmin):
    """Attempts with and without an insight."""

    place = 6
    list_display = ["version", "arm", "correct", "task_key", "seed", "data", "model_id", "when"]
    list_filter = ["arm", "correct", "perturbed", "model_id"]
    list_select_related = ["version"]
    search_fields = ["task_key", "version__title"]
    search_help_text = "A task, or words of a title"
    ordering = ["-id"]

    def heading(self, row: Any) -> str:
        """What was tried on what."""
        return f"{row.version}: {row.get_arm_display().lower()}, {row.task_key}"

    @admin.display(description="data", ordering="perturbed")
    def data(self, trial: TrialRecord) -> str:
        """The task's own numbers, or changed ones."""
        return "changed" if trial.perturbed else "as given"

    @admin.display(description="when", ordering="created_at")
    def when(self, trial: TrialRecord) -> str:
        """Day and minute."""
        return minute(trial.created_at)


@admin.register(InsightUse)
class InsightUseAdmin(CuratorAdmin):
    """Where an insight was considered, and what came of it."""

    place = 7
    list_display = ["version", "role", "outcome", "adopted", "rank", "points", "when"]
    list_filter = ["role", "outcome", "adopted"]
    list_select_related = ["version"]
    search_fields = ["version__title"]
    search_help_text = "Words of a title"
    ordering = ["-id"]

    def heading(self, row: Any) -> str:
        """What became of what."""
        return f"{row.version}: {row.get_role_display().lower()}"

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what a row's page names."""
        return super().get_queryset(request).select_related("version", "insight", "release", "episode")

    @admin.display(description="score", ordering="score")
    def points(self, use: InsightUse) -> str:
        """Two digits."""
        return f"{use.score:.2f}"

    @admin.display(description="when", ordering="created_at")
    def when(self, use: InsightUse) -> str:
        """Day and minute."""
        return minute(use.created_at)


def name_subjects(entries: Iterable[AuditEntry], user: Any) -> list[Any]:
    """The entries, each with `row`: what it is about, None where that is gone or not the user's to see."""
    found, keys = list(entries), defaultdict[str, set[str]](set)
    for entry in found:
        keys[entry.subject].add(entry.subject_id)
    rows: dict[tuple[str, str], Any] = {}
    for subject, wanted in keys.items():
        if subject in SUBJECTS:
            seen = SUBJECTS[subject][1].objects.visible_to(user).filter(pk__in=wanted)
            rows |= {(subject, str(row.pk)): row for row in seen}
    for entry in found:
        entry.row = rows.get((entry.subject, entry.subject_id))  # type: ignore[attr-defined]
    return found


def minute(moment: datetime) -> str:
    """As the lists show a time, in the site's time zone."""
    return f"{localtime(moment):%-d %b %Y %H:%M}"
