"""Reads a problem's folder: `instance.json` with text, parameters and file list, beside the files in `data/`."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.data.cells import Cell, is_number
from copilot.data.delimited import read_csv
from copilot.data.errors import DataError
from copilot.data.reading import read_table
from copilot.data.table import MAX_BYTES, DataTable

INSTANCE = "instance.json"
ENDINGS = ("infeasible", "unbounded")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LISTED = 1_000_000

Plain = float | int | str | list[float | int | str]


@dataclass(frozen=True, slots=True)
class ProblemFolder:
    """A text whose numbers stand in `parameters` and `tables`; `optimum` is a number, an ending, or None if unknown.

    `notes` say what was mended while reading, and which listed files could not be read.
    """

    name: str
    text: str
    parameters: Mapping[str, Plain]
    tables: tuple[DataTable, ...]
    optimum: float | str | None
    notes: tuple[str, ...] = ()

    def data(self) -> dict[str, Plain | list[dict[str, Cell]]]:
        """What `build_model(data)` reads: parameters by their names, and each table's rows by the name of its file.

        Raises DataError for a table that has the name of a parameter.
        """
        data: dict[str, Plain | list[dict[str, Cell]]] = dict(self.parameters)
        for table in self.tables:
            if table.name in data:
                raise DataError(
                    f"{self.name}: a table and a parameter are both named {table.name}. Rename one of them."
                )
            data[table.name] = list(table.rows())
        return data


def is_folder(path: Path) -> bool:
    """Whether a path is a problem's folder."""
    return (path / INSTANCE).is_file()


def read_folder(path: Path) -> ProblemFolder:
    """Read a folder as it is: a file without column names or with short rows is mended, and that is noted.

    Raises DataError for an `instance.json` that is not there, is no JSON, or has no text, and for a listed file
    outside the folder. A listed file that is missing or cannot be read is noted, for the text may still be of use.
    """
    raw = _instance(path)
    parameters = {str(name): _plain(value) for name, value in (raw.get("parameters") or {}).items()}
    tables: list[DataTable] = []
    notes: list[str] = []
    told: list[str] = []
    for name, file in (raw.get("files") or {}).items():
        relative, description = _file(file)
        told.append(f"{name} ({relative}): {description}")
        inside = _inside(path, relative)
        try:
            table = _table(path.name, relative, inside)
        except DataError as error:
            notes.append(str(error))
            continue
        tables.append(table)
        notes += table.warnings
    said = {name: str(value) for name, value in (raw.get("parameters") or {}).items()}
    text = _PLACEHOLDER.sub(lambda found: said.get(found.group(1), found.group(0)), raw["abstract_problem"])
    optimum = raw.get("optimal_value", raw.get("answer"))
    return ProblemFolder(
        name=path.name,
        text="\n\n".join((text, *(["Data:", *told] if told else []))),
        parameters=parameters,
        tables=tuple(tables),
        optimum=_optimum(optimum, path / INSTANCE),
        notes=tuple(notes),
    )


def _instance(path: Path) -> dict[str, Any]:
    place = path / INSTANCE
    try:
        raw = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{place} cannot be read as JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("abstract_problem"), str):
        raise DataError(f"{place} has no text under abstract_problem.")
    for part in ("parameters", "files"):
        if not isinstance(raw.get(part) or {}, dict):
            raise DataError(f"{place}: {part} must be an object of names and values.")
    return raw


def _file(file: object) -> tuple[str, str]:
    if isinstance(file, dict):
        return str(file.get("path", "")), str(file.get("description", ""))
    return str(file), ""


def _inside(folder: Path, relative: str) -> Path:
    file = (folder / relative).resolve()
    if folder.resolve() not in file.parents:
        raise DataError(f"{folder.name}: the file {relative} lies outside its folder.")
    return file


def _table(folder: str, relative: str, file: Path) -> DataTable:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise DataError(f"{folder}: {relative} is larger than {MAX_BYTES >> 20} MB.")
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{folder}: {relative} cannot be read ({error.strerror}).") from error
    if file.suffix.lower() in (".csv", ".tsv", ".txt"):
        return read_csv(file.name, content, lenient=True)
    return read_table(file.name, content)


def _plain(value: object) -> Plain:
    """A parameter as a number, a list of numbers and texts, or a text; numbers often come as text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, Sequence):
        return [one if isinstance(one, int | float | str) else json.dumps(one) for one in value[:_LISTED]]
    return json.dumps(value)


def _written(text: str) -> Plain:
    stripped = text.strip()
    with contextlib.suppress(ValueError):  # "1 000" and "1,000" stay text: nobody says what they are
        number = float(stripped) if is_number(stripped) else math.nan
        if math.isfinite(number):
            return int(stripped) if stripped.lstrip("+-").isdigit() else number
    if stripped.startswith("["):
        try:
            found = json.loads(stripped)
        except (ValueError, RecursionError):
            return text
        if isinstance(found, list) and all(isinstance(one, int | float | str) for one in found):
            return found
    return text


def _optimum(value: object, place: Path) -> float | str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().lower() in ENDINGS:
        return value.strip().lower()
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise DataError(f"{place}: {value!r} is neither a number nor one of {', '.join(ENDINGS)}.")
    return number
