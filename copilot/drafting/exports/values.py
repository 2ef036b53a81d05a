"""Plain data as Python source that reads back to equal values, one entry a line where there are several."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

_SHORT = 100


def data_source(data: Mapping[str, Any]) -> str:
    """`DATA = {...}` as Python: numbers keep all digits, keys of several labels are tuples, no value runs code."""
    lines = ["DATA = {"]
    for name, value in data.items():
        lines.extend(_entry(f"{_text(name)}: ", value, "    "))
    return "\n".join([*lines, "}"])


def _entry(start: str, value: Any, indent: str) -> Iterator[str]:
    short = _inline(value)
    if short is not None and len(indent) + len(start) + len(short) <= _SHORT:
        yield f"{indent}{start}{short},"
    elif isinstance(value, Mapping):
        yield f"{indent}{start}{{"
        for key, one in value.items():
            yield from _entry(f"{_inline(key)}: ", one, f"{indent}    ")
        yield f"{indent}}},"
    elif isinstance(value, list | tuple):
        yield f"{indent}{start}["
        for one in value:
            yield from _entry("", one, f"{indent}    ")
        yield f"{indent}],"
    else:
        yield f"{indent}{start}{short},"


def _inline(value: Any) -> str | None:
    """The value on one line; None where it is a collection of many."""
    if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
        return f"({', '.join(map(_text, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        if len(value) > _SHORT:
            return None
        parts = [(_inline(key), _inline(one)) for key, one in value.items()]
        return "{" + ", ".join(f"{key}: {one}" for key, one in parts) + "}"
    if isinstance(value, list | tuple):
        return None if len(value) > _SHORT else "[" + ", ".join(str(_inline(one)) for one in value) + "]"
    return _text(value) if isinstance(value, str) else _number(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else ascii(value)


def _number(value: Any) -> str:
    if value is None or isinstance(value, bool | int):
        return repr(value)
    size = float(value)
    return repr(size) if math.isfinite(size) else f'float("{size}")'
