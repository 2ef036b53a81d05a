"""A stored version as a file: the program, a notebook, the maths, or the instance that solvers read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse

from copilot.accounts.models import Viewer
from copilot.drafting.base import DraftingError
from copilot.drafting.exports import Known, latex_document, notebook, script
from copilot.runs.drafts import draft_of
from copilot.runs.models import Lifecycle, ModelVersion, Run, Verification
from copilot.runs.versions import instance_of
from solvers.instance import InstanceError
from solvers.mps_write import lp_text, mps_text

_WHOLE = (Run.Kind.DRAFT, Run.Kind.SOLVE, Run.Kind.REPLAY)


class ExportRefused(Exception):
    """The version cannot be written in this form; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file: its name, its media type, and its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a version can be written in: what people call it, and the media type of the file."""

    title: str
    media_type: str
    write: Callable[[ModelVersion], bytes]


def version_visible_to(user: Viewer, version_id: UUID) -> ModelVersion | None:
    """The version, when the user may see it."""
    return ModelVersion.objects.visible_to(user).filter(id=version_id).first()


def export(version: ModelVersion, form: str) -> Exported:
    """The version as a file of that form, a key of FORMS. Raises ExportRefused with a sentence."""
    try:
        content = FORMS[form].write(version)
    except (DraftingError, InstanceError) as error:
        raise ExportRefused(str(error)) from error
    stem = re.sub(r"[^a-z0-9]+", "-", version.title.lower()).strip("-")[:40] or "model"
    return Exported(f"{stem}-v{version.number}.{form}", FORMS[form].media_type, content)


def as_download(made: Exported) -> HttpResponse:
    """The file as an answer that a browser saves."""
    response = HttpResponse(made.content, content_type=f"{made.media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _known(version: ModelVersion) -> Known:
    return Known(draft_of(version), version.request_text, version.number, _held_value(version))


def _held_value(version: ModelVersion) -> float | None:
    """The objective value of the newest solve of the version itself that ended at an optimum which our checks hold."""
    runs = Run.objects.filter(
        version=version, kind__in=_WHOLE, lifecycle=Lifecycle.SUCCEEDED, termination_condition="optimal"
    )
    run = runs.exclude(verification=Verification.FAILED).order_by("-finished_at").first()
    value = (run.result or {}).get("objective_value") if run else None
    return float(value) if isinstance(value, int | float) else None


def _instance(version: ModelVersion) -> bytes:
    return bytes(version.instance)


FORMS: Final = {
    "py": Form("Python script", "text/x-python", lambda version: script(_known(version)).encode()),
    "ipynb": Form("notebook", "application/x-ipynb+json", lambda version: notebook(_known(version)).encode()),
    "tex": Form("LaTeX", "application/x-tex", lambda version: latex_document(_known(version)).encode()),
    "lp": Form("LP", "text/plain", lambda version: lp_text(instance_of(version)).encode()),
    "mps": Form("MPS", "text/plain", lambda version: mps_text(instance_of(version)).encode()),
    "instance": Form("instance file", "application/octet-stream", _instance),
}
