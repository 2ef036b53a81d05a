"""Splits an MPS file in two: what the common reader understands, and the sections that go beyond linear rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np

from solvers.gathered import Gathered
from solvers.instance import INTEGER, Instance, InstanceError

_OURS = ("SOS", "SOS1", "SOS2", "INDICATORS", "QCMATRIX")
_OBJECTIVES = ("QUADOBJ", "QMATRIX", "QSECTION")
_REFUSED = {
    "GENCONS": "general constraints",
    "GENERALS": "general constraints",
    "PWLOBJ": "piecewise-linear objectives",
    "CSECTION": "cones",
    "SCENARIOS": "scenarios",
    "LAZYCONS": "lazy constraints",
    "USERCUTS": "user cuts",
}
_NAN = re.compile(rb"\snan\s", re.IGNORECASE)
Line = tuple[int, list[str]]


@dataclass(slots=True)
class Section:
    """One section that is ours: its word, what stands behind it, and the words of its lines."""

    word: str
    argument: str
    line: int
    lines: list[Line]


@dataclass(slots=True)
class Kept:
    """What `split` kept from the common reader."""

    sections: list[Section] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)  # columns between integer markers with a semicontinuous bound


def split(source: BinaryIO, target: BinaryIO) -> Kept:
    """Copy the lines that the common reader may see to `target` and return what it would not understand.

    Raises InstanceError, naming the line, for a section that an instance cannot hold.
    """
    kept, head, objectives, is_whole = Kept(), "", set[str](), False
    integers: set[bytes] = set()
    for number, line in enumerate(source, start=1):
        if line[:1].isalpha():
            words = line.split()
            head = words[0].decode("ascii", errors="replace").upper()
            _check_head(head, number, objectives)
            if head in _OURS:
                kept.sections.append(Section(head, _text(words[1:2]), number, []))
                continue
        elif head in _OURS:
            words = line.split()
            if words and not line.startswith(b"*"):
                kept.sections[-1].lines.append((number, [word.decode("utf-8", errors="replace") for word in words]))
            continue
        elif head == "COLUMNS" and b"'MARKER'" in line:
            is_whole = b"'INTORG'" in line
        elif head == "COLUMNS" and is_whole:
            integers.update(line.split(None, 1)[:1])
        elif head == "BOUNDS" and line.lstrip()[:2] == b"SC":
            kept.whole.update(_text([word]) for word in line.split()[1:3] if word in integers)
        if _NAN.search(line) and any(word.lower() == b"nan" for word in line.split()[2:]):
            raise InstanceError(
                f"line {number} has nan where a number is expected"
            )  # the common reader drops it silently
        target.write(line)
    return kept


def _check_head(head: str, number: int, objectives: set[str]) -> None:
    if head in _REFUSED:
        raise InstanceError(f"line {number} begins {_REFUSED[head]} ({head}), which an instance cannot hold")
    if head in _OBJECTIVES:
        objectives.add(head)
        if len(objectives) > 1:
            raise InstanceError(f"line {number} gives the products of the objective again ({head}): leave one out")


def completed(instance: Instance, kept: Kept) -> Instance:
    """Return `instance` with what was kept; raises InstanceError that names the line."""
    gathered = Gathered()
    beyond = instance.beyond
    for row, first, second, value in zip(
        beyond.quadratic_row.tolist(),
        beyond.quadratic_first.tolist(),
        beyond.quadratic_second.tolist(),
        beyond.quadratic_value.tolist(),
        strict=True,
    ):
        gathered.add_product(row, first, second, value)
    gathered.semicontinuous |= set(beyond.semicontinuous.tolist())
    rows = {name: number for number, name in enumerate(instance.row_names)}
    columns = {name: number for number, name in enumerate(instance.column_names)}
    for section in kept.sections:
        _READERS[section.word](section, gathered, rows, columns)
    integrality = instance.integrality.copy()
    integrality[[columns[name] for name in kept.whole if name in columns]] = INTEGER
    return replace(instance, beyond=gathered.beyond(), integrality=integrality)


def _products(section: Section, gathered: Gathered, rows: Mapping[str, int], columns: Mapping[str, int]) -> None:
    """A symmetric matrix Q of the row x'Qx: every entry is written, those beside the diagonal twice."""
    row = _known(rows, section.argument, section.line, "constraint")
    for number, words in section.lines:
        _expect(number, words, 3)
        first, second = (_known(columns, word, number, "variable") for word in words[:2])
        gathered.add_product(row, first, second, _number(words[2], number))


def _indicators(section: Section, gathered: Gathered, rows: Mapping[str, int], columns: Mapping[str, int]) -> None:
    for number, words in section.lines:
        _expect(number, words, 4)
        wanted = _number(words[3], number)
        if words[0].upper() != "IF" or wanted not in (0.0, 1.0):
            raise InstanceError(f"line {number} is not of the form IF constraint variable 0-or-1")
        row, column = _known(rows, words[1], number, "constraint"), _known(columns, words[2], number, "variable")
        gathered.indicators.append((row, column, int(wanted)))


def _sets(section: Section, gathered: Gathered, rows: Mapping[str, int], columns: Mapping[str, int]) -> None:
    """Heads are `S1 [SOS] name [priority]`, members `[SOS] variable weight` or `[SOS] variable:weight`."""
    fixed_kind = int(section.word[3:] or 0)
    for number, given in section.lines:
        words = [part for word in given for part in word.split(":") if part]
        if words[0].upper() in ("S1", "S2") and words[0] not in columns:
            named = [word for word in words[1:] if not _is_number(word)]
            name = named[-1] if named else f"set[{len(gathered.sets)}]"
            gathered.sets.append((name, int(words[0][1]), []))
        elif fixed_kind and len(words) == 1:
            gathered.sets.append((words[0], fixed_kind, []))
        elif not gathered.sets or len(words) < 2:
            raise InstanceError(f"line {number} stands in no special ordered set; begin one with S1 or S2")
        else:
            column = _known(columns, words[-2], number, "variable")
            gathered.sets[-1][2].append((_number(words[-1], number), column))


_READERS: dict[str, Callable[[Section, Gathered, Mapping[str, int], Mapping[str, int]], None]] = {
    "QCMATRIX": _products,
    "INDICATORS": _indicators,
    "SOS": _sets,
    "SOS1": _sets,
    "SOS2": _sets,
}


def _expect(number: int, words: list[str], count: int) -> None:
    if len(words) != count:
        raise InstanceError(f"line {number} has {len(words)} words where {count} are expected")


def _known(names: Mapping[str, int], name: str, number: int, kind: str) -> int:
    if name not in names:
        raise InstanceError(f"line {number} names the {kind} {name[:60]}, which the file does not declare")
    return names[name]


def _number(word: str, number: int) -> float:
    if not _is_number(word) or not np.isfinite(float(word)):
        raise InstanceError(f"line {number} has {word[:40]} where a finite number is expected")
    return float(word)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _text(words: list[bytes]) -> str:
    return words[0].decode("utf-8", errors="replace") if words else ""
