"""Says in words what changes amount to: uniform patterns per family, and one line for all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.catalogue import index_of
from solvers.equivalence.changes import Kind, Value, number_text
from solvers.equivalence.ledger import PRESENCE, Block, Group, Ledger

ITEMS: dict[Kind, str] = {"variables": "variable", "constraints": "constraint", "objective": "objective"}
RATIO_TOLERANCE = 1e-9
FAMILIES_NAMED = 5
TITLE = 120  # characters of a summary
MOST_PARTS = 20
Floats = NDArray[np.float64]


def pattern(group: Group, ledger: Ledger) -> str:
    """Return one line for changes of one family and one field: `right-hand side ×0.9 in 6 of 6 rows`."""
    block = group.block
    subjects = len(np.unique(block.item[group.at])) if not block.texts else len(group)
    noun = "row" if block.kind == "constraints" else "column"
    if block.field in PRESENCE:
        return f"{subjects} {noun}{_s(subjects)} {block.field}{_where(group, ledger)}"
    size = _size(group, ledger)
    where = "" if size <= 1 else f" in {subjects} of {size} {noun}s{_where(group, ledger)}"
    return f"{group.name} {_movement(group)}{where}"


def change_text(ledger: Ledger, block: Block, k: int) -> str:
    """Return one change as a witness: `capacity[1]: right-hand side 130 → 117`."""
    subject, (old, new) = ledger.subject(block, k), ledger.values(block, k)
    if block.field in PRESENCE:
        return f"{subject} {block.field}: {new if old is None else old}"
    return f"{subject}: {ledger.field(block, k)} {value_text(old)} → {value_text(new)}"


def summary(ledger: Ledger) -> str:
    """Return one line over all changes, short enough for a title."""
    whole = {kind: _whole(ledger, kind) for kind in ("variables", "constraints")}
    parts: list[str] = []
    counted: Counter[str] = Counter()
    for block in ledger.blocks:
        if block.kind == "objective" and block.field == "sense":
            old, new = ledger.values(block, 0)
            parts.append(f"objective sense {old} → {new}")
        elif block.field not in PRESENCE:
            counted[_field_class(block.field)] += _outside(block, ledger, whole.get(block.kind, set()))
    for kind in ("variables", "constraints"):
        for field in PRESENCE:
            for block in ledger.blocks:
                if (block.kind, block.field) == (kind, field):
                    parts += _presence(block, ledger, whole[kind])
    parts += [_counted(field, count) for field, count in counted.items() if count]
    return titled(parts) or "No change"


def titled(parts: Iterable[str], *, limit: int = TITLE) -> str:
    """Return parts as one line of at most `limit` characters; the last ones are counted where they do not fit."""
    every = list(parts)
    for shown in range(min(len(every), MOST_PARTS), 0, -1):
        rest = len(every) - shown
        text = "; ".join(every[:shown]) + (f"; {rest} more kinds of change" if rest > 1 else "")
        text += "; 1 more kind of change" if rest == 1 else ""
        if len(text) <= limit:
            return text
    return f"{every[0][: limit - 1]}…" if every else ""


def value_text(value: Value) -> str:
    """Return a value for people; an absent bound is `none`."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else number_text(value)


def _whole(ledger: Ledger, kind: Kind) -> set[str]:
    roster = ledger.roster(kind)
    return set(roster.before) ^ set(roster.after)


def _outside(block: Block, ledger: Ledger, whole: set[str]) -> int:
    """Return how many changes are of families that both models have."""
    if block.kind == "objective" or block.texts or not whole:
        return len(block.item)
    roster = ledger.roster(block.kind)
    mine = np.array([family in whole for family in roster.families], dtype=bool)
    return int(np.count_nonzero(~mine[roster.family[block.item]]))


def _size(group: Group, ledger: Ledger) -> int:
    """Return how many rows or columns the pattern could have touched."""
    block = group.block
    if block.kind != "objective":
        return max(ledger.roster(block.kind).after[group.family], ledger.roster(block.kind).before[group.family])
    if block.item[0] < 0:
        return 1
    columns = ledger.columns
    return max(columns.after[columns.families[int(columns.family[block.item[group.at[0]]])]], len(group))


def _where(group: Group, ledger: Ledger) -> str:
    """Return which of a family's members changed, where one word of their index says it: `, all with index 2 = 5`."""
    block = group.block
    if block.texts or block.item[0] < 0:
        return ""
    roster = ledger.roster(block.kind)
    items = np.unique(block.item[group.at])
    family = np.flatnonzero(roster.family == roster.family[items[0]])
    if len(items) == len(family) or len(family) < 3:
        return ""
    mine, every = ([index_of(roster.names[k]) for k in part.tolist()] for part in (items, family))
    width = len(mine[0])
    if width == 0 or any(len(key) != width for key in every) or (width == 1 and len(items) > 1):
        return ""
    for position in range(width):
        words = {key[position] for key in mine}
        if len(words) == 1 and sum(key[position] in words for key in every) == len(items):
            return _all_with(words.pop(), position, width, [key[position] for key in every])
    return ""


def _all_with(word: str, position: int, width: int, words: list[str]) -> str:
    order = list(dict.fromkeys(words))
    if len(order) < 2:
        return ""
    if all(text.lstrip("-").isdigit() for text in order):
        order.sort(key=int)
    place = ", the first" if word == order[0] else ", the last" if word == order[-1] else ""
    return f" (index{f' {position + 1}' if width > 1 else ''} = {word}{place})"


def _movement(group: Group) -> str:
    block, at = group.block, group.at
    if block.texts:
        pairs = {block.texts[k][1:] for k in at.tolist()}
        return _one(*pairs.pop()) if len(pairs) == 1 else "changed"
    old, new = block.old[at], block.new[at]
    is_coefficient = block.column is not None
    same = bool(np.all(_equal(old, old[0])) and np.all(_equal(new, new[0])))
    if same and not (is_coefficient and (old[0] == 0 or new[0] == 0)):
        return _one(block.value(float(old[0])), block.value(float(new[0])))
    if block.words or np.isnan(old).any() or np.isnan(new).any():
        return "changed"
    if is_coefficient and not old.any():
        return f"added ({number_text(float(new[0]))})" if np.all(new == new[0]) else "added"
    if is_coefficient and not new.any():
        return "removed"
    return _uniform(old, new) or "changed"


def _one(old: Value, new: Value) -> str:
    return f"{value_text(old)} → {value_text(new)}"


def _equal(values: Floats, value: float) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.isnan(values) if math.isnan(value) else values == value
    return same


def _uniform(old: Floats, new: Floats) -> str:
    if old.all():
        ratios = new / old
        if _all_close(ratios) and ratios[0]:
            return f"×{number_text(round(float(ratios[0]), 9))}"
    steps = new - old
    return f"{float(steps[0]):+.9g}" if _all_close(steps) else ""


def _all_close(values: Floats) -> bool:
    return bool(np.allclose(values, values[0], rtol=RATIO_TOLERANCE, atol=0.0))


def _presence(block: Block, ledger: Ledger, whole: set[str]) -> list[str]:
    roster = ledger.roster(block.kind)
    counts = Counter(roster.family[block.item].tolist())
    families = {roster.families[number]: count for number, count in counts.items()}
    new = {name: count for name, count in families.items() if name in whole}
    parts = []
    if new:
        total = sum(new.values())
        names = ", ".join(list(new)[:FAMILIES_NAMED]) + (", …" if len(new) > FAMILIES_NAMED else "")
        parts.append(f"{total} {ITEMS[block.kind]}{_s(total)} {block.field} ({names})")
    for name, count in families.items():
        if name not in new:
            direction = "to" if block.field == "added" else "from"
            parts.append(f"{count} {ITEMS[block.kind]}{_s(count)} {block.field} {direction} {name}")
    return parts


def _field_class(field: str) -> str:
    if field.endswith("bound"):
        return "bound"
    return f"objective {field}" if field == "constant" else field


def _counted(field: str, count: int) -> str:
    plural = {
        "right-hand side": "right-hand sides",
        "integrality": "integralities",
        "products": "sums of products",
    }.get(field, f"{field}s")
    return f"{count} {field if count == 1 else plural} changed"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
