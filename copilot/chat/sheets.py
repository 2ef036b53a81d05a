"""What the model tabs show of a run: spec, maths, code, data, checks and diff of its version, draft or base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from pydantic import ValidationError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from copilot.chat.diffs import Diff, diff_of
from copilot.chat.judgements import Axis, axes_of
from copilot.chat.spec import Formula, Group, Segment, formulas_of, groups_of, groups_so_far, segments_of
from copilot.chat.words import plural
from copilot.drafting.formulation import Formulation, Parameter
from copilot.runs.events import EventType as E
from copilot.runs.exports import FORMS
from copilot.runs.models import ModelVersion, Run, RunEvent
from copilot.runs.words import number

ROWS_SHOWN = 50
BECOMING = "A draft: it becomes a version once it is built."
ASIDE = {
    Run.Kind.SCENARIO: "the scenario's changes are applied to its instance, never to the version.",
    Run.Kind.EXPLAIN: "this run only asks about it.",
}
ARRIVING = "The formulation is still arriving: this is what is known so far, and nothing of it is checked yet."
DRAFTED = (
    E.DRAFT_PARTIAL,
    E.DRAFT_FORMULATED,
    E.DRAFT_PROPOSED,
    E.DRAFT_QUESTION,
    E.DRAFT_ABSTAINED,
    E.BUILD_FAILED,
    E.CHECKS_FINISHED,
    E.DIFF_COMPUTED,
)


@dataclass(frozen=True, slots=True)
class Given:
    """A number, or a table of numbers of which the first rows are shown."""

    name: str
    label: str
    source: str
    text: str
    rows: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Table:
    """An uploaded file."""

    name: str
    size: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Download:
    """A form that the shown version can be downloaded in."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything of the model that the middle of the page shows."""

    id: UUID
    is_active: bool
    note: str
    version: int | None
    downloads: tuple[Download, ...]
    edit: str
    drafter: str
    segments: tuple[Segment, ...]
    groups: tuple[Group, ...]
    formulas: tuple[Formula, ...]
    program: SafeString
    build_error: str
    givens: tuple[Given, ...]
    tables: tuple[Table, ...]
    axes: tuple[Axis, ...]
    diff: Diff | None
    compares: bool


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the shown model comes from: the run's version, its draft so far, or the version before."""

    formulation: Formulation | None
    program: str
    text: str
    drafter: str
    note: str
    version: int | None
    version_id: UUID | None = None
    arriving: Sequence[Mapping[str, str]] = ()


def sheet_of(run: Run) -> Sheet:
    """The model of a run loaded with its version and base; three queries whatever its size."""
    payloads = _payloads(run)
    source = _source(run, payloads)
    formulation = source.formulation
    return Sheet(
        id=run.id,
        is_active=run.is_active,
        note=source.note,
        version=source.version,
        downloads=tuple(_downloads(source.version_id)),
        edit=reverse("edit-version", args=[source.version_id]) if source.version_id else "",
        drafter=source.drafter,
        segments=segments_of(formulation, source.text) if formulation else (Segment(source.text, "", "", "", False),),
        groups=groups_of(formulation, source.text) if formulation else groups_so_far(source.arriving),
        formulas=formulas_of(formulation, source.text) if formulation else (),
        program=_coloured(source.program),
        build_error=_build_error(run, payloads),
        givens=tuple(_given(item) for item in formulation.parameters) if formulation else (),
        tables=tuple(_tables(run)),
        axes=axes_of(_checks(run, payloads)),
        diff=_diff(run, payloads),
        compares=run.base_id is not None,
    )


def _payloads(run: Run) -> dict[str, Any]:
    """The newest payload of each type that a model tab needs."""
    events = RunEvent.objects.filter(run=run, type__in=DRAFTED).order_by("sequence")
    return dict(events.values_list("type", "payload"))


def _source(run: Run, payloads: Mapping[str, Any]) -> _Source:
    if run.version:
        return _of_version(run.version, note="")
    if run.is_aside and run.base:
        return _of_version(run.base, note=f"Version {run.base.number}, as it stands: {ASIDE[Run.Kind(run.kind)]}")
    if proposed := payloads.get(E.DRAFT_PROPOSED):
        note = BECOMING if run.is_active else "A draft that did not become a version."
        found, program = _formulation(proposed.get("formulation")), str(proposed.get("program", ""))
        return _Source(found, program, run.request_text, proposed.get("drafter", ""), note, None)
    if settled := _formulation((payloads.get(E.DRAFT_FORMULATED) or {}).get("formulation")):
        note = "The program is being written." if run.is_active else "A formulation without a program."
        return _Source(settled, "", run.request_text, "", note, None)
    if run.is_active and (partial := payloads.get(E.DRAFT_PARTIAL)):
        return _Source(None, "", run.request_text, "", ARRIVING, None, arriving=partial.get("items", ()))
    asked = payloads.get(E.DRAFT_QUESTION) or payloads.get(E.DRAFT_ABSTAINED) or {}
    if partial := _formulation(asked.get("formulation")):
        return _Source(partial, "", run.request_text, "", "Only what was understood so far.", None)
    if run.base and not run.is_active:
        note = f"The last message made no new version. This is version {run.base.number}, which still stands."
        return _of_version(run.base, note=note)
    return _Source(None, "", run.request_text, "", "", None)


def _of_version(version: ModelVersion, *, note: str) -> _Source:
    found = _formulation(version.formulation)
    return _Source(found, version.program, version.request_text, version.drafter, note, version.number, version.id)


def _formulation(raw: object) -> Formulation | None:
    if not raw:
        return None
    try:
        return Formulation.model_validate(raw)
    except ValidationError:  # written by an older release; the rest of the page still stands
        return None


def _coloured(program: str) -> SafeString:
    if not program:
        return mark_safe("")
    skipped = len(program) - len(program.lstrip("\n"))
    lines = highlight(program.strip("\n"), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    # Pygments escapes the program; the spans are its own.
    numbered = (f'<span class="line" id="line-{n}">{line}\n</span>' for n, line in enumerate(lines, skipped + 1))
    return mark_safe("".join(numbered))  # noqa: S308


def _build_error(run: Run, payloads: Mapping[str, Any]) -> str:
    failed = payloads.get(E.BUILD_FAILED)
    if failed is None or run.version:
        return ""
    line = f"Line {failed['line']}: " if failed.get("line") else ""
    return f"{line}{failed.get('message', '')}"


def _given(item: Parameter) -> Given:
    label = item.label or item.name.replace("_", " ")
    if isinstance(item.value, int | float):
        return Given(item.name, label, item.source, number(item.value, item.unit), (), 0)
    rows = tuple((", ".join(key), number(value, item.unit)) for key, value in item.value[:ROWS_SHOWN])
    shape = f"{plural(len(item.value), 'number')} by {' and '.join(item.indices) or 'label'}"
    return Given(item.name, label, item.source, shape, rows, max(0, len(item.value) - ROWS_SHOWN))


def _downloads(version_id: UUID | None) -> Iterable[Download]:
    for form, known in FORMS.items() if version_id else ():
        yield Download(known.title, reverse("export", args=[version_id, form]))


def _tables(run: Run) -> Iterable[Table]:
    for dataset in run.datasets.defer("content").order_by("name"):
        columns = [column["name"] if isinstance(column, dict) else str(column) for column in dataset.columns]
        size = f"{plural(dataset.row_count, 'row')}, {plural(len(columns), 'column')}"
        yield Table(dataset.name, size, tuple(columns))


def _checks(run: Run, payloads: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    result: Mapping[str, Any] = run.result or {}
    standing = run.version or (run.base if run.is_aside else None)
    stored: Any = result.get("checks") or (standing.checks if standing else None)
    found: Iterable[Mapping[str, Any]] = stored or (payloads.get(E.CHECKS_FINISHED) or {}).get("checks", ())
    return found


def _diff(run: Run, payloads: Mapping[str, Any]) -> Diff | None:
    computed = payloads.get(E.DIFF_COMPUTED) or {}
    raw = (run.version.diff if run.version else None) or computed.get("diff")
    if not raw:
        return None
    review = f"?a={run.base_id}&b={run.version_id}" if run.version and run.base else ""
    return diff_of(raw, against=run.base.number if run.base else computed.get("against", 0), review=review)
