"""What the program of a version reads: its sets, parameters and tables, as things that columns can be mapped to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from copilot.data.binding import Bound
from copilot.data.mapping import Wanted
from copilot.drafting.base import Data
from copilot.drafting.formulation import Constraint, Formulation, Parameter
from copilot.drafting.rebinding import labels_named

# What cannot be less than nothing, by its name.
_AMOUNTS = frozenset(
    """
    amount area availability available capacity count demand distance duration headcount hours inventory length limit
    need population quantity requirement seats size staff stock supply time volume weight
    """.split()  # noqa: SIM905 -- read as a list of words
)
_WORDS = re.compile(r"[a-z]+")
_SHOWN = 5


def wanted_of(formulation: Formulation, data: Data) -> tuple[Wanted, ...]:
    """Sets, parameters, then tables that the program reads whole; a number that only the program names comes last."""
    labels = {item.name: item.elements for item in formulation.sets}
    limits = _limits(formulation)
    found = [
        Wanted(item.name, "labels", item.name, labels={item.name: item.elements})
        for item in formulation.sets
        if any(item.name in parameter.indices for parameter in formulation.parameters) or item.name in data
    ]
    found += [_parameter(item, labels, limits) for item in formulation.parameters if item.name in data]
    known = {one.name for one in found} | {item.name for item in formulation.parameters}
    found += list(_others(data, known))
    return tuple(found)


def faults_of_labels(formulation: Formulation, program: str, values: Mapping[str, Bound]) -> Iterator[str]:
    """A label that a rule names cannot be taken away; where all are named one by one, none can be added either."""
    named = labels_named(formulation, program)
    for item in formulation.sets:
        found = values.get(item.name)
        if not isinstance(found, Sequence) or isinstance(found, str):
            continue
        new = {str(label) for label in found}
        gone = [label for label in item.elements if label in named[item.name] and label not in new]
        added = [label for label in new if label not in set(item.elements)]
        if gone:
            yield (
                f"{item.name}: {_listed(gone)} is named by a rule of the model, but the new data has no such label. "
                "Keep its rows, or ask for the change in a message, so that the model is revised."
            )
        elif added and len(item.elements) > 1 and named[item.name] == set(item.elements):
            yield (
                f"{item.name}: the model names each of its labels one by one, so {_listed(sorted(added))} would be "
                "left out of its rules. Leave the rows out, or ask for the change in a message."
            )


def _parameter(item: Parameter, labels: Mapping[str, tuple[str, ...]], limits: frozenset[str]) -> Wanted:
    words = set(_WORDS.findall(f"{item.name} {item.label}".lower().replace("_", " ")))
    values = [item.value] if isinstance(item.value, float | int) else [number for _, number in item.value]
    is_amount = (bool(words & _AMOUNTS) or item.name in limits) and all(value >= 0 for value in values)
    own = {index: labels.get(index, ()) for index in item.indices}
    if isinstance(item.value, float | int):
        kind, is_dense = "number", False
    else:
        kind = "numbers"
        is_dense = len(item.value) == math.prod(len(each) for each in own.values()) and bool(own)
    return Wanted(
        name=item.name,
        kind="number" if kind == "number" else "numbers",
        label=item.label or item.name.replace("_", " "),
        indices=item.indices,
        unit=item.unit,
        source=item.source,
        labels=own,
        is_dense=is_dense,
        is_amount=is_amount,
    )


def _limits(formulation: Formulation) -> frozenset[str]:
    """Parameters that limit a sum of what cannot be negative from above."""
    free = {item.name for item in formulation.variables if item.lower is None or item.lower < 0}
    return frozenset(
        rule.limit_parameter.partition("[")[0].strip()
        for rule in formulation.constraints
        if rule.relation == "<=" and rule.limit_parameter and not _has_free(rule, free)
    )


def _has_free(rule: Constraint, free: set[str]) -> bool:
    return any(term.coefficient < 0 or term.variable.partition("[")[0].strip() in free for term in rule.terms)


def _others(data: Data, known: set[str]) -> Iterator[Wanted]:
    """Tables that are read row by row, and numbers without a parameter, such as a bound."""
    for name, value in data.items():
        if name in known or isinstance(value, str):
            continue
        if isinstance(value, int | float):
            yield Wanted(name, "number", name.replace("_", " "))
        elif isinstance(value, Sequence) and value and all(isinstance(row, Mapping) for row in value):
            first = value[0]
            yield Wanted(name, "rows", name.replace("_", " "), columns=tuple(str(column) for column in first))


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:_SHOWN]) + (", …" if labels[_SHOWN:] else "")
