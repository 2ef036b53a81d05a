"""Whether two programs build the same model from any data, seen on random data in the sandbox; nothing is solved."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from copilot.drafting.base import Data
from copilot.drafting.draws import WAYS, Way, count_of, draw, grown, seed_of, shrunk
from copilot.drafting.shared_data import Shape, renamings, shapes_of, union
from copilot.drafting.source import Roles, held_numbers, roles_of, same_but_for_numbers, same_source
from copilot.runs import engines, structure_words
from copilot.runs.parametric import Draw, Known, Parametric, Programmed, Verdict, held_in
from copilot.sandbox.outcome import BuildOutcome, FailureKind
from solvers.equivalence.compare import equivalence

log = structlog.get_logger(__name__)
DRAWS = 3
SECONDS = 3.0
REDRAWS = 5
BOLD = (1, 0)  # the draw and try in which numbers that decide what is written move as far as all others
MAX_NONZEROS = 200_000  # of either model
MAX_NUMBERS = 100_000  # of the data of either program
Build = Callable[[str, Data, int, float], BuildOutcome]  # program, data, seed, seconds it may take


def compare_structure(
    before: Programmed,
    after: Programmed,
    known: Known,
    *,
    build: Build,
    should_stop: Callable[[], bool] = lambda: False,
    seconds: float = SECONDS,
) -> Parametric:
    """Compare two programs on data that both of them read; never raises, and gives up after about `seconds`."""
    if same_source(before.program, after.program):
        return Parametric("same structure", structure_words.SAME_PROGRAM, how="program")
    if known.nonzeros > MAX_NONZEROS or max(map(count_of, (before.data, after.data))) > MAX_NUMBERS:
        return Parametric("unknown", structure_words.too_large(MAX_NONZEROS, MAX_NUMBERS))
    comparison = _Comparison(before, after, known, build, should_stop, time.monotonic() + seconds)
    try:
        comparison.run()
    except _Spent:
        pass
    except Exception:  # a comparison that broke says nothing about the model, and must not end its run
        log.exception("structure.unexpected")
        return Parametric("unknown", structure_words.BROKEN)
    return _judged(comparison)


def in_sandbox(should_stop: Callable[[], bool]) -> Build:
    """Build in the sandbox of this process, within its limits and the seconds left."""

    def build(program: str, data: Data, seed: int, seconds: float) -> BuildOutcome:
        limits = replace(engines.build_limits(), wall_seconds=seconds)
        return engines.sandbox().build(program, data, seed=seed, limits=limits, should_stop=should_stop)

    return build


class _Spent(Exception):
    """Time is up, or a person asked to stop."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What worked for one data set is tried first for the next."""

    shape: Shape
    way: Way


@dataclass(slots=True)
class _Comparison:
    before: Programmed
    after: Programmed
    known: Known
    build: Build
    should_stop: Callable[[], bool]
    deadline: float
    draws: list[Draw] = field(default_factory=list)
    plans: list[_Plan] = field(init=False)
    roles: Roles = field(init=False)
    renamed: Mapping[str, str] = field(init=False)
    others: tuple[Mapping[str, str], ...] = field(init=False)
    is_exhausted: bool = field(init=False)
    reads_numbers: bool = True
    failure: str = ""
    set_sizes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    sizes: list[tuple[tuple[int, int, int], ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        shapes = shapes_of(self.before.data, self.after.data)
        self.plans = [_Plan(shape, way) for way in WAYS for shape in shapes]
        self.roles = roles_of(self.before.program) | roles_of(self.after.program)
        (self.renamed, *others), self.is_exhausted = renamings(self.before.data, self.after.data)
        self.others = tuple(others)

    def run(self) -> None:
        """All draws, as long as there is time; one that had to fall back to the real data ends them."""
        for number in range(DRAWS):
            found = self._one(number)
            if number == 0 and found is not None and found.verdict == "different":
                found = self._renamed(found)
            if found is None:
                seed = seed_of(self.before.fingerprint, self.after.fingerprint, number)
                verdict = "same" if self.known.is_same else ("different" if self.known.verdict == "different" else "")
                self.draws.append(Draw(seed, verdict or "undecided", structure_words.REAL, real_data=True))
                return
            self.draws.append(found)
        for resize in (grown, shrunk):
            if (found := self._one(DRAWS, resize)) is not None:
                self.draws.append(found)
                return

    def _one(self, number: int, resize: Callable[[Data], tuple[Data, tuple[str, ...]]] | None = None) -> Draw | None:
        """One data set that both programs can be built from, or None after some that they cannot."""
        tries = self.plans[: 1 if resize else REDRAWS + 1]
        for attempt, plan in enumerate(tries):
            seed = seed_of(self.before.fingerprint, self.after.fingerprint, number, attempt)
            data = union(self.before.data, self.after.data, plan.shape)
            if resize:
                data, sets = resize(data)
                if not sets:
                    return None
            found = self._drawn(data, seed, plan, Roles(self.roles.sizes) if (number, attempt) == BOLD else self.roles)
            if found is not None:
                self.plans = [plan, *(other for other in self.plans if other != plan)]
                return replace(found, resized=resize is not None)
        return None

    def _drawn(self, data: Data, seed: int, plan: _Plan, roles: Roles) -> Draw | None:
        values, count = draw(data, seed=seed, way=plan.way, roles=roles, renamed=self.renamed)
        if not count:
            self.reads_numbers = self.reads_numbers and plan.way == "fractions"
            return None
        sides = [self._built(side.program, values, seed) for side in (self.before, self.after)]
        one, other = (side.instance for side in sides if side is not None) if None not in sides else (None, None)
        if one is None or other is None:
            return None
        self._check()
        left = self.deadline - time.monotonic()
        found = equivalence(one, other, seconds=max(left, 0.05), should_stop=self.should_stop, max_level="L2")
        if found.verdict == "invalid":
            return None
        self.sizes.append(tuple((i.row_count, i.column_count, i.nonzero_count) for i in (one, other)))
        for family in sides[1].counts if sides[1] else ():
            if family.kind == "set":
                self.set_sizes[family.name].add(family.size)
        is_moved = bool(found.shift) and not self.known.shift
        if found.verdict == "undecided":
            return Draw(seed, "undecided", found.reason)
        if found.verdict == "different" or is_moved:
            return Draw(seed, "different", found.witness or structure_words.MOVED)
        return Draw(seed, "same", found.how or found.verdict)

    def _renamed(self, first: Draw) -> Draw:
        """The first draw again with names of data paired otherwise, until the programs agree on it."""
        kept = self.renamed
        for other in self.others:
            self.renamed = other
            found = self._one(0)
            if found is not None and found.verdict == "same":
                return found
        self.renamed = kept
        return first

    def _built(self, program: str, data: Data, seed: int) -> BuildOutcome | None:
        self._check()
        outcome = self.build(program, data, seed, max(self.deadline - time.monotonic(), 0.05))
        self._check()
        if outcome.failure is not None:
            self.failure = outcome.failure.message
            if outcome.failure.kind in (FailureKind.REFUSED, FailureKind.CANCELLED):
                raise _Spent
            return None
        return outcome

    def _check(self) -> None:
        if self.should_stop() or time.monotonic() > self.deadline:
            raise _Spent


def _judged(found: _Comparison) -> Parametric:
    verdict, sentence = _verdict(found)
    return Parametric(
        verdict,
        sentence,
        draws=tuple(found.draws),
        accidental=verdict == "different structure" and found.known.is_same,
        sets_resized=sum(len(sizes) > 1 for sizes in found.set_sizes.values()),
    )


def _verdict(found: _Comparison) -> tuple[Verdict, str]:
    random = [one for one in found.draws if not one.real_data]
    held = held_in(found.before, found.after)
    if not random:
        return "unknown", structure_words.nothing_drawn(found.reads_numbers, held, found.failure)
    if any(one.verdict == "different" for one in random):
        return _apart(found, random, held)
    if any(one.verdict == "undecided" for one in random):
        reason = next(one.how for one in random if one.verdict == "undecided")
        return "unknown", f"The random data sets could not all be compared: {reason}"
    if held:
        return "unknown", structure_words.holding(held)
    return "same structure", structure_words.same(
        random, is_same=found.known.is_same, renamed=found.renamed, switches=found.roles.switches
    )


def _apart(found: _Comparison, random: list[Draw], held: tuple[float, ...]) -> tuple[Verdict, str]:
    """Different on some draw: whether that is the structure, or may be a name or number that the programs changed."""
    is_same = found.known.is_same
    if not is_same and _may_be_numbers(found, held):
        return "unknown", structure_words.holding(held)
    if is_same and not found.is_exhausted:
        return "unknown", structure_words.TOO_MANY_NAMES
    return "different structure", structure_words.different(random, is_same=is_same)


def _may_be_numbers(found: _Comparison, held: tuple[float, ...]) -> bool:
    """Whether the numbers that the programs hold could be all that differs between them."""
    first, second = held_numbers(found.before.program), held_numbers(found.after.program)
    if first == second:
        return False
    if same_but_for_numbers(found.before.program, found.after.program):
        return True
    return bool(held) and all(one == other for one, other in found.sizes)
