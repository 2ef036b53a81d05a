"""Names of Pyomo's variables and constraints, the same as `.name` gives, written many at once and only when read."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Any

import numpy as np
from pyomo.core.base.component_namer import index_repr, name_repr

from solvers.names import SEPARATOR, Names
from solvers.validation import MAX_NAME_LENGTH

_PLAIN = {int, str, np.int64, np.int32}  # labels whose texts differ whenever the labels do
_CACHED = {int, str}  # no boolean and no real number: those equal an integer and are written otherwise
_SWELLING = 10  # a character takes at most this many when Pyomo writes it as an escape
_AT_ONCE = 1 << 16
_parent = operator.methodcaller("parent_component")
_index = operator.attrgetter("_index")  # index() gives the same, after looking each member up in its parent again


@dataclass(frozen=True, slots=True)
class _Family:
    """A run of members of one component: its name, and their indices, or None for a component without indices."""

    base: str
    indices: list[Any] | None


def names_of(components: Sequence[Any]) -> Names:
    """Return the full names of component data, in order, as texts to come; the components are not needed for them.

    They are `are_checked` where Pyomo's own rules make them distinct: components with different names, and indices of
    integers and texts, which Pyomo quotes when they look alike. Anything else is for validation to look at.
    """
    families: list[_Family] = []
    owners: dict[int, str] = {}
    start = 0
    for identity, run in groupby(map(id, map(_parent, components))):
        members = components[start : start + sum(1 for _ in run)]
        start += len(members)
        owner = members[0].parent_component()
        base = owners.get(identity) or owners.setdefault(identity, owner.name)
        families.append(_Family(base, list(map(_index, members)) if owner.is_indexed() else None))
    distinct = len(set(owners.values())) == len(owners) and len(set(map(id, components))) == len(components)
    if distinct and all(_is_plain(family) for family in families):
        return Names.packed_later(len(components), lambda: _packed(families), are_checked=True)
    return Names.deferred(len(components), lambda: chain.from_iterable(map(_texts, families)))


def _is_plain(family: _Family) -> bool:
    if not family.base or "\0" in family.base or not family.base.isprintable():
        return False
    dimensions, labels = 1, family.indices or []
    if family.indices and family.indices[0].__class__ is tuple:
        if set(map(type, labels)) != {tuple}:
            return False
        dimensions = max(map(len, labels))
        labels = list(chain.from_iterable(labels))
    if not set(map(type, labels)) <= _PLAIN:
        return False
    longest = max((len(str(label)) for label in set(labels)), default=0)
    return len(family.base) + dimensions * (_SWELLING * longest + 3) <= MAX_NAME_LENGTH


def _packed(families: list[_Family]) -> bytes:
    parts = []
    for family in families:
        texts = _texts(family)
        while part := SEPARATOR.join(islice(texts, _AT_ONCE)):
            parts.append(part.encode())
    return SEPARATOR.encode().join(parts)


def _texts(family: _Family) -> Iterator[str]:
    if family.indices is None:
        yield family.base
        return
    label, head = _Labels(), f"{family.base}["
    for index in family.indices:
        if index.__class__ is tuple and len(index) > 1 and set(map(type, index)) <= _CACHED:
            yield f"{head}{','.join([label[part] for part in index])}]"
        elif index.__class__ in _CACHED:
            yield f"{head}{label[index]}]"
        else:
            yield family.base + index_repr(index)


class _Labels(dict[Any, str]):
    """Label to text, each written once."""

    def __missing__(self, label: Any) -> str:
        text = self[label] = str(name_repr(label))
        return text
