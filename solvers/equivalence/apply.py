"""Carries the changes of a diff out on the first model: what comes out says the same as the second."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.changes import Kind
from solvers.equivalence.differences import SENSES, SIDES, row_senses
from solvers.equivalence.ledger import Block, Ledger
from solvers.instance import Instance, InstanceError, Sense

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def applied(ledger: Ledger) -> Instance:
    """Return the first model, as it was compared, with every change of the ledger carried out.

    Of the second model only the rows and columns that are listed as added are read. Raises InstanceError for models
    with parts that are not linear.
    """
    for instance in ledger.given:
        if instance.beyond:
            raise InstanceError(instance.beyond.refusal("Carrying out changes"))
    rows, columns = _limits(ledger), _columns(ledger)
    kept_rows = _kept(ledger, "constraints", len(ledger.rows.names))
    kept_columns = _kept(ledger, "variables", len(ledger.columns.names))
    matrix = _matrix(ledger)[kept_rows][:, kept_columns].tocsr()
    matrix.sort_indices()
    before = ledger.laid.before
    return replace(
        before,
        name=f"{before.name} as changed",
        sense=_sense(ledger),
        objective_offset=_last(ledger, "objective", "constant", before.objective_offset),
        cost=columns["cost"][kept_columns],
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=rows[0][kept_rows],
        row_upper=rows[1][kept_rows],
        column_lower=columns["column_lower"][kept_columns],
        column_upper=columns["column_upper"][kept_columns],
        integrality=columns["integrality"][kept_columns].astype(np.uint8),
        row_names=_names(ledger.rows.names, kept_rows),
        column_names=_names(ledger.columns.names, kept_columns),
    )


def _blocks(ledger: Ledger, kind: Kind, field: str) -> list[Block]:
    return [block for block in ledger.blocks if (block.kind, block.field) == (kind, field)]


def _last(ledger: Ledger, kind: Kind, field: str, otherwise: float) -> float:
    return next((float(block.new[0]) for block in _blocks(ledger, kind, field)), otherwise)


def _sense(ledger: Ledger) -> Sense:
    now = _last(ledger, "objective", "sense", SENSES.index(str(ledger.laid.before.sense)))
    return Sense(SENSES[int(now)])


def _kept(ledger: Ledger, kind: Kind, count: int) -> Ints:
    kept = np.arange(count) < (ledger.laid.rows if kind == "constraints" else ledger.laid.columns).count
    for field, there in (("removed", False), ("added", True)):
        for block in _blocks(ledger, kind, field):
            kept[block.item] = there
    return np.flatnonzero(kept)


def _names(names: tuple[str, ...], kept: Ints) -> tuple[str, ...]:
    """Return the names of what is there, told apart where an added one is called like another."""
    found: dict[str, None] = {}
    for k in kept.tolist():
        name = names[k]
        while name in found:
            name += "'"
        found[name] = None
    return tuple(found)


def _columns(ledger: Ledger) -> dict[str, Floats]:
    """Return cost, bounds and integrality of every column of both models."""
    before, after, added = ledger.laid.before, ledger.laid.after, ledger.laid.columns.added
    found: dict[str, Floats] = {
        name: np.concatenate((getattr(before, name), getattr(after, name)[added])).astype(float)
        for name in ("cost", "column_lower", "column_upper", "integrality")
    }
    fields: tuple[tuple[str, Kind, str, float], ...] = (
        ("cost", "objective", "objective coefficient", 0.0),
        ("column_lower", "variables", "lower bound", -np.inf),
        ("column_upper", "variables", "upper bound", np.inf),
        ("integrality", "variables", "integrality", 0.0),
    )
    for name, kind, field, missing in fields:
        for block in _blocks(ledger, kind, field):
            found[name][block.item] = np.where(np.isnan(block.new), missing, block.new)
    return found


def _limits(ledger: Ledger) -> tuple[Floats, Floats]:
    """Return lower and upper side of every row of both models."""
    before, after, added = ledger.laid.before, ledger.laid.after, ledger.laid.rows.added
    lower = np.concatenate((before.row_lower, after.row_lower[added]))
    upper = np.concatenate((before.row_upper, after.row_upper[added]))
    sense = row_senses(lower, upper)
    changed, ranged = np.zeros(len(lower), dtype=bool), sense == SIDES.index("range")
    side = np.where(np.isneginf(lower), upper, lower)
    for block in _blocks(ledger, "constraints", "sense"):
        sense[block.item], changed[block.item] = block.new.astype(np.int64), True
    for block in _blocks(ledger, "constraints", "right-hand side"):
        side[block.item], changed[block.item] = block.new, True
    for block in _blocks(ledger, "constraints", "lower limit"):
        lower[block.item] = np.where(np.isnan(block.new), -np.inf, block.new)
    for block in _blocks(ledger, "constraints", "upper limit"):
        upper[block.item] = np.where(np.isnan(block.new), np.inf, block.new)
    ranged |= sense == SIDES.index("range")
    plain = changed & ~ranged
    below = np.isin(sense, [SIDES.index("<="), SIDES.index("==")])
    above = np.isin(sense, [SIDES.index(">="), SIDES.index("==")])
    lower[plain], upper[plain] = np.where(above, side, -np.inf)[plain], np.where(below, side, np.inf)[plain]
    return lower, upper


def _matrix(ledger: Ledger) -> scipy.sparse.csr_array:
    """Return the coefficients of every row of both models in every column of both."""
    laid, width = ledger.laid, len(ledger.columns.names)
    before, after = laid.before, laid.after
    keys = [before.row_of_entry() * width + before.indices]
    values = [before.values]
    for block in _blocks(ledger, "constraints", "coefficient"):
        assert block.column is not None
        keys.append(block.item * width + block.column)
        values.append(block.new)
    row = laid.rows.back[after.row_of_entry()]
    new = row >= laid.rows.count
    keys.append(row[new] * width + laid.columns.back[after.indices[new]])
    values.append(after.values[new])
    every, last = np.unique(np.concatenate(keys)[::-1], return_index=True)
    data = np.concatenate(values)[::-1][last]
    entries = (data[data != 0], (every[data != 0] // max(width, 1), every[data != 0] % max(width, 1)))
    return scipy.sparse.coo_array(entries, shape=(len(ledger.rows.names), width)).tocsr()
