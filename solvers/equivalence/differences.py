"""Finds what differs between two models laid over each other: objective, columns, rows, coefficients, presence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.equivalence.aligned import Aligned
from solvers.equivalence.changes import Kind
from solvers.equivalence.curved import curved_blocks
from solvers.equivalence.items import Items
from solvers.equivalence.ledger import Block, Floats, Ints, Ledger, text_block
from solvers.equivalence.roster import roster_of
from solvers.instance import Instance

SIDES = ("free", "<=", ">=", "==", "range")
DOMAINS = ("continuous", "integer")
SENSES = ("minimize", "maximize")


def ledger_of(given: tuple[Instance, Instance], laid: Aligned) -> Ledger:
    """Return every difference between two models, the riskiest first."""
    fixed = [[name for name, _ in instance.fixed] for instance in given]
    sets = [list(instance.beyond.set_names) for instance in given]
    columns, rows = (
        roster_of(kind, side, (kept[0], kept[1]), items, (beside[0], beside[1]))
        for kind, side, items, kept, beside in (
            ("variables", laid.pairing.columns, laid.columns, [w.kept_columns() for w in laid.works], fixed),
            ("constraints", laid.pairing.rows, laid.rows, [w.kept_rows() for w in laid.works], sets),
        )
    )
    objective = given[1].objective_name or "objective"
    found = [*_objective(laid), *_columns(laid), *_rows(laid), *_coefficients(laid), *_presence(laid)]
    found += [*_fixed(given), *curved_blocks(given, laid, rows.names, columns.names, objective)]
    kept = (block for block in found if len(block.item))
    return Ledger(given, laid, rows, columns, objective, tuple(sorted(kept, key=lambda block: block.risk)))


def _objective(laid: Aligned) -> Iterator[Block]:
    before, after, itself = laid.before, laid.after, np.array([-1])
    if before.sense is not after.sense:
        old, new = (np.array([float(SENSES.index(str(one.sense)))]) for one in (before, after))
        yield Block("objective", "sense", itself, old, new, words=SENSES)
    if before.objective_offset != after.objective_offset:
        constants = np.array([before.objective_offset]), np.array([after.objective_offset])
        yield Block("objective", "constant", itself, constants[0], constants[1])
    items = laid.columns.before
    yield _differing("objective", "objective coefficient", items, before.cost[items], after.cost[laid.columns.after])


def _columns(laid: Aligned) -> Iterator[Block]:
    before, after, items, to = laid.before, laid.after, laid.columns.before, laid.columns.after
    whole = (before.integrality[items] > 0).astype(float), (after.integrality[to] > 0).astype(float)
    at = np.flatnonzero(whole[0] != whole[1])
    yield Block("variables", "integrality", items[at], whole[0][at], whole[1][at], words=DOMAINS)
    for field, old, new in (
        ("lower bound", before.column_lower[items], after.column_lower[to]),
        ("upper bound", before.column_upper[items], after.column_upper[to]),
    ):
        yield _differing("variables", field, items, old, new)


def _rows(laid: Aligned) -> Iterator[Block]:
    before, after, items, to = laid.before, laid.after, laid.rows.before, laid.rows.after
    old, new = (before.row_lower[items], before.row_upper[items]), (after.row_lower[to], after.row_upper[to])
    kinds = row_senses(*old), row_senses(*new)
    at = np.flatnonzero(kinds[0] != kinds[1])
    yield Block("constraints", "sense", items[at], kinds[0][at].astype(float), kinds[1][at].astype(float), words=SIDES)
    ranged = (kinds[0] == SIDES.index("range")) | (kinds[1] == SIDES.index("range"))
    side = [np.where(np.isneginf(low), high, low) for low, high in (old, new)]
    yield _differing("constraints", "right-hand side", items[~ranged], side[0][~ranged], side[1][~ranged])
    yield _differing("constraints", "lower limit", items[ranged], old[0][ranged], new[0][ranged])
    yield _differing("constraints", "upper limit", items[ranged], old[1][ranged], new[1][ranged])


def row_senses(lower: Floats, upper: Floats) -> Ints:
    """Return for each row the position of its sense in SIDES."""
    low, high = np.isfinite(lower), np.isfinite(upper)
    one_sided = np.where(low, SIDES.index(">="), np.where(high, SIDES.index("<="), SIDES.index("free")))
    both = np.where(lower == upper, SIDES.index("=="), SIDES.index("range"))
    return np.where(low & high, both, one_sided)


def _coefficients(laid: Aligned) -> Iterator[Block]:
    entries = laid.entries
    at = np.flatnonzero(entries.old != entries.new)
    yield Block(
        "constraints", "coefficient", entries.row[at], entries.old[at], entries.new[at], column=entries.column[at]
    )


def _presence(laid: Aligned) -> Iterator[Block]:
    sides: tuple[tuple[Kind, Items], ...] = (("variables", laid.columns), ("constraints", laid.rows))
    for kind, items in sides:
        for field, which in (("removed", items.removed), ("added", items.count + np.arange(len(items.added)))):
            none = np.full(len(which), np.nan)
            yield Block(kind, field, which, none, none)


def _fixed(given: tuple[Instance, Instance]) -> Iterator[Block]:
    old, new = (dict(instance.fixed) for instance in given)
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    texts = tuple((name, old.get(name), new.get(name)) for name in names)
    yield text_block("variables", "fixed value", texts)


def _differing(kind: Kind, field: str, items: Ints, old: Floats, new: Floats) -> Block:
    at = np.flatnonzero(old != new)
    mine, theirs = (np.where(np.isfinite(side[at]), side[at], np.nan) for side in (old, new))
    return Block(kind, field, items[at], mine, theirs)
