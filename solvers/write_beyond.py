"""Writes what goes beyond linear rows in the words of MPS and LP files: products, indicators, sets, semicontinuity."""

from __future__ import annotations

import math
from collections.abc import Iterator

from solvers.beyond import OBJECTIVE
from solvers.instance import Instance, InstanceError

Products = dict[int, list[tuple[int, int, float]]]


def writable(instance: Instance, kind: str) -> None:
    """Raise InstanceError when `instance` holds what no file of `kind` can."""
    tapes = instance.beyond.tape_row.tolist()
    if tapes:
        where = "its objective" if tapes[0] == OBJECTIVE else f"its constraint {instance.row_names[tapes[0]]}"
        raise InstanceError(
            f"The instance {instance.name} cannot be written as an {kind} file, which has no nonlinear functions "
            f"({where} holds one): write an instance file."
        )


def products_by_row(instance: Instance) -> Products:
    """Return (first, second, coefficient) of every product, by row; OBJECTIVE is a row too."""
    beyond, found = instance.beyond, Products()
    for row, first, second, value in zip(
        beyond.quadratic_row.tolist(),
        beyond.quadratic_first.tolist(),
        beyond.quadratic_second.tolist(),
        beyond.quadratic_value.tolist(),
        strict=True,
    ):
        found.setdefault(row, []).append((first, second, value))
    return found


def indicators_by_row(instance: Instance) -> dict[int, tuple[int, int]]:
    """Return (column, value) of the indicator that each waiting row waits for."""
    beyond = instance.beyond
    waits = zip(beyond.indicator_column.tolist(), beyond.indicator_value.tolist(), strict=True)
    return dict(zip(beyond.indicator_row.tolist(), waits, strict=True))


def mps_sections(instance: Instance, rows: list[str], columns: list[str]) -> Iterator[str]:
    """Yield the sections behind BOUNDS: half the matrix of the objective, whole ones of rows, indicators and sets."""
    products = products_by_row(instance)
    if OBJECTIVE in products:
        yield "QUADOBJ"  # the objective is one half of x'Qx, each pair written once
        for first, second, value in products.pop(OBJECTIVE):
            yield f" {columns[first]} {columns[second]} {value * (2.0 if first == second else 1.0)!r}"
    for row, terms in products.items():
        yield f"QCMATRIX {rows[row]}"  # a row is x'Qx, each pair written in both orders
        for first, second, value in terms:
            if first == second:
                yield f" {columns[first]} {columns[first]} {value!r}"
            else:
                yield f" {columns[first]} {columns[second]} {value / 2!r}"
                yield f" {columns[second]} {columns[first]} {value / 2!r}"
    if instance.beyond.set_kind.size:
        yield "SOS"
    for name, kind, members in _sets(instance, columns):
        yield f" S{kind} {name}"
        yield from (f"    {column} {weight!r}" for column, weight in members)
    waiting = indicators_by_row(instance)
    if waiting:
        yield "INDICATORS"
    yield from (f" IF {rows[row]} {columns[column]} {value}" for row, (column, value) in waiting.items())


def semicontinuous_bounds(name: str, low: float, high: float) -> Iterator[str]:
    """Yield the bounds of a semicontinuous column in MPS; no upper bound is 1e30 there."""
    if low == -math.inf:
        yield f" MI BND {name}"
    elif low:
        yield f" LO BND {name} {low!r}"
    yield f" SC BND {name} {1e30 if high == math.inf else high!r}"


def bracket(terms: list[tuple[int, int, float]], columns: list[str], *, halved: bool) -> list[str]:
    """Return the words of `[ ... ]` in an LP file; an objective's are doubled there, and halved behind the bracket."""
    factor = 2.0 if halved else 1.0
    words = [
        f"{factor * value:+.17g} {columns[first]} ^2"
        if first == second
        else f"{factor * value:+.17g} {columns[first]} * {columns[second]}"
        for first, second, value in terms
    ]
    return ["+ [", *words, "] / 2" if halved else "]"] if words else []


def lp_sections(instance: Instance, columns: list[str]) -> Iterator[str]:
    """Yield the sections behind General: semicontinuous columns and special ordered sets."""
    beyond = instance.beyond
    if beyond.semicontinuous.size:
        yield "Semi-Continuous"
        yield from (f" {columns[j]}" for j in beyond.semicontinuous.tolist())
    if beyond.set_kind.size:
        yield "SOS"
    for name, kind, members in _sets(instance, columns):
        yield f" {name}: S{kind}:: " + " ".join(f"{column}:{weight:.17g}" for column, weight in members)


def _sets(instance: Instance, columns: list[str]) -> Iterator[tuple[str, int, list[tuple[str, float]]]]:
    """Yield plain names, for a name of the instance may hold signs that end a word."""
    beyond = instance.beyond
    for number, kind in enumerate(beyond.set_kind.tolist()):
        start, end = (int(pointer) for pointer in beyond.set_indptr[number : number + 2])
        members = [columns[j] for j in beyond.set_indices[start:end].tolist()]
        given = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in beyond.set_names[number])
        yield f"set{number}_{given}", kind, list(zip(members, beyond.set_weights[start:end].tolist(), strict=True))
