"""How much the checks see: right formulations of many kinds, one fault planted into each, and what each check says.

Usage: python -m tests.bench.checks [--limit N] [--seed S] [--without NAME ...] [--show WORD]
A fault stands either in what was read (formulation and program agree) or in the program alone. It counts as stopped
where nothing is built or no plan is found, as caught where a check fails, as pointed at where a check that could tell
of the right draft cannot tell any more, else as missed. A fault that leaves the best value as it was is left out.
The programs are our own writer's, so what is asked only of programs by others (numbers written into them) is not.
"""

from __future__ import annotations

import argparse
import collections
import json
import math
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "copilot.settings")
django.setup()

from copilot.drafting.base import Data, Draft, DraftingError, DraftRequest, Table  # noqa: E402
from copilot.drafting.builtin import BuiltinDrafter  # noqa: E402
from copilot.drafting.formulation import Formulation  # noqa: E402
from copilot.drafting.program import data_of, write_program  # noqa: E402
from copilot.evaluation.generate.making import CLASSES, Generated, generate  # noqa: E402
from copilot.evaluation.problems import Problem, read_problems  # noqa: E402
from copilot.runs import checks as checking  # noqa: E402
from copilot.runs import engines, trials  # noqa: E402
from copilot.runs.checking.check import Check  # noqa: E402
from copilot.runs.checking.moves import Known  # noqa: E402
from copilot.runs.checking.second import second_program, second_reading  # noqa: E402
from copilot.sandbox.outcome import BuildFailure, BuildOutcome, FailureKind, Tier  # noqa: E402
from solvers.from_pyomo import to_instance  # noqa: E402
from solvers.highs import Highs  # noqa: E402
from solvers.instance import Instance  # noqa: E402
from solvers.result import Result, SolveOptions  # noqa: E402
from solvers.verdict import judged as last_word  # noqa: E402
from tests.bench.planting import FAULTS, planted  # noqa: E402
from tests.drafting.corpus.gold import entries  # noqa: E402

OWN, SIZES = 34, (1, 2)  # texts of our corpus; sizes above the smallest of each generated class
SECONDS = 10.0
PLACES = ("what was read", "the program")


@dataclass(frozen=True)
class Base:
    """A request with a draft that is right: its optimum is the known one."""

    id: str
    text: str
    tables: tuple[Table, ...]
    draft: Draft
    optimum: float


@dataclass(frozen=True)
class Judged:
    """What became of one draft: its best value (None: no plan), and what each check said."""

    value: float | None
    checks: tuple[Check, ...] = ()

    def named(self, status: str) -> set[str]:
        """Names of the checks with that status."""
        return {check.name for check in self.checks if check.status == status}


def bases(limit: int | None) -> list[Base]:
    """The right drafts: texts of our own corpus spread over its groups, and fresh problems of every class."""
    found = [base for problem in (*_own(), *_fresh()) if (base := _base(problem))]
    return found if limit is None else found[:: max(1, len(found) // limit)][:limit]


def _own() -> Iterator[Problem]:
    groups: dict[str, list[Problem]] = collections.defaultdict(list)
    for entry in entries():
        if entry.optimum is not None and "int " in entry.gold:
            groups[entry.group].append(Problem(entry.id, "own", entry.text, answer=entry.optimum))
    chosen = [one for row in zip(*(_padded(group) for group in groups.values()), strict=True) for one in row if one]
    return iter(chosen[: OWN + 6])  # a few are not read


def _padded(group: list[Problem]) -> list[Problem | None]:
    return [*group, *([None] * 60)][:60]


def _fresh() -> Iterator[Problem]:
    for name in sorted(CLASSES):
        for more in SIZES:
            size = CLASSES[name].smallest + more
            yield _as_problem(
                generate(name, size=size, seed=more, sandbox=engines.sandbox(), limits=engines.build_limits())
            )


def _as_problem(one: Generated) -> Problem:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{one.id}.jsonl"
        path.write_text(json.dumps(one.to_json()) + "\n", encoding="utf-8")
        return read_problems([path])[0]


def _base(problem: Problem) -> Base | None:
    outcome = BuiltinDrafter().draft(
        DraftRequest(problem.text, tables=problem.tables), lambda kind, payload: None, lambda: False
    )
    if outcome.draft is None or outcome.status != "complete":
        return None
    formulation = outcome.draft.formulation
    if problem.suite == "own" and any(item.domain == "continuous" for item in formulation.variables):
        return None  # its gold is whole: the same optimum is not the same model
    try:
        draft = Draft(formulation, write_program(formulation), data_of(formulation), "llm")
    except DraftingError:
        return None
    built = build(draft.program, draft.data)
    result = solve(built.instance) if built.instance is not None else None
    if result is None or result.objective_value is None or not problem.meets(result.objective_value):
        return None
    return Base(problem.id, problem.text, problem.tables, draft, result.objective_value)


def build(program: str, data: Data) -> BuildOutcome:
    """In this process: the programs are our own writer's, and there are thousands of them."""
    space: dict[str, Any] = {}
    try:
        exec(compile(program, "program", "exec"), space)
        instance, failure = to_instance(space["build_model"](data)), None
    except Exception as error:
        instance, failure = None, BuildFailure(FailureKind.RAISED, str(error))
    return BuildOutcome(instance, failure, "", (), 0.0, Tier.NONE, 0)


def solve(instance: Instance) -> Result:
    """With HiGHS, in this process as well, judged by our own residuals."""
    options = SolveOptions(time_limit_seconds=SECONDS, threads=1)
    result = Highs().solve(instance, options=options, report=lambda _: None, should_stop=lambda: False)
    return last_word(instance, result, options)


def judged(base: Base, draft: Draft) -> Judged:
    """Everything that the line would say of the draft."""
    built = build(draft.program, draft.data)
    if built.instance is None:
        return Judged(None)
    instance, request = built.instance, DraftRequest(base.text, tables=base.tables)
    found = checking.before_solve(draft.formulation, instance, base.text, tables=base.tables)
    found += [
        check
        for check in (
            second_program(draft, instance, build),
            second_reading(draft, instance, request, build),
        )
        if check is not None
    ]
    result = solve(instance)
    found += checking.after_solve(draft.formulation, instance, result)
    if result.x is None or result.objective_value is None:
        return Judged(None, tuple(found))
    known = Known(draft, instance, result.objective_value, 0.0)
    found += trials.by_hand(known, result) + trials.tried(known, base.text, build, solve)
    return Judged(result.objective_value, tuple(found))


def faulty(base: Base, place: str, formulation: Formulation) -> Draft | None:
    """The draft with the fault; None where no program can be written of it."""
    try:
        program, data = write_program(formulation), data_of(formulation)
    except DraftingError:
        return None
    read = formulation if place == PLACES[0] else base.draft.formulation
    return Draft(read, program, data, "llm")


def outcome_of(base: Base, right: Judged, found: Judged, ignored: frozenset[str]) -> tuple[str, set[str]]:
    """stopped, caught, pointed at, missed or harmless, with the checks that told."""
    failing = found.named("fail") - ignored
    if failing:
        return "caught", failing
    if found.value is None:
        return "stopped", set()
    if math.isclose(found.value, base.optimum, rel_tol=1e-6, abs_tol=1e-6):
        return "harmless", set()
    newly = found.named("unknown") - right.named("unknown") - ignored
    return ("pointed at", newly) if newly else ("missed", set())


def main() -> None:
    """Plant, check and count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, help="of the right drafts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", nargs="*", default=[], help="checks that are not counted")
    parser.add_argument("--show", nargs="*", default=[], help="print faults with this outcome, or of this kind")
    options = parser.parse_args()
    started, counts = time.perf_counter(), Counts()
    ignored = frozenset(options.without)
    found = bases(options.limit)
    for base in found:
        right = judged(base, base.draft)
        counts.right(base, right, ignored)
        for place in PLACES:
            for kind in FAULTS:
                rng = random.Random(f"{options.seed} {base.id} {kind}")
                plant = planted(kind, base.draft.formulation, rng)
                draft = faulty(base, place, plant[1]) if plant else None
                if plant is None:
                    continue
                seen = judged(base, draft) if draft else Judged(None)
                outcome, told = outcome_of(base, right, seen, ignored)
                counts.add(place, kind, outcome, told)
                if {outcome, kind} & set(options.show):
                    print(f"   {outcome}: {kind} in {place} of {base.id}, {plant[0]}: {', '.join(sorted(told))}")
    counts.report(time.perf_counter() - started)


class Counts:
    """What became of the faults, by place and kind, and what each check had to do with it."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self.told: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self.rights, self.alarms, self.doubts = 0, list[str](), collections.Counter[str]()

    def right(self, base: Base, found: Judged, ignored: frozenset[str]) -> None:
        """What the checks say of a right draft."""
        self.rights += 1
        self.doubts.update(found.named("unknown") - ignored)
        failing = [check for check in found.checks if check.status == "fail" and check.name not in ignored]
        self.alarms += [f"{base.id}: {check.name}: {check.detail}" for check in failing]

    def add(self, place: str, kind: str, outcome: str, told: Sequence[str] | set[str]) -> None:
        """One fault."""
        self.outcomes[place, kind][outcome] += 1
        self.outcomes[place, "all"][outcome] += 1
        for name in told:
            self.told[name][outcome] += 1
            if len(told) == 1:
                self.told[name]["alone"] += 1

    def report(self, seconds: float) -> None:
        """The tables."""
        shown = ("stopped", "caught", "pointed at", "missed")
        for place in PLACES:
            print(f"\n{'fault in ' + place:<32}{'planted':>9}{''.join(f'{word:>12}' for word in shown)}{'seen':>8}")
            for kind in (*FAULTS, "all"):
                found = self.outcomes[place, kind]
                total = sum(found[word] for word in shown)
                share = f"{100 * (total - found['missed']) / total:7.0f}%" if total else "       -"
                print(f"{kind:<32}{total:>9}{''.join(f'{found[word]:>12}' for word in shown)}{share}")
            print(f"   harmless, left out: {self.outcomes[place, 'all']['harmless']}")
        print(f"\n{'check':<14}{'caught':>8}{'pointed at':>12}{'alone':>8}{'unknown on right':>20}")
        for name in sorted(self.told.keys() | self.doubts.keys()):
            row = self.told[name]
            print(f"{name:<14}{row['caught']:>8}{row['pointed at']:>12}{row['alone']:>8}{self.doubts[name]:>20}")
        wrong = len({alarm.partition(":")[0] for alarm in self.alarms})
        print(f"\nfalse alarms: {wrong} of {self.rights} right drafts ({100 * wrong / max(1, self.rights):.1f} %)")
        print("\n".join(f"   {alarm}" for alarm in self.alarms))
        print(f"{seconds:.0f} s")


if __name__ == "__main__":
    main()
