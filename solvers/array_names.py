"""Names of the members of numbered families, flow[0,0] to flow[9,9]: written, and recognised, many at once.

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
_MEMBER = re.compile(rb"([^\0\[\],]{1,1000})(?:\[(\d{1,10}(?:,\d{1,10}){0,9})\])?")


def pack(family: str, spans: Sequence[range]) -> bytes:
    """Return the names of all members, the last index fastest; `family` alone where there are no indices."""
    if not spans:
        return family.encode()
    if not all(map(len, spans)):
        return b""
    *outer, last = spans
    is_long = len(last) > _MOST_ENDINGS
    endings = [] if is_long else [f"{i}]" for i in last]
    while outer and not is_long and len(endings) * len(outer[-1]) <= _MOST_ENDINGS:
        endings = [f"{i},{ending}" for i in outer.pop() for ending in endings]
    heads = [f"{family}["]
    for span in outer:
        heads = [f"{head}{i}," for head in heads for i in span]
    runs = (_counted(head, last) if is_long else _joined(head, endings) for head in heads)
    return SEPARATOR.join(runs).encode()


def are_numbered(packed: bytes) -> bool:
    """Whether `packed` is nothing but whole families with different names, each with all indices in order.

    They are written again from the first and the last name of each family, and compared.
    """
    start, families = 0, set[bytes]()
    while start <= len(packed) and len(families) < _MOST_FAMILIES:
        first = _MEMBER.fullmatch(packed, start, _end(packed, start))
        if first is None or first[1] in families or not packed.isascii():
            return False
        families.add(first[1])
        stop = first.end()
        if first[2] is not None:
            found = packed.rfind(b"\0%b[" % first[1], stop)
            stop = stop if found < 0 else _end(packed, found + 1)
            spans = _spans(first, _MEMBER.fullmatch(packed, start if found < 0 else found + 1, stop))
            if spans is None or math.prod(map(len, spans)) > stop - start:
                return False
            if pack(first[1].decode(), spans) != packed[start:stop]:
                return False
        start = stop + 1
    return start > len(packed)


def _end(packed: bytes, start: int) -> int:
    found = packed.find(b"\0", start)
    return len(packed) if found < 0 else found


def _spans(first: re.Match[bytes], last: re.Match[bytes] | None) -> list[range] | None:
    """Return the values of each index from those of the first and the last member."""
    if last is None or last[2] is None or first[2].count(b",") != last[2].count(b","):
        return None
    pairs = zip(first[2].split(b","), last[2].split(b","), strict=True)
    spans = [range(int(low), int(high) + 1) for low, high in pairs]
    return spans if all(map(len, spans)) else None


def _counted(head: str, span: range) -> str:
    """Return the names of one long span; numbers of four digits or more are a thousand and its three last digits."""
    plain = span[: max(0, min(len(span), _AT_ONCE - span.start))]
    parts = [_joined(head, [f"{i}]" for i in plain])] if plain else []
    endings = [f"{i:0{_DIGITS}d}]" for i in range(_AT_ONCE)]
    at = plain.stop if plain else span.start
    while at < span.stop:
        thousand, rest = divmod(at, _AT_ONCE)
        stop = min(span.stop - thousand * _AT_ONCE, _AT_ONCE)
        parts.append(_joined(f"{head}{thousand}", endings[rest:stop]))
        at = thousand * _AT_ONCE + stop
    return SEPARATOR.join(parts)


def _joined(head: str, endings: list[str]) -> str:
    return head + f"{SEPARATOR}{head}".join(endings)
