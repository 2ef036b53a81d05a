"""A reader of certificates that shares nothing with what made them: it adds up fractions, and believes no word of it.

This is all that has to be trusted. The numbers of the instance count as their shortest decimals say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from solvers.instance import Instance, Sense

ZERO = Fraction(0)
_FRACTION = re.compile(r"-?[0-9]+(/[0-9]+)?")


class CertificateError(ValueError):
    """The certificate does not show what it claims; the text is one sentence that says why."""


def check(instance: Instance, certificate: Mapping[str, Any]) -> bool:
    """Whether the certificate proves its claim about `instance`, in exact arithmetic."""
    try:
        verify(instance, certificate)
    except CertificateError:
        return False
    return True


def verify(instance: Instance, certificate: Mapping[str, Any]) -> Fraction:
    """Return the bound that is proven (of an infeasible instance: a positive number).

    Raises CertificateError when anything is missing, does not add up, or is claimed beyond what was shown.
    """
    claim = certificate.get("claim")
    if claim not in ("bound", "optimal", "infeasible"):
        raise CertificateError("The certificate has no claim that is known here.")
    if not instance.is_linear:
        raise CertificateError("The instance is not linear, so multipliers of its rows prove nothing.")
    multipliers, unit = _numbers(certificate.get("multipliers"), instance.row_names)
    bound = _bound(instance, multipliers, unit, with_cost=claim != "infeasible")
    if bound != _fraction(certificate.get("bound")):
        raise CertificateError("The multipliers give another bound than the certificate states.")
    if claim == "infeasible" and bound <= 0:
        raise CertificateError("The multipliers contradict nothing.")
    if claim == "optimal" and _value(instance, *_numbers(certificate.get("point"), instance.column_names)) != bound:
        raise CertificateError("The value of the point is not the bound.")
    return bound


def _bound(instance: Instance, multipliers: list[int], unit: int, *, with_cost: bool) -> Fraction:
    """The value that no point can be better than, by weak duality; a maximum is the negative of a minimum.

    Everything is counted in units of 1 / `unit`, the common denominator of the multipliers.
    """
    sign = -1 if with_cost and instance.sense is Sense.MAXIMIZE else 1
    weights = [sign * y for y in multipliers]
    left = [sign * unit * _written(c) if with_cost else ZERO for c in instance.cost.tolist()]
    total = ZERO
    starts, columns, values = instance.indptr.tolist(), instance.indices.tolist(), instance.values.tolist()
    for i, weight in enumerate(weights):
        if weight:
            for k in range(starts[i], starts[i + 1]):
                left[columns[k]] -= weight * _written(values[k])
            total += _least(weight, float(instance.row_lower[i]), float(instance.row_upper[i]), instance.row_names[i])
    for j, price in enumerate(left):
        if price:
            name = instance.column_names[j]
            total += _least(price, float(instance.column_lower[j]), float(instance.column_upper[j]), name)
    return sign * total / unit + (_written(instance.objective_offset) if with_cost else ZERO)


def _least(price: Fraction | int, lower: float, upper: float, name: str) -> Fraction:
    side = lower if price > 0 else upper
    if math.isinf(side):
        raise CertificateError(f"The multipliers use a limit that {name} does not have.")
    return price * _written(side)


def _value(instance: Instance, point: list[int], unit: int) -> Fraction:
    """The objective at a point that satisfies every row and bound; raises CertificateError when it does not."""
    for j, value in enumerate(point):
        lower, upper = float(instance.column_lower[j]), float(instance.column_upper[j])
        _within(value, unit, lower, upper, instance.column_names[j])
    starts, columns, values = instance.indptr.tolist(), instance.indices.tolist(), instance.values.tolist()
    for i, name in enumerate(instance.row_names):
        entries = range(starts[i], starts[i + 1])
        activity = sum((_written(values[k]) * point[columns[k]] for k in entries if point[columns[k]]), ZERO)
        _within(activity, unit, float(instance.row_lower[i]), float(instance.row_upper[i]), name)
    costs = zip(instance.cost.tolist(), point, strict=True)
    return sum((_written(c) * x for c, x in costs if x), ZERO) / unit + _written(instance.objective_offset)


def _within(value: Fraction | int, unit: int, lower: float, upper: float, name: str) -> None:
    low = math.isinf(lower) or value >= unit * _written(lower)
    high = math.isinf(upper) or value <= unit * _written(upper)
    if not (low and high):
        raise CertificateError(f"The point breaks {name}.")


def _numbers(data: object, names: Sequence[str]) -> tuple[list[int], int]:
    if not isinstance(data, Mapping) or not isinstance(data.get("numerators"), Mapping):
        raise CertificateError("The certificate lacks multipliers or a point.")
    unit = _whole(data.get("denominator"))
    if unit <= 0:
        raise CertificateError("The certificate has a denominator that is not positive.")
    place = {name: k for k, name in enumerate(names)}
    numbers = [0] * len(names)
    for name, numerator in data["numerators"].items():
        if name not in place:
            raise CertificateError(f"The instance has no {name}.")
        numbers[place[name]] = _whole(numerator)
    return numbers, unit


def _whole(text: object) -> int:
    fraction = _fraction(text)
    if fraction.denominator != 1:
        raise CertificateError("The certificate holds a fraction where a whole number belongs.")
    return fraction.numerator


def _fraction(text: object) -> Fraction:
    # No other notation is read: "1e999999999" is short and would fill the memory.
    if not isinstance(text, str) or not _FRACTION.fullmatch(text):
        raise CertificateError("The certificate holds something that is no fraction.")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise CertificateError("The certificate holds something that is no fraction.") from error


def _written(value: float) -> Fraction:
    return Fraction(repr(value))
