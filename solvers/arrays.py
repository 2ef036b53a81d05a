"""A builder for models that are written as arrays: families of columns and rows, with whole arrays of numbers at once.

For models too large to be written term by term. Sandboxed programs use it in `build_arrays(data)`; it opens no file.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from solvers.array_names import pack
from solvers.instance import INT32_MAX, FloatArray, IndexArray, Instance, InstanceError, Sense
from solvers.names import Names

Shape = int | Sequence[int]
Entry = tuple[ArrayLike, ArrayLike, ArrayLike]
Block = tuple[Any, ArrayLike]

_NAME_LENGTH = 200
_RESERVED = frozenset("[],")  # what the name of a member is made of


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    shape: tuple[int, ...]
    lower: FloatArray
    upper: FloatArray

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class ArrayModel:
    """A model in the making: `add_columns`, then `add_rows` over them, then `instance`.

    Member (i, j) of the family flow has the name flow[i,j], numbers counted from 0; a family of shape () is one member
    with the family's own name. Every method raises InstanceError with one sentence that names the family at fault.
    """

    def __init__(self, name: str = "arrays", *, sense: str = "minimize", objective: str = "objective") -> None:
        self.name, self.objective, self.offset = name, objective, 0.0
        if sense not in list(Sense):
            raise InstanceError(f"The sense of an objective is minimize or maximize, not {sense!r}.")
        self.sense = Sense(sense)
        self._columns: list[_Family] = []
        self._costs: list[FloatArray] = []
        self._integrality: list[NDArray[np.uint8]] = []
        self._rows: list[_Family] = []
        self._matrices: list[Any] = []
        self._column_count = 0

    def add_columns(
        self,
        family: str,
        shape: Shape,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        integer: ArrayLike = False,
    ) -> IndexArray:
        """Add a family of variables and return their column numbers, an array of `shape`.

        `lower`, `upper`, `cost` and `integer` are numbers, or arrays that broadcast to `shape`.
        """
        added = self._family(family, shape, self._columns, lower, upper)
        first = self._column_count
        if first + added.size >= INT32_MAX:
            raise InstanceError(f"Family {family} brings the model to more than {INT32_MAX - 1} columns.")
        costs = _spread(cost, added, "cost")
        _refuse(~np.isfinite(costs), costs, added, "cost", "a finite number")
        whole = _spread(integer, added, "integer")
        _refuse((whole != 0) & (whole != 1), whole, added, "integer", "True or False")
        self._columns.append(added)
        self._costs.append(costs)
        self._integrality.append(whole.astype(np.uint8))
        self._column_count += added.size
        return np.arange(first, self._column_count, dtype=np.int32).reshape(added.shape)

    def add_rows(
        self,
        family: str,
        shape: Shape,
        *,
        entries: Iterable[Entry] = (),
        blocks: Iterable[Block] = (),
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
    ) -> None:
        """Add a family of constraints `lower <= row @ x <= upper`; the sides broadcast to `shape`.

        `entries` are triplets (row, column, value) of arrays that broadcast together: rows are counted from 0 inside
        the family, in the order of `np.arange(size).reshape(shape)`, columns are numbers from `add_columns`. `blocks`
        are pairs (matrix, columns): a dense or sparse matrix with a row for each of the family and a column for each
        number in `columns`. Repeated entries are added up.
        """
        added = self._family(family, shape, self._rows, lower, upper)
        parts = [_entry(triplet, added) for triplet in entries]
        parts += [_block(pair, added) for pair in blocks]
        for row, column, value in parts:
            self._check(row, column, value, added)
        self._rows.append(added)
        self._matrices.append(_assembled(parts, (added.size, self._column_count)))

    def families(self) -> list[tuple[str, str, int]]:
        """Return the name, the kind (var, constraint or objective) and the size of each family."""
        columns = [(family.name, "var", family.size) for family in self._columns]
        rows = [(family.name, "constraint", family.size) for family in self._rows]
        return [*columns, *rows, (self.objective, "objective", 1)]

    def instance(self) -> Instance:
        """Return the validated instance; its names are written when they are read."""
        starts = np.cumsum([0, *(matrix.nnz for matrix in self._matrices)])
        if starts[-1] >= INT32_MAX:
            raise InstanceError(f"The model has {starts[-1]} nonzeros; at most {INT32_MAX - 1} are supported.")
        pointers = [matrix.indptr[1:] + start for matrix, start in zip(self._matrices, starts, strict=False)]
        return Instance(
            name=self.name,
            sense=self.sense,
            objective_name=self.objective,
            objective_offset=self.offset,
            cost=_joined(self._costs, np.float64),
            indptr=_joined([np.zeros(1, dtype=np.int32), *pointers], np.int32),
            indices=_joined([matrix.indices for matrix in self._matrices], np.int32),
            values=_joined([matrix.data for matrix in self._matrices], np.float64),
            row_lower=_joined([family.lower for family in self._rows], np.float64),
            row_upper=_joined([family.upper for family in self._rows], np.float64),
            column_lower=_joined([family.lower for family in self._columns], np.float64),
            column_upper=_joined([family.upper for family in self._columns], np.float64),
            integrality=_joined(self._integrality, np.uint8),
            row_names=_names(self._rows),
            column_names=_names(self._columns),
        ).validate()

    def _family(self, name: str, shape: Shape, others: list[_Family], lower: ArrayLike, upper: ArrayLike) -> _Family:
        if not isinstance(name, str) or not name or not name.isprintable() or _RESERVED & set(name):
            raise InstanceError(
                f"A family needs a name of printable letters without brackets and commas, not {name!r}."
            )
        if len(name) > _NAME_LENGTH:
            raise InstanceError(f"The family name {name[:40]}… is longer than {_NAME_LENGTH} characters.")
        if any(other.name == name for other in others):
            raise InstanceError(f"Two families have the name {name}.")
        try:
            sizes = tuple(map(operator.index, shape if isinstance(shape, Iterable) else (shape,)))
        except (TypeError, ValueError) as error:
            raise InstanceError(f"The shape of family {name} is a whole number or several, not {shape!r}.") from error
        if any(size < 0 for size in sizes) or math.prod(sizes) >= INT32_MAX:
            raise InstanceError(f"The shape {sizes} of family {name} is negative, or too large for an instance.")
        bare = _Family(name, sizes, np.zeros(0), np.zeros(0))
        low, high = _spread(lower, bare, "lower"), _spread(upper, bare, "upper")
        _refuse(np.isnan(low) | (low == np.inf), low, bare, "lower", "a number below infinity")
        _refuse(np.isnan(high) | (high == -np.inf), high, bare, "upper", "a number above -infinity")
        return _Family(name, sizes, low, high)

    def _check(self, row: NDArray[Any], column: NDArray[Any], value: FloatArray, family: _Family) -> None:
        for kind, number, count in (("row", row, family.size), ("column", column, self._column_count)):
            if number.size and (number.min() < 0 or number.max() >= count):
                wrong = int(number[(number < 0) | (number >= count)][0])
                raise InstanceError(
                    f"An entry of family {family.name} is for {kind} number {wrong}, but there are {count} {kind}s."
                )
        wrong_at = np.flatnonzero(~np.isfinite(value))
        if wrong_at.size:
            at = int(wrong_at[0])
            raise InstanceError(
                f"The entry of family {family.name} in row {row[at]} and column {column[at]} is {value[at]}, "
                "not a finite number."
            )


def _spread(given: ArrayLike, family: _Family, what: str) -> FloatArray:
    """Return a flat array with one number for each member."""
    try:
        numbers = np.asarray(given, dtype=np.float64)
        full = np.broadcast_to(numbers, family.shape)
    except (TypeError, ValueError, OverflowError) as error:
        shape = np.shape(given) if isinstance(given, np.ndarray | int | float) else "of another kind"
        raise InstanceError(
            f"The argument {what} of family {family.name} ({shape}) does not fit its shape {family.shape}."
        ) from error
    return np.array(full, dtype=np.float64, order="C").ravel()


def _refuse(wrong: NDArray[np.bool_], numbers: FloatArray, family: _Family, what: str, wanted: str) -> None:
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        index = ",".join(map(str, np.unravel_index(at, family.shape))) if family.shape else ""
        raise InstanceError(
            f"The argument {what} of family {family.name} holds {numbers[at]} at [{index}], not {wanted}."
        )


def _entry(triplet: Entry, family: _Family) -> tuple[NDArray[Any], NDArray[Any], FloatArray]:
    try:
        row, column, value = triplet
        row, column = _whole(row), _whole(column)
        row, column, value = np.broadcast_arrays(row, column, np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InstanceError(
            f"An entry of family {family.name} is not a triplet (row, column, value) of numbers or arrays that "
            f"broadcast together: {error}."
        ) from error
    return row.ravel(), column.ravel(), value.ravel()


def _block(pair: Block, family: _Family) -> tuple[NDArray[Any], NDArray[Any], FloatArray]:
    try:
        matrix, numbers = pair
        sparse, columns = scipy.sparse.coo_array(matrix, dtype=np.float64), _whole(numbers).ravel()
    except (TypeError, ValueError) as error:
        raise InstanceError(f"A block of family {family.name} is not a pair (matrix, columns): {error}.") from error
    if sparse.shape != (family.size, columns.size):
        raise InstanceError(
            f"A block of family {family.name} has the shape {sparse.shape}; {(family.size, columns.size)} is needed, "
            "a row for each of the family and a column for each column number."
        )
    return sparse.row, columns[sparse.col], sparse.data


def _whole(given: ArrayLike) -> NDArray[Any]:
    numbers = np.asarray(given)
    if numbers.size and numbers.dtype.kind not in "iu":
        raise TypeError("row and column numbers are whole numbers")
    return numbers.astype(np.int64) if not numbers.size or numbers.dtype.kind == "u" else numbers


def _assembled(parts: list[Any], shape: tuple[int, int]) -> Any:
    if not parts:
        return scipy.sparse.csr_array(shape)
    row, column, value = (part[0] if len(part) == 1 else np.concatenate(part) for part in zip(*parts, strict=True))
    matrix = scipy.sparse.coo_array(
        (value, (row.astype(np.int32, copy=False), column.astype(np.int32, copy=False))), shape=shape
    ).tocsr()
    matrix.sum_duplicates()
    if not matrix.data.all():
        matrix.eliminate_zeros()
    return matrix


def _joined(parts: Sequence[NDArray[Any]], dtype: Any) -> Any:
    """Return one array that nobody can write to, so that the instance shares it."""
    joined = np.concatenate(parts, dtype=dtype) if parts else np.zeros(0, dtype=dtype)
    joined.flags.writeable = False
    return joined


def _names(families: Sequence[_Family]) -> Names:
    shapes = [(family.name, family.shape) for family in families if family.size]
    count = sum(family.size for family in families)
    return Names.packed_later(
        count, lambda: b"\0".join(pack(name, list(map(range, shape))) for name, shape in shapes), are_checked=True
    )
