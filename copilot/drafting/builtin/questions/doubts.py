"""A doubt about a reading: a question, and answers that each change the reading."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Gap, Limit, Row
from copilot.drafting.builtin.ledger import check
from copilot.drafting.builtin.reading import Reading
from copilot.drafting.builtin.rownames import row_name
from copilot.drafting.formulation import SETTLED

_FILE = Path(__file__).parents[1] / "lexicon" / "questions.toml"
MOST_CHOICES = 4
_LONGEST = 120
_JOINTS = ("and ", "but ", "also ")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: a sentence that stands for itself, and what it makes of a reading (which it may alter in place).

    `explains` are places in the text that it takes out of the plan.
    """

    sentence: str
    apply: Callable[[Reading], None]
    explains: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question with two to four answers; `trigger` is its section of the data file, and `gap` what it would close.

    Without a gap the reading is complete as it is, and `usual` is how it was read.
    """

    trigger: str
    ask: str
    why: str
    choices: tuple[Choice, ...]
    usual: str = ""
    gap: Gap | None = None


def doubt_of(
    trigger: str, choices: Sequence[Choice], *, usual: str = "", gap: Gap | None = None, **words: str
) -> Doubt:
    """A doubt in the words of its section, with at most four answers."""
    said = wording(trigger)
    return Doubt(trigger, said["ask"].format(**words), said["why"], tuple(choices[:MOST_CHOICES]), usual, gap)


@cache
def wording(trigger: str) -> Mapping[str, Any]:
    """The sentences of one kind of doubt, and its word lists, by name."""
    said: Mapping[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))[trigger]
    return said


def listed(context: Context) -> str:
    """All items in words: "kites and drums"."""
    labels = [item.label for item in context.items]
    return f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else "".join(labels)


def row_names(reading: Reading) -> tuple[str, ...]:
    """The name of every row; with its figures where two are called the same."""
    names = [row_name(row) for row in reading.rows]
    return tuple(
        name if names.count(name) == 1 else f"{name} ({figures_of(row)})"
        for name, row in zip(names, reading.rows, strict=True)
    )


def figures_of(row: Row) -> str:
    """The numbers of a row: "2, 3"."""
    return ", ".join(f"{fact.value:g}" for fact in row.facts.values())


def short(phrase: str) -> str:
    """A phrase on one line, cut where it is long; quotation marks would end the quotation."""
    told = " ".join(phrase.replace("“", "").replace("”", "").split()).strip(" ,")
    told = next((told.removeprefix(word) for word in _JOINTS if told.startswith(word)), told)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1].rstrip()}…"


def changed(reading: Reading, choice: Choice) -> Reading:
    """The reading as the choice makes it, with its ledger drawn up anew; the given one stays as it is."""
    fresh = replace(
        reading,
        rows=list(reading.rows),
        limits=list(reading.limits),
        gaps=list(reading.gaps),
        notes=list(reading.notes),
        settled=set(reading.settled),
    )
    if fresh.unchecked is not None:
        gaps, notes = fresh.unchecked
        del fresh.gaps[gaps:], fresh.notes[notes:]
    choice.apply(fresh)
    fresh.notes.append(settled_note(choice.sentence))
    fresh.limits.sort(key=lambda limit: limit.spans[0] if limit.spans else (0, 0))
    if fresh.unchecked is not None:
        fresh.unchecked = (len(fresh.gaps), len(fresh.notes))
        check(fresh)
    return fresh


def settled_note(sentence: str) -> str:
    """How an answer stands among the assumptions."""
    return f"{SETTLED}{sentence}"


def is_settled(reading: Reading, doubt: Doubt) -> bool:
    """Whether one of the answers was given."""
    return any(settled_note(choice.sentence) in reading.notes for choice in doubt.choices)


def close(reading: Reading, gap: Gap) -> None:
    """Take a gap out of the ledger."""
    reading.gaps = [one for one in reading.gaps if one != gap]


def put(reading: Reading, old: Limit, *new: Limit) -> None:
    """Put other limits in the place of one."""
    reading.limits = [one for limit in reading.limits for one in (new if limit == old else (limit,))]
