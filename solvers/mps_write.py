"""Writes an instance as free-format MPS or CPLEX LP text that every solver reads; numbers keep all their digits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator

from solvers.beyond import OBJECTIVE
from solvers.instance import Instance, Sense
from solvers.write_beyond import (
    bracket,
    indicators_by_row,
    lp_sections,
    mps_sections,
    products_by_row,
    semicontinuous_bounds,
    writable,
)

_MPS_UNSAFE = re.compile(r"[\s$]")
_LP_UNSAFE = re.compile(r"[^A-Za-z0-9_.]")
_LP_WORDS = re.compile(
    r"^(min|max|minimi[sz]e|maximi[sz]e|subject|such|st|s\.t\.|bounds?|gen.*|int.*|bin.*|free|end|inf.*|sos.*|semi.*)$",
    re.IGNORECASE,
)
_TERMS_PER_LINE = 8


def mps_text(instance: Instance) -> str:
    """Return free-format MPS; names lose white space, and every bound is written because readers differ in defaults.

    Raises InstanceError for nonlinear functions, which the format does not have; so does `lp_text`.
    """
    writable(instance, "MPS")
    return "\n".join(_mps_lines(instance)) + "\n"


def lp_text(instance: Instance) -> str:
    """Return CPLEX LP; names lose what that format forbids, rows without sides are left out."""
    writable(instance, "LP")
    return "\n".join(_lp_lines(instance)) + "\n"


def _mps_lines(instance: Instance) -> Iterator[str]:
    rows, columns = (_safe(names, _clean_mps) for names in (instance.row_names, instance.column_names))
    goal = _safe((instance.objective_name or "objective", *rows), _clean_mps)[0]
    goal = goal if goal not in rows else f"{goal}_objective_"
    yield f"NAME {_clean_mps(instance.name) or 'instance'}"
    if instance.sense is Sense.MAXIMIZE:
        yield from ("OBJSENSE", "    MAX")
    yield from ("ROWS", f" N {goal}")
    kinds = [_row_kind(low, high) for low, high in _sides(instance)]
    yield from (f" {kind} {name}" for kind, name in zip(kinds, rows, strict=True))
    yield "COLUMNS"
    yield from _mps_columns(instance, goal, rows, columns)
    yield "RHS"
    if instance.objective_offset:
        yield f" RHS {goal} {-instance.objective_offset!r}"  # by convention the constant enters with its sign turned
    for kind, name, (low, high) in zip(kinds, rows, _sides(instance), strict=True):
        side = low if kind in "GE" else high
        if kind != "N" and side:
            yield f" RHS {name} {side!r}"
    ranged = [(rows[i], high - low) for i, (low, high) in enumerate(_sides(instance)) if _is_range(low, high)]
    if ranged:
        yield "RANGES"
        yield from (f" RNG {name} {width!r}" for name, width in ranged)
    yield "BOUNDS"
    semicontinuous = frozenset(instance.beyond.semicontinuous.tolist())
    binary = frozenset(instance.beyond.indicator_column.tolist())
    for j, (low, high) in enumerate(zip(instance.column_lower.tolist(), instance.column_upper.tolist(), strict=True)):
        bounds = semicontinuous_bounds if j in semicontinuous else _mps_bounds
        if j in binary and (low, high) == (0.0, 1.0):  # some readers take an indicator in no other words
            yield f" BV BND {columns[j]}"
        else:
            yield from bounds(columns[j], low, high)
    yield from mps_sections(instance, rows, columns)
    yield "ENDATA"


def _mps_columns(instance: Instance, goal: str, rows: list[str], columns: list[str]) -> Iterator[str]:
    by_column = instance.matrix.tocsc()
    integer = False
    for j, name in enumerate(columns):
        if bool(instance.integrality[j]) != integer:
            integer = not integer
            yield f" MARKER{j} 'MARKER' '{'INTORG' if integer else 'INTEND'}'"
        yield f" {name} {goal} {float(instance.cost[j])!r}"
        span = slice(by_column.indptr[j], by_column.indptr[j + 1])
        for row, value in zip(by_column.indices[span].tolist(), by_column.data[span].tolist(), strict=True):
            yield f" {name} {rows[row]} {value!r}"
    if integer:
        yield " MARKEREND 'MARKER' 'INTEND'"


def _mps_bounds(name: str, low: float, high: float) -> Iterator[str]:
    if low == -math.inf and high == math.inf:
        yield f" FR BND {name}"
    elif low == high:
        yield f" FX BND {name} {low!r}"
    else:
        yield f" MI BND {name}" if low == -math.inf else f" LO BND {name} {low!r}"
        yield f" PL BND {name}" if high == math.inf else f" UP BND {name} {high!r}"


def _lp_lines(instance: Instance) -> Iterator[str]:
    rows, columns = (_safe(names, _clean_lp) for names in (instance.row_names, instance.column_names))
    yield "Maximize" if instance.sense is Sense.MAXIMIZE else "Minimize"
    products, waiting = products_by_row(instance), indicators_by_row(instance)
    costs = [f"{value:+.17g} {name}" for value, name in zip(instance.cost.tolist(), columns, strict=True) if value]
    if instance.objective_offset:
        costs.append(f"{instance.objective_offset:+.17g}")
    yield from _lp_row("objective_: ", costs + bracket(products.get(OBJECTIVE, []), columns, halved=True), tail="")
    yield "Subject To"
    for i, (low, high) in enumerate(_sides(instance)):
        span = slice(instance.indptr[i], instance.indptr[i + 1])
        entries = zip(instance.values[span].tolist(), instance.indices[span].tolist(), strict=True)
        words = [f"{value:+.17g} {columns[j]}" for value, j in entries]
        words += bracket(products.get(i, []), columns, halved=False)
        words = words or [f"+0 {columns[0]}"] if columns else words
        wait = f"{columns[waiting[i][0]]} = {waiting[i][1]} -> " if i in waiting else ""
        if low == high:
            yield from _lp_row(f"{rows[i]}: {wait}", words, tail=f" = {low!r}")
            continue
        if low > -math.inf:
            name = rows[i] if high == math.inf else f"{rows[i]}_low"
            yield from _lp_row(f"{name}: {wait}", words, tail=f" >= {low!r}")
        if high < math.inf:
            name = rows[i] if low == -math.inf else f"{rows[i]}_high"
            yield from _lp_row(f"{name}: {wait}", words, tail=f" <= {high!r}")
    yield "Bounds"
    for name, low, high in zip(columns, instance.column_lower.tolist(), instance.column_upper.tolist(), strict=True):
        yield f" {name} free" if low == -math.inf and high == math.inf else f" {low!r} <= {name} <= {high!r}"
    integers = [name for name, flag in zip(columns, instance.integrality.tolist(), strict=True) if flag]
    if integers:
        yield "General"
        yield from (f" {name}" for name in integers)
    yield from lp_sections(instance, columns)
    yield "End"


def _lp_row(head: str, words: list[str], *, tail: str) -> Iterator[str]:
    words = words or ["0"]
    for start in range(0, len(words), _TERMS_PER_LINE):
        first = f" {head}" if start == 0 else "  "
        last = tail if start + _TERMS_PER_LINE >= len(words) else ""
        yield first + " ".join(words[start : start + _TERMS_PER_LINE]) + last


def _sides(instance: Instance) -> list[tuple[float, float]]:
    return list(zip(instance.row_lower.tolist(), instance.row_upper.tolist(), strict=True))


def _row_kind(low: float, high: float) -> str:
    if low == high:
        return "E"
    if low > -math.inf:
        return "G"
    return "L" if high < math.inf else "N"


def _is_range(low: float, high: float) -> bool:
    return low != high and low > -math.inf and high < math.inf


def _clean_mps(name: str) -> str:
    return _MPS_UNSAFE.sub("_", name)


def _clean_lp(name: str) -> str:
    cleaned = _LP_UNSAFE.sub("_", name)
    # A leading digit or e-number would be read as a coefficient, a keyword as the start of a section.
    return f"v_{cleaned}" if not cleaned[:1].isalpha() or cleaned[:1] in "eE" or _LP_WORDS.match(cleaned) else cleaned


def _safe(names: Iterable[str], clean: Callable[[str], str]) -> list[str]:
    """Return cleaned names, told apart by a number where cleaning made two of them equal."""
    taken: set[str] = set()
    result = []
    for name in names:
        cleaned = candidate = clean(name)
        number = 1
        while candidate in taken:
            number += 1
            candidate = f"{cleaned}_{number}"
        taken.add(candidate)
        result.append(candidate)
    return result
