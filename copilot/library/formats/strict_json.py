"""JSON from outside: bounded in size and depth, no repeated keys, no numbers that JSON does not have."""

from __future__ import annotations

import json
from typing import Any

MOST_BYTES = 64 << 20
MOST_RECORDS = 200_000


class FormatError(ValueError):
    """A file that cannot be read; the message is a sentence for the user that says where and why."""


def parse(data: bytes, *, what: str = "The file") -> Any:
    """The value of a JSON text in UTF-8. Raises FormatError."""
    check_size(data, what=what)
    try:
        return json.loads(decoded(data, what=what), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FormatError(f"{what} is no JSON: {error.msg} at {place}.") from error
    except RecursionError as error:
        raise FormatError(f"{what} is nested too deeply to be a library.") from error
    except ValueError as error:  # FormatError of a hook, or an integer with thousands of digits
        raise FormatError(f"{what} is refused: {error}") from error


def decoded(data: bytes, *, what: str = "The file") -> str:
    """Text in UTF-8, with or without a mark at its start. Raises FormatError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{what} is not text in UTF-8 (byte {error.start:,}).") from error


def check_size(data: bytes, *, what: str = "The file") -> None:
    """Raise FormatError when there is more than a library has."""
    if len(data) > MOST_BYTES:
        raise FormatError(f"{what} has {len(data) >> 20:,} MB; at most {MOST_BYTES >> 20} MB are read. Split it.")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise FormatError(f"an object has the key {repeated[:60]!r} twice, so one of its values would be lost.")
    return found


def _no_constant(name: str) -> float:
    raise FormatError(f"{name} is no number of JSON.")
