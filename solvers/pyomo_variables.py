"""Pyomo's variables as arrays: bounds and integrality of those in use, values of those that are no columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from solvers.instance import CONTINUOUS, INTEGER, ByteArray, FloatArray
from solvers.pyomo_errors import UnsupportedModel


def bounds_of(variables: Sequence[Any]) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper bounds, those of the domains included; infinite where there is none."""
    sides = np.array([variable.bounds for variable in variables], dtype=np.float64).reshape(-1, 2)
    missing = np.isnan(sides)  # None reads as NaN; Pyomo itself refuses a bound that is NaN
    return np.where(missing[:, 0], -np.inf, sides[:, 0]), np.where(missing[:, 1], np.inf, sides[:, 1])


def integrality_of(variables: Sequence[Any]) -> ByteArray:
    """Return 0 (continuous) or 1 (integer) for each; raises UnsupportedModel for a domain that is neither."""
    known: dict[int, int] = {}
    domains = [variable.domain for variable in variables]
    for variable, domain in zip(variables, domains, strict=True):
        if id(domain) not in known:
            known[id(domain)] = _integrality(variable)
    return np.fromiter((known[id(domain)] for domain in domains), dtype=np.uint8, count=len(domains))


def fixed_values(variables: Sequence[Any], columns: Sequence[Any]) -> tuple[tuple[str, float], ...]:
    """Return the name and value of each variable that is not among `columns`: it is fixed, or nothing uses it."""
    used = set(map(id, columns))
    return tuple((variable.name, _value_of(variable)) for variable in variables if id(variable) not in used)


def _integrality(variable: Any) -> int:
    if variable.is_continuous():
        return CONTINUOUS
    if variable.is_integer():  # true for binaries as well: their bounds come with the domain
        return INTEGER
    raise UnsupportedModel(
        f"Variable {variable.name} has the domain {variable.domain.name}, which is neither an interval of real numbers "
        "nor one of integers: use a binary variable per value."
    )


def _value_of(variable: Any) -> float:
    if variable.fixed:
        if variable.value is None:
            raise UnsupportedModel(f"Variable {variable.name} is fixed but has no value: give it one, or unfix it.")
        return float(variable.value)
    lower = -math.inf if variable.lb is None else float(variable.lb)
    upper = math.inf if variable.ub is None else float(variable.ub)
    if _integrality(variable) == INTEGER:
        lower = math.ceil(lower) if math.isfinite(lower) else lower
        upper = math.floor(upper) if math.isfinite(upper) else upper
    if lower > upper:
        raise UnsupportedModel(
            f"Variable {variable.name} has contradictory bounds: at least {lower:g}, at most {upper:g}."
        )
    return float(min(max(0.0, lower), upper))
