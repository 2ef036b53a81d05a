"""The rules of what goes beyond linear rows, each with the sentence that says what is wrong."""

from __future__ import annotations

import numpy as np

from solvers.beyond import OBJECTIVE, Beyond
from solvers.instance import Instance, InstanceError
from solvers.tape import fault_of


def check_beyond(instance: Instance) -> None:
    """Raise InstanceError with one sentence that names the first fault of `instance.beyond`."""
    beyond, m, n = instance.beyond, instance.row_count, instance.column_count
    _same_length(beyond, "quadratic_row", "quadratic_first", "quadratic_second", "quadratic_value")
    _same_length(beyond, "indicator_row", "indicator_column", "indicator_value")
    _same_length(beyond, "set_indices", "set_weights")
    _same_length(beyond, "tape_code", "tape_operand")
    for name in ("quadratic_row", "tape_row"):
        _within(beyond, name, OBJECTIVE, m)
    _within(beyond, "indicator_row", 0, m)
    for name in ("quadratic_first", "quadratic_second", "indicator_column", "set_indices", "semicontinuous"):
        _within(beyond, name, 0, n)
    for pointers, count, entries in (
        ("set_indptr", beyond.set_kind.size, beyond.set_indices.size),
        ("tape_indptr", beyond.tape_row.size, beyond.tape_code.size),
    ):
        _pointing(beyond, pointers, count, entries)
    _check_quadratic(instance)
    _check_indicators(instance)
    _check_sets(instance)
    _check_semicontinuous(instance)
    _check_tapes(instance)


def _same_length(beyond: Beyond, *names: str) -> None:
    if len({len(getattr(beyond, name)) for name in names}) > 1:
        raise InstanceError(f"The arrays {', '.join(names)} must have the same length.")


def _within(beyond: Beyond, name: str, low: int, high: int) -> None:
    array = getattr(beyond, name)
    if array.size and (array.min() < low or array.max() >= high):
        raise InstanceError(f"The array {name} holds a number outside {low} to {high - 1}.")


def _pointing(beyond: Beyond, name: str, count: int, entries: int) -> None:
    pointers = getattr(beyond, name)
    fits = len(pointers) == count + 1 and pointers[0] == 0 and pointers[-1] == entries
    if not fits or np.any(np.diff(pointers) < 0):
        raise InstanceError(f"The pointers {name} do not rise from 0 to the number of entries.")


def _row(instance: Instance, row: int) -> str:
    return "the objective" if row == OBJECTIVE else f"constraint {instance.row_names[row]}"


def _check_quadratic(instance: Instance) -> None:
    beyond, columns = instance.beyond, instance.column_names
    if np.any(beyond.quadratic_first > beyond.quadratic_second):
        raise InstanceError("A product of two variables must name the one that comes first in the instance first.")
    wrong = np.flatnonzero(~np.isfinite(beyond.quadratic_value))
    if wrong.size:
        k = int(wrong[0])
        pair = f"{columns[beyond.quadratic_first[k]]} and {columns[beyond.quadratic_second[k]]}"
        raise InstanceError(
            f"The coefficient of the product of {pair} in {_row(instance, int(beyond.quadratic_row[k]))} is "
            f"{beyond.quadratic_value[k]}, not a finite number."
        )
    terms = np.stack((beyond.quadratic_second, beyond.quadratic_first, beyond.quadratic_row))
    terms = terms[:, np.lexsort(terms)]
    if (terms[:, 1:] == terms[:, :-1]).all(axis=0).any():
        raise InstanceError("The same product of variables is listed twice in one row.")


def _check_indicators(instance: Instance) -> None:
    beyond = instance.beyond
    if beyond.indicator_value.size and beyond.indicator_value.max() > 1:
        raise InstanceError("An indicator constraint can wait for the values 0 and 1 only.")
    for row, column in zip(beyond.indicator_row.tolist(), beyond.indicator_column.tolist(), strict=True):
        bounds = (instance.column_lower[column], instance.column_upper[column])
        if not instance.integrality[column] or bounds[0] < 0 or bounds[1] > 1:
            raise InstanceError(
                f"{_row(instance, row).capitalize()} waits for variable {instance.column_names[column]}, "
                "which is not binary: an indicator must be an integer variable between 0 and 1."
            )
    if len(np.unique(beyond.indicator_row)) < beyond.indicator_row.size:
        raise InstanceError("A constraint waits for two indicators; write it as two constraints.")


def _check_sets(instance: Instance) -> None:
    beyond = instance.beyond
    if len(beyond.set_names) != beyond.set_kind.size:
        raise InstanceError(f"There are {len(beyond.set_names)} names for {beyond.set_kind.size} special ordered sets.")
    if beyond.set_kind.size and not np.isin(beyond.set_kind, (1, 2)).all():
        raise InstanceError("A special ordered set is of kind 1 or 2.")
    if not np.isfinite(beyond.set_weights).all():
        raise InstanceError("A weight in a special ordered set is not a finite number.")
    for number, name in enumerate(beyond.set_names):
        members = beyond.members(number)
        weights = beyond.set_weights[beyond.set_indptr[number] : beyond.set_indptr[number + 1]]
        if len(np.unique(members)) < members.size or np.any(np.diff(weights) <= 0):
            raise InstanceError(
                f"The special ordered set {name} needs each variable once, in the order of rising weights."
            )


def _check_semicontinuous(instance: Instance) -> None:
    columns = instance.beyond.semicontinuous
    if columns.size > 1 and np.any(np.diff(columns) <= 0):
        raise InstanceError("The semicontinuous variables must be listed once each, in the order of the columns.")
    wrong = columns[(instance.column_lower[columns] < 0) & (instance.column_upper[columns] > 0)]
    if wrong.size:
        raise InstanceError(
            f"The semicontinuous variable {instance.column_names[int(wrong[0])]} has zero inside its bounds already."
        )


def _check_tapes(instance: Instance) -> None:
    beyond = instance.beyond
    if len(np.unique(beyond.tape_row)) < beyond.tape_row.size:
        raise InstanceError("A row has two nonlinear expressions; add them up in one.")
    for number, row in enumerate(beyond.tape_row.tolist()):
        fault = fault_of(*beyond.tape(number), instance.column_count)
        if fault:
            raise InstanceError(f"The nonlinear expression of {_row(instance, row)} {fault}.")
