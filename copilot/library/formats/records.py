"""One insight as a file gives it: what it says, what it carries beyond that, and what is wrong with the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot.library.content import Content, LabelPath

OUTCOMES = ("positive", "negative", "invalid", "irrelevant", "unretrieved")


@dataclass(frozen=True, slots=True)
class Record:
    """`evidence` are (task, outcome) as the file claims them; `raw` is the record as it came, for writing it back."""

    place: str
    content: Content
    legacy_id: int | None = None
    key: str = ""
    licence: str = ""
    tasks: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    label_notes: Mapping[LabelPath, tuple[str, str]] = field(default_factory=dict)  # definition and condition
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is refused: the place in it, and a sentence."""

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds; with any problem nothing of it is stored."""

    format: str
    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
