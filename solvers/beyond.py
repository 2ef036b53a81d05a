"""What rows of coefficients cannot say: products, functions, indicators, special ordered and semicontinuous sets."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.names import Names
from solvers.tape import Code, value_of

OBJECTIVE = -1  # the row number that stands for the objective

BEYOND_ARRAYS: dict[str, np.dtype[Any]] = {
    "quadratic_row": np.dtype("<i4"),
    "quadratic_first": np.dtype("<i4"),
    "quadratic_second": np.dtype("<i4"),
    "quadratic_value": np.dtype("<f8"),
    "indicator_row": np.dtype("<i4"),
    "indicator_column": np.dtype("<i4"),
    "indicator_value": np.dtype("u1"),
    "set_kind": np.dtype("u1"),
    "set_indptr": np.dtype("<i4"),
    "set_indices": np.dtype("<i4"),
    "set_weights": np.dtype("<f8"),
    "semicontinuous": np.dtype("<i4"),
    "tape_row": np.dtype("<i4"),
    "tape_indptr": np.dtype("<i4"),
    "tape_code": np.dtype("u1"),
    "tape_operand": np.dtype("<f8"),
}


def _ints() -> NDArray[np.int32]:
    return np.zeros(0, dtype=np.int32)


def _bytes() -> NDArray[np.uint8]:
    return np.zeros(0, dtype=np.uint8)


def _floats() -> NDArray[np.float64]:
    return np.zeros(0)


def _pointers() -> NDArray[np.int32]:
    return np.zeros(1, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Beyond:
    """Parts of an instance that are not linear; every part is empty by default. Rows count from 0, OBJECTIVE is -1.

    - *quadratic*: term k adds `value[k] * x[first[k]] * x[second[k]]` to row `row[k]`, with first <= second.
    - *indicator*: row `row[k]` need hold only where the binary column `column[k]` is `value[k]` (0 or 1).
    - *sets*: set k is of `kind` 1 (at most one member is not zero) or 2 (at most two, neighbours in the order of the
      weights); its members are `set_indices[set_indptr[k]:set_indptr[k+1]]`, sorted by weight.
    - *semicontinuous*: these columns are zero or between their bounds.
    - *tapes*: tape k adds the value of an expression (see `solvers.tape`) to row `tape_row[k]`.
    """

    quadratic_row: NDArray[np.int32] = field(default_factory=_ints)
    quadratic_first: NDArray[np.int32] = field(default_factory=_ints)
    quadratic_second: NDArray[np.int32] = field(default_factory=_ints)
    quadratic_value: NDArray[np.float64] = field(default_factory=_floats)
    indicator_row: NDArray[np.int32] = field(default_factory=_ints)
    indicator_column: NDArray[np.int32] = field(default_factory=_ints)
    indicator_value: NDArray[np.uint8] = field(default_factory=_bytes)
    set_kind: NDArray[np.uint8] = field(default_factory=_bytes)
    set_indptr: NDArray[np.int32] = field(default_factory=_pointers)
    set_indices: NDArray[np.int32] = field(default_factory=_ints)
    set_weights: NDArray[np.float64] = field(default_factory=_floats)
    set_names: Names = field(default_factory=Names)
    semicontinuous: NDArray[np.int32] = field(default_factory=_ints)
    tape_row: NDArray[np.int32] = field(default_factory=_ints)
    tape_indptr: NDArray[np.int32] = field(default_factory=_pointers)
    tape_code: NDArray[np.uint8] = field(default_factory=_bytes)
    tape_operand: NDArray[np.float64] = field(default_factory=_floats)
    convexity: dict[str, bool] = field(default_factory=dict, init=False, repr=False)  # by sense, once it is known

    def __post_init__(self) -> None:
        for name, dtype in BEYOND_ARRAYS.items():
            array = np.array(getattr(self, name), dtype=dtype, order="C", copy=True)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if not isinstance(self.set_names, Names):
            object.__setattr__(self, "set_names", Names(self.set_names))

    @property
    def parts(self) -> tuple[str, ...]:
        """The kinds of parts that are there, in words: empty for a linear instance."""
        present = {
            "a quadratic objective": bool((self.quadratic_row == OBJECTIVE).any()),
            "quadratic constraints": bool((self.quadratic_row != OBJECTIVE).any()),
            "nonlinear functions": bool(self.tape_row.size),
            "indicator constraints": bool(self.indicator_row.size),
            "special ordered sets": bool(self.set_kind.size),
            "semicontinuous variables": bool(self.semicontinuous.size),
        }
        return tuple(words for words, there in present.items() if there)

    def __bool__(self) -> bool:
        return bool(self.parts)

    def refusal(self, what: str) -> str:
        """Return the sentence that `what` is not supported for these parts, or an empty string when there are none."""
        return f"{what} is not supported for models with {' and '.join(self.parts)}." if self.parts else ""

    def members(self, number: int) -> NDArray[np.int32]:
        """Return the columns of set `number`, in the order of their weights."""
        return self.set_indices[self.set_indptr[number] : self.set_indptr[number + 1]]

    @property
    def columns(self) -> NDArray[np.int32]:
        """The columns in products, functions and sets, each once, ascending."""
        read = self.tape_operand[self.tape_code == Code.COLUMN].astype(np.int32)
        columns: NDArray[np.int32] = np.unique(
            np.concatenate((self.quadratic_first, self.quadratic_second, read, self.set_indices))
        )
        return columns

    def tape(self, number: int) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Return code and operands of tape `number`."""
        part = slice(int(self.tape_indptr[number]), int(self.tape_indptr[number + 1]))
        return self.tape_code[part], self.tape_operand[part]

    def rows_touched(self) -> frozenset[int]:
        """Return the rows (OBJECTIVE among them) to which a product, function or indicator belongs."""
        return frozenset(np.concatenate((self.quadratic_row, self.tape_row, self.indicator_row)).tolist())

    def added(self, x: NDArray[np.float64], row_count: int) -> tuple[NDArray[np.float64], float]:
        """Return what products and functions add at x: one value per row, and the objective's.

        A function that has no value at x (the logarithm of a negative number) adds nan.
        """
        total = np.zeros(row_count + 1)  # the objective comes last, where index -1 finds it
        if self.quadratic_row.size:
            terms = self.quadratic_value * x[self.quadratic_first] * x[self.quadratic_second]
            np.add.at(total, self.quadratic_row, terms)
        for number, row in enumerate(self.tape_row.tolist()):
            total[row] += value_of(*self.tape(number), x)
        return total[:-1], float(total[-1])

    def without_objective(self) -> Beyond:
        """Return the parts that demand something: no products and no functions in the objective."""
        kept = self.quadratic_row != OBJECTIVE
        products = {
            name: getattr(self, name)[kept]
            for name in ("quadratic_row", "quadratic_first", "quadratic_second", "quadratic_value")
        }
        tapes = np.flatnonzero(self.tape_row != OBJECTIVE)
        if tapes.size == self.tape_row.size:
            return replace(self, **products)
        parts = [self.tape(number) for number in tapes.tolist()]
        return replace(
            self,
            **products,
            tape_row=self.tape_row[tapes],
            tape_indptr=np.cumsum([0, *(len(code) for code, _ in parts)]),
            tape_code=np.concatenate([_bytes(), *(code for code, _ in parts)]),
            tape_operand=np.concatenate([_floats(), *(operand for _, operand in parts)]),
        )

    def objective_gradient(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the gradient at x of the objective's quadratic terms, one value per column."""
        mine = self.quadratic_row == OBJECTIVE
        first, second, value = self.quadratic_first[mine], self.quadratic_second[mine], self.quadratic_value[mine]
        slope = np.zeros(len(x))
        np.add.at(slope, first, value * x[second])
        np.add.at(slope, second, value * x[first])
        return slope

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Beyond):
            return NotImplemented
        return self.set_names == other.set_names and all(
            np.array_equal(getattr(self, item.name), getattr(other, item.name))
            for item in fields(self)
            if item.name in BEYOND_ARRAYS
        )

    def __hash__(self) -> int:
        return hash(self.parts)


LINEAR = Beyond()
