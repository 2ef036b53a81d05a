"""Files in the browser: import with a report, from which drafts go to review, and export of what the curator sees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from copilot.library import exporting, import_reports, importing, taxonomy
from copilot.library.access import LibraryRefused, may_curate, owned_workspaces
from copilot.library.admin.base import CuratorAdmin, curator
from copilot.library.admin.forms import ReachForm
from copilot.library.admin.moving import move_all
from copilot.library.importing import ImportReport
from copilot.library.insights import Reach
from copilot.library.models import InsightVersion
from copilot.library.states import State

MOST_MEGABYTES = 4  # read while the browser waits; larger files go through `manage.py library import`
MOST_INSIGHTS = 1_000  # some seconds, during which SQLite lets nobody else write
FILES = {
    "alphaopt": ("library.json", "application/json"),
    "jsonl": ("library.jsonl", "application/jsonl"),
    "csv": ("library.csv", "text/csv"),
}
PAGE, PROBLEMS, PAIRS, IMPORTS = 100, 50, 200, 20


class ImportForm(ReachForm):
    """A file, its taxonomy where it has one, and the licence of the texts."""

    file = forms.FileField(
        help_text="AlphaOPT's .json, or .jsonl, or .csv", widget=forms.FileInput(attrs={"autofocus": True})
    )
    taxonomy = forms.FileField(required=False, help_text="The taxonomy file that goes with it, if there is one")
    licence = forms.CharField(required=False, max_length=60, help_text="Of the texts, such as MIT")

    field_order = ["file", "taxonomy", "licence", "workspace"]

    def clean_file(self) -> UploadedFile[bytes]:
        """Not larger than a request may take to read."""
        return _bounded(self.cleaned_data["file"])

    def clean_taxonomy(self) -> UploadedFile[bytes] | None:
        """The same."""
        return _bounded(self.cleaned_data["taxonomy"]) if self.cleaned_data["taxonomy"] else None


class FilePages(CuratorAdmin):
    """The form, the report, and the files that are written."""

    def export(self, request: HttpRequest, form: str) -> HttpResponse:
        """The newest version of each insight for everyone, or of a workspace of the curator's, as a file."""
        user, asked = curator(request), request.GET.get("workspace", "")
        workspace = self.seen(request, asked, owned_workspaces(user)) if asked else None
        name, kind = FILES[form]
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        text = exporting.write(form, user=user, workspace=workspace)
        return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)

    def bring(self, request: HttpRequest) -> HttpResponse:
        """Store a file's insights as drafts, all of them or none."""
        user = curator(request)
        form = ImportForm(user, request.POST or None, request.FILES or None)
        report = self._stored(request, form) if form.is_valid() else None
        if report is not None and not report.problems:
            return self._told(request, report)
        problems = report.problems if report else []
        shown = {
            "form": form,
            "problems": problems[:PROBLEMS],
            "more": max(len(problems) - PROBLEMS, 0),
            "imports": import_reports.imports(user)[:IMPORTS],
        }
        return self.screen(request, "import.html", "Import a file", **shown)

    def _stored(self, request: HttpRequest, form: ImportForm) -> ImportReport | None:
        file, tree, wanted = form.cleaned_data["file"], form.cleaned_data["taxonomy"], form.cleaned_data
        try:
            return importing.import_file(
                file.name,
                file.read(),
                actor=curator(request),
                reach=Reach(wanted["workspace"]),
                licence=wanted["licence"],
                taxonomy_data=tree.read() if tree else None,
                most=MOST_INSIGHTS,
            )
        except LibraryRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return None

    def _told(self, request: HttpRequest, report: ImportReport) -> HttpResponse:
        known = f"; known before: {report.already_there}" if report.already_there else ""
        done = f"Imported {report.file}. New drafts: {report.stored}; new versions: {report.new_versions}{known}."
        self.message_user(request, done, messages.SUCCESS)
        entry = import_reports.imports(curator(request)).first() if report.insights else None
        if entry is None:
            return redirect("admin:library_insight_changelist")
        return redirect("admin:library_import_report", entry.pk)

    def import_report(self, request: HttpRequest, key: int) -> HttpResponse:
        """What a file brought; posts send drafts to review or approve the labels that it proposed."""
        user = curator(request)
        entry = self.seen(request, key, import_reports.imports(user))
        report = import_reports.report(entry, user)
        match request.POST.get("verb"):
            case "review":
                ready = InsightVersion.objects.filter(pk__in=[version.pk for version in report.clean])
                move_all(self, request, ready, State.IN_REVIEW, f"from {entry.details.get('file', 'a file')}")
            case "labels":
                self.attempt(request, lambda: _approve(report, user), f"Labels approved: {len(report.proposed)}.")
        if request.method == "POST":
            return redirect("admin:library_import_report", entry.pk)
        code = request.GET.get("finding", "")
        shown = {
            "report": report,
            "page": Paginator(report.with_finding(code), PAGE).get_page(request.GET.get("page")),
            "code": code,
            "pairs": report.near_duplicates[:PAIRS],
            "clean": len(report.clean),
            "may_curate": may_curate(user, entry.workspace),
        }
        return self.screen(request, "import_report.html", f"Import of {entry.details.get('file', 'a file')}", **shown)


def _approve(report: import_reports.FileReport, user: Any) -> None:
    for label in report.proposed:
        taxonomy.approve(label, actor=user)


def _bounded(file: UploadedFile[bytes]) -> UploadedFile[bytes]:
    if (file.size or 0) > MOST_MEGABYTES << 20:
        size = (file.size or 0) >> 20
        raise forms.ValidationError(
            f"It has {size:,} MB; at most {MOST_MEGABYTES} are read here. Split it, or use manage.py library import."
        )
    return file
