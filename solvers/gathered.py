"""Gathers what goes beyond linear rows while a file is read, and makes the arrays of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solvers.beyond import Beyond


@dataclass(slots=True)
class Gathered:
    """Terms by (row, first column, second column), indicators as (row, column, value), sets as (name, kind, members).

    A member is (weight, column); row numbers are those of `solvers.beyond`, OBJECTIVE included.
    """

    quadratic: dict[tuple[int, int, int], float] = field(default_factory=dict)
    indicators: list[tuple[int, int, int]] = field(default_factory=list)
    sets: list[tuple[str, int, list[tuple[float, int]]]] = field(default_factory=list)
    semicontinuous: set[int] = field(default_factory=set)

    def add_product(self, row: int, first: int, second: int, value: float) -> None:
        """Add `value` times the product of two columns, in either order, to `row`."""
        key = (row, min(first, second), max(first, second))
        self.quadratic[key] = self.quadratic.get(key, 0.0) + value

    def beyond(self) -> Beyond:
        """Return the arrays; terms in the order of rows and columns without those that cancelled, members by weight."""
        terms = [(key, value) for key, value in sorted(self.quadratic.items()) if value]
        keys = np.array([key for key, _ in terms], dtype=np.int32).reshape(-1, 3)
        waits = np.array(self.indicators, dtype=np.int32).reshape(-1, 3)
        members = [sorted(members, key=lambda member: member[0]) for _, _, members in self.sets]
        return Beyond(
            quadratic_row=keys[:, 0],
            quadratic_first=keys[:, 1],
            quadratic_second=keys[:, 2],
            quadratic_value=np.array([value for _, value in terms], dtype=np.float64),
            indicator_row=waits[:, 0],
            indicator_column=waits[:, 1],
            indicator_value=waits[:, 2].astype(np.uint8),
            set_kind=np.array([kind for _, kind, _ in self.sets], dtype=np.uint8),
            set_indptr=np.cumsum([0, *map(len, members)]).astype(np.int32),
            set_indices=np.array([column for part in members for _, column in part], dtype=np.int32),
            set_weights=np.array([weight for part in members for weight, _ in part], dtype=np.float64),
            set_names=tuple(name for name, _, _ in self.sets),  # type: ignore[arg-type]
            semicontinuous=np.array(sorted(self.semicontinuous), dtype=np.int32),
        )
