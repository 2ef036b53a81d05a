"""What changed between two instances, in the words of the modeller, under the verdict whether they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from solvers.equivalence import wording
from solvers.equivalence.aligned import Aligned, aligned, guesses
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.changes import Change, Kind, Value, family_of, find_changes, row_text
from solvers.equivalence.compare import equivalence
from solvers.equivalence.normal import KEPT
from solvers.equivalence.outcome import SECONDS, Equivalence, Level, Verdict
from solvers.instance import Instance

ENTRIES_PER_FAMILY = 50
ABOVE = {"L3": "The same in other variables or units", "L4": "The same but for what follows from the rest"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One difference: `subject` is a row or column; a missing value or bound is None."""

    subject: str
    field: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class FamilyDiff:
    """A Pyomo component that is not what it was; `entries` holds the first of `entry_count` differences."""

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
    """What changed, family by family, riskiest first; `witness` proves `different`, `reason` explains `undecided`.

    `how`, `level`, `shift`, `value_scale`, `evidence` and `formulas` are those of `Equivalence`. `notes` are rewrites
    without effect, never mixed with changes.
    `basis` says whether rows and columns were paired by their names alone; `guesses` of them were paired by structure.
    """

    verdict: Verdict
    summary: str
    witness: str
    reason: str
    families: tuple[FamilyDiff, ...]
    unchanged_families: int
    notes: tuple[str, ...] = ()
    basis: str = "names"
    how: str = ""
    shift: float = 0.0
    path: str = ""
    guesses: int = 0
    seconds: float = 0.0
    level: str = ""
    value_scale: float = 1.0
    evidence: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    mapping: Mapping | None = field(default=None, compare=False, repr=False)  # what was checked; not part of the JSON

    def to_json(self) -> dict[str, Any]:
        """The same as nested dictionaries and tuples of strings and finite numbers."""
        data = asdict(replace(self, mapping=None))
        del data["mapping"]
        return data


@dataclass(frozen=True, slots=True)
class _Sizes:
    before: Counter[tuple[Kind, str]]
    after: Counter[tuple[Kind, str]]

    def on_one_side(self) -> set[tuple[Kind, str]]:
        return set(self.before) ^ set(self.after)


def diff(
    before: Instance,
    after: Instance,
    *,
    seconds: float = SECONDS,
    should_stop: Callable[[], bool] = lambda: False,
    max_level: Level = "L2",
    eliminate: bool = False,
    entries: int = ENTRIES_PER_FAMILY,  # of each family, listed one by one
) -> ModelDiff:
    """Compare two models: the verdict of `equivalence`, and every change between rows and columns that belong together.

    Two models that are the same but for an exchange of names that both use are equivalent, and the changes are listed:
    what the names stand for has changed.
    """
    for side, instance in (("first", before), ("second", after)):
        if repeated := _repeated(instance):
            return _uncompared("invalid", f"The {side} model uses the name {repeated} twice: names must be unique.")
    found = equivalence(
        before, after, seconds=seconds, should_stop=should_stop, max_level=max_level, eliminate=eliminate
    )
    if found.verdict == "invalid" and found.reason.startswith("The "):
        return _uncompared("invalid", found.reason)
    laid = aligned(before, after, known=found.mapping)
    changes = sorted(_changes(before, after, laid), key=wording.risk_of)
    return _told((before, after), _as_named(found, laid, changes), laid, changes, entries)


def _told(
    models: tuple[Instance, Instance], found: Equivalence, laid: Aligned, changes: Sequence[Change], entries: int
) -> ModelDiff:
    sizes = _Sizes(_family_sizes(laid.before), _family_sizes(laid.after))
    families = _families(changes, sizes, entries)
    return ModelDiff(
        verdict=found.verdict,
        summary=_summary(found, changes, sizes),
        witness=_witness(found, changes),
        reason=found.reason,
        families=families,
        unchanged_families=len(set(sizes.before) | set(sizes.after)) - sum(f.kind != "objective" for f in families),
        notes=_notes(*models, found, changes),
        basis="structure" if guesses(laid) else "names",
        how=found.how,
        shift=found.shift,
        path=found.path,
        guesses=guesses(laid),
        seconds=found.seconds,
        level=found.level,
        value_scale=found.value_scale,
        evidence=found.evidence,
        formulas=found.formulas,
        mapping=found.mapping,
    )


def _changes(before: Instance, after: Instance, laid: Aligned) -> Iterator[Change]:
    """Every change, with rows that only one side has in the words in which they were given."""
    places = [{name: i for i, name in enumerate(instance.row_names)} for instance in (before, after)]
    for change in find_changes(laid.before, laid.after, laid.rows, laid.columns):
        if change.kind != "constraints" or change.group != "presence":
            yield change
        elif change.new is None:
            yield replace(change, old=row_text(before, places[0][change.subject]))
        else:
            yield replace(change, new=row_text(after, places[1][change.subject]))


def _as_named(found: Equivalence, laid: Aligned, changes: Sequence[Change]) -> Equivalence:
    """Return the verdict under these names: only another order is identical, another fixed value is different."""
    if found.verdict != "equivalent":
        return found
    if any(change.field == "fixed value" for change in changes):
        return replace(found, verdict="different", how="", level="", formulas=())
    same_names = all(
        set(getattr(laid.before, names)) == set(getattr(laid.after, names)) for names in ("row_names", "column_names")
    )
    kept = all((work.row_fate == KEPT).all() and not work.column_fate.any() for work in laid.works)
    if not changes and not found.shift and same_names and kept and np.all(laid.scale == 1.0):
        return replace(found, verdict="identical", how="", notes=())
    return found


def _summary(found: Equivalence, changes: Sequence[Change], sizes: _Sizes) -> str:
    if found.verdict == "equivalent" and found.level in ABOVE:
        return ABOVE[found.level]
    if found.verdict == "equivalent" and not changes:
        return "Rewritten without effect" if found.how == "rewritten" else "Renamed without effect"
    return wording.summary(changes, whole_families=sizes.on_one_side())


def _witness(found: Equivalence, changes: Sequence[Change]) -> str:
    """Return the riskiest change, which people recognise, or else what the comparison came upon."""
    if found.verdict != "different":
        return ""
    return wording.change_text(changes[0]) if changes else found.witness


def _families(changes: Sequence[Change], sizes: _Sizes, entries: int) -> tuple[FamilyDiff, ...]:
    grouped: dict[tuple[Kind, str], list[Change]] = {}
    for change in changes:
        grouped.setdefault((change.kind, change.family), []).append(change)
    return tuple(_family(key, found, sizes, entries) for key, found in grouped.items())


def _family(key: tuple[Kind, str], changes: Sequence[Change], sizes: _Sizes, most: int) -> FamilyDiff:
    kind, family = key
    size_before, size_after = (1, 1) if kind == "objective" else (sizes.before[key], sizes.after[key])
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.group, change.field if change.group == "presence" else ""), []).append(change)
    entries = tuple(Entry(c.subject, c.field, c.old, c.new) for c in changes[:most])
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


def _notes(before: Instance, after: Instance, found: Equivalence, changes: Sequence[Change]) -> tuple[str, ...]:
    notes = list(found.notes)
    if before.objective_name != after.objective_name:
        notes.append(f"Objective {before.objective_name} is now called {after.objective_name}.")
    if found.verdict == "equivalent" and changes and found.level in ABOVE:
        notes.append("The changes listed are only in how the model is written.")
    elif found.verdict == "equivalent" and changes and not found.shift:
        notes.append("The models are the same only if names that both of them use are exchanged.")
    return tuple(notes)


def _repeated(instance: Instance) -> str:
    for names in (instance.row_names, instance.column_names):
        if len(set(names)) < len(names):
            return next(name for name, count in Counter(names).items() if count > 1)
    return ""


def _uncompared(verdict: Verdict, reason: str) -> ModelDiff:
    return ModelDiff(verdict, "Not compared", "", reason, families=(), unchanged_families=0)
