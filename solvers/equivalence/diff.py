"""What changed between two instances, in the words of the modeller, under the verdict whether they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any, Literal

import numpy as np

from solvers.equivalence import wording
from solvers.equivalence.aligned import Renamed, aligned, guesses
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.changes import Kind, Value
from solvers.equivalence.compare import equivalence
from solvers.equivalence.differences import ledger_of
from solvers.equivalence.ledger import Group, Ledger
from solvers.equivalence.normal import KEPT
from solvers.equivalence.outcome import SECONDS, Equivalence, Level, Verdict
from solvers.equivalence.rewrites import laid_notes
from solvers.equivalence.roster import RENAMES, Rename
from solvers.instance import Instance

ENTRIES_PER_FAMILY = 50
FAMILIES = 200
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
    """A Pyomo component that is not what it was; `entries` holds the first of `entry_count` differences.

    `renamed` is its name in the second model where that is another.
    """

    kind: Kind
    family: str
    change: Literal["added", "removed", "changed"]
    size_before: int
    size_after: int
    patterns: tuple[str, ...]
    entries: tuple[Entry, ...]
    entry_count: int
    renamed: str = ""


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """What changed, family by family, riskiest first; `witness` proves `different`, `reason` explains `undecided`.

    `how`, `level`, `shift`, `value_scale`, `evidence` and `formulas` are those of `Equivalence`. `notes` are rewrites
    without effect, never mixed with changes.
    `basis` says whether rows and columns were paired by their names alone; `guesses` of them were paired by structure.
    `families` are the first 200 of `family_count`, `renames` the first 50 of `rename_count`; `entry_count` counts all
    changes, which `entries` gives page by page as long as `ledger` is there. Neither it nor `mapping`, which is what
    was checked, is part of the JSON.
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
    renames: tuple[Rename, ...] = ()
    rename_count: int = 0
    family_count: int = 0
    entry_count: int = 0
    mapping: Mapping | None = field(default=None, compare=False, repr=False)
    ledger: Ledger | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The same as nested dictionaries and tuples of strings and finite numbers."""
        data = asdict(replace(self, mapping=None, ledger=None))
        del data["mapping"], data["ledger"]
        return data

    def entries(self, kind: Kind, family: str, start: int = 0, count: int | None = None) -> tuple[Entry, ...]:
        """Return entries `start` to `start + count` of a family, in the order of its page; all of them by default."""
        if self.ledger is None:
            return ()
        stop = None if count is None else start + count
        return tuple(islice(_entries(self.ledger, self.ledger.groups([(kind, family)])), start, stop))

    def every_entry(self) -> Iterator[tuple[Kind, str, Entry]]:
        """Yield all changes with the kind and the family they belong to, the riskiest fields first."""
        if self.ledger is not None:
            for group in self.ledger.groups(self.ledger.families()):
                for entry in _entries(self.ledger, iter((group,))):
                    yield group.block.kind, group.family, entry


def diff(
    before: Instance,
    after: Instance,
    *,
    seconds: float = SECONDS,
    should_stop: Callable[[], bool] = lambda: False,
    max_level: Level = "L2",
    eliminate: bool = False,
    renamed: Renamed = (),
    entries: int = ENTRIES_PER_FAMILY,  # of each family, listed one by one
) -> ModelDiff:
    """Compare two models: the verdict of `equivalence`, and every change between rows and columns that belong together.

    Two models that are the same but for an exchange of names that both use are equivalent, and the changes are listed:
    what the names stand for has changed. `renamed` corrects what belongs together: each (kind, old, new) says that the
    family `old` of the first model is the family `new` of the second, kind being "variables" or "constraints"; raises
    CorrectionRefused, with one sentence, where that cannot be.
    """
    for side, instance in (("first", before), ("second", after)):
        if repeated := _repeated(instance):
            return _uncompared("invalid", f"The {side} model uses the name {repeated} twice: names must be unique.")
    found = equivalence(
        before, after, seconds=seconds, should_stop=should_stop, max_level=max_level, eliminate=eliminate
    )
    if found.verdict == "invalid" and found.reason.startswith("The "):
        return _uncompared("invalid", found.reason)
    laid = aligned(before, after, known=found.mapping, renamed=renamed)
    ledger = ledger_of((before, after), laid)
    return _told(_as_named(found, ledger), ledger, entries)


def _told(found: Equivalence, ledger: Ledger, most: int) -> ModelDiff:
    families, rosters = ledger.families(), (ledger.columns, ledger.rows)
    grouped: dict[tuple[Kind, str], list[Group]] = {key: [] for key in families[:FAMILIES]}
    for group in ledger.groups(grouped):
        grouped[group.block.kind, group.family].append(group)
    every = sum(len(roster.before.keys() | roster.after.keys()) for roster in rosters)
    guessed = guesses(ledger.laid)
    return ModelDiff(
        verdict=found.verdict,
        summary=_summary(found, ledger),
        witness=_witness(found, ledger),
        reason=found.reason,
        families=tuple(_family(ledger, *one, most) for one in grouped.items()),
        unchanged_families=every - sum(kind != "objective" for kind, _ in families),
        notes=_notes(found, ledger),
        basis="structure" if guessed else "names",
        how=found.how,
        shift=found.shift,
        path=found.path,
        guesses=guessed,
        seconds=found.seconds,
        level=found.level,
        value_scale=found.value_scale,
        evidence=found.evidence,
        formulas=found.formulas,
        mapping=found.mapping,
        renames=tuple(one for roster in rosters for one in roster.renames)[:RENAMES],
        rename_count=sum(len(roster.renamed) for roster in rosters),
        family_count=len(families),
        entry_count=len(ledger),
        ledger=ledger,
    )


def _as_named(found: Equivalence, ledger: Ledger) -> Equivalence:
    """Return the verdict under these names: only another order is identical, another fixed value is different."""
    if found.verdict != "equivalent":
        return found
    laid = ledger.laid
    if any(block.field == "fixed value" for block in ledger.blocks):
        return replace(found, verdict="different", how="", level="", formulas=())
    same_names = all(
        set(getattr(laid.before, names)) == set(getattr(laid.after, names)) for names in ("row_names", "column_names")
    )
    kept = all((work.row_fate == KEPT).all() and not work.column_fate.any() for work in laid.works)
    plain = bool(np.all(laid.scale == 1.0)) and not laid.turned
    if not len(ledger) and not found.shift and same_names and kept and plain:
        return replace(found, verdict="identical", how="", notes=())
    return found


def _summary(found: Equivalence, ledger: Ledger) -> str:
    if found.verdict == "equivalent" and found.level in ABOVE:
        return ABOVE[found.level]
    if found.verdict == "equivalent" and not len(ledger):
        return "Rewritten without effect" if found.how == "rewritten" else "Renamed without effect"
    return wording.summary(ledger)


def _witness(found: Equivalence, ledger: Ledger) -> str:
    """Return the riskiest change, which people recognise, or else what the comparison came upon."""
    if found.verdict != "different":
        return ""
    return wording.change_text(ledger, ledger.blocks[0], 0) if ledger.blocks else found.witness


def _family(ledger: Ledger, key: tuple[Kind, str], groups: list[Group], most: int) -> FamilyDiff:
    kind, family = key
    roster = ledger.roster(kind)
    before, after = (1, 1) if kind == "objective" else (roster.before[family], roster.after[family])
    return FamilyDiff(
        kind=kind,
        family=family,
        change="added" if not before else ("changed" if after else "removed"),
        size_before=before,
        size_after=after,
        patterns=tuple(wording.pattern(group, ledger) for group in groups),
        entries=tuple(islice(_entries(ledger, iter(groups)), most)),
        entry_count=sum(map(len, groups)),
        renamed="" if kind == "objective" else roster.renamed.get(family, ""),
    )


def _entries(ledger: Ledger, groups: Iterator[Group]) -> Iterator[Entry]:
    for group in groups:
        for k in group.at.tolist():
            yield Entry(ledger.subject(group.block, k), ledger.field(group.block, k), *ledger.values(group.block, k))


def _notes(found: Equivalence, ledger: Ledger) -> tuple[str, ...]:
    before, after = ledger.given
    notes = list(found.notes) if found.verdict == "equivalent" else [*found.notes, *laid_notes(ledger.laid)]
    if before.objective_name != after.objective_name:
        notes.append(f"Objective {before.objective_name} is now called {after.objective_name}.")
    if found.verdict == "equivalent" and len(ledger) and found.level in ABOVE:
        notes.append("The changes listed are only in how the model is written.")
    elif found.verdict == "equivalent" and len(ledger) and not found.shift:
        notes.append("The models are the same only if names that both of them use are exchanged.")
    return tuple(notes)


def _repeated(instance: Instance) -> str:
    for names in (instance.row_names, instance.column_names):
        if len(set(names)) < len(names):
            return next(name for name, count in Counter(names).items() if count > 1)
    return ""


def _uncompared(verdict: Verdict, reason: str) -> ModelDiff:
    return ModelDiff(verdict, "Not compared", "", reason, families=(), unchanged_families=0)
