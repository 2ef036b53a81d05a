"""The rules of a well-formed instance, each with the sentence that says what is wrong."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from solvers.array_names import are_numbered
from solvers.beyond_rules import check_beyond
from solvers.instance import INT32_MAX, INTEGER, Instance, InstanceError
from solvers.names import Names

MAX_NAME_LENGTH = 4096
_NUMBERS, _ALL = 1, 2  # how far an instance has been checked
_HALF_CHARACTER = re.compile(rb"\xed[\xa0-\xbf]")  # one of a surrogate pair, in UTF-8


def check(instance: Instance, *, names: bool = True) -> None:
    """Raise InstanceError with one sentence that names the first fault of `instance`; `names` looks at those too.

    What has been found right before is not looked at again.
    """
    if instance._checked < _NUMBERS:
        _check_lengths(instance)
        _check_structure(instance)
        _check_numbers(instance)
        if instance.beyond:
            check_beyond(instance)
        object.__setattr__(instance, "_checked", _NUMBERS)
    if names and instance._checked < _ALL:
        _check_names(instance)
        object.__setattr__(instance, "_checked", _ALL)


def _check_lengths(instance: Instance) -> None:
    n, m = instance.column_count, instance.row_count
    for label, size in (("rows", m), ("columns", n), ("nonzeros", instance.nonzero_count)):
        if size >= INT32_MAX:
            raise InstanceError(f"The instance has {size} {label}; at most {INT32_MAX - 1} are supported.")
    expected = {
        "column_lower": n,
        "column_upper": n,
        "integrality": n,
        "column_names": n,
        "row_upper": m,
        "row_names": m,
        "indptr": m + 1,
        "indices": instance.nonzero_count,
    }
    for field, length in expected.items():
        found = len(getattr(instance, field))
        if found != length:
            raise InstanceError(f"The array {field} has {found} entries where {length} are needed.")


def _check_structure(instance: Instance) -> None:
    indptr, indices, n = instance.indptr, instance.indices, instance.column_count
    if indptr[0] != 0 or indptr[-1] != instance.nonzero_count or np.any(np.diff(indptr) < 0):
        raise InstanceError("The row pointers of the matrix do not rise from 0 to the number of nonzeros.")
    if indices.size and (indices.min() < 0 or indices.max() >= n):
        raise InstanceError(f"The matrix refers to column number {int(indices.max())}, but there are {n} columns.")
    if not _rises_within_rows(indptr, indices):
        keys = np.sort(instance.row_of_entry() * max(n, 1) + indices)
        repeated = np.flatnonzero(keys[1:] == keys[:-1])
        if repeated.size:
            row, column = divmod(int(keys[repeated[0]]), max(n, 1))
            raise InstanceError(
                f"Constraint {instance.row_names[row]} has two entries for variable {instance.column_names[column]}."
            )
    if instance.integrality.size and instance.integrality.max() > INTEGER:
        raise InstanceError("The array integrality may only hold 0 (continuous) and 1 (integer).")


def _rises_within_rows(indptr: NDArray[np.int32], indices: NDArray[np.int32]) -> bool:
    """Whether the columns of each row are in rising order, which leaves no room for a repeated entry."""
    rises = np.ones(len(indices) + 1, dtype=np.bool_)
    np.greater(indices[1:], indices[:-1], out=rises[1:-1])
    rises[indptr] = True  # the first entry of a row follows that of another
    return bool(rises.all())


def _check_numbers(instance: Instance) -> None:
    if not math.isfinite(instance.objective_offset):
        raise InstanceError(f"The objective {instance.objective_name} has a constant term that is not finite.")
    wrong = _first(~np.isfinite(instance.cost))
    if wrong is not None:
        name = instance.column_names[wrong]
        raise InstanceError(
            f"The objective coefficient of variable {name} is {instance.cost[wrong]}, not a finite number."
        )
    wrong = _first(~np.isfinite(instance.values))
    if wrong is not None:
        row = int(np.searchsorted(instance.indptr, wrong, side="right")) - 1
        raise InstanceError(
            f"The coefficient of variable {instance.column_names[instance.indices[wrong]]} in constraint "
            f"{instance.row_names[row]} is {instance.values[wrong]}, not a finite number."
        )
    _check_sides("variable", instance.column_names, instance.column_lower, instance.column_upper)
    _check_sides("constraint", instance.row_names, instance.row_lower, instance.row_upper)
    for name, value in instance.fixed:
        if not math.isfinite(value):
            raise InstanceError(f"The fixed variable {name} has the value {value}, not a finite number.")


def _check_sides(kind: str, names: Sequence[str], lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
    wrong = _first(np.isnan(lower) | (lower == np.inf))
    if wrong is not None:
        raise InstanceError(f"The lower bound of {kind} {names[wrong]} is {lower[wrong]}, not a number below infinity.")
    wrong = _first(np.isnan(upper) | (upper == -np.inf))
    if wrong is not None:
        raise InstanceError(
            f"The upper bound of {kind} {names[wrong]} is {upper[wrong]}, not a number above -infinity."
        )


def _check_names(instance: Instance) -> None:
    for kind, names in (("constraints", instance.row_names), ("variables", instance.column_names)):
        if isinstance(names, Names) and not names.are_checked:
            _check_all(kind, names)
            names.are_checked = True
    columns = set(instance.column_names) if instance.fixed else set()
    for name, _ in instance.fixed:
        _check_name(name)
        if name in columns:
            raise InstanceError(f"The variable {name} is both a column and listed as fixed.")
    for name in instance.beyond.set_names:
        _check_name(name)
    for name in (instance.name, instance.objective_name):
        _check_name(name, may_be_empty=True)


def _check_all(kind: str, names: Names) -> None:
    """Look at all names at once, as the bytes of a file, and at one alone only where something is wrong."""
    try:
        packed = names.packed()
    except (TypeError, ValueError):
        packed = b""
    if are_numbered(packed):
        return
    parts = packed.split(b"\0") if len(names) else []
    distinct = set(parts)
    ends = np.flatnonzero(np.frombuffer(packed, dtype=np.uint8) == 0)
    longest = int(np.diff(ends, prepend=-1, append=len(packed)).max()) - 1
    is_text = packed.isascii() or _HALF_CHARACTER.search(packed) is None
    if len(parts) != len(names) or longest > MAX_NAME_LENGTH or b"" in distinct or not is_text:
        for name in names:
            _check_name(name)
    if len(distinct) < len(parts):
        twice, _ = Counter(names).most_common(1)[0]
        raise InstanceError(f"Two {kind} share the name {twice}.")


def _check_name(name: object, *, may_be_empty: bool = False) -> None:
    if not isinstance(name, str) or (not name and not may_be_empty):
        raise InstanceError("Every row and column needs a name that is a non-empty text.")
    if len(name) > MAX_NAME_LENGTH:
        raise InstanceError(f"The name {name[:40]}… is longer than {MAX_NAME_LENGTH} characters.")
    if "\0" in name:
        raise InstanceError("A name holds a NUL character, which is not text.")
    if not name.isascii() and any("\ud800" <= letter <= "\udfff" for letter in name):
        raise InstanceError("A name holds half of a surrogate pair, which is not a character.")


def _first(mask: NDArray[np.bool_]) -> int | None:
    hits = np.flatnonzero(mask)
    return int(hits[0]) if hits.size else None
