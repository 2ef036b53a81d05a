"""Curators see what learning does: jobs with their progress, stop and retry, and the gate of a release."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, reverse

from copilot.evaluation.problems import Problem, ProblemError, read_problems
from copilot.learning import services, suites
from copilot.learning.models import WAITING, GateRecord, GateSuite, LearningJob, Status
from copilot.library import releases
from copilot.library.access import LibraryRefused, may_curate
from copilot.library.admin.base import CuratorAdmin, curator
from copilot.library.models import LibraryRelease

_FILE_MOST = 10 << 20


class GateForm(forms.Form):
    """What is replayed, against what, how often, and what it may cost."""

    suite = forms.ModelChoiceField(
        queryset=GateSuite.objects.none(), required=False, empty_label="a file", help_text="Replayed before, or a file."
    )
    file = forms.FileField(required=False, help_text="JSON lines, as manage.py evaluate reads them.")
    against = forms.ModelChoiceField(
        queryset=LibraryRelease.objects.none(), required=False, empty_label="no library", label="Compare with"
    )
    seeds = forms.IntegerField(min_value=1, max_value=services.SEEDS_MOST, initial=1, label="Tries of each problem")
    calls = forms.IntegerField(min_value=1, max_value=1_000_000, initial=services.GATE_CALLS, label="Most model calls")

    def __init__(self, *args: Any, release: LibraryRelease, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = {"workspace": release.workspace}
        known, others = self.fields["suite"], self.fields["against"]
        assert isinstance(known, forms.ModelChoiceField)
        assert isinstance(others, forms.ModelChoiceField)
        known.queryset = GateSuite.objects.visible_to(user).filter(**same).defer("problems")
        others.queryset = LibraryRelease.objects.visible_to(user).filter(**same).exclude(pk=release.pk)
        others.initial = releases.active(release.workspace)

    def clean(self) -> dict[str, Any]:
        """One of both: a suite that is known, or a file."""
        given = super().clean() or {}
        if bool(given.get("suite")) == bool(given.get("file")):
            raise forms.ValidationError("Choose a suite that was replayed before, or a file: one of both.")
        return given


@admin.register(LearningJob)
class LearningJobAdmin(CuratorAdmin):
    """Jobs of learning, newest first."""

    change_form_template = "admin/library/job_page.html"
    list_display = ["subject", "kind", "status", "progress", "outcome", "created_at"]
    list_filter = ["status", "cycle__kind"]
    list_select_related = ["cycle"]
    search_fields = ["subject", "cycle__id"]
    ordering = ["-created_at"]
    exclude = ["payload", "kept", "owner", "lease_until", "heartbeat_at"]

    def get_urls(self) -> list[URLPattern]:
        """Stopping, retrying and the gate, beside the admin's own addresses."""
        own = [
            self.page("<uuid:key>/stop/", self.stop, "job_stop"),
            self.page("<uuid:key>/retry/", self.retry, "job_retry"),
            self.page("gate/<uuid:key>/", self.gate, "release_gate"),
        ]
        return [*own, *super().get_urls()]

    def stop(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """End a job; what it has paid for is kept."""
        job = _job_of(request, key)
        if request.method == "POST":
            self.attempt(request, lambda: services.cancel(job), "It stops at its next step.")
        return redirect(_page_of(job))

    def retry(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Go on with a job that failed or was stopped, with more calls where that is asked for."""
        job = _job_of(request, key)
        if request.method == "POST":
            more = request.POST.get("calls", "")
            calls = int(more) if more.isascii() and more.isdecimal() and len(more) < 7 else 0
            self.attempt(request, lambda: services.retry(job, more_calls=calls), "It goes on where it was.")
        return redirect(_page_of(job))

    def gate(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Begin a gate of a release, and see how those that run are doing."""
        user = curator(request)
        release = get_object_or_404(LibraryRelease.objects.visible_to(user), id=key)
        if not may_curate(user, release.workspace):
            raise PermissionDenied
        form = GateForm(request.POST or None, request.FILES or None, release=release, user=user)

        def begin() -> None:
            given = form.cleaned_data
            with transaction.atomic():
                suite = given["suite"] or suites.keep(
                    _problems(given["file"]), name=_name(given["file"]), workspace=release.workspace
                )
                seeds, against = range(given["seeds"]), given["against"]
                services.open_gate(release, suite, actor=user, against=against, seeds=seeds, calls=given["calls"])

        if form.is_valid() and self.attempt(request, begin, "The gate is queued."):
            return redirect(reverse("admin:library_release_gate", args=[release.pk]))
        jobs = LearningJob.objects.visible_to(user).filter(payload__release=str(release.pk)).order_by("-created_at")
        shown = {
            "release": release,
            "form": form,
            "jobs": jobs.select_related("gate_suite")[:10],
            "waiting": jobs.filter(status__in=WAITING).exists(),
            "records": GateRecord.objects.visible_to(user).filter(release=release).select_related("suite", "against"),
        }
        return self.screen(request, "gate.html", f"Gate of {release}", **shown)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """A job's page, with what may be done to it now."""
        job = self.seen(request, object_id)
        acts = {"may_stop": job.status in WAITING, "may_retry": job.status in (Status.FAILED, Status.CANCELLED)}
        return super().change_view(request, object_id, form_url, acts | (extra_context or {}))

    @admin.display(ordering="cycle__kind")
    def kind(self, job: LearningJob) -> str:
        """What it is about."""
        return str(job.cycle.get_kind_display())

    @admin.display
    def outcome(self, job: LearningJob) -> str:
        """What came of it."""
        return str((job.result or {}).get("outcome", "") or job.closing_message)[:160]


def _job_of(request: HttpRequest, key: UUID) -> LearningJob:
    """A job of the library that the user curates; any other is not there."""
    user = curator(request)
    rows = LearningJob.objects.visible_to(user).select_related("cycle__workspace")
    job: LearningJob = get_object_or_404(rows, id=key)
    if not may_curate(user, job.cycle.workspace):
        raise Http404
    return job


def _page_of(job: LearningJob) -> str:
    return reverse("admin:learning_learningjob_change", args=[job.pk])


def _name(file: UploadedFile[bytes]) -> str:
    return Path(file.name or "suite").stem[:120]


def _problems(file: UploadedFile[bytes]) -> list[Problem]:
    """The problems of an uploaded file. Raises LibraryRefused with what to change."""
    if (file.size or 0) > _FILE_MOST:
        raise LibraryRefused(f"The file is larger than {_FILE_MOST >> 20} MB.")
    with tempfile.TemporaryDirectory(prefix="suite-") as folder:
        path = Path(folder) / f"{_name(file)}.jsonl"
        path.write_bytes(file.read())
        try:
            return read_problems([path])
        except ProblemError as error:
            raise LibraryRefused(f"The file cannot be replayed: {error}".replace(f"{folder}/", "")) from error
