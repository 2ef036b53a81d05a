"""Proof by paired trials: the same task, seeds and budget, with an insight, without it, and with the others alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from copilot.drafting.base import InsightText
from copilot.learning.cases import Bench, Ending, Program, Task, Tried
from copilot.learning.moved_data import moved
from copilot.learning.posterior import SURE, Lift, Rate, lift

SEEDS = 5  # the fewest complete pairs that prove something
_DRAWS = 4  # other data that are tried before one is found on which the right program still has an optimum
Arm = Literal["with", "without", "left_out"]


@dataclass(frozen=True, slots=True)
class Record:
    """One attempt of an arm, as it is stored; `moved_data` tells of the program under other data."""

    arm: Arm
    task_key: str
    seed: int
    shown: tuple[str, ...]
    tried: Tried
    moved_data: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What the trials say of one insight: `is_proven` and, in a sentence, why or why not."""

    key: str
    is_proven: bool
    why: str
    against_none: Lift | None = None
    against_others: Lift | None = None
    records: tuple[Record, ...] = ()


@dataclass(slots=True)
class Attempts:
    """Attempts by task, seed and what was shown, each made once; `kept` tells of each new one, so that none is lost."""

    bench: Bench
    known: dict[str, Tried] = field(default_factory=dict)
    kept: Callable[[str, Tried], None] = field(default=lambda *_: None)

    def of(self, task: Task, insights: Sequence[InsightText], seed: int) -> Tried:
        """The attempt; a whole batch goes on when one of them breaks."""
        name = f"{task.key}|{seed}|{','.join(sorted(insight.key for insight in insights))}"
        if name not in self.known:
            self.known[name] = self.bench.attempt(task, insights, seed)
            self.kept(name, self.known[name])
        return self.known[name]


def prove(task: Task, insights: Sequence[InsightText], attempts: Attempts, seeds: Sequence[int]) -> list[Proof]:
    """A proof for each insight of those learnt together; the ones without which the others do as well earn none.

    An insight is proven when its arm beats the one without any, and the one with the others alone, each with a
    probability of SURE. Those that earn nothing are taken out one by one, the last first, until all that stay earn it.
    """
    proofs: dict[str, Proof] = {}
    staying = list(insights)
    while staying:
        found = [_proof(task, insight, staying, attempts, seeds) for insight in staying]
        proofs |= {proof.key: proof for proof in found}
        idle = [insight for insight, proof in zip(staying, found, strict=True) if not proof.is_proven]
        if not idle or found[0].against_none is None:
            break
        staying.remove(idle[-1])
    return [proofs[insight.key] for insight in insights]


def _proof(
    task: Task, insight: InsightText, together: Sequence[InsightText], attempts: Attempts, seeds: Sequence[int]
) -> Proof:
    others = [one for one in together if one.key != insight.key]
    shown: dict[Arm, Sequence[InsightText]] = {"with": together, "without": ()}
    if others:
        shown["left_out"] = others
    tried = {arm: [attempts.of(task, which, seed) for seed in seeds] for arm, which in shown.items()}
    checked = {arm: list(rows) for arm, rows in tried.items()}
    on_moved = _under_moved_data(task, [one for rows in tried.values() for one in rows], attempts.bench)
    records = []
    for arm, rows in tried.items():
        keys = tuple(one.key for one in shown[arm])
        for place, (seed, one) in enumerate(zip(seeds, rows, strict=True)):
            records.append(Record(arm, task.key, seed, keys, one))
            if (other := on_moved.get(id(one))) is not None:
                records.append(Record(arm, task.key, seed, keys, other, moved_data=True))
                if other.correct is False:  # right by its numbers alone
                    checked[arm][place] = replace(one, correct=False)
    return replace(_judged(insight.key, checked), records=tuple(records))


def _judged(key: str, arms: Mapping[Arm, Sequence[Tried]]) -> Proof:
    complete = [row for row in zip(*arms.values(), strict=True) if all(one.correct is not None for one in row)]
    if len(complete) < SEEDS:
        told = f"Only {len(complete)} of the {SEEDS} pairs that are needed came to an end that can be judged."
        return Proof(key, False, told)
    rates = [Rate(sum(one.correct is True for one in column), len(complete)) for column in zip(*complete, strict=True)]
    lifts = [lift(rates[0], other) for other in rates[1:]]
    counts = [f"{rate.good:.0f} of {rate.many:.0f}" for rate in rates]
    told = f"Right with it {counts[0]}, without any {counts[1]}"
    told += f", with the others alone {counts[2]}." if len(counts) > 2 else "."
    return Proof(
        key,
        all(one.probability >= SURE for one in lifts),
        told,
        against_none=lifts[0],
        against_others=lifts[1] if len(lifts) > 1 else None,
    )


def _under_moved_data(task: Task, tried: Sequence[Tried], bench: Bench) -> dict[int, Tried]:
    """What becomes of the right attempts when the numbers are others, by `id` of the attempt.

    The right program tells what is right then; where there is none, two independent attempts that agree do.
    """
    right = list({id(one): one for one in tried if one.correct and one.program}.values())
    known = [task.reference] if task.reference else []
    programs = known or [one.program for one in right if one.program]
    seed = _draw(programs, bench)
    if seed is None:
        return {}
    endings = {id(one): bench.ending(moved(one.program, seed)) for one in right if one.program}
    expected = bench.ending(moved(known[0], seed)) if known else _agreed(list(endings.values()))
    if expected is None:
        return {}
    return {
        id(one): replace(one, correct=endings[id(one)].agrees(expected), ending=endings[id(one)], calls=0, tokens=0)
        for one in right
    }


def _draw(programs: Sequence[Program], bench: Bench) -> int | None:
    """The first draw that some right program survives with an optimum other than before."""
    for program in programs[:2]:
        before = bench.ending(program)
        for seed in range(1, _DRAWS + 1):
            after = bench.ending(moved(program, seed))
            if after.value is not None and not after.agrees(before):
                return seed
    return None


def _agreed(endings: Sequence[Ending]) -> Ending | None:
    """The value at which most attempts end, where at least two do."""
    votes = Counter(f"{one.value:.6g}" for one in endings if one.value is not None)
    if not votes or votes.most_common(1)[0][1] < 2:
        return None
    best = votes.most_common(1)[0][0]
    return next(one for one in endings if one.value is not None and f"{one.value:.6g}" == best)
