"""Two solutions side by side: of two runs, or of one run on its way; what they say of themselves, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.timezone import localtime

from copilot.chat.plans import title_of
from copilot.chat.solutions import Point
from copilot.chat.tables import PAGE, Heading, Line, Look, Table, figure, paged
from copilot.chat.words import CERTIFICATE, VERDICTS, seconds_text, solver_name, statuses_of
from copilot.runs.differing import differing
from copilot.runs.instances import Family, Known, Names
from copilot.runs.models import ModelVersion, Run, Solution, Verification
from solvers.equivalence.diff import diff
from solvers.instance import FloatArray
from solvers.kkt import residuals
from solvers.result import Certificate

MAX_NONZEROS = 50_000  # of each model, for a comparison while somebody waits


@dataclass(frozen=True, slots=True)
class Pair:
    """One fact of both sides; `differs` where they do not say the same."""

    title: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the two sides say different things."""
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether both solve the same model, in a word, with a sentence."""

    word: str
    tone: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Side:
    """A run with the solution that is compared; its instance and point are None where they cannot be had.

    `place` is that of a plan kept beside the final one, which is the first.
    """

    run: Run
    solution: Solution | None
    known: Known | None
    point: Point | None
    place: int | None = None

    @property
    def version(self) -> ModelVersion | None:
        """The version that was solved, as it is or with a scenario's changes."""
        return self.run.version or (self.run.base if self.run.is_aside else None)

    @property
    def title(self) -> str:
        """Which run, and which of its solutions, for the head of a column."""
        version = f"version {self.version.number}" if self.version else "no version"
        used = solver_name((self.run.result or {}).get("solver") or self.run.solver)
        return f"{localtime(self.run.created_at):%H:%M}, {version}, {used}{self._which}"

    @property
    def _which(self) -> str:
        if self.place:
            return f", {title_of(self.place).lower()}"
        return f", solution {self.solution.number}" if self.solution and self.solution.kind != "final" else ""


def facts_of(left: Side, right: Side) -> tuple[Pair, ...]:
    """Statuses, numbers of the solve and residuals, each of both sides."""
    pairs = zip(_facts(left), _facts(right), strict=True)
    return tuple(Pair(title, one, other) for (title, one), (_, other) in pairs)


def verdict_of(left: Side, right: Side) -> Verdict:
    """Whether the two runs solve the same model."""
    one, other = left.version, right.version
    if one is None or other is None:
        return Verdict("Not compared", "idle", "A run that made no version has no model to compare.")
    if one.id == other.id and left.run.changes == right.run.changes:
        return Verdict("Same version", "good", "Both solve the same version of the model.")
    if one.id == other.id:
        told = [f"{side}: {_changes(run)}" for side, run in (("left", left.run), ("right", right.run)) if run.changes]
        return Verdict("Scenario", "busy", f"The same version of the model with changes. {'; '.join(told)}.")
    stored = other.diff if other.parent_id == one.id else one.diff if one.parent_id == other.id else None
    if stored and not (left.run.changes or right.run.changes):
        return _worded(str(stored["verdict"]), str(stored["summary"]))
    if left.known is None or right.known is None:
        return Verdict("Not compared", "idle", "The models could not be read.")
    if max(side.known.instance.nonzero_count for side in (left, right) if side.known) > MAX_NONZEROS:
        sentence = f"The models differ in version, and are too large to compare here (over {MAX_NONZEROS:,} nonzeros)."
        return Verdict("Not compared", "idle", sentence)
    found = diff(left.known.instance, right.known.instance)
    return _worded(found.verdict, found.summary)


def _changes(run: Run) -> str:
    return ", ".join(str(change.get("words", "")) for change in run.changes)


def _worded(verdict: str, sentence: str) -> Verdict:
    word, tone = VERDICTS.get(verdict, (verdict, "idle"))
    return Verdict(word, tone, sentence)


def differences_of(left: Side, right: Side, look: Look) -> Table | None:
    """The variables whose values differ, matched by name, largest change first; None where a side has no solution.

    A variable that only one side has counts as a change by its whole value.
    """
    if left.point is None or right.point is None:
        return None
    names, (before, after) = _aligned(left.point, right.point)
    found = differing(before, after)
    if look.text:
        found = found[names.matching(look.text)[found]]
    look, here, pages = paged(look, found)
    return Table(
        look=look,
        headings=(Heading("What"), *(Heading(title, is_figure=True) for title in ("Left", "Right", "Change"))),
        lines=tuple(_line(names, p, float(before[p]), float(after[p])) for p in here.tolist()),
        matching=len(found),
        total=len(names.names),
        first=(look.page - 1) * PAGE + 1,
        pages=pages,
        families=(),
        earlier=look.address(page=look.page - 1) if look.page > 1 else "",
        later=look.address(page=look.page + 1) if look.page < pages else "",
        which="that differ",
    )


def _aligned(one: Point, other: Point) -> tuple[Names, tuple[FloatArray, FloatArray]]:
    """All names of both sides with the values of each; not a number where a side has no such variable."""
    left, right, x, y = one.known.variables, other.known.variables, one.values, other.values
    if left is right:
        return left, (x, y)
    known = right.position
    at = np.fromiter((known.get(name, -1) for name in left.names), np.int64, len(left.names))
    new = [name for name in right.names if name not in left.position]
    places = np.fromiter((known[name] for name in new), np.int64, len(new))
    declared = {family.name: _declared(family) for side in (right, left) for family in side.families}
    before = np.concatenate((x, np.full(len(new), np.nan)))
    matched = np.where(at >= 0, y[np.maximum(at, 0)], np.nan) if len(y) else np.full(len(at), np.nan)
    return Names((*left.names, *new), declared), (before, np.concatenate((matched, y[places])))


def _declared(family: Family) -> dict[str, Any]:
    return {"label": family.label, "unit": family.unit, "indices": family.indices}


def _line(names: Names, position: int, before: float, after: float) -> Line:
    name, family = names.names[position], names.families[names.family_of[position]]
    index = name.partition("[")[2].removesuffix("]")
    change = after - before
    signed = f"+{figure(change)}" if change > 0 else figure(change)
    label = f"{family.label}: {index}" if index else family.label
    return Line(label, name, (), (figure(before), figure(after), signed), family.unit)


def _facts(side: Side) -> Iterable[tuple[str, str]]:
    run, solution, result = side.run, side.solution, side.run.result or {}
    yield from _statuses(run, solution)
    yield "Solver", solver_name(result.get("solver") or run.solver)
    seconds = solution.elapsed_seconds if solution else result.get("seconds")
    yield "Time", "–" if side.place else seconds_text(seconds) or "–"  # when another plan was found is not known
    yield "Objective", figure(solution.objective_value if solution else result.get("objective_value"))
    yield "Bound", figure(solution.objective_bound if solution else result.get("objective_bound"))
    gap = solution.relative_gap if solution else result.get("relative_gap")
    yield "Gap", "–" if gap is None else f"{gap:.2%}"
    checked = None if side.point is None else residuals(side.point.known.instance, side.point.x)
    yield "Largest row violation", figure(checked.max_row_violation if checked else None)
    yield "Largest bound violation", figure(checked.max_bound_violation if checked else None)
    yield "Largest integrality violation", figure(checked.max_integrality_violation if checked else None)


def _statuses(run: Run, solution: Solution | None) -> Iterator[tuple[str, str]]:
    """Those of the run; the solver claims something of the final point alone, and our check of another is its own."""
    lifecycle, *others = statuses_of(run)
    yield lifecycle.title, lifecycle.word
    if solution is None or solution.kind == Solution.Kind.FINAL:
        yield from ((status.title, status.word) for status in others)
        return
    passed = solution.verification == Verification.PASSED
    was_checked = solution.verification != Verification.NOT_RUN
    yield others[0].title, "–"
    yield others[1].title, Verification(solution.verification).label if was_checked else "–"
    yield others[2].title, CERTIFICATE[Certificate.RESIDUALS_CHECKED][0] if passed else "–"
