"""Lays the second model over the first: same units, same direction, so that only changes are left to see.

The result is a pair of instances over the normal forms, with their rows and columns paired: a row of the second is
multiplied so that most of its numbers are those of its partner, a turned objective is turned back, and numbers keep
the units in which the first model was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.equivalence.catalogue import Catalogue
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.corrections import corrections_of
from solvers.equivalence.items import Items, JointEntries, joint_entries
from solvers.equivalence.normal import BOUND, EMPTY, Work, normal_form
from solvers.equivalence.pairing import Basis, Pairing, paired_parts
from solvers.instance import Instance, Sense

CLOSE = 1e-9  # relative: what rescaling may leave between two numbers that are the same
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Masks = tuple[NDArray[np.bool_], NDArray[np.bool_]]
Renamed = Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two instances over each other, how their rows and columns belong together, and the entries of the paired rows.

    `scale` is by what each paired second row was multiplied, `turned` says whether the second objective was negated.
    """

    before: Instance
    after: Instance
    rows: Items
    columns: Items
    entries: JointEntries
    scale: Floats
    turned: bool
    pairing: Pairing
    works: tuple[Work, Work]


def aligned(first: Instance, second: Instance, *, known: Mapping | None = None, renamed: Renamed = ()) -> Aligned:
    """Return both models laid over each other: as `renamed` says, by names, by a `known` mapping, by structure.

    Raises CorrectionRefused where `renamed` says what cannot be.
    """
    columns = Catalogue.of(first.column_names), Catalogue.of(second.column_names)
    rows = Catalogue.of(first.row_names), Catalogue.of(second.row_names)
    corrections = corrections_of(renamed, columns, rows)
    held = _shared(*rows, [c.old for c in corrections], [c.new for c in corrections])
    held_columns = _shared(*columns, [c.old for c in corrections], [c.new for c in corrections])
    beyond = bool(first.beyond or second.beyond)
    if beyond:  # the normal form knows nothing of products and functions: everything stays as it was written
        held = _everything(len(rows[0].names), len(rows[1].names))
        held_columns = _everything(len(columns[0].names), len(columns[1].names))
    works = _forms(first, second, held, held_columns)
    catalogues = columns, rows
    found = paired_parts(catalogues, works, known=known, corrections=corrections, by_structure=not beyond)
    telling = _telling(works, found)
    if telling[0].any() or telling[1].any():
        works = _forms(first, second, (held[0] | telling[0], held[1] | telling[1]), held_columns)
        found = paired_parts(catalogues, works, known=known, corrections=corrections, start=found)
    return _laid(first, second, works, found)


def _laid(first: Instance, second: Instance, works: tuple[Work, Work], found: Pairing) -> Aligned:
    kept = [(work.kept_rows(), work.kept_columns()) for work in works]
    rows = _items(found.rows.partner, kept[0][0], kept[1][0], works[1].row_count)
    columns = _items(found.columns.partner, kept[0][1], kept[1][1], works[1].column_count)
    before, matrix = _written(first, works[0], kept[0])
    after, other = _written(second, works[1], kept[1])
    entries = joint_entries(matrix, other, rows, columns)
    scale = _scales(entries, before, after, rows)
    after, turned = _laid_over(before, after, rows, columns, scale)
    entries.new *= scale[entries.row]
    same = np.isclose(entries.old, entries.new, rtol=CLOSE, atol=0.0)
    entries.new[same] = entries.old[same]
    return Aligned(before, after, rows, columns, entries, scale, turned, found, works)


def _forms(first: Instance, second: Instance, rows: Masks, columns: Masks) -> tuple[Work, Work]:
    """Return normal forms that keep these rows and columns as they were written."""
    return (
        normal_form(first, held_rows=rows[0], held_columns=columns[0]),
        normal_form(second, held_rows=rows[1], held_columns=columns[1]),
    )


def _everything(*counts: int) -> Masks:
    first, second = (np.ones(count, dtype=bool) for count in counts)
    return first, second


def _shared(mine: Catalogue, other: Catalogue, old: Sequence[str], new: Sequence[str]) -> Masks:
    """Return which names both models have, or belong to families that a correction speaks of."""
    both = set(mine.names).intersection(other.names)
    masks = []
    for catalogue, families in ((mine, old), (other, new)):
        mask = np.fromiter((name in both for name in catalogue.names), dtype=bool, count=len(catalogue.names))
        said = np.array([family in families for family in catalogue.families] or [False], dtype=bool)
        masks.append(mask | said[catalogue.family])
    return masks[0], masks[1]


def _telling(works: tuple[Work, Work], found: Pairing) -> Masks:
    """Return rows that may not vanish: bounds that make the models differ, and constants that are never true."""
    first, second = works
    differs = [np.ones(work.column_count, dtype=bool) for work in works]
    mine = np.flatnonzero(found.columns.partner >= 0)
    to = found.columns.partner[mine]
    same = (first.column_lower[mine] == second.column_lower[to]) & (first.column_upper[mine] == second.column_upper[to])
    differs[0][mine], differs[1][to] = ~same, ~same
    masks = []
    for work, apart in zip(works, differs, strict=True):
        mask = np.zeros(work.row_count, dtype=bool)
        bounds = np.flatnonzero(work.row_fate == BOUND)
        mask[bounds] = apart[work.partner[bounds]]
        mask |= (work.row_fate == EMPTY) & ((work.row_lower > 0) | (work.row_upper < 0))
        masks.append(mask)
    return masks[0], masks[1]


def _items(partner: Ints, mine: Ints, theirs: Ints, second_count: int) -> Items:
    """Return the pairs as positions among the rows or columns that were kept."""
    place = np.full(second_count + 1, -1, dtype=np.int64)
    place[theirs] = np.arange(len(theirs))
    return Items.of(place[partner[mine]], len(theirs))


def _written(instance: Instance, work: Work, kept: tuple[Ints, Ints]) -> tuple[Instance, scipy.sparse.csr_array]:
    """Return the normal form as an instance in the units and the direction in which it was given."""
    rows, columns = kept
    place = np.full(work.row_count, -1, dtype=np.int64), np.full(work.column_count, -1, dtype=np.int64)
    place[0][rows], place[1][columns] = np.arange(len(rows)), np.arange(len(columns))
    entries = (work.value, (place[0][work.row], place[1][work.column]))
    matrix = scipy.sparse.coo_array(entries, shape=(len(rows), len(columns))).tocsr()
    matrix.sort_indices()
    sign = -1.0 if instance.sense is Sense.MAXIMIZE else 1.0
    names = instance.row_names, instance.column_names
    written = Instance(
        name=instance.name,
        sense=instance.sense,
        objective_name=instance.objective_name,
        objective_offset=sign * work.offset,
        cost=sign * work.cost[columns],
        indptr=matrix.indptr,
        indices=matrix.indices,
        values=matrix.data,
        row_lower=work.row_lower[rows],
        row_upper=work.row_upper[rows],
        column_lower=work.column_lower[columns],
        column_upper=work.column_upper[columns],
        integrality=work.integer[columns].astype(np.uint8),
        row_names=tuple(names[0][i] for i in rows.tolist()),
        column_names=tuple(names[1][j] for j in columns.tolist()),
        fixed=instance.fixed,
    )
    return written, matrix


def _scales(entries: JointEntries, before: Instance, after: Instance, rows: Items) -> Floats:
    """Return for each row of the first model the factor of its partner under which most numbers agree, 1 at a tie."""
    both = (entries.old != 0) & (entries.new != 0)
    place, ratio = [entries.row[both]], [entries.old[both] / entries.new[both]]
    mine, to = rows.before, rows.after
    sides = [
        (before.row_lower[mine], after.row_lower[to]),
        (before.row_upper[mine], after.row_upper[to]),
        (before.row_lower[mine], after.row_upper[to]),
        (before.row_upper[mine], after.row_lower[to]),
    ]
    for k, (own, their) in enumerate(sides):
        with np.errstate(all="ignore"):
            quotient = own / their
        usable = np.isfinite(quotient) & (quotient != 0) & ((quotient > 0) == (k < 2))
        if k % 2:  # both sides of an equation are one number
            usable &= before.row_lower[mine] != before.row_upper[mine]
        place.append(mine[usable])
        ratio.append(quotient[usable])
    return _most_common(np.concatenate(place), np.concatenate(ratio), _signs(before, after, rows))


def _signs(before: Instance, after: Instance, rows: Items) -> Floats:
    """Return for each row of the first model the sign that keeps the sense of its partner, 0 where either would do."""
    found, mine, to = np.zeros(rows.count), rows.before, rows.after
    above, below = np.isinf(before.row_lower[mine]), np.isinf(before.row_upper[mine])
    theirs_above, theirs_below = np.isinf(after.row_lower[to]), np.isinf(after.row_upper[to])
    one_sided = (above != below) & (theirs_above != theirs_below)
    found[mine] = np.where(one_sided, np.where(above == theirs_above, 1.0, -1.0), 0.0)
    return found


def _most_common(place: Ints, ratio: Floats, signs: Floats) -> Floats:
    """Return per place the ratio that occurs most often; at a tie 1, or one of the wanted sign."""
    scale = np.ones(len(signs))
    if not len(place):
        return scale
    turned = np.where(ratio < 0, 1e6, 0.0) + np.round(np.log(np.abs(ratio)), 8)
    order = np.lexsort((turned, place))
    place, turned, ratio = place[order], turned[order], ratio[order]
    starts = np.flatnonzero(np.append(True, (place[1:] != place[:-1]) | (turned[1:] != turned[:-1])))
    count = np.diff(np.append(starts, len(place)))
    weight = count + 0.5 * (turned[starts] == 0)  # a tie goes to the units as written
    weight += 0.25 * (np.sign(ratio[starts]) == signs[place[starts]])
    ranked = np.lexsort((-weight, place[starts]))
    lead = np.append(True, place[starts][ranked][1:] != place[starts][ranked][:-1])
    best = starts[ranked[lead]]
    scale[place[best]] = np.where(turned[best] == 0, 1.0, ratio[best])
    return scale


def _laid_over(before: Instance, after: Instance, rows: Items, columns: Items, scale: Floats) -> tuple[Instance, bool]:
    """Return the second model in the units and direction of the first, and whether its objective was turned."""
    factor = np.ones(after.row_count)
    factor[rows.after] = scale[rows.before]
    low, high = after.row_lower * factor, after.row_upper * factor
    lower, upper = np.where(factor > 0, low, high), np.where(factor > 0, high, low)
    values = after.values * np.repeat(factor, np.diff(after.indptr))
    turned = _turned(before, after, columns)
    sign = -1.0 if turned else 1.0
    cost = sign * after.cost
    column_lower, column_upper = after.column_lower.copy(), after.column_upper.copy()
    for numbers, wanted, items in (
        (lower, before.row_lower, rows),
        (lower, before.row_upper, rows),
        (upper, before.row_upper, rows),
        (upper, before.row_lower, rows),
        (cost, before.cost, columns),
        (column_lower, before.column_lower, columns),
        (column_upper, before.column_upper, columns),
    ):
        _snap(numbers, wanted, items)
    _keep_equations(after, lower, upper, before, rows)
    opposite = Sense.MINIMIZE if after.sense is Sense.MAXIMIZE else Sense.MAXIMIZE
    laid = replace(
        after,
        sense=opposite if turned else after.sense,
        objective_offset=sign * after.objective_offset + 0.0,
        cost=cost,
        values=values,
        row_lower=lower,
        row_upper=upper,
        column_lower=column_lower,
        column_upper=column_upper,
    )
    return laid, turned


def _turned(before: Instance, after: Instance, columns: Items) -> bool:
    """Whether more costs agree when the second objective is negated, direction and all; as written where none does."""
    mine, other = before.cost[columns.before], after.cost[columns.after]
    apart = np.count_nonzero(~np.isclose(mine, other, rtol=CLOSE, atol=0.0))
    turned = np.count_nonzero(~np.isclose(mine, -other, rtol=CLOSE, atol=0.0))
    differs = before.sense is not after.sense
    if not before.cost.any() and not after.cost.any():
        return bool(differs)
    return bool(turned + (not differs) < apart)


def _snap(numbers: Floats, wanted: Floats, items: Items) -> None:
    """Replace numbers by those of their partners where only rounding lies between."""
    mine, other = wanted[items.before], numbers[items.after]
    same = np.isclose(mine, other, rtol=CLOSE, atol=0.0)
    numbers[items.after[same]] = mine[same]


def _keep_equations(after: Instance, lower: Floats, upper: Floats, before: Instance, rows: Items) -> None:
    """Let both sides of an equation be one number again where only one of them was that of its partner."""
    mine, to = rows.before, rows.after
    equation = after.row_lower[to] == after.row_upper[to]
    above = equation & (upper[to] == before.row_upper[mine])
    lower[to[above]] = upper[to[above]]
    upper[to[equation]] = lower[to[equation]]


def guesses(found: Aligned) -> int:
    """Return how many rows and columns were paired by structure alone."""
    sides = (found.pairing.rows, found.pairing.columns)
    return int(sum((side.basis >= Basis.STRUCTURE).sum() for side in sides))
