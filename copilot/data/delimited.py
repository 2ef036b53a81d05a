"""Reads delimited text into a typed table, or says which line and rule it breaks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from copilot.data.cells import TypedColumn, bare_numbers, decimal_mark, is_ambiguous, is_number, type_column
from copilot.data.dates import are_doubtful
from copilot.data.encoding import decode_text
from copilot.data.errors import DataError
from copilot.data.table import (
    MAX_BYTES,
    MAX_CELLS,
    DataTable,
    check_cells,
    check_names,
    check_size,
    hash_of,
    table_name,
)
from copilot.data.totals import total_of
from copilot.data.units import units_of

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50


@dataclass(slots=True)
class _Grid:
    header: list[str]
    header_line: int
    rows: list[list[str]]
    lines: list[int]
    delimiter: str
    warnings: list[str] = field(default_factory=list)


def read_csv(
    name: str,
    content: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_cells: int = MAX_CELLS,
    lenient: bool = False,
) -> DataTable:
    """Read delimited text; the first line must name the columns.

    Delimiter, decimal mark and encoding are found out. Raises DataError, with file, line, column and rule, for: an
    empty file, no header, a repeated or missing column name, a row of another length, bytes that are not text, a file
    over `max_bytes` (bytes) or `max_cells`, and numbers that are not finite. Formulas are kept as text.
    `lenient` is for files that nobody can be asked to mend: without names the columns are `column_1`, `column_2`, ...,
    and a row that is too short ends in empty cells; either comes with a warning.
    """
    check_size(name, content, max_bytes=max_bytes)
    decoded = decode_text(name, content)
    grid = _grid(name, decoded.text, max_cells=max_cells, lenient=lenient)
    warnings = [warning for warning in (decoded.warning, *grid.warnings) if warning]
    typed = _typed(name, grid, warnings)
    if not lenient:
        typed = _without_total(name, grid, typed, warnings)
    return DataTable(
        name=table_name(name),
        columns={column: one.values for column, one in typed.items()},
        kinds={column: one.kind for column, one in typed.items()},
        lines=grid.lines,
        content_hash=hash_of(content),
        encoding=decoded.encoding,
        delimiter=grid.delimiter,
        warnings=tuple(warnings),
        units={column: one.sign for column, one in typed.items() if one.sign not in ("", "%")} | units_of(typed),
    )


def _without_total(
    name: str, grid: _Grid, typed: dict[str, TypedColumn], warnings: list[str]
) -> dict[str, TypedColumn]:
    """Leave out a last row that only adds up the others, as on a sheet: it would count everything twice."""
    label = total_of([one.values for one in typed.values()])
    if not label or len(grid.lines) < 2:
        return typed
    warnings.append(f"{name}, line {grid.lines.pop()} (“{label}”) is left out: it adds up the rows above.")
    return {column: replace(one, values=one.values[:-1]) for column, one in typed.items()}


def _typed(name: str, grid: _Grid, warnings: list[str]) -> dict[str, TypedColumn]:
    """Each column in its type; what was doubtful is added to the warnings."""
    cells = [[row[i] for row in grid.rows] for i in range(len(grid.header))]
    mark = decimal_mark([bare_numbers(column) for column in cells], delimiter=grid.delimiter)
    found: dict[str, TypedColumn] = {}
    for column, texts in zip(grid.header, cells, strict=True):
        typed = type_column(texts, mark=mark)
        if typed.not_finite is not None:
            line = grid.lines[typed.not_finite]
            raise DataError(
                f"{name}, line {line}, column {column}: {texts[typed.not_finite]!r} is not a finite number. "
                "Give a number, or leave the cell empty."
            )
        warnings += _doubts(name, column, texts, grid.lines, typed)
        found[column] = typed
    return found


def _grid(name: str, text: str, *, max_cells: int, lenient: bool) -> _Grid:
    delimiter = _delimiter(text)
    found = list(_records(name, text, delimiter, max_cells=max_cells))
    if not found:
        raise DataError(f"{name} is empty. Its first line must name the columns, and each further line is a row.")
    (header_line, header), body = found[0], found[1:]
    grid = _Grid(header, header_line, [row for _, row in body], [line for line, _ in body], delimiter)
    if lenient:
        _mend(name, grid)
    _check_widths(name, grid)
    _drop_empty_columns(name, grid)
    _check_header(name, grid)
    if not grid.rows:
        raise DataError(f"{name} has column names in line {header_line} but no rows below them.")
    return grid


def _records(name: str, text: str, delimiter: str, *, max_cells: int) -> Iterator[tuple[int, list[str]]]:
    """(line where it starts, stripped cells) of each record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, rows = 1, 0
    try:
        for record in reader:
            start, line = line, reader.line_num + 1
            cells = [cell.strip() for cell in record]
            if not any(cells):
                continue
            rows += 1
            check_cells(name, rows - 1, len(cells), max_cells=max_cells)
            yield start, cells
    except csv.Error as error:
        if "field limit" in str(error):
            raise DataError(
                f"{name}, line {line}: a cell has more than {csv.field_size_limit():,} characters. Check that the file "
                "is a table, and that its quotation marks are closed."
            ) from error
        raise DataError(
            f"{name}, line {reader.line_num}: the line cannot be cut into cells ({error}). Check its quotation marks."
        ) from error


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines most evenly; for a single column, one that occurs nowhere."""
    lines = text[:200_000].splitlines()[:_SAMPLE_LINES]
    best, best_score = "", (0.0, 0)
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row)]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            score = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
            if score > best_score:
                best, best_score = delimiter, score
    return best or next((delimiter for delimiter in ";\t|," if delimiter not in text), ",")


def _mend(name: str, grid: _Grid) -> None:
    """Name the columns of a file that does not, and fill up rows that end too early; says both."""
    if _is_nameless(grid.header):
        grid.rows.insert(0, grid.header)
        grid.lines.insert(0, grid.header_line)
        grid.header = [f"column_{place}" for place in range(1, len(grid.header) + 1)]
        grid.warnings.append(
            f"{name}: line {grid.header_line} holds numbers rather than names, so the columns are "
            f"{_shown(grid.header)}."
        )
    width = len(grid.header)
    short = [place for place, row in enumerate(grid.rows) if len(row) < width]
    for place in short:
        grid.rows[place] += [""] * (width - len(grid.rows[place]))
    if short:
        more = f" and {len(short) - 1:,} more" if short[1:] else ""
        grid.warnings.append(
            f"{name}, line {grid.lines[short[0]]}{more}: there are fewer cells than columns; the last are taken as "
            "empty."
        )


def _check_widths(name: str, grid: _Grid) -> None:
    expected = len(grid.header)
    for line, row in zip(grid.lines, grid.rows, strict=True):
        if len(row) == expected:
            continue
        extra = row[expected:]
        if any(extra) or len(row) < expected:
            raise DataError(
                f"{name}, line {line}: there {_cells(len(row))} where line {grid.header_line} names {expected} "
                f"columns ({_shown(grid.header)}). Every row needs one cell per column; put quotation marks around "
                "text that contains the separator."
            )
        del row[expected:]


def _drop_empty_columns(name: str, grid: _Grid) -> None:
    """Spreadsheets export empty columns beside the table; one with cells but no name is a fault."""
    nameless = [i for i, column in enumerate(grid.header) if not column]
    for i in nameless:
        line = next((line for line, row in zip(grid.lines, grid.rows, strict=True) if row[i]), None)
        if line is not None:
            raise DataError(
                f"{name}, line {grid.header_line}: column {i + 1} has no name but line {line} has a value in it. "
                "Give every column a name."
            )
    if nameless:
        kept = [i for i in range(len(grid.header)) if i not in set(nameless)]
        grid.header = [grid.header[i] for i in kept]
        grid.rows = [[row[i] for i in kept] for row in grid.rows]


def _check_header(name: str, grid: _Grid) -> None:
    numeric = [column for column in grid.header if is_number(column)]
    if _is_nameless(grid.header):
        raise DataError(
            f"{name}, line {grid.header_line}: this line holds numbers ({_shown(numeric)}), so the columns have no "
            "names. Add a first line that names them."
        )
    if numeric:
        grid.warnings.append(f"{name}: the columns {_shown(numeric)} are named by numbers.")
    check_names(name, grid.header, where=f"line {grid.header_line}")


def _is_nameless(header: Sequence[str]) -> bool:
    """Whether a first line is a row of data: it holds numbers that do not count columns."""
    numeric = [column for column in header if is_number(column)]
    return bool(numeric) and (len(numeric) == len(header) or not counts_up(numeric))


def counts_up(names: Sequence[str]) -> bool:
    """Whether numbers are fair column names, as years and periods are: whole and in even steps, 2024, 2025, 2026."""
    if len(names) < 2 or not all(name.isascii() and name.isdigit() and len(name) < 10 for name in names):
        return False
    numbers = [int(name) for name in names]
    step = numbers[1] - numbers[0]
    return step > 0 and all(b - a == step for a, b in pairwise(numbers))


def _doubts(name: str, column: str, texts: Sequence[str], lines: Sequence[int], typed: TypedColumn) -> Iterator[str]:
    if typed.odd is not None:
        yield (
            f"{name}, line {lines[typed.odd]}: column {column} is text because {texts[typed.odd][:40]!r} is not a "
            "number; the rest of it looks like numbers."
        )
    if typed.sign == "%":
        first = next(i for i, cell in enumerate(texts) if cell)
        yield (
            f"{name}, line {lines[first]}: column {column} is in per cent; {texts[first]} was read as "
            f"{typed.values[first]}."
        )
    if are_doubtful(texts):
        yield (
            f"{name}, column {column}: {next(filter(None, texts))} could be day or month first, so it stays text. "
            "Write dates as 2026-03-31."
        )
    doubtful = next((i for i, cell in enumerate(texts) if is_ambiguous(cell)), None)
    if doubtful is not None:
        meaning = "a decimal comma" if typed.mark == "comma" else "a thousands separator"
        yield f"{name}, line {lines[doubtful]}: the comma in column {column} ({texts[doubtful]}) was read as {meaning}."
    formula = next((i for i, cell in enumerate(texts) if cell.startswith("=")), None)
    if formula is not None:
        yield f"{name}, line {lines[formula]}: column {column} holds a formula, kept as text and not calculated."


def _cells(count: int) -> str:
    return "is 1 cell" if count == 1 else f"are {count} cells"


def _shown(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:8]) + (", …" if len(names) > 8 else "")
