"""Explanations as plain data for JSON, and as lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from solvers.explain.conflict import Conflict
from solvers.explain.items import Item, Kind
from solvers.explain.ray import Ray
from solvers.explain.repair import Repairs
from solvers.explain.sensitivity import SLACK, Sensitivity

SHOWN = 40


def conflict_data(found: Conflict) -> dict[str, Any]:
    """Return a conflict as data; `multiplier` is the item's weight in the proof, where there is one."""
    weights = found.multipliers or (None,) * len(found.items)
    return {
        "state": found.state,
        "proven_minimal": found.proven_minimal,
        "evidence": found.evidence,
        "reason": found.reason,
        "notes": list(found.notes),
        "items": [{**_item(item), "multiplier": weight} for item, weight in zip(found.items, weights, strict=True)],
        "solves": found.solves,
        "seconds": found.seconds,
    }


def repairs_data(repairs: Repairs) -> dict[str, Any]:
    """Return repairs as data, ranked."""
    found = [
        {
            "aims": list(repair.aims),
            "proven": repair.proven,
            "checked": repair.checked,
            "total": repair.total,
            "relative_total": repair.relative_total,
            "largest_relative": repair.largest,
            "changes": [
                {**_item(change.item), "amount": change.amount, "new_limit": change.new_limit}
                for change in repair.changes
            ],
        }
        for repair in repairs.found
    ]
    return {"found": found, "skipped": [list(pair) for pair in repairs.skipped], "reason": repairs.reason}


def ray_data(ray: Ray) -> dict[str, Any]:
    """Return a ray as data, most gain first."""
    return {
        "state": ray.state,
        "gain": ray.gain,
        "exact": ray.exact,
        "whole": ray.whole,
        "reason": ray.reason,
        "steps": [{"name": step.name, "amount": step.amount, "gain": step.gain} for step in ray.steps],
    }


def sensitivity_data(found: Sensitivity) -> dict[str, Any]:
    """Return prices and ranges as data; an endless range has null at its end, beside `known`: true.

    Adding 0.0 turns a negative zero into a plain one.
    """
    return {
        "state": found.state,
        "degenerate": found.degenerate,
        "several_optima": found.several_optima,
        "caveats": list(found.caveats),
        "reason": found.reason,
        "rows": [
            {
                "name": row.name,
                "side": row.side,
                "activity": row.activity,
                "limit": row.limit,
                "shadow_price": row.price + 0.0,
                "range": _range(row.low, row.high),
            }
            for row in found.rows
        ],
        "columns": [
            {
                "name": column.name,
                "value": column.value,
                "cost": column.cost,
                "reduced_cost": column.reduced_cost + 0.0,
                "cost_range": _range(column.cost_low, column.cost_high),
            }
            for column in found.columns
        ],
    }


def as_lines(data: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a report made of the data above."""
    yield f"{data['name']}: {data['termination_condition']}. {data['message']}"
    if "conflict" in data:
        yield from _conflict_lines(data["conflict"])
        yield from _repair_lines(data["repairs"])
    if "ray" in data:
        yield from _ray_lines(data["ray"])
    if "sensitivity" in data:
        yield f"objective {data['objective_value']:.12g}"
        yield from _sensitivity_lines(data["sensitivity"])


def _conflict_lines(data: dict[str, Any]) -> Iterator[str]:
    items = data["items"]
    if not items:
        yield f"No conflict to show ({data['state']}). {data['reason']}".strip()
        return
    proof = "proven minimal" if data["proven_minimal"] else "not proven minimal"
    yield f"These {len(items)} cannot all hold ({proof}; {data['evidence']}; {data['solves']} solves):"
    if data["reason"]:
        yield f"  {data['reason']}"
    for item in items[:SHOWN]:
        yield f"  {_words(item)}"
    yield from _more(len(items))


def _repair_lines(data: dict[str, Any]) -> Iterator[str]:
    if data["reason"]:
        yield data["reason"]
    for repair in data["found"]:
        notes = [*repair["aims"], *([] if repair["proven"] else ["not proven least"])]
        notes += [] if repair["checked"] else ["not checked"]
        yield f"Repair with {len(repair['changes'])} changes, total {repair['total']:g} ({', '.join(notes)}):"
        for change in repair["changes"][:SHOWN]:
            yield f"  {_words(change)} -> {change['new_limit']:.10g}"
        yield from _more(len(repair["changes"]))
    for aim, reason in data["skipped"]:
        yield f"No repair with the {aim}: {reason}"


def _ray_lines(data: dict[str, Any]) -> Iterator[str]:
    if not data["steps"]:
        yield f"{data['state']}: {data['reason']}"
        return
    proof = "checked exactly" if data["exact"] else "checked in floating point"
    yield f"Each step changes the objective by {data['gain']:+g} and breaks no limit ({data['state']}; {proof}):"
    for step in data["steps"][:SHOWN]:
        yield f"  {step['name']} {step['amount']:+g} (objective {step['gain']:+g})"
    yield from _more(len(data["steps"]))
    if not data["whole"]:
        yield "  A whole-number quantity moves by a fraction, so not every step keeps it whole."
    if data["reason"]:
        yield f"  {data['reason']}"


def _sensitivity_lines(data: dict[str, Any]) -> Iterator[str]:
    for sentence in (data["reason"], *data["caveats"]):
        if sentence:
            yield f"note: {sentence}"
    held = [row for row in data["rows"] if row["side"] != SLACK]
    for row in held[:SHOWN]:
        yield (
            f"  {row['name']} ({row['side']} {row['limit']:g}): {row['shadow_price']:+g} per unit{_span(row['range'])}"
        )
    yield from _more(len(held))
    for column in data["columns"][:SHOWN]:
        yield (
            f"  {column['name']} = {column['value']:g}, cost {column['cost']:g}{_span(column['cost_range'])}, "
            f"reduced cost {column['reduced_cost']:+g}"
        )
    yield from _more(len(data["columns"]))


def _item(item: Item) -> dict[str, Any]:
    limit = None if item.kind is Kind.INTEGRALITY else item.limit
    return {"kind": item.kind, "name": item.name, "side": item.side, "limit": limit}


def _words(item: dict[str, Any]) -> str:
    if item["limit"] is None:
        return f"{item['name']} is a whole number"
    return f"{item['kind']} {item['name']}: {item['side']} {item['limit']:.10g}"


def _range(low: float | None, high: float | None) -> dict[str, Any]:
    ends = [None if end is None or math.isinf(end) else end + 0.0 for end in (low, high)]
    return {"low": ends[0], "high": ends[1], "known": [low is not None, high is not None]}


def _span(span: dict[str, Any]) -> str:
    if not any(span["known"]):
        return ""
    words = [
        f"{end:g}" if end is not None else "no end" if known else "unknown"
        for end, known in zip((span["low"], span["high"]), span["known"], strict=True)
    ]
    return f" from {words[0]} to {words[1]}"


def _more(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield f"  … and {count - SHOWN} more"
