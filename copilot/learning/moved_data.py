"""Other numbers for a program's data, such that two programs with the same numbers under other names get the same ones.

A number is multiplied by one or two, by lot; the lot depends on its significant digits and the seed alone. So 40, 0.4
and 4000 move together, whole numbers stay whole, and a number written into the program stays behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from copilot.learning.cases import Program


def moved(program: Program, seed: int) -> Program:
    """The same program with other numbers."""
    return Program(program.text, {name: _moved(value, seed) for name, value in program.data.items()})


def _moved(value: Any, seed: int) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return value * _factor(value, seed)
    if isinstance(value, Mapping):
        return {key: _moved(entry, seed) for key, entry in value.items()}
    return [_moved(entry, seed) for entry in value]


def _factor(value: float, seed: int) -> int:
    digits = f"{abs(value):.12e}".split("e")[0].replace(".", "").rstrip("0")
    if digits in ("", "1"):  # zero, and the powers of ten that count or convert
        return 1
    lot = hashlib.blake2b(f"{seed} {digits}".encode(), digest_size=1).digest()
    return 1 + lot[0] % 2
