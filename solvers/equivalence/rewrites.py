"""What was written differently without effect: the notes beside an equivalence, never mixed with changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from solvers.equivalence.aligned import Aligned
from solvers.equivalence.certificate import Mapping
from solvers.equivalence.normal import BOUND, EMPTY, FREE, PARALLEL, SLACK, UNUSED, Work
from solvers.instance import Instance

_ROWS = {
    EMPTY: "hold no variable and are always true",
    FREE: "have no limit",
    BOUND: "are bounds written as constraints",
    PARALLEL: "say the same as another constraint, or less",
}
_COLUMNS = {SLACK: "are slack variables", UNUSED: "occur nowhere"}


def notes_of(first: Instance, second: Instance, works: tuple[Work, Work], mapping: Mapping) -> tuple[str, ...]:
    """Return one sentence per kind of rewrite that the two models do not share."""
    return tuple(_notes(first, second, works, mapping))


def laid_notes(laid: Aligned) -> Iterator[str]:
    """Yield one sentence per kind of rewrite without effect between two models that differ elsewhere."""
    if laid.turned:
        yield "The objective of the second model is turned: read with the opposite sign and direction."
    scale = laid.scale[laid.rows.before]
    turned, scaled = int((scale < 0).sum()), int((np.abs(np.abs(scale) - 1) > 1e-12).sum())
    if turned:
        yield f"{_count(turned, 'constraint')} turned: multiplied by a negative number."
    if scaled:
        yield f"{_count(scaled, 'constraint')} multiplied by a number."
    yield from _dropped(laid.works)


def _notes(first: Instance, second: Instance, works: tuple[Work, Work], mapping: Mapping) -> Iterator[str]:
    if first.sense is not second.sense:
        yield f"The objective is turned from {first.sense} to {second.sense} of its negative."
    rows = np.flatnonzero(mapping.row >= 0)
    factor = mapping.factor[rows]
    turned, scaled = int((factor < 0).sum()), int((np.abs(np.abs(factor) - 1) > 1e-12).sum())
    if turned:
        yield f"{_count(turned, 'constraint')} turned: multiplied by a negative number."
    if scaled:
        yield f"{_count(scaled, 'constraint')} multiplied by a number."
    columns = np.flatnonzero(mapping.column >= 0)
    for kind, own, other, at, to in (
        ("variable", first.column_names, second.column_names, columns, mapping.column[columns]),
        ("constraint", first.row_names, second.row_names, rows, mapping.row[rows]),
    ):
        renamed = int(np.count_nonzero(_texts(own)[at] != _texts(other)[to]))
        if renamed:
            yield f"{_count(renamed, kind)} renamed."
    yield from _dropped(works)


def _dropped(works: tuple[Work, Work]) -> Iterator[str]:
    for fates, words, kind in (("row_fate", _ROWS, "constraint"), ("column_fate", _COLUMNS, "variable")):
        for fate, sentence in words.items():
            counts = [int((getattr(work, fates) == fate).sum()) for work in works]
            if counts[0] != counts[1]:
                yield f"{counts[0]} {kind}s of the first model and {counts[1]} of the second {sentence}."


def _texts(names: Sequence[str]) -> NDArray[np.object_]:
    texts = np.empty(len(names), dtype=object)
    texts[:] = tuple(names)
    return texts


def _count(number: int, kind: str) -> str:
    return f"{number:,} {kind}{'s are' if number != 1 else ' is'}"
