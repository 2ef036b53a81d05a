"""Compares a formulation with the instance built from its program, coefficient by coefficient, on either scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from copilot.drafting.formulation import Formulation
from copilot.drafting.grounding import GroundingError, GroundRow, ground_objective, ground_rows
from solvers.beyond import OBJECTIVE
from solvers.instance import Instance

TOLERANCE = 1e-9
_TERMS_TOLD = 4


@dataclass(slots=True)
class RowComparison:
    """How many rows agree; what differs, in words; which rules could not be written out, with the reason."""

    agreeing: int = 0
    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def compare_rows(formulation: Formulation, instance: Instance) -> RowComparison:
    """Every rule against its rows (or the bound that it became), and every row against the rules."""
    found = RowComparison()
    rows = {name: index for index, name in enumerate(instance.row_names)}
    explained: set[str] = set()
    for rule in formulation.constraints:
        try:
            ground = ground_rows(formulation, rule)
        except GroundingError as error:
            found.unknown.append(f"{rule.name}: {error}")
            continue
        for row in ground:
            explained.add(row.name)
            if (problem := _problem(row, instance, rows)) is None:
                found.agreeing += 1
            else:
                found.wrong.append(problem)
    extra = [name for name in instance.row_names if name not in explained]
    extra += [*instance.beyond.set_names, *(instance.column_names[j] for j in instance.beyond.semicontinuous.tolist())]
    if extra and not found.unknown:
        found.wrong.append(f"{extra[0]} stands in the program, but no rule of the formulation says it")
    return found


def objective_agrees(formulation: Formulation, instance: Instance) -> bool:
    """Whether costs and constant are the same. Raises GroundingError where the objective is a formula only."""
    ours = ground_objective(formulation)
    if OBJECTIVE in instance.beyond.quadratic_row or OBJECTIVE in instance.beyond.tape_row:
        return False  # a plain sum in the formulation, and products or functions in the program
    stored = {name: float(cost) for name, cost in zip(instance.column_names, instance.cost, strict=True) if cost}
    same_constant = close(formulation.objective.constant, instance.objective_offset)
    return same_constant and _same_terms(_without_fixed(ours, instance), stored)


def close(a: float, b: float) -> bool:
    """Equal up to rounding; infinite values are equal only to themselves."""
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))


def _problem(row: GroundRow, instance: Instance, rows: Mapping[str, int]) -> str | None:
    if row.name in rows and rows[row.name] in instance.beyond.rows_touched():
        return f"{row.name} holds a product, function or condition that its rule does not"
    if row.name in rows:
        index = rows[row.name]
        return None if _row_equals(instance, index, row) else f"{row.name} differs: {_told(row, instance, index)}"
    if not any(row.terms.values()) or _holds_by_bounds(row, instance):
        return None
    return f"{row.name} has no row"


def _holds_by_bounds(row: GroundRow, instance: Instance) -> bool:
    """A rule on one variable may have become its bound."""
    terms = [(name, value) for name, value in row.terms.items() if value]
    if len(terms) != 1 or terms[0][0] not in instance.column_names:
        return False
    name, coefficient = terms[0]
    column = instance.column_names.index(name)
    lower, upper = _sides(row, 1.0 / coefficient)
    upper_holds = instance.column_upper[column] <= upper + TOLERANCE * max(1.0, abs(upper))
    lower_holds = instance.column_lower[column] >= lower - TOLERANCE * max(1.0, abs(lower))
    return bool((upper_holds or math.isinf(upper)) and (lower_holds or math.isinf(lower)))


def _told(row: GroundRow, instance: Instance, index: int) -> str:
    """Both sides of a difference in words; only terms that differ, of a long row."""
    ours, stored = _without_fixed(row.terms, instance), _stored(instance, index)
    scale = _scale(ours, stored)
    scaled = {name: scale * value for name, value in ours.items()}
    lower, upper = _sides(row, scale)
    built = float(instance.row_lower[index]), float(instance.row_upper[index])
    names = [name for name in ours.keys() | stored.keys() if not close(scaled.get(name, 0.0), stored.get(name, 0.0))]
    if not names:
        return f"the formulation limits it to {_range(lower, upper)}, the program to {_range(*built)}"
    shown = sorted(names)[:_TERMS_TOLD]
    said = ", ".join(f"{name} {scaled.get(name, 0.0):g} against {stored.get(name, 0.0):g}" for name in shown)
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"coefficients of the formulation against the program's: {said}{more}"


def _range(lower: float, upper: float) -> str:
    if lower == upper:
        return f"exactly {lower:g}"
    parts = [f"at least {lower:g}"] if math.isfinite(lower) else []
    parts += [f"at most {upper:g}"] if math.isfinite(upper) else []
    return " and ".join(parts) or "nothing"


def _stored(instance: Instance, index: int) -> dict[str, float]:
    start, end = instance.indptr[index], instance.indptr[index + 1]
    return {
        instance.column_names[column]: float(value)
        for column, value in zip(instance.indices[start:end], instance.values[start:end], strict=True)
    }


def _row_equals(instance: Instance, index: int, row: GroundRow) -> bool:
    stored, ours = _stored(instance, index), _without_fixed(row.terms, instance)
    scale = _scale(ours, stored)
    if not _same_terms({name: scale * value for name, value in ours.items()}, stored):
        return False
    lower, upper = _sides(row, scale)
    return close(lower, float(instance.row_lower[index])) and close(upper, float(instance.row_upper[index]))


def _sides(row: GroundRow, scale: float) -> tuple[float, float]:
    """Lower and upper side of the rule multiplied by `scale`; a negative factor turns it round."""
    sides = [
        scale * row.limit if row.relation in (">=", "==") else -math.copysign(math.inf, scale),
        scale * row.limit if row.relation in ("<=", "==") else math.copysign(math.inf, scale),
    ]
    return min(sides), max(sides)


def _scale(ours: Mapping[str, float], stored: Mapping[str, float]) -> float:
    """The factor between two ways to write one rule: `a >= 2 b` is built as `2 b - a <= 0`, which is -1 times it."""
    for name, value in ours.items():
        if value and stored.get(name):
            return stored[name] / value
    return 1.0


def _without_fixed(terms: Mapping[str, float], instance: Instance) -> dict[str, float]:
    """Columns that the source fixed at zero are no columns of the instance."""
    zero = {name for name, value in instance.fixed if value == 0}
    return {name: value for name, value in terms.items() if name not in zero}


def _same_terms(ours: Mapping[str, float], stored: Mapping[str, float]) -> bool:
    names = ours.keys() | stored.keys()
    return all(close(ours.get(name, 0.0), stored.get(name, 0.0)) for name in names)
