"""Says in words what a list of changes amounts to: uniform patterns per family, and one sentence for all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from solvers.equivalence.changes import Change, Kind, number_text

ITEMS: dict[Kind, str] = {"variables": "variable", "constraints": "constraint", "objective": "objective"}
RATIO_TOLERANCE = 1e-9
FAMILIES_NAMED = 5
RISK = (
    "sense",
    "integrality",
    "removed",
    "added",
    "objective coefficient",
    "constant",
    "coefficient",
    "bound",
    "limit",
)


def risk_of(change: Change) -> int:
    """Rank of a change: what overturns a model first (direction, sense, integrality), a new right-hand side last."""
    if change.kind == "objective" and change.field == "sense":
        return -1
    ranks = (rank for rank, word in enumerate(RISK) if word in change.field)
    return next(ranks, len(RISK))


def pattern(changes: Sequence[Change], *, family_size: int) -> str:
    """One line for changes of one family and one field: `right-hand side ×0.9 in 6 of 6 rows`."""
    first = changes[0]
    subjects = len({change.subject for change in changes})
    noun = "row" if first.kind == "constraints" else "column"
    if first.group == "presence":
        return f"{subjects} {noun}{_s(subjects)} {first.field}"
    where = "" if family_size <= 1 else f" in {subjects} of {family_size} rows"
    return f"{first.group} {_movement(changes)}{where.replace('rows', noun + 's')}"


def change_text(change: Change) -> str:
    """One change as a witness: `capacity[1]: right-hand side 130 → 117`."""
    if change.group == "presence":
        return f"{change.subject} {change.field}: {change.new if change.old is None else change.old}"
    return f"{change.subject}: {change.field} {value_text(change.old)} → {value_text(change.new)}"


def summary(changes: Sequence[Change], *, whole_families: set[tuple[Kind, str]]) -> str:
    """One sentence over all changes; `whole_families` are those that exist on one side only."""
    parts: list[str] = []
    for kind in ("variables", "constraints"):
        for field in ("removed", "added"):
            parts += _presence(changes, kind, field, whole_families)
    counted: Counter[str] = Counter()
    for change in sorted(changes, key=risk_of):
        if change.kind == "objective" and change.field == "sense":
            parts.insert(0, f"objective sense {change.old} → {change.new}")
        elif change.group != "presence" and (change.kind, change.family) not in whole_families:
            counted[_field_class(change)] += 1
    parts += [_counted(field, count) for field, count in counted.items()]
    return "; ".join(parts) or "No change"


def value_text(value: float | str | None) -> str:
    """A value for people; an absent bound is `none`."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else number_text(value)


def _movement(changes: Sequence[Change]) -> str:
    pairs = {(change.old, change.new) for change in changes}
    is_coefficient = changes[0].group.startswith("coefficient")
    if len(pairs) == 1 and not (is_coefficient and 0.0 in next(iter(pairs))):
        old, new = pairs.pop()
        return f"{value_text(old)} → {value_text(new)}"
    numbers = [(old, new) for old, new in pairs if isinstance(old, float) and isinstance(new, float)]
    if len(numbers) < len(pairs):
        return "changed"
    if is_coefficient and all(old == 0.0 for old, _ in numbers):
        values = {new for _, new in numbers}
        return f"added ({number_text(values.pop())})" if len(values) == 1 else "added"
    if is_coefficient and all(new == 0.0 for _, new in numbers):
        return "removed"
    return _uniform(numbers) or "changed"


def _uniform(numbers: Sequence[tuple[float, float]]) -> str:
    if all(old for old, _ in numbers):
        ratios = [new / old for old, new in numbers]
        if _all_close(ratios) and ratios[0]:
            return f"×{number_text(round(ratios[0], 9))}"
    steps = [new - old for old, new in numbers]
    return f"{steps[0]:+.9g}" if _all_close(steps) else ""


def _all_close(values: Sequence[float]) -> bool:
    return all(math.isclose(value, values[0], rel_tol=RATIO_TOLERANCE) for value in values)


def _presence(changes: Sequence[Change], kind: Kind, field: str, whole: set[tuple[Kind, str]]) -> list[str]:
    families = Counter(c.family for c in changes if c.kind == kind and c.group == "presence" and c.field == field)
    new = {name: count for name, count in families.items() if (kind, name) in whole}
    parts = []
    if new:
        total = sum(new.values())
        names = ", ".join(list(new)[:FAMILIES_NAMED]) + (", …" if len(new) > FAMILIES_NAMED else "")
        parts.append(f"{total} {ITEMS[kind]}{_s(total)} {field} ({names})")
    for name, count in families.items():
        if name not in new:
            direction = "to" if field == "added" else "from"
            parts.append(f"{count} {ITEMS[kind]}{_s(count)} {field} {direction} {name}")
    return parts


def _field_class(change: Change) -> str:
    if change.field.startswith("coefficient of"):
        return "coefficient"
    if change.field.endswith("bound"):
        return "bound"
    return f"objective {change.field}" if change.field == "constant" else change.field


def _counted(field: str, count: int) -> str:
    plural = {"right-hand side": "right-hand sides", "integrality": "integralities"}.get(field, f"{field}s")
    return f"{count} {field if count == 1 else plural} changed"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
