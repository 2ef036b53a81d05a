"""Every single difference between two models laid over each other, in columns: one block per field that changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.aligned import Aligned
from solvers.equivalence.catalogue import family_of
from solvers.equivalence.changes import Kind, Value, column_text, row_text
from solvers.equivalence.roster import Roster
from solvers.instance import Instance

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
PRESENCE = ("removed", "added")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Changes of one field: of row or column `item[k]`, from `old[k]` to `new[k]`; nan stands for a missing number.

    `item` is -1 for the objective itself. `column` is the column of each coefficient. `words` are the values where
    `old` and `new` count them; `texts` are (subject, old, new) where the subject is no item or the values are texts.
    """

    kind: Kind
    field: str
    item: Ints
    old: Floats
    new: Floats
    column: Ints | None = None
    words: tuple[str, ...] = ()
    texts: tuple[tuple[str, Value, Value], ...] = ()

    @property
    def risk(self) -> int:
        """Rank: what overturns a model first (direction, sense, integrality), a new right-hand side last."""
        if self.kind == "objective" and self.field == "sense":
            return -1
        ranks = (rank for rank, word in enumerate(RISK) if word in self.field)
        return next(ranks, len(RISK))

    def value(self, number: float) -> Value:
        """Return a value as it is shown."""
        if self.words:
            return self.words[int(number)]
        return None if np.isnan(number) else number


def text_block(kind: Kind, field: str, texts: tuple[tuple[str, Value, Value], ...]) -> Block:
    """Return a block of changes given as (subject, old, new)."""
    none = np.full(len(texts), np.nan)
    return Block(kind, field, np.full(len(texts), -1), none, none, texts=texts)


@dataclass(frozen=True, slots=True)
class Group:
    """The changes `at` of one block that belong to one family, and for coefficients to one family of columns."""

    block: Block
    at: Ints
    family: str
    name: str

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All changes that carry the first model into the second, the riskiest first, and the models they are between."""

    given: tuple[Instance, Instance]
    laid: Aligned
    rows: Roster
    columns: Roster
    objective: str
    blocks: tuple[Block, ...]

    def __len__(self) -> int:
        return sum(len(block.item) for block in self.blocks)

    def roster(self, kind: Kind) -> Roster:
        """Return the rows for constraints, the columns for variables and for the objective."""
        return self.rows if kind == "constraints" else self.columns

    def subject(self, block: Block, k: int) -> str:
        """Return the name of what change k of a block is about."""
        if block.texts:
            return block.texts[k][0]
        item = int(block.item[k])
        return self.roster(block.kind).names[item] if item >= 0 else self.objective

    def field(self, block: Block, k: int) -> str:
        """Return the field of change k of a block, with the name of the column of a coefficient."""
        if block.column is None:
            return block.field
        return f"coefficient of {self.columns.names[int(block.column[k])]}"

    def values(self, block: Block, k: int) -> tuple[Value, Value]:
        """Return old and new value of change k of a block; of what came or went, its text as it was given."""
        if block.texts:
            return block.texts[k][1], block.texts[k][2]
        if block.field not in PRESENCE:
            return block.value(float(block.old[k])), block.value(float(block.new[k]))
        which, item = int(block.field == "added"), int(block.item[k])
        items = self.laid.rows if block.kind == "constraints" else self.laid.columns
        place = int(items.added[item - items.count]) if which else item
        work = self.laid.works[which]
        if block.kind == "constraints":
            text = row_text(self.given[which], int(work.kept_rows()[place]))
        else:
            text = column_text((self.laid.after if which else self.laid.before), place)
        return (None, text) if which else (text, None)

    def families(self) -> list[tuple[Kind, str]]:
        """Return every family with a change, the riskiest first."""
        found: dict[tuple[Kind, str], None] = {}
        for block in self.blocks:
            for family in self._families(block):
                found.setdefault((block.kind, family))
        return list(found)

    def groups(self, chosen: Collection[tuple[Kind, str]]) -> Iterator[Group]:
        """Yield the changes of the chosen families, each block's by family, the riskiest first."""
        for block in self.blocks:
            wanted = {family for kind, family in chosen if kind == block.kind}
            if wanted:
                yield from self._split_texts(block, wanted) if block.texts else self._split(block, wanted)

    def _families(self, block: Block) -> list[str]:
        """Return the families of a block in the order of their first change."""
        if block.kind == "objective":
            return [self.objective]
        if block.texts:
            return [family_of(subject) for subject, _, _ in block.texts]
        roster = self.roster(block.kind)
        numbers, first = np.unique(roster.family[block.item], return_index=True)
        return [roster.families[number] for number in numbers[np.argsort(first)].tolist()]

    def _split(self, block: Block, wanted: set[str]) -> Iterator[Group]:
        roster = self.roster(block.kind)
        at, family = np.arange(len(block.item)), roster.family[block.item]
        inner, is_objective = np.zeros_like(family), block.kind == "objective"
        if block.column is not None:
            inner = self.columns.family[block.column]
        elif is_objective and block.item[0] >= 0:
            inner = family
        if is_objective:
            family = np.zeros_like(family)
        else:
            mine = np.array([name in wanted for name in roster.families], dtype=bool)
            at = np.flatnonzero(mine[family])
        order = at[np.lexsort((inner[at], family[at]))]
        if not len(order):
            return
        edge = (np.diff(family[order]) != 0) | (np.diff(inner[order]) != 0)
        parts = np.split(order, np.flatnonzero(edge) + 1)  # each in its own order still: the sort is stable
        for part in sorted(parts, key=lambda part: int(part[0])):
            first, name = int(part[0]), block.field
            if block.field in ("coefficient", "objective coefficient"):
                name = f"{name} of {self.columns.families[int(inner[first])]}"
            yield Group(block, part, self.objective if is_objective else roster.families[int(family[first])], name)

    def _split_texts(self, block: Block, wanted: set[str]) -> Iterator[Group]:
        families: dict[str, list[int]] = {}
        for k, (subject, _, _) in enumerate(block.texts):
            owner = self.objective if block.kind == "objective" else family_of(subject)
            if owner in wanted:
                families.setdefault(owner, []).append(k)
        for owner, places in families.items():
            yield Group(block, np.array(places, dtype=np.int64), owner, block.field)
