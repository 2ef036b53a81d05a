"""A second normal form, for BLISS: written apart from the engine's, one row and one column at a time, slow and plain.

What it shares with the engine is the list of rewrites that are to count as harmless, and nothing else.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from solvers.instance import Sense
from tests.solvers.equivalence.models import Model

SAME = 2e-11  # relative: numbers nearer than this are one number
SUBTRACTED = 2e-12  # relative to the larger operand: what a difference may be off
WHOLE = 1e-9
Term = dict[int, float]
Number = tuple[float, float]  # with what it may be off, absolutely


@dataclass
class Form:
    """Rows by number as terms with two sides, columns by number as (lower, upper, cost, whole)."""

    rows: dict[int, tuple[Term, Number, Number]]
    columns: dict[int, tuple[float, float, float, bool]]
    holders: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    contradicts: bool = False


def second_form(model: Model) -> Form:
    """Return the model without anything that says nothing."""
    sign = -1.0 if model.sense is Sense.MAXIMIZE else 1.0
    columns = {
        j: (float(low), float(high), sign * float(cost), bool(whole))
        for j, (low, high, cost, whole) in enumerate(
            zip(model.column_lower, model.column_upper, model.cost, model.integer, strict=True)
        )
    }
    rows = {}
    for i, (low, high) in enumerate(zip(model.lower.tolist(), model.upper.tolist(), strict=True)):
        places, values = model.row(i)
        terms = {j: v for j, v in zip(places.tolist(), values.tolist(), strict=True) if v}
        rows[i] = (terms, (low, 0.0), (high, 0.0))
    form = Form(rows, columns)
    for i, (terms, _, _) in rows.items():
        for j in terms:
            form.holders[j].add(i)
    for j in columns:
        _tighten(form, j, -math.inf, math.inf)
    size = None
    while size != (size := (len(form.rows), len(form.columns))):
        for i in list(form.rows):
            _look_at_row(form, i)
        for j in list(form.columns):
            _look_at_slack(form, j)
        _merge_parallel(form)
    _finish(form)
    return form


def _tighten(form: Form, j: int, low: float, high: float) -> None:
    old_low, old_high, cost, whole = form.columns[j]
    low, high = max(low, old_low), min(high, old_high)
    if whole:
        low = math.ceil(low - WHOLE) if math.isfinite(low) else low
        high = math.floor(high + WHOLE) if math.isfinite(high) else high
    form.columns[j] = (low, high, cost, whole)


def _drop_row(form: Form, i: int) -> None:
    for j in form.rows.pop(i)[0]:
        form.holders[j].discard(i)


def _look_at_row(form: Form, i: int) -> None:
    terms, (low, low_off), (high, high_off) = form.rows[i]
    if not terms:
        form.contradicts |= low > WHOLE + low_off or high < -WHOLE - high_off
    elif len(terms) == 1:
        ((j, value),) = terms.items()
        ends = low / value, high / value
        _tighten(form, j, min(ends), max(ends))
    elif not (math.isinf(low) and math.isinf(high)):
        return
    _drop_row(form, i)


def _look_at_slack(form: Form, j: int) -> None:
    low, high, cost, whole = form.columns[j]
    if whole or cost or len(form.holders[j]) != 1 or math.isfinite(low) == math.isfinite(high):
        return
    (i,) = form.holders[j]
    terms, (row_low, low_off), (row_high, high_off) = form.rows[i]
    value = terms.pop(j)
    term = value * (low if math.isfinite(low) else high)
    if (value > 0) == math.isfinite(low):  # it only adds: nothing is left of the lower side
        sides = (-math.inf, 0.0), (row_high - term, high_off + _off(row_high, term))
    else:
        sides = (row_low - term, low_off + _off(row_low, term)), (math.inf, 0.0)
    form.rows[i] = (terms, *sides)
    del form.columns[j], form.holders[j]


def _off(side: float, term: float) -> float:
    return SUBTRACTED * max(abs(side), abs(term)) if term and math.isfinite(side) else 0.0


def _merge_parallel(form: Form) -> None:
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i, (terms, _, _) in form.rows.items():
        alike[tuple(sorted(terms))].append(i)
    for support, rows in alike.items():
        if not support:
            continue
        leads: list[int] = []
        for i in rows if len(rows) > 1 else ():
            lead = next((k for k in leads if _ratio(form.rows[k][0], form.rows[i][0], support) is not None), None)
            if lead is None:
                leads.append(i)
            else:
                _join(form, lead, i, _ratio(form.rows[lead][0], form.rows[i][0], support) or 1.0)


def _ratio(first: Term, second: Term, support: tuple[int, ...]) -> float | None:
    """By what the second row has to be multiplied to be the first."""
    ratio = first[support[0]] / second[support[0]]
    same = all(math.isclose(first[j], ratio * second[j], rel_tol=SAME) for j in support)
    return ratio if same else None


def _join(form: Form, lead: int, other: int, ratio: float) -> None:
    terms, low, high = form.rows[lead]
    sides = [(side * ratio, off * abs(ratio)) for side, off in form.rows[other][1:]]
    other_low, other_high = sides if ratio > 0 else sides[::-1]
    form.rows[lead] = (terms, max(low, other_low), min(high, other_high))
    _drop_row(form, other)


def _finish(form: Form) -> None:
    for j, (low, high, cost, _) in list(form.columns.items()):
        form.contradicts |= low > high + WHOLE * (1 + abs(high))
        if not cost and not form.holders[j]:
            del form.columns[j]
    for i, (terms, low, high) in form.rows.items():
        form.contradicts |= low[0] > high[0] + WHOLE * (1 + abs(high[0]))
        scale = 1 / max(map(abs, terms.values()))
        if math.isinf(low[0]) or math.isinf(high[0]):
            scale = -scale if math.isinf(high[0]) else scale
        sides = [(side * scale, off * abs(scale)) for side, off in (low, high)]
        form.rows[i] = ({j: v * scale for j, v in terms.items()}, *(sides if scale > 0 else sides[::-1]))


def alike_numbers(numbers: list[Number]) -> dict[Number, int]:
    """Return the same whole number for numbers that may be one."""
    known = sorted(set(numbers))
    place, names = 0, {}
    for number in known[:1]:
        names[number] = place
    for (before, before_off), (after, after_off) in pairwise(known):
        near = SAME * max(abs(before), abs(after)) + before_off + after_off if math.isfinite(before + after) else 0.0
        place += after - before > near if before != after else 0
        names[after, after_off] = place
    return names


def coloured_graph(form: Form, names: dict[Number, int], colours: dict[Any, int]) -> tuple[int, list[Any], list[int]]:
    """Return size, edges and colours of nodes: columns, rows (twice where either sign is as good), coefficients."""
    at = {j: place for place, j in enumerate(form.columns)}
    keys: list[Any] = [
        ("column", names[low, 0.0], names[high, 0.0], names[cost, 0.0], whole)
        for low, high, cost, whole in form.columns.values()
    ]
    edges: list[tuple[int, int]] = []
    for terms, low, high in form.rows.values():
        twins = math.isfinite(low[0]) and math.isfinite(high[0])
        if twins:
            edges.append((len(keys), len(keys) + 1))
        first = len(keys)
        keys.append(("row", names[low], names[high]))
        if twins:
            keys.append(("row", names[_minus(high)], names[_minus(low)]))
        for sign, node in ((1, first), (-1, first + 1)) if twins else ((1, first),):
            for j, value in terms.items():
                edges += [(node, len(keys)), (len(keys), at[j])]
                keys.append(("entry", names[sign * value, 0.0]))
    return len(keys), edges, [colours.setdefault(key, len(colours)) for key in keys]


def numbers_of(form: Form) -> list[Number]:
    """Every number of the form, and the opposite of those of rows."""
    found = [(value, 0.0) for low, high, cost, _ in form.columns.values() for value in (low, high, cost)]
    for terms, low, high in form.rows.values():
        found += [low, high, _minus(low), _minus(high)]
        found += [(sign * value, 0.0) for value in terms.values() for sign in (1, -1)]
    return found


def _minus(number: Number) -> Number:
    return -number[0], number[1]
