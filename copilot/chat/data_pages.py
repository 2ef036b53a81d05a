"""Pages of a conversation's data: its datasets, one dataset, and the mapping of columns to a version's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from copilot.accounts.services import may_write
from copilot.chat import attachments, mapping, services
from copilot.chat.access import message_of, run_of, signed_in, to_conversation, user_of
from copilot.chat.forms import TablesForm, uploads_of
from copilot.chat.models import Conversation
from copilot.chat.words import plural
from copilot.data.errors import DataError
from copilot.data.models import Dataset
from copilot.data.services import dataset_of, preview_of, table_of, versions_of
from copilot.runs import newdata
from copilot.runs.models import Run
from copilot.runs.services import RunError

ROWS = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"integer": "whole numbers", "number": "numbers", "boolean": "yes or no", "date": "dates", "text": "text"}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def datasets(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The datasets of a conversation; a file sent here is stored, or comes back with the sentence on what is wrong."""
    found = services.conversation_of(user_of(request), conversation_id)
    if request.method != "POST":
        return _datasets(request, found)
    form = TablesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _datasets(request, found, sentence=form.sentence(), status=422)
    try:
        brought = attachments.bring(
            conversation=found, actor=user_of(request), uploads=uploads_of(form.cleaned_data["tables"])
        )
    except (RunError, DataError) as error:
        return _datasets(request, found, sentence=str(error), status=422)
    return _datasets(request, found, new={one.id for one in brought})


@require_safe
@signed_in
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """One version of a dataset: its columns, its first rows, what was doubtful, and the other versions."""
    found = dataset_of(user_of(request), dataset_id)
    if found is None:
        raise Http404("There is no such dataset.")
    try:
        rows, sentence = preview_of(table_of(found), ROWS), ""
    except DataError as error:
        rows, sentence = [], str(error)
    context = {
        "one": _told(found, rows),
        "versions": versions_of(found),
        "conversations": [one.conversation for one in found.attachments.select_related("conversation")[:20]],
        "sentence": sentence,
    }
    return render(request, "chat/dataset.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mapped(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Which column gives which parameter; sent, it is checked, and solved where `solve` is asked for and all fits."""
    run = run_of(request, run_id)
    conversation = message_of(run).conversation
    held = mapping.with_content(conversation)
    asked = request.POST.dict() if request.method == "POST" else None
    try:
        board = mapping.board_of(run, held)
    except RunError as error:
        return _mapped(request, run, conversation, {"sentence": str(error)}, status=422)
    context: dict[str, Any] = {"fields": board.fields(asked), "datasets": board.datasets, "version": board.version}
    if asked is None or not held:
        return _mapped(request, run, conversation, context)
    return _answered(request, run, conversation, board, asked, context)


@require_safe
@signed_in
def template(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A workbook with the columns that the run's version reads and their present values."""
    run = run_of(request, run_id)
    conversation = message_of(run).conversation
    try:
        name, content = mapping.template_of(run)
    except RunError as error:
        return _mapped(request, run, conversation, {"sentence": str(error)}, status=422)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _answered(
    request: HttpRequest,
    run: Run,
    conversation: Conversation,
    board: mapping.Board,
    asked: Mapping[str, str],
    context: dict[str, Any],
) -> HttpResponse:
    try:
        wanted = board.mapped(asked)
        found = newdata.check(version=board.version, mapped=wanted, datasets=board.datasets)
        context |= {"faults": found.faults, "doubts": found.doubts, "fits": not found.faults}
        if found.faults or "solve" not in asked:
            return _mapped(request, run, conversation, context, status=422 if found.faults else 200)
        mapping.solve_with_data(run=run, actor=user_of(request), mapped=wanted, datasets=board.datasets)
    except RunError as error:
        return _mapped(request, run, conversation, context | {"sentence": str(error)}, status=422)
    return to_conversation(conversation.id)


def _mapped(
    request: HttpRequest, run: Run, conversation: Conversation, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context |= {
        "run": run,
        "conversation": conversation,
        "may_write": may_write(user_of(request), conversation.workspace),
    }
    return render(request, "chat/mapping.html", context, status=status)


def _datasets(
    request: HttpRequest,
    found: Conversation,
    *,
    sentence: str = "",
    new: frozenset[UUID] | set[UUID] = frozenset(),
    status: int = 200,
) -> HttpResponse:
    held = attachments.held_by(found)
    context = {
        "conversation": found,
        "held": [_told(one.dataset) | {"earlier": one.earlier, "is_new": one.dataset.id in new} for one in held],
        "run": _latest_run(found),
        "sentence": sentence,
        "new": len(new),
        "may_write": may_write(user_of(request), found.workspace),
    }
    return render(request, "chat/datasets.html", context, status=status)


def _told(one: Dataset, rows: Sequence[Sequence[Any]] | None = None) -> dict[str, Any]:
    """A dataset in words with its first rows; of an earlier release it may know the names of its columns alone."""
    columns = [each if isinstance(each, dict) else {"name": str(each)} for each in one.columns]
    figures = [each.get("kind") in ("integer", "number") for each in columns]
    shown = one.preview if rows is None else rows
    return {
        "dataset": one,
        "columns": [
            {
                "name": each["name"],
                "kind": KINDS.get(each.get("kind", ""), ""),
                "unit": each.get("unit", ""),
                "is_figure": is_figure,
            }
            for each, is_figure in zip(columns, figures, strict=True)
        ],
        "size": f"{plural(one.row_count, 'row')}, {plural(len(columns), 'column')}",
        "rows": [list(zip(row, figures, strict=False)) for row in shown],
        "shown": len(shown),
    }


def _latest_run(found: Conversation) -> Run | None:
    """The newest run with a version, which new data would be for."""
    made = Run.objects.filter(message__conversation=found, version__isnull=False)
    return made.select_related("version").defer("version__instance").order_by("-message__created_at").first()
