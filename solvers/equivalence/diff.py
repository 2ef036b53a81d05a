"""Compares two instances by the names of their rows and columns; proves neither equivalence nor the lack of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from solvers.equivalence import wording
from solvers.equivalence.changes import Change, Kind, Matching, Value, family_of, find_changes, match_names
from solvers.instance import Instance

Verdict = Literal["identical", "different", "undecided"]
ENTRIES_PER_FAMILY = 50
NO_PROOF = "a structural proof is not made yet"


@dataclass(frozen=True, slots=True)
class Entry:
    """One difference: `subject` is a row or column; a missing value or bound is None."""

    subject: str
    field: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class FamilyDiff:
    """A Pyomo component that is not what it was; `entries` holds the first 50 of `entry_count` differences."""

    kind: Kind
    family: str
    change: Literal["added", "removed", "changed"]
    size_before: int
    size_after: int
    patterns: tuple[str, ...]
    entries: tuple[Entry, ...]
    entry_count: int


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """What changed, family by family, riskiest first; `witness` proves `different`, `reason` explains `undecided`."""

    verdict: Verdict
    summary: str
    witness: str
    reason: str
    families: tuple[FamilyDiff, ...]
    unchanged_families: int
    notes: tuple[str, ...] = ()
    basis: str = "names"

    def to_json(self) -> dict[str, Any]:
        """The same as nested dictionaries and tuples of strings and finite numbers."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Sizes:
    before: Counter[tuple[Kind, str]]
    after: Counter[tuple[Kind, str]]

    def on_one_side(self) -> set[tuple[Kind, str]]:
        return set(self.before) ^ set(self.after)


def diff(before: Instance, after: Instance) -> ModelDiff:
    """Compare by name.

    `identical` means every number and every name is equal. `different` means that the models differ as written; a
    rewrite without effect, such as a row multiplied by two, counts as a change. Where names alone cannot tell, the
    verdict is `undecided`. Nothing is ever called equivalent.
    """
    for side, instance in (("first", before), ("second", after)):
        repeated = _repeated(instance)
        if repeated:
            return _undecided(f"The {side} model uses the name {repeated} twice, so it cannot be compared by name.")
    rows = match_names(before.row_names, after.row_names)
    columns = match_names(before.column_names, after.column_names)
    changes = sorted(find_changes(before, after, rows, columns), key=wording.risk_of)
    sizes = _Sizes(_family_sizes(before), _family_sizes(after))
    notes = _notes(before, after)
    verdict, reason = _verdict(changes, rows, columns, notes)
    unread = _unread(before, after)
    if unread and verdict != "different":
        verdict, reason = "undecided", f"The models have {unread}, which are not compared yet."
    families = _families(changes, sizes)
    return ModelDiff(
        verdict=verdict,
        summary=wording.summary(changes, whole_families=sizes.on_one_side()),
        witness=wording.change_text(changes[0]) if verdict == "different" else "",
        reason=reason,
        families=families,
        unchanged_families=len(set(sizes.before) | set(sizes.after)) - sum(f.kind != "objective" for f in families),
        notes=notes,
    )


def _verdict(changes: Sequence[Change], rows: Matching, columns: Matching, notes: Sequence[str]) -> tuple[Verdict, str]:
    if not changes:
        return ("undecided", f"Only names of the objective differ; {NO_PROOF}.") if notes else ("identical", "")
    if not len(columns.before) and columns.removed and columns.added:
        return "undecided", f"No variable of one model has the name of a variable of the other; {NO_PROOF}."
    if _may_be_renamed(changes, rows, columns):
        return "undecided", f"What was removed may be what was added under another name; {NO_PROOF}."
    return "different", ""


def _may_be_renamed(changes: Sequence[Change], rows: Matching, columns: Matching) -> bool:
    """Equal counts on both sides, and no difference in anything that kept its name and its neighbours."""
    if len(rows.removed) != len(rows.added) or len(columns.removed) != len(columns.added):
        return False
    renamed = {c.subject for c in changes if c.kind == "variables" and c.group == "presence"}
    return all(c.group == "presence" or _concerns(c, renamed) for c in changes)


def _concerns(change: Change, columns: set[str]) -> bool:
    return change.field.startswith("coefficient of ") and change.field.removeprefix("coefficient of ") in columns


def _families(changes: Sequence[Change], sizes: _Sizes) -> tuple[FamilyDiff, ...]:
    grouped: dict[tuple[Kind, str], list[Change]] = {}
    for change in changes:
        grouped.setdefault((change.kind, change.family), []).append(change)
    return tuple(_family(key, found, sizes) for key, found in grouped.items())


def _family(key: tuple[Kind, str], changes: Sequence[Change], sizes: _Sizes) -> FamilyDiff:
    kind, family = key
    size_before, size_after = (1, 1) if kind == "objective" else (sizes.before[key], sizes.after[key])
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.group, change.field if change.group == "presence" else ""), []).append(change)
    entries = tuple(Entry(c.subject, c.field, c.old, c.new) for c in changes[:ENTRIES_PER_FAMILY])
    return FamilyDiff(
        kind=kind,
        family=family,
        change="added" if not size_before else ("changed" if size_after else "removed"),
        size_before=size_before,
        size_after=size_after,
        patterns=tuple(wording.pattern(g, family_size=_size_of(g, size_after, sizes)) for g in groups.values()),
        entries=entries,
        entry_count=len(changes),
    )


def _size_of(group: Sequence[Change], size: int, sizes: _Sizes) -> int:
    """How many rows or columns the pattern could have touched."""
    if group[0].kind == "objective":
        return max(sizes.after["variables", family_of(group[0].subject)], len(group))
    return size


def _family_sizes(instance: Instance) -> Counter[tuple[Kind, str]]:
    sizes: Counter[tuple[Kind, str]] = Counter()
    variables = [*instance.column_names, *(name for name, _ in instance.fixed)]
    sizes.update(("variables", family_of(name)) for name in variables)
    sizes.update(("constraints", family_of(name)) for name in instance.row_names)
    return sizes


def _notes(before: Instance, after: Instance) -> tuple[str, ...]:
    if before.objective_name == after.objective_name:
        return ()
    return (f"objective {before.objective_name} is now called {after.objective_name}",)


def _unread(before: Instance, after: Instance) -> str:
    """Return the parts beyond linear rows, in words, unless both models have the very same ones."""
    same_order = before.column_names == after.column_names and before.row_names == after.row_names
    if before.beyond == after.beyond and (same_order or not before.beyond):
        return ""
    return " and ".join(dict.fromkeys((*before.beyond.parts, *after.beyond.parts)))


def _repeated(instance: Instance) -> str:
    for names in (instance.row_names, instance.column_names):
        if len(set(names)) < len(names):
            return next(name for name, count in Counter(names).items() if count > 1)
    return ""


def _undecided(reason: str) -> ModelDiff:
    return ModelDiff("undecided", "Not compared", "", reason, families=(), unchanged_families=0)
