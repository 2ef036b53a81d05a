"""Doors of tables: the stored ones, what a version reads of them, and solving it with other data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from copilot.api.doors import PAGES, check_may_write, given, listed, run_of, user_of
from copilot.api.runs import NO_CONVERSATION
from copilot.api.serializers import NewDataInput
from copilot.api.shapes import told_board, told_dataset, told_dataset_in_short, told_run
from copilot.chat import mapping
from copilot.chat.mapping import FIELD, Board
from copilot.chat.models import Message
from copilot.data.models import Dataset
from copilot.data.services import dataset_of, versions_of
from copilot.runs import newdata
from copilot.runs.models import Run
from copilot.runs.services import RunConflict

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Datasets(APIView):
    """The stored tables of the user's workspaces."""

    query = {"name": "only versions of this name", **PAGES}

    def get(self, request: Request) -> Response:
        """The newest first; `?name=costs` gives the versions of one name."""
        rows = Dataset.objects.visible_to(user_of(request)).defer("content")
        if name := request.query_params.get("name", ""):
            rows = rows.filter(name=name)
        return listed(request, rows, told_dataset)


class OneDataset(APIView):
    """One version of one table."""

    def get(self, request: Request, dataset_id: UUID) -> Response:
        """Its columns, what was doubtful, its first rows, and every version of its name."""
        found = dataset_of(user_of(request), dataset_id)
        if found is None:
            raise Http404("There is no such dataset.")
        versions = [told_dataset_in_short(one) for one in versions_of(found)]
        return Response(told_dataset(found) | {"versions": versions})


class NewData(APIView):
    """Other data for the version of a run."""

    takes = NewDataInput

    def get(self, request: Request, run_id: UUID) -> Response:
        """What its program reads, and the columns of the conversation's tables that can give it."""
        return Response(told_board(_board(request, run_of(request, run_id))))

    def post(self, request: Request, run_id: UUID) -> Response:
        """Check the mapping, and solve: 201 with the new run, or 400 with `faults` that name sheet, cell and rule.

        Nothing is drafted and no language model is called. With `solve` false, 200 and `doubts`.
        """
        run = run_of(request, run_id)
        check_may_write(request, run.workspace)
        said = given(NewDataInput, request)
        board = _board(request, run)
        mapped = board.mapped(_asked(board, said["mapping"]))
        found = newdata.check(version=board.version, mapped=mapped, datasets=board.datasets)
        told = {"faults": found.faults, "doubts": found.doubts}
        if found.faults or not said["solve"]:
            return Response(told, status=400 if found.faults else 200)
        message = mapping.solve_with_data(run=run, actor=user_of(request), mapped=mapped, datasets=board.datasets)
        headers: dict[str, Any] = {"Location": reverse("api-run", args=[message.run_id])}
        started = told_run(run_of(request, message.run_id))
        return Response(started | {"doubts": found.doubts}, status=201, headers=headers)


class Template(APIView):
    """What a version reads, as a workbook to fill in."""

    def get(self, request: Request, run_id: UUID) -> HttpResponse:
        """Its sheets, units, labels and present numbers; uploaded again, it maps itself."""
        name, content = mapping.template_of(run_of(request, run_id))
        response = HttpResponse(content, content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        return response


def _board(request: Request, run: Run) -> Board:
    message = Message.objects.filter(run=run).select_related("conversation").first()
    if message is None:
        raise RunConflict(NO_CONVERSATION)
    return mapping.board_of(run, mapping.with_content(message.conversation))


def _asked(board: Board, said: dict[str, str]) -> dict[str, str]:
    """A form as the page would send it: what was said, and what is proposed for the rest."""
    proposed = {
        field.field: next((choice.value for choice in field.choices if choice.chosen), "")
        for field in board.fields(None)
    }
    return proposed | {FIELD + name: key for name, key in said.items()}
