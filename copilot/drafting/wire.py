"""Draft data as plain JSON and back: keys of several labels survive the journey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copilot.drafting.base import Data, Datum

_INDEXED = "indexed"
_PLAIN = "plain"


def data_to_json(data: Data) -> dict[str, Any]:
    """Each datum as `{"plain": value}` or `{"indexed": [[[label, ...], number], ...]}`."""
    return {name: _datum_to_json(value) for name, value in data.items()}


def data_from_json(raw: Mapping[str, Any]) -> dict[str, Datum]:
    """The inverse of `data_to_json`."""
    return {name: _datum_from_json(value) for name, value in raw.items()}


def _datum_to_json(value: Datum) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {_PLAIN: list(value) if isinstance(value, tuple) else value}
    return {_INDEXED: [[list(key) if isinstance(key, tuple) else [key], number] for key, number in value.items()]}


def _datum_from_json(raw: Mapping[str, Any]) -> Datum:
    if _INDEXED not in raw:
        plain: Datum = raw[_PLAIN]
        return plain
    return {(tuple(key) if len(key) > 1 else key[0]): number for key, number in raw[_INDEXED]}
