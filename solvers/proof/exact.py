"""Linear algebra in fractions, small enough to be certain."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

MAX_BITS = 20_000

Row = dict[int, Fraction]


def left_null_vector(rows: Sequence[Row]) -> list[Fraction] | None:
    """Return the one y, up to its scale, with sum of y_k rows[k] = 0; None when there is none or more than one.

    None also when the fractions grow past MAX_BITS. Gaussian elimination that keeps, per row, which sum of the given
    rows it is.
    """
    kept: list[tuple[int, Row, Row]] = []
    null: list[Row] = []
    for k in sorted(range(len(rows)), key=lambda k: len(rows[k])):  # short rows first: they leave the least behind
        left, made = dict(rows[k]), {k: Fraction(1)}
        for pivot, other, recipe in kept:
            factor = left.get(pivot)
            if factor:
                _subtract(left, other, factor)
                _subtract(made, recipe, factor)
        if not left:
            null.append(made)
            if len(null) > 1:
                return None
            continue
        pivot = min(left, key=lambda j: left[j].denominator.bit_length() + left[j].numerator.bit_length())
        value = left[pivot]
        if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
            return None
        kept.append((pivot, _divided(left, value), _divided(made, value)))
    return [null[0].get(k, Fraction(0)) for k in range(len(rows))] if null else None


def _subtract(target: Row, other: Row, factor: Fraction) -> None:
    for j, value in other.items():
        left = target.get(j, Fraction(0)) - factor * value
        if left:
            target[j] = left
        else:
            target.pop(j, None)


def _divided(row: Row, value: Fraction) -> Row:
    return {j: entry / value for j, entry in row.items()}
