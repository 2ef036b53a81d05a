"""A comparison for the page: the verdict in words, families under their signs, rewrites without effect apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.chat.words import plural
from copilot.runs.words import number
from solvers.equivalence.wording import value_text

SIGNS = {"added": "+", "removed": "−", "changed": "~"}
BANDS: Mapping[str, tuple[str, str, str]] = {
    "identical": ("=", "Identical", "good"),
    "equivalent": ("≡", "Equivalent", "good"),
    "different": ("≠", "Different", "busy"),
    "undecided": ("?", "Undecided", "warn"),
    "invalid": ("!", "Not comparable", "bad"),
}
LEVELS = {
    "L0": "nothing changed",
    "L1": "renamed or reordered",
    "L2": "rewritten: scaled, turned, or written in other words",
    "L3": "under a change of variables",
    "L4": "shown by small linear programs or an exact elimination",
}
REQUESTED = {
    "yes": ("asked for", "good"),
    "no": ("not asked for", "warn"),
    "unknown": ("asked for? not known", "idle"),
}
KINDS = {"variables": "column", "constraints": "row", "objective": "objective"}


@dataclass(frozen=True, slots=True)
class Band:
    """The verdict: a sign, words, a tone, and the sentence that says what stands behind it."""

    sign: str
    word: str
    tone: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One difference."""

    subject: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Family:
    """A component that is not what it was; `key` names it in addresses."""

    key: str
    name: str
    renamed: str
    kind: str
    change: str
    sign: str
    size: str
    patterns: tuple[str, ...]
    entries: tuple[Entry, ...]
    count: int
    lines: Mapping[str, Sequence[int]]
    phrase: str
    requested: str
    requested_tone: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A family under another name, and how it was found."""

    kind: str
    old: str
    new: str
    how: str


@dataclass(frozen=True, slots=True)
class Review:
    """Everything of an answer that the page shows without looking into the models."""

    band: Band
    structure: str
    instance: str
    checked: str
    families: tuple[Family, ...]
    objective: tuple[Family, ...]
    unchanged: int
    notes: tuple[str, ...]
    renames: tuple[Rename, ...]
    witness: str
    evidence: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    is_undecided: bool
    is_different: bool
    is_accidental: bool

    @property
    def rewrites(self) -> int:
        """How many things were only written differently."""
        return len(self.notes) + len(self.renames)

    @property
    def changed(self) -> tuple[Family, ...]:
        """Everything that can be selected, riskiest first."""
        return (*self.objective, *self.families)


def review_of(answer: Mapping[str, Any]) -> Review:
    """The page's view of an answer as `copilot.review.contract.told` gives it."""
    found = [_family(raw) for raw in answer["diff"].get("families", ())]
    renames = [dict(raw) for raw in answer["diff"].get("renames", ())]
    return Review(
        band=_band(answer, found),
        structure=_structure(answer.get("parametric")),
        instance=_instance(answer),
        checked=_checked(answer),
        families=tuple(family for family in found if family.kind != "objective"),
        objective=tuple(family for family in found if family.kind == "objective"),
        unchanged=int(answer["diff"].get("unchanged_families", 0)),
        notes=(*answer.get("notes", ()), *answer.get("formulas", ())),
        renames=tuple(Rename(one["kind"], one["old"], one["new"], one.get("how", "")) for one in renames),
        witness=answer.get("witness", ""),
        evidence=tuple(_evidence(answer.get("evidence", ()))),
        figures=tuple(_figures(answer)),
        is_undecided=answer["verdict"] == "undecided",
        is_different=answer["verdict"] == "different",
        is_accidental=bool((answer.get("parametric") or {}).get("accidental")),
    )


def selected(review: Review, key: str) -> Family | None:
    """The family of that key, else the riskiest one."""
    return next((one for one in review.changed if one.key == key), next(iter(review.changed), None))


def entry_of(subject: str, field: str, old: Any, new: Any) -> Entry:
    """One difference in words; what is not there is empty."""
    return Entry(
        subject,
        field,
        "" if field == "added" else value_text(old),
        "" if field == "removed" else value_text(new),
    )


def _band(answer: Mapping[str, Any], families: Sequence[Family]) -> Band:
    sign, word, tone = BANDS.get(answer["verdict"], ("?", str(answer["verdict"]), "warn"))
    shift = answer.get("shift") or 0.0
    if answer["verdict"] == "equivalent":
        scale = answer["diff"].get("value_scale", 1.0)
        word += f", values × {number(scale)}" if scale != 1.0 else ""
        word += f", optimum {'+' if shift > 0 else '−'}{number(abs(shift))}" if shift else ""
    if answer["verdict"] == "different":
        changes = sum(len(family.patterns) for family in families)
        word += f": {plural(changes, 'change')} in {_families(len(families))}"
    summary = answer.get("summary", "")
    return Band(sign, word, tone, answer.get("reason") or ("" if summary == "No change" else summary))


def _families(count: int) -> str:
    return "1 family" if count == 1 else f"{count:,} families"


def _structure(parametric: Mapping[str, Any] | None) -> str:
    if not parametric:
        return "not compared with other data"
    draws = parametric.get("draws", ())
    tried = f" ({plural(len(draws), 'data set')})" if draws else ""
    sentence = parametric.get("sentence", "")
    word = str(parametric.get("verdict", "unknown")).removesuffix(" structure")
    return f"{word}{tried}" + (f". {sentence}" if sentence else "")


def _instance(answer: Mapping[str, Any]) -> str:
    word = BANDS.get(answer["verdict"], ("", str(answer["verdict"]), ""))[1].lower()
    level = answer.get("level", "")
    how = LEVELS.get(level, answer.get("how", ""))
    return word + (f", {how}" if how else "") + (f" ({level})" if level else "")


def _checked(answer: Mapping[str, Any]) -> str:
    certificate = answer.get("certificate")
    if certificate:
        mapped = f"{plural(certificate['columns'], 'column')} and {plural(certificate['rows'], 'row')}"
        return f"a mapping of {mapped}, number by number; largest deviation {certificate['deviation']:.1g}"
    if answer["verdict"] == "different":
        return "a difference that names its place"
    return "nothing: neither a mapping nor a difference was found"


def _family(raw: Mapping[str, Any]) -> Family:
    word, tone = REQUESTED.get(raw.get("requested", ""), ("", "idle"))
    entries = tuple(entry_of(e["subject"], e["field"], e["old"], e["new"]) for e in raw.get("entries", ()))
    before, after = raw.get("size_before", 0), raw.get("size_after", 0)
    noun = KINDS.get(raw["kind"], "row")
    size = (
        plural(after or before, noun)
        if before == after or not before or not after
        else f"{before:,} → {after:,} {noun}s"
    )
    return Family(
        key=f"{raw['kind']}:{raw['family']}",
        name=raw["family"],
        renamed=str(raw.get("renamed") or ""),
        kind=raw["kind"],
        change=raw["change"],
        sign=SIGNS.get(raw["change"], "~"),
        size="" if raw["kind"] == "objective" else size,
        patterns=tuple(raw.get("patterns", ())),
        entries=entries,
        count=int(raw.get("entry_count", len(entries))),
        lines=raw.get("lines") or {},
        phrase=str(raw.get("phrase") or ""),
        requested=word,
        requested_tone=tone,
    )


def _evidence(raw: Iterable[Any]) -> Iterable[str]:
    for one in raw:
        yield str(one.get("sentence") or one.get("text") or one) if isinstance(one, dict) else str(one)


def _figures(answer: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    stats = answer.get("stats", {})
    for name in ("rows", "columns", "nonzeros"):
        one, other = stats.get(name, (0, 0))
        yield name.capitalize(), f"{one:,}" if one == other else f"{one:,} → {other:,}"
    yield "Compared in", f"{stats.get('seconds', 0.0):.2g} s"
    if stats.get("peak"):
        yield "Memory", f"{stats['peak'] / 1024:,.0f} MB"
