"""Tables as files: CSV and JSON, written as they are sent, so that a large one needs no memory of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from copilot.chat.solutions import Point, records_of
from copilot.chat.tables import Look

LINES = 2_000  # in one piece
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def csv_of(point: Point, show: str, look: Look) -> Iterator[str]:
    """Pieces of a CSV file with a header; an infinite or unknown number is an empty cell."""
    records = records_of(point, show, look)
    first = next(records, None)
    if first is None:
        yield "name,label,unit\r\n"
        return
    yield _written([list(first), [_cell(value) for value in first.values()]])
    while rows := [[_cell(value) for value in record.values()] for record in islice(records, LINES)]:
        yield _written(rows)


def plans_csv(points: Sequence[tuple[str, Point]]) -> Iterator[str]:
    """Pieces of a CSV file with a line per variable and a column per plan; the first line holds the objective values.

    The plans, each with its title, are of one run.
    """
    names = points[0][1].known.variables
    yield _written([["name", "label", "unit", *(title for title, _ in points)]])
    values = [point.known.instance.objective_at(point.x) for _, point in points]
    yield _written([["", "objective", "", *values]])
    columns = [point.values.tolist() for _, point in points]
    for start in range(0, len(names.names), LINES):
        rows = []
        for position in range(start, min(start + LINES, len(names.names))):
            family = names.families[names.family_of[position]]
            what = (names.names[position], family.label, family.unit)
            rows.append([*map(_cell, what), *(column[position] for column in columns)])
        yield _written(rows)


def json_of(point: Point, show: str, look: Look) -> Iterator[str]:
    """Pieces of one JSON object whose list is named by what it holds."""
    records = records_of(point, show, look)
    yield f'{{"{show}": ['
    separator = ""
    while piece := [json.dumps(record, ensure_ascii=False, allow_nan=False) for record in islice(records, LINES)]:
        yield separator + ",\n".join(piece)
        separator = ",\n"
    yield "]}\n"


def streamed(request: HttpRequest, pieces: Iterator[str], *, name: str) -> StreamingHttpResponse:
    """A download of these pieces; the server's event loop never waits for one of them."""
    content = _awaited(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _awaited(pieces: Iterator[str]) -> AsyncIterator[str]:
    while piece := await sync_to_async(_following)(pieces):
        yield piece


def _following(pieces: Iterator[str]) -> str:
    return next(pieces, "")


def _written(rows: list[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
