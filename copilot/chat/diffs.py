"""What the Diff tab says of a version: verdicts on instance and structure, families, where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from copilot.chat.words import VERDICTS, plural
from copilot.runs.words import number
from solvers.equivalence.wording import value_text

STRUCTURES: Mapping[str, tuple[str, str]] = {
    "same structure": ("same", "good"),
    "different structure": ("different", "busy"),
    "unknown": ("not compared", "warn"),
}
PROOFS: Mapping[str, str] = {
    "identical": "every number is the same",
    "equivalent": "mapping verified",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference inside a family."""

    subject: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a program in words, and the first of them."""

    text: str
    first: int


@dataclass(frozen=True, slots=True)
class Family:
    """A Pyomo component that is not what it was; `is_unasked` where no message asked for the change."""

    name: str
    kind: str
    change: str
    patterns: tuple[str, ...]
    changes: tuple[Change, ...]
    more: int
    before: Lines | None
    after: Lines | None
    phrase: str
    is_unasked: bool
    unasked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the comparison in a word: what was compared, on what, and the verdict."""

    title: str
    on: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed since the version before; `sentence` is about structure, `is_accidental` a warning."""

    word: str
    tone: str
    summary: str
    witness: str
    reason: str
    families: tuple[Family, ...]
    unchanged: int
    against: int
    proof: str
    notes: tuple[str, ...]
    levels: tuple[Level, ...]
    sentence: str
    is_accidental: bool
    review: str


def diff_of(raw: Mapping[str, Any], *, against: int, review: str = "") -> Diff:
    """A stored diff as the page shows it; what an older release did not store is left out.

    `review` is the query by which its review page finds the two versions; empty where there is none.
    """
    word, tone = VERDICTS.get(raw["verdict"], (raw["verdict"], "idle"))
    parametric: Mapping[str, Any] = raw.get("parametric") or {}
    return Diff(
        word=word,
        tone=tone,
        summary=raw["summary"],
        witness=raw.get("witness", ""),
        reason=raw.get("reason", ""),
        families=tuple(_family(family) for family in raw.get("families", ())),
        unchanged=raw.get("unchanged_families", 0),
        against=against,
        proof=_proof(raw),
        notes=tuple(raw.get("notes", ())),
        levels=_levels(raw, parametric) if parametric else (),
        sentence=parametric.get("sentence", ""),
        is_accidental=parametric.get("accidental", False),
        review=review,
    )


def _levels(raw: Mapping[str, Any], parametric: Mapping[str, Any]) -> tuple[Level, ...]:
    word, tone = STRUCTURES.get(parametric["verdict"], (parametric["verdict"], "warn"))
    instance, instance_tone = VERDICTS.get(raw["verdict"], (raw["verdict"], "idle"))
    levels = [Level("structure", _drawn(parametric), word, tone)]
    levels.append(Level("instance", "your data", instance.lower(), instance_tone))
    proof = PROOFS.get(raw["verdict"], "")
    return (*levels, Level("checked", "", proof, "good")) if proof else tuple(levels)


def _drawn(parametric: Mapping[str, Any]) -> str:
    if parametric.get("how") == "program":
        return "same program text"
    random = sum(not draw["real_data"] for draw in parametric.get("draws", ()))
    return plural(random, "random data set")


def _proof(raw: Mapping[str, Any]) -> str:
    """What stands behind the word equivalent, in a sentence."""
    if raw["verdict"] != "equivalent" or not raw.get("how"):
        return ""
    shift = f", but every objective value is moved by {number(abs(raw['shift']))}" if raw.get("shift") else ""
    return f"Each row and column has its counterpart{shift}: the mapping was checked number by number."


def _family(raw: Mapping[str, Any]) -> Family:
    entries: Sequence[Mapping[str, Any]] = raw.get("entries", ())
    changes = tuple(_change(entry) for entry in entries)
    lines: Mapping[str, Sequence[int]] = raw.get("lines", {})
    return Family(
        name=raw["family"],
        kind=raw["kind"],
        change=raw["change"],
        patterns=tuple(raw.get("patterns", ())),
        changes=changes,
        more=max(0, raw.get("entry_count", 0) - len(changes)),
        before=_lines(lines.get("before", ())),
        after=_lines(lines.get("after", ())),
        phrase=raw.get("phrase", ""),
        is_unasked=raw.get("requested") == "no",
        unasked=tuple(one for one in raw.get("unrequested", ()) if one != raw["family"]),
    )


def _change(raw: Mapping[str, Any]) -> Change:
    old, new = value_text(raw["old"]), value_text(raw["new"])
    return Change(
        raw["subject"], raw["field"], "" if raw["field"] == "added" else old, "" if raw["field"] == "removed" else new
    )


def _lines(numbers: Sequence[int]) -> Lines | None:
    """`line 10`, `lines 26–30`, `lines 12 and 26–30`."""
    if not numbers:
        return None
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    parts = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return Lines(f"line{'' if len(numbers) == 1 else 's'} {text}", numbers[0])
