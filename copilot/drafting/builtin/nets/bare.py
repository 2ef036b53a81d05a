"""Names for rows of bare numbers: by the other data of the text, by the names it lists in order, or by counting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count, pairwise

from copilot.drafting.builtin.families.plan import label_of
from copilot.drafting.builtin.nets.data import Bare, Column, Data, Matrix, blanked, role_in, role_of
from copilot.drafting.builtin.nets.sheets import intro_of

_NAME = r"[A-Z\d][\w'’-]*(?: [A-Z\d][\w'’-]*)*"
_TOLD = re.compile(r"\((?P<names>[^()]*)\)\W*$")
_PARTED = re.compile(r"\s*[/,;|]\s*(?:and\s+)?|\s+and\s+")
_LISTED = re.compile(rf"(?<![\w'’]){_NAME}(?:(?:, | and |, and | / |; ){_NAME})+")


def name_bare(data: Data) -> None:
    """Turn every run of bare rows into a matrix or into columns; those that nothing names go back to nothing."""
    for one in data.bare:
        if one.labels and all(role_of(label) for label in one.labels):
            _as_columns(one, data)
        elif _is_triangle(one):
            _as_triangle(one, data)
        elif names := _legend(one):
            _as_called(one, names, data)
        elif len({len(row) for row in one.rows}) == 1:
            _as_matrix(one, data)
        else:
            data.strange.append("I did not understand the rows of numbers; give each column a heading.")
    data.bare.clear()


def _is_triangle(one: Bare) -> bool:
    widths = [len(row) for row in one.rows]
    full = [sum(value is not None for value in row) for row in one.rows]
    steps = {b - a for a, b in pairwise(full)}
    return len(widths) > 1 and steps in ({1}, {-1})


def _as_triangle(one: Bare, data: Data) -> None:
    """The lower or the upper half of a square, with or without the zeros of its diagonal."""
    rows = [[value for value in row if value is not None] for row in one.rows]
    lower = len(rows[-1]) > len(rows[0])
    diagonal = all((row[-1] if lower else row[0]) == 0 for row in rows)
    labels = list(one.labels)
    if not diagonal:
        missing = intro_of(data.text, one.place[0]) if lower else ""
        if lower and len(missing.split()) > 3:
            missing = ""
        if missing and lower:  # "Milan", alone above the row of Turin
            spot = data.text.rindex(missing, 0, one.place[0])
            data.prose = blanked(data.prose, [(spot, spot + len(missing))])
        labels = [label_of(missing) or "1", *labels] if lower else [*labels, str(len(rows) + 1)]
    size = len(rows) + (not diagonal)
    labels = labels if len(set(labels)) == size else [str(at + 1) for at in range(size)]
    values = {}
    for at, row in enumerate(rows):
        for spot, value in enumerate(row):
            a = at + (not diagonal) if lower else at
            b = spot if lower else a + spot + (not diagonal)
            values[labels[a], labels[b]] = value
    data.matrices.append(Matrix(tuple(labels), tuple(labels), values, one.words, one.place))


def _as_columns(one: Bare, data: Data) -> None:
    """ "Supply: 40, 50, 60": in the order of the side of a matrix that has as many."""
    for label, row in zip(one.labels, one.rows, strict=True):
        axes = [axis for matrix in data.matrices for axis in (matrix.rows, matrix.heads) if len(axis) == len(row)]
        if len({tuple(axis) for axis in axes}) != 1 or None in row:
            data.strange.append(f"It is not clear which names the numbers of “{label}” belong to.")
            continue
        values = {name: value for name, value in zip(axes[0], row, strict=True) if value is not None}
        data.columns.append(Column(label, values, one.place))


def _legend(one: Bare) -> tuple[str, ...]:
    """The names of "Depots (fixed cost / capacity)" for rows of as many numbers."""
    told = _TOLD.search(one.words)
    names = tuple(_PARTED.split(told["names"].strip())) if told else ()
    fits = len(names) > 1 and {len(row) for row in one.rows} == {len(names)} == {len({*map(role_in, names)})}
    return names if fits and all(map(role_in, names)) and len(one.labels) == len(one.rows) else ()


def _as_called(one: Bare, names: Sequence[str], data: Data) -> None:
    """One column for each name."""
    for at, name in enumerate(names):
        values = {label: row[at] for label, row in zip(one.labels, one.rows, strict=True)}
        known = {label: value for label, value in values.items() if value is not None}
        data.columns.append(Column(name, known, one.place))


def _as_matrix(one: Bare, data: Data) -> None:
    height, width = len(one.rows), len(one.rows[0])
    named = [tuple(column.values) for column in data.columns]
    listed = _lists(data.prose)
    rows = one.labels or _of_size(height, [*named, *listed], ()) or tuple(map(str, range(1, height + 1)))
    heads = _of_size(width, [*named, *listed], rows) or (rows if width == height and _is_zero(one) else ())
    heads = heads or _numbered(width, rows)
    values = {
        (row, head): value
        for row, numbers in zip(rows, one.rows, strict=True)
        for head, value in zip(heads, numbers, strict=True)
        if value is not None
    }
    data.matrices.append(Matrix(tuple(rows), tuple(heads), values, one.words, one.place))


def _is_zero(one: Bare) -> bool:
    """Whether the diagonal is empty or zero: places beside themselves."""
    return all(not row[at] for at, row in enumerate(one.rows))


def _of_size(size: int, lists: Sequence[tuple[str, ...]], other: Sequence[str]) -> tuple[str, ...]:
    found = {one for one in lists if len(one) == size and set(one) != set(other)}
    return next(iter(found)) if len(found) == 1 else ()


def _numbered(size: int, taken: Sequence[str]) -> tuple[str, ...]:
    numbers = (str(number) for number in count(1))
    return tuple(label for label, _ in zip((one for one in numbers if one not in taken), range(size), strict=False))


def _lists(prose: str) -> list[tuple[str, ...]]:
    """Names that the prose lists in order."""
    found = []
    for match in _LISTED.finditer(prose):
        names = tuple(label_of(name) for name in re.split(r",? and |, | / |; ", match.group()))
        if len(set(names)) == len(names) and not all(name.isdigit() for name in names):
            found.append(names)
    return found
