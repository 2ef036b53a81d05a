"""How many tasks each agent takes and how many agents each task gets: one each, unless the text says more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.reading import InDoubt
from copilot.drafting.builtin.nets.axes import Axes, axes_of
from copilot.drafting.builtin.nets.data import Matrix
from copilot.drafting.builtin.nets.phrases import phrases
from copilot.drafting.builtin.nets.reading import Reading
from copilot.drafting.formulation import Relation

FAMILY = "assignment"
_SUBJECT = re.compile(r"\b(?:each|every|any|no|a|an|one)\s+(?P<noun>[^\W\d_]+)", re.IGNORECASE)
_BEHIND = re.compile(
    r"\s*(?:[^\W\d_]+\s+){0,2}?(?:each|per|for each|for every|to each)\s+(?P<noun>[^\W\d_]+)", re.IGNORECASE
)
_NEVER = re.compile(r"\b(?:nobody|no one|no-one|no|cannot|can't|may not|must not|not|never)\b", re.IGNORECASE)
_ALONE = re.compile(r"\b(?:nobody|no one|no-one|everyone|everybody|anyone|each)\b", re.IGNORECASE)


@dataclass(slots=True)
class Count:
    """How many each of one side takes; `own` are those that differ."""

    size: int
    most: float = 1.0
    least: float | None = None  # None: as many as fit
    own: dict[str, float] = field(default_factory=dict)

    def total(self) -> float:
        """The most of all together."""
        return sum(self.own.values()) + self.most * (self.size - len(self.own))


@dataclass(frozen=True, slots=True)
class Counts:
    """Both sides, and which way the sums of each are held."""

    rows: Count
    heads: Count
    row_sign: Relation
    head_sign: Relation


def counts_of(reading: Reading, matrix: Matrix) -> Counts:
    """The counts. Raises InDoubt where the text asks for more than there is, or for what it is not clear who does."""
    axes = axes_of(matrix, reading.account)
    rows, heads = Count(len(matrix.rows)), Count(len(matrix.heads))
    for column in reading.data.columns:
        named = set(column.values)
        side = rows if named <= set(matrix.rows) else heads if named <= set(matrix.heads) else None
        if side is None or column.role not in ("demand", "limit", "supply"):
            raise InDoubt(f"It is not clear what “{column.words}” is for.")
        other = heads if side is rows else rows
        if any(value > other.size or value != int(value) for value in column.values.values()):
            raise InDoubt(f"It is not clear what “{column.words}” is for.")
        side.own.update(column.values)
    for said in tuple(reading.account.numbers):
        _told(reading, said, axes, {"rows": rows, "heads": heads})
    return _signs(reading, axes, rows, heads)


def _told(reading: Reading, said: Said, axes: Axes, sides: Mapping[str, Count]) -> None:
    """ "Each crew can take up to two jobs": a number that bounds one side."""
    prose, (start, end) = reading.account.prose, said.sentence
    start = max([start, *(match.end() for match in re.compile(r"[;:,]\s").finditer(prose, start, said.start))])
    subject = _last(_SUBJECT, prose, start, said.start) or _BEHIND.match(prose, said.end, end)
    alone = _last(_ALONE, prose, start, said.start)
    if subject and alone and alone.start() > subject.start():
        subject = None
    side = axes.side(subject["noun"]) if subject else "rows" if alone else ""
    other = axes.side(said.unit.partition(" ")[0])
    if other and said.value == sides[other].size:
        return
    if said.unit and not other and not axes.side(said.unit):
        return  # hours or tons, and no tasks
    if not side and other and (subject or alone):
        side = "heads" if other == "rows" else "rows"
    if not side or other == side:
        return
    before = prose[min([said.start, *(match.start() for match in (subject, alone) if match)]) : said.start]
    never = _NEVER.search(before) is not None
    if never and not re.search(r"\b(?:more|over)\b", before):
        sides[side].most = said.value - 1  # "nobody may do two jobs"
    elif any(one.search(before) for one in phrases("counts", "most")):
        sides[side].most = said.value
    elif any(one.search(before) for one in phrases("counts", "least")):
        sides[side].least = said.value
        sides[side].most = float("inf")
    else:
        sides[side].most = sides[side].least = said.value
    begin = min([said.start, *(match.start() for match in (subject, alone) if match)])
    reading.account.explain(begin, said.end)
    reading.take(said)


def _last(pattern: re.Pattern[str], prose: str, start: int, end: int) -> re.Match[str] | None:
    found = list(pattern.finditer(prose, start, end))
    return found[-1] if found else None


def _signs(reading: Reading, axes: Axes, rows: Count, heads: Count) -> Counts:
    """The smaller total is met, the larger one is not exceeded."""
    have, want = rows.total(), heads.total()
    if have != want:
        short = "rows" if have > want else "heads"
        _no_more_asked(reading, axes, short)
    row_sign: Relation = "==" if have <= want else "<="
    head_sign: Relation = "==" if want <= have else "<="
    return Counts(rows, heads, row_sign, head_sign)


def _no_more_asked(reading: Reading, axes: Axes, short: str) -> None:
    """Raise where the text says that all of the side that cannot all be served are."""
    for match in reading.places(FAMILY, "all"):
        side = axes.side(match.group())
        if side == short or not side:
            said = " ".join(match.group().split())
            raise InDoubt(f"There are not as many on both sides, and “{said}” asks for all of them.")
