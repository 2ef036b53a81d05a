"""One dictionary that two programs can both read: the union of their data, and names that only changed."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from copilot.drafting.base import Data, Datum

Shape = Literal["after", "before", "union"]
MAX_RENAMINGS = 6


def shapes_of(before: Data, after: Data) -> tuple[Shape, ...]:
    """Whose labels the union may have: one way where both agree, else three to be tried in turn."""
    alike = all(_outline(before[name]) == _outline(after[name]) for name in before.keys() & after.keys())
    return ("after",) if alike else ("after", "before", "union")


def union(before: Data, after: Data, shape: Shape) -> Data:
    """Every name of either; a number of both is the earlier one, unless that is zero and the later one is not."""
    joined: dict[str, Datum] = {}
    for name in dict.fromkeys((*before, *after)):
        if name in before and name in after:
            joined[name] = _joined(before[name], after[name], shape)
        else:
            joined[name] = before[name] if name in before else after[name]
    return joined


def renamings(before: Data, after: Data) -> tuple[tuple[Mapping[str, str], ...], bool]:
    """(ways in which names of `before` may have become names of `after`, likeliest first; whether these are all).

    Names whose numbers are equal come first, and among them those that look alike.
    """
    lost = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    best = _likeliest(lost, new, before, after)
    found = [best]
    others = _pairings(lost, new, before, after)
    found += [other for other in itertools.islice(others, MAX_RENAMINGS) if other != best]
    return tuple(found[:MAX_RENAMINGS]), next(others, None) is None


def _outline(datum: Datum) -> object:
    """What a datum is, without its numbers."""
    if isinstance(datum, Mapping):
        return sorted(map(repr, datum))
    if isinstance(datum, Sequence) and not isinstance(datum, str):
        return [sorted(entry) if isinstance(entry, Mapping) else entry for entry in datum]
    return datum if isinstance(datum, str) else ""


def _joined(before: Datum, after: Datum, shape: Shape) -> Datum:
    if _is_number(before) and _is_number(after):
        return before or after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = {"after": tuple(after), "before": tuple(before), "union": tuple(dict.fromkeys((*before, *after)))}
        return {key: before.get(key) or after.get(key) or 0 for key in keys[shape]}
    if shape == "union" and _is_set(before) and _is_set(after):
        return list(dict.fromkeys((*before, *after)))  # type: ignore[misc]
    return before if shape == "before" else after


def _is_number(datum: Any) -> bool:
    return isinstance(datum, int | float)


def _is_set(datum: Any) -> bool:
    return isinstance(datum, list | tuple) and all(isinstance(label, str) for label in datum)


def _likeliest(lost: Sequence[str], new: Sequence[str], before: Data, after: Data) -> Mapping[str, str]:
    scored = [
        (difflib.SequenceMatcher(None, old, name).ratio(), old, name)
        for name in new
        for old in lost
        if before[old] == after[name]
    ]
    pairs: dict[str, str] = {}
    for _, old, name in sorted(scored, key=lambda found: -found[0]):
        if name not in pairs and old not in pairs.values():
            pairs[name] = old
    return pairs


def _pairings(lost: Sequence[str], new: Sequence[str], before: Data, after: Data) -> Iterator[Mapping[str, str]]:
    """Every pairing of lost and new names of the same outline, as many pairs as there can be."""
    groups = []
    for kind in {_kind(after[name]) for name in new}:
        olds = [name for name in lost if _kind(before[name]) == kind]
        news = [name for name in new if _kind(after[name]) == kind]
        if olds and news:
            groups.append(_injections(olds, news))
    for chosen in itertools.product(*groups):
        pairs = {name: old for part in chosen for name, old in part.items()}
        if pairs:
            yield pairs


def _kind(datum: Datum) -> str:
    return f"{type(datum).__name__ if not _is_number(datum) else 'number'} {_outline(datum)}"


def _injections(olds: Sequence[str], news: Sequence[str]) -> list[dict[str, str]]:
    """At most one more than may be tried, so that one can tell that there are too many."""
    if len(olds) <= len(news):
        ways = (dict(zip(names, olds, strict=True)) for names in itertools.permutations(news, len(olds)))
    else:
        ways = (dict(zip(news, names, strict=True)) for names in itertools.permutations(olds, len(news)))
    return list(itertools.islice(ways, MAX_RENAMINGS + 1))
