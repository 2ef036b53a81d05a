"""Our own fields as CSV and as JSON lines: for spreadsheets, scripts and other tools."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from copilot.library.content import Content, ContentError, LabelPath
from copilot.library.formats.records import Problem, Reading, Record
from copilot.library.formats.strict_json import MOST_RECORDS, FormatError, check_size, decoded, parse

TEXTS = ("title", "applies_when", "not_when", "explanation", "wrong", "right", "solver_scope", "language")
FIELDS = ("key", "legacy_id", *TEXTS, "labels", "licence")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would compute, and what we wrote in front of it
csv.field_size_limit(1 << 22)


def read_jsonl(data: bytes) -> Reading:
    """One JSON object a line; `labels` is a list of lists of names. Raises FormatError."""
    check_size(data)
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for number, line in enumerate(decoded(data).split("\n"), 1):
        if line.strip():
            value = parse(line.encode(), what=f"Line {number}")
            if not isinstance(value, dict):
                raise FormatError(f"Line {number} is no object.")
            rows.append((f"line {number}", value))
    return _reading("jsonl", rows)


def read_csv(data: bytes) -> Reading:
    """A table whose first line names our fields; labels as `a > b > c`, several with `;` between.

    Raises FormatError.
    """
    check_size(data)
    try:
        reader = csv.DictReader(io.StringIO(decoded(data), newline=""), strict=True)
        if unknown := set(reader.fieldnames or ()) - set(FIELDS):
            raise FormatError(f"The column {min(unknown)[:40]!r} is none of {', '.join(FIELDS)}.")
        rows = [(f"line {reader.line_num}", _plain(row)) for row in reader]
    except csv.Error as error:
        raise FormatError(f"The file is no CSV: {error}.") from error
    return _reading("csv", rows)


def write_jsonl(records: Iterable[Record]) -> str:
    """The records, one object a line."""
    lines = [json.dumps(_row(record), ensure_ascii=False) for record in records]
    return "".join(f"{line}\n" for line in lines)


def write_csv(records: Iterable[Record]) -> str:
    """The records as a table; cells that a spreadsheet would compute get an apostrophe, which reading takes off."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(FIELDS)
    for record in records:
        row = _row(record)
        labels = "; ".join(" > ".join(_escaped(name) for name in path) for path in record.content.labels)
        cells = {name: "" if value is None else str(value) for name, value in row.items()} | {"labels": labels}
        table.writerow([f"'{cells[name]}" if _FORMULA.match(cells[name]) else cells[name] for name in FIELDS])
    return out.getvalue()


def _plain(row: Mapping[str | None, Any]) -> dict[str, Any]:
    if None in row or None in row.values():
        raise FormatError("A line has more or fewer cells than the first one.")
    cells = {
        str(name): value[1:] if _FORMULA.match(value[1:]) and value[:1] == "'" else value for name, value in row.items()
    }
    labels = [
        [_unescaped(name.strip()) for name in re.split(r"(?<!\\)>", path)]
        for path in re.split(r"(?<!\\);", cells.get("labels", ""))
        if path.strip()
    ]
    legacy = cells.get("legacy_id", "").strip()
    return {
        **cells,
        "labels": labels,
        "legacy_id": int(legacy) if re.fullmatch(r"-?\d{1,18}", legacy) else legacy or None,
    }


def _reading(name: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Reading:
    if len(rows) > MOST_RECORDS:
        raise FormatError(f"The file has more than {MOST_RECORDS:,} records.")
    records, problems, keys = [], [], dict[object, str]()
    for place, row in rows:
        try:
            record = _record(row, place)
        except ContentError as error:
            problems.append(Problem(place, str(error)))
            continue
        for named in _names(record):
            if named in keys:
                problems.append(Problem(place, f"Its {named[0]} {named[1]} is that of {keys[named]} too."))
            keys.setdefault(named, place)
        records.append(record)
    return Reading(name, tuple(records), tuple(problems))


def _names(record: Record) -> Iterator[tuple[str, object]]:
    if record.key:
        yield "key", record.key
    if record.legacy_id is not None:
        yield "legacy_id", record.legacy_id


def _record(row: Mapping[str, Any], place: str) -> Record:
    if unknown := set(row) - set(FIELDS):
        raise ContentError(f"The field {min(unknown)[:40]!r} is none of {', '.join(FIELDS)}.")
    texts = {name: row[name] for name in (*TEXTS, "key", "licence") if row.get(name)}
    if wrong := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise ContentError(f"The field {wrong[0]} is no text.")
    legacy_id = row.get("legacy_id")
    if legacy_id is not None and (
        isinstance(legacy_id, bool) or not isinstance(legacy_id, int) or abs(legacy_id) > 1 << 62
    ):
        raise ContentError(f"The legacy_id {str(legacy_id)[:40]!r} is no whole number.")
    key, licence = texts.pop("key", ""), texts.pop("licence", "")
    if len(key) > 80 or len(licence) > 60:
        raise ContentError("The key has more than 80 characters, or the licence more than 60.")
    fields = {"applies_when": "", "explanation": ""} | texts
    content = Content(labels=_paths(row.get("labels") or []), **fields).cleaned()
    return Record(place=place, content=content, legacy_id=legacy_id, key=key, licence=licence)


def _paths(value: Any) -> tuple[LabelPath, ...]:
    listed = isinstance(value, list) and all(isinstance(path, list) for path in value)
    if not listed or not all(isinstance(name, str) for path in value for name in path):
        raise ContentError("Its labels are no list of lists of names.")
    return tuple(tuple(path) for path in value)


def _row(record: Record) -> dict[str, Any]:
    texts = {name: getattr(record.content, name) for name in TEXTS}
    labels = [list(path) for path in record.content.labels]
    return {"key": record.key, "legacy_id": record.legacy_id, **texts, "labels": labels, "licence": record.licence}


def _escaped(name: str) -> str:
    return re.sub(r"([;>])", r"\\\1", name)


def _unescaped(name: str) -> str:
    return re.sub(r"\\([;>])", r"\1", name)
