"""A name for the structure of an instance that survives renaming and any order of rows and columns.

Colour refinement of the weighted bipartite graph of rows and columns: a node starts as the hash of its own numbers and
takes in, round by round, the multiset of (coefficient, colour) of its neighbours, summed modulo 2^64. Unequal
fingerprints mean different instances; equal ones are evidence, not proof (very symmetric graphs collide). Coefficients
count to 12 significant digits, so that the order in which a sum was formed does not show.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from solvers.beyond import Beyond
from solvers.instance import Instance, Sense
from solvers.tape import Code

DIGITS = 12
MAX_ROUNDS = 64

Colours = NDArray[np.uint64]

_AT_ONCE = 1 << 14
_FEW = 64  # so many different numbers are looked up instead of taken apart each time
_STEPS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_SEEDS = {"column": 0x9E3779B97F4A7C15, "row": 0xC2B2AE3D27D4EB4F, "entry": 0x165667B19E3779F9}


def fingerprint(instance: Instance) -> str:
    """Return 32 hexadecimal digits, equal for instances that differ in names and in row or column order only."""
    columns = _start(
        "column",
        instance.cost,
        instance.column_lower,
        instance.column_upper,
        instance.integrality.astype(np.float64),
    )
    rows = _start("row", instance.row_lower, instance.row_upper)
    rows, columns = _refined(instance, rows, columns)
    sense = 1 if instance.sense is Sense.MAXIMIZE else 0
    sizes = [instance.row_count, instance.column_count, instance.nonzero_count, sense]
    offset = _numbers(np.array([instance.objective_offset]))
    parts = (np.array(sizes, dtype=np.uint64), offset, np.sort(rows), np.sort(columns))
    digest = hashlib.blake2b(digest_size=16, person=b"wellposed-wl-1")
    for part in parts:
        digest.update(part.astype("<u8").tobytes())
    if instance.beyond:
        digest.update(beyond_key(instance.beyond, rows, columns).astype("<u8").tobytes())
    return digest.hexdigest()


def beyond_key(beyond: Beyond, rows: Colours, columns: Colours) -> Colours:
    """Return one key per part beyond linear rows, sorted: its numbers and the colours of the rows and columns it names.

    These parts do not refine the colours; the key of each is the same under any order and any names.
    """
    row_colours = np.append(rows, np.uint64(_SEEDS["row"]))  # the objective comes last, where index -1 finds it
    pairs = _mixed(columns[beyond.quadratic_first]) + _mixed(columns[beyond.quadratic_second])
    found = [_mixed(_mixed(pairs + _numbers(beyond.quadratic_value)) + row_colours[beyond.quadratic_row])]
    waits = _mixed(columns[beyond.indicator_column]) + beyond.indicator_value.astype(np.uint64)
    found += [_mixed(waits ^ row_colours[beyond.indicator_row]), _mixed(columns[beyond.semicontinuous] + np.uint64(2))]
    for number, kind in enumerate(beyond.set_kind.tolist()):
        found.append(_chained(_mixed(columns[beyond.members(number)]), kind))
    for number, row in enumerate(beyond.tape_row.tolist()):
        code, operand = beyond.tape(number)
        words = _numbers(operand) + code.astype(np.uint64)
        reads = code == Code.COLUMN
        words[reads] = _mixed(columns[operand[reads].astype(np.int64)])
        found.append(_chained(words, int(row_colours[row])))
    return np.sort(np.concatenate(found))


def _chained(words: Colours, start: int) -> Colours:
    """Return one key of a sequence whose order counts."""
    place = np.arange(1, len(words) + 1, dtype=np.uint64)
    return _mixed(np.array([start], dtype=np.uint64) + _mixed(words ^ _mixed(place)).sum(dtype=np.uint64))


def _refined(instance: Instance, rows: Colours, columns: Colours) -> tuple[Colours, Colours]:
    weights = _mixed(_numbers(instance.values) + np.uint64(_SEEDS["entry"]))
    matrix = instance.matrix
    by_column = scipy.sparse.csr_array((weights, matrix.indices, matrix.indptr), shape=matrix.shape).tocsc()
    classes = _class_count(rows, columns)
    for _ in range(MAX_ROUNDS):
        seen_by_rows = _mixed(weights ^ _mixed(columns)[matrix.indices])
        rows = _mixed(rows + _mixed(_segment_sums(seen_by_rows, matrix.indptr)))
        seen_by_columns = _mixed(by_column.data ^ _mixed(rows)[by_column.indices])
        columns = _mixed(columns + _mixed(_segment_sums(seen_by_columns, by_column.indptr)))
        refined = _class_count(rows, columns)
        # A round that splits nothing ends it; the count of rounds itself does not depend on order or names.
        if refined == classes:
            break
        classes = refined
    return rows, columns


def _start(kind: str, *attributes: NDArray[np.float64]) -> Colours:
    colours: Colours = np.full(len(attributes[0]), _SEEDS[kind], dtype=np.uint64)
    for attribute in attributes:
        colours = _mixed(colours + _numbers(attribute))
    return colours


def _class_count(rows: Colours, columns: Colours) -> int:
    return sum(_distinct(colours) for colours in (rows, columns))


def _distinct(colours: Colours) -> int:
    ordered = np.sort(colours)  # numpy's unique hashes integers, which takes far longer
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(len(ordered), 1)


def _segment_sums(values: Colours, starts: NDArray[Any]) -> Colours:
    # Differences of a running sum are exact here because unsigned integers wrap around.
    running: Colours = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(values, dtype=np.uint64)))
    sums: Colours = running[starts[1:]] - running[starts[:-1]]
    return sums


def _numbers(values: NDArray[np.float64]) -> Colours:
    """Return one 64-bit key per number, equal for numbers that agree to DIGITS significant digits."""
    few = np.unique(values[:_AT_ONCE])
    if len(few) <= _FEW < len(values):
        place = np.minimum(np.searchsorted(few, values), len(few) - 1)
        if np.array_equal(few[place], values):
            return _numbers(few)[place]
    finite = np.isfinite(values) & (np.abs(values) > 1e-290)
    magnitude = np.where(finite, np.abs(values), 1.0)
    exponent = np.floor(np.log10(magnitude))
    # Two factors, because one power of ten would leave the range of doubles.
    mantissa = np.round(magnitude * 10.0 ** np.floor(-exponent / 2) * 10.0 ** (DIGITS - 1 + np.ceil(-exponent / 2)))
    carried = mantissa >= 10.0**DIGITS
    mantissa, exponent = np.where(carried, mantissa / 10, mantissa), exponent + carried
    short = mantissa < 10.0 ** (DIGITS - 1)
    mantissa, exponent = np.where(short, np.round(mantissa * 10), mantissa), exponent - short
    signed = np.where(finite, np.sign(values) * mantissa, 0.0).astype(np.int64).view(np.uint64)
    power = np.where(finite, exponent, np.where(np.isinf(values), 1000 * np.sign(values), 0.0))
    return signed + _mixed(power.astype(np.int64).view(np.uint64))


def _mixed(values: Colours) -> Colours:
    """Return the finalizer of SplitMix64 (Steele, Lea, Flood 2014) of each value."""
    mixed: Colours = np.empty_like(values)
    for start in range(0, len(values), _AT_ONCE):  # pieces that stay in the cache of the processor
        piece = mixed[start : start + _AT_ONCE]
        piece[:] = values[start : start + _AT_ONCE]
        for shift, factor in _STEPS:
            piece ^= piece >> shift
            piece *= factor
        piece ^= piece >> np.uint64(31)
    return mixed
