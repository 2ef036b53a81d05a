"""The waist of the hourglass: one optimization instance as plain sparse arrays, with names."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solvers.beyond import LINEAR, Beyond
from solvers.names import Names

if TYPE_CHECKING:
    import scipy.sparse

INT32_MAX = 2**31 - 1
CONTINUOUS, INTEGER = 0, 1

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int32]
ByteArray = NDArray[np.uint8]


class InstanceError(ValueError):
    """The instance is not a well-formed optimization instance; the text is one sentence for the user."""


class Sense(enum.StrEnum):
    """Direction of the objective, kept as the user wrote it."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """Optimize `cost @ x + objective_offset` subject to `row_lower <= A x <= row_upper`, bounds and integrality.

    A has `row_count` x `column_count` entries in CSR form: row i holds `values[indptr[i]:indptr[i+1]]` at the columns
    `indices[...]`. An infinite side is `numpy.inf`. `integrality` is 0 (continuous) or 1 (integer) per column. `fixed`
    names the variables of the source that are no columns, because they were fixed or occur nowhere, with their value.
    `beyond` holds what is not linear: it adds to A x and to the objective, and is empty for most instances.
    Arrays are converted to one dtype each and made read-only, as copies unless they are read-only already. Nothing else
    is checked before `validate()`, which looks once: an instance cannot change afterwards.
    """

    name: str
    sense: Sense
    objective_name: str
    objective_offset: float
    cost: FloatArray
    indptr: IndexArray
    indices: IndexArray
    values: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    column_lower: FloatArray
    column_upper: FloatArray
    integrality: ByteArray
    row_names: Sequence[str]
    column_names: Sequence[str]
    fixed: tuple[tuple[str, float], ...] = ()
    beyond: Beyond = LINEAR
    _checked: int = field(default=0, init=False, repr=False)  # how far `solvers.validation` has come

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "sense", Sense(self.sense))
            object.__setattr__(self, "objective_offset", float(self.objective_offset))
        except (TypeError, ValueError) as error:
            raise InstanceError(f"The sense or the offset of the objective cannot be read: {error}.") from error
        for name in ARRAYS:
            object.__setattr__(self, name, _frozen_array(name, getattr(self, name)))
        for name in ("row_names", "column_names"):
            given = getattr(self, name)
            object.__setattr__(self, name, given if isinstance(given, Names) else Names(given))
        object.__setattr__(self, "fixed", tuple(self.fixed))

    @property
    def row_count(self) -> int:
        """Number of rows m."""
        return len(self.row_lower)

    @property
    def column_count(self) -> int:
        """Number of columns n."""
        return len(self.cost)

    @property
    def nonzero_count(self) -> int:
        """Number of stored matrix entries."""
        return len(self.values)

    @property
    def is_mip(self) -> bool:
        """Whether any column is integer."""
        return bool(self.integrality.any())

    @property
    def is_linear(self) -> bool:
        """Whether nothing goes beyond rows of coefficients; integrality does not count."""
        return not self.beyond

    @property
    def matrix(self) -> scipy.sparse.csr_array[Any]:
        """The m x n matrix A as a SciPy CSR array that shares the instance's memory."""
        import scipy.sparse

        shape = (self.row_count, self.column_count)
        return scipy.sparse.csr_array((self.values, self.indices, self.indptr), shape=shape)

    def row_activity(self, x: FloatArray) -> FloatArray:
        """Return A x and what products and functions add to it, one value per row."""
        products = np.bincount(self.row_of_entry(), weights=self.values * x[self.indices], minlength=self.row_count)
        activity = products.astype(np.float64, copy=False)
        return activity + self.beyond.added(x, self.row_count)[0] if self.beyond else activity

    def transposed_product(self, y: FloatArray) -> FloatArray:
        """Return A^T y, one value per column."""
        weights = self.values * y[self.row_of_entry()]
        return np.bincount(self.indices, weights=weights, minlength=self.column_count).astype(np.float64, copy=False)

    def row_of_entry(self) -> NDArray[np.int64]:
        """Return the row number of each stored matrix entry."""
        return np.repeat(np.arange(self.row_count), np.diff(self.indptr))

    def objective_at(self, x: FloatArray) -> float:
        """Return the objective value at x, offset included, in the instance's own sense."""
        value = float(self.cost @ x) + self.objective_offset
        return value + self.beyond.added(x, self.row_count)[1] if self.beyond else value

    def without_objective(self) -> Instance:
        """Return the instance with the same demands and nothing to optimize: any point that keeps them is best."""
        return replace(
            self,
            cost=np.zeros(self.column_count),
            objective_offset=0.0,
            beyond=self.beyond.without_objective() if self.beyond else self.beyond,
        )

    def contradiction(self) -> str:
        """Return a sentence about a row or column whose lower side exceeds its upper side, or an empty string."""
        for kind, names, lower, upper in (
            ("variable", self.column_names, self.column_lower, self.column_upper),
            ("constraint", self.row_names, self.row_lower, self.row_upper),
        ):
            crossed = np.flatnonzero(lower > upper)
            if crossed.size:
                i = int(crossed[0])
                sides = f"at least {lower[i]:g}, at most {upper[i]:g}"
                return f"The bounds of {kind} {names[i]} contradict each other: {sides}."
        return ""

    def validate(self) -> Instance:
        """Return self when well formed.

        Raises InstanceError with one sentence that names the first fault: wrong lengths, indices out of range,
        duplicate entries, values that are not finite, repeated names, sizes past 32-bit integers. Crossed bounds are
        not a fault (see `contradiction`): such an instance is infeasible, which is an answer.
        """
        from solvers.validation import check

        check(self)
        return self

    def to_bytes(self) -> bytes:
        """Return the data-only file of this instance (see `solvers.instance_file`)."""
        from solvers.instance_file import encode

        return encode(self)

    @staticmethod
    def from_bytes(data: bytes | bytearray | memoryview) -> Instance:
        """Return the validated instance of a data-only file; raises InstanceError for anything else."""
        from solvers.instance_file import decode

        return decode(data)

    def digest(self) -> str:
        """Return a 32-digit hexadecimal BLAKE2b hash of everything, names and order included."""
        from solvers.instance_file import pieces

        hashed = hashlib.blake2b(digest_size=16)
        for piece in pieces(self):
            hashed.update(piece)
        return hashed.hexdigest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instance):
            return NotImplemented
        plain = (item.name for item in fields(self) if item.init and item.name not in ARRAYS)
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ARRAYS
        )

    def __hash__(self) -> int:
        return hash((self.name, self.row_count, self.column_count, self.nonzero_count))


ARRAYS: dict[str, np.dtype[Any]] = {
    "cost": np.dtype("<f8"),
    "indptr": np.dtype("<i4"),
    "indices": np.dtype("<i4"),
    "values": np.dtype("<f8"),
    "row_lower": np.dtype("<f8"),
    "row_upper": np.dtype("<f8"),
    "column_lower": np.dtype("<f8"),
    "column_upper": np.dtype("<f8"),
    "integrality": np.dtype("u1"),
}


def _frozen_array(name: str, raw: object) -> NDArray[Any]:
    dtype = ARRAYS[name]
    if isinstance(raw, np.ndarray) and raw.dtype == dtype and raw.ndim == 1 and _cannot_change(raw):
        return raw
    try:
        given: NDArray[Any] = np.asarray(raw)
        if given.size == 0:
            given = given.astype(dtype)
        if given.ndim != 1 or given.dtype.kind not in "iufb":
            raise InstanceError(f"The array {name} must be a flat list of numbers.")
        if dtype.kind != "f" and given.size and (given.min() < 0 or given.max() > np.iinfo(dtype).max):
            raise InstanceError(f"The array {name} holds a number outside 0 to {np.iinfo(dtype).max}.")
        array = np.array(given, dtype=dtype, order="C", copy=True)
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, InstanceError):
            raise
        raise InstanceError(f"The array {name} cannot be read as numbers: {error}.") from error
    array.flags.writeable = False
    return array


def _cannot_change(array: NDArray[Any]) -> bool:
    """Whether nobody can write to the memory of `array`, so that it may be shared instead of copied."""
    if not (array.flags.c_contiguous and array.flags.aligned):
        return False
    owner: object = array
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return False
        owner = owner.base
    return owner is None or isinstance(owner, bytes)
