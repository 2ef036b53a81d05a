"""Names of the members of numbered families, flow[0,0] to flow[9,9] or x1 to x9: written, and recognised, at once.

They are packed as an instance file holds them, with a NUL between two. Names of this form are alike only if their
families are, so who recognises them need not compare a million texts with each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from solvers.names import SEPARATOR

_DIGITS = 3
_AT_ONCE = 10**_DIGITS
_MOST_ENDINGS = 100_000  # texts kept while the names of one family are written
_MOST_FAMILIES = 64  # each is looked for through all names
_MEMBER = re.compile(rb"([^\0\[\],]{1,1000}\[)(\d{1,10}(?:,\d{1,10}){0,9})\]|([^\0\[\],]{0,999}[^\0\[\],\d])(\d{0,10})")


def pack(family: str, spans: Sequence[range]) -> bytes:
    """Return the names of all members, the last index fastest; `family` alone where there are no indices."""
    if not spans:
        return family.encode()
    return _packed(f"{family}[", spans, "]") if all(map(len, spans)) else b""


def _packed(opening: str, spans: Sequence[range], closing: str) -> bytes:
    *outer, last = spans
    is_long = len(last) > _MOST_ENDINGS
    endings = [] if is_long else [f"{i}{closing}" for i in last]
    while outer and not is_long and len(endings) * len(outer[-1]) <= _MOST_ENDINGS:
        endings = [f"{i},{ending}" for i in outer.pop() for ending in endings]
    heads = [opening]
    for span in outer:
        heads = [f"{head}{i}," for head in heads for i in span]
    runs = (_counted(head, last, closing) if is_long else _joined(head, endings) for head in heads)
    return SEPARATOR.join(runs).encode()


def are_numbered(packed: bytes) -> bool:
    """Whether `packed` is nothing but whole families with different names, each with all indices in order.

    They are written again from the first and the last name of each family, and compared.
    """
    start, families = 0, set[bytes]()
    while start <= len(packed) and len(families) < _MOST_FAMILIES:
        first = _MEMBER.fullmatch(packed, start, _end(packed, start))
        if first is None or not packed.isascii():
            return False
        family = first[1] or first[3]
        stop = _whole(packed, first)
        if family in families or stop is None:
            return False
        families.add(family)
        start = stop + 1
    return start > len(packed)


def _whole(packed: bytes, first: re.Match[bytes]) -> int | None:
    """Return the end of the family that begins with `first`, or None if it is not all there, in order."""
    family, indices = first[1] or first[3], first[2] or first[4]
    if not indices:
        return first.end()
    found = packed.rfind(b"\0" + family, first.end())
    stop = first.end() if found < 0 else _end(packed, found + 1)
    last = first if found < 0 else _MEMBER.fullmatch(packed, found + 1, stop)
    if last is None or (last[1] or last[3]) != family:
        return None
    spans = _spans(indices, last[2] or last[4])
    if spans is None or math.prod(map(len, spans)) > stop - first.start():
        return None
    written = _packed(family.decode(), spans, "]" if first[1] else "")
    return stop if written == packed[first.start() : stop] else None


def _end(packed: bytes, start: int) -> int:
    found = packed.find(b"\0", start)
    return len(packed) if found < 0 else found


def _spans(first: bytes, last: bytes) -> list[range] | None:
    """Return the values of each index from those of the first and the last member."""
    if first.count(b",") != last.count(b",") or not last:
        return None
    pairs = zip(first.split(b","), last.split(b","), strict=True)
    spans = [range(int(low), int(high) + 1) for low, high in pairs]
    return spans if all(map(len, spans)) else None


def _counted(head: str, span: range, closing: str) -> str:
    """Return the names of one long span; numbers of four digits or more are a thousand and its three last digits."""
    plain = span[: max(0, min(len(span), _AT_ONCE - span.start))]
    parts = [_joined(head, [f"{i}{closing}" for i in plain])] if plain else []
    endings = [f"{i:0{_DIGITS}d}{closing}" for i in range(_AT_ONCE)]
    at = plain.stop if plain else span.start
    while at < span.stop:
        thousand, rest = divmod(at, _AT_ONCE)
        stop = min(span.stop - thousand * _AT_ONCE, _AT_ONCE)
        parts.append(_joined(f"{head}{thousand}", endings[rest:stop]))
        at = thousand * _AT_ONCE + stop
    return SEPARATOR.join(parts)


def _joined(head: str, endings: list[str]) -> str:
    return head + f"{SEPARATOR}{head}".join(endings)
