"""The gate of a release: a suite replayed with it and without it, pair by pair, and a verdict by one stated rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from copilot.drafting.base import InsightText
from copilot.evaluation.attempt import Attempt
from copilot.evaluation.counting import Paired, paired_problems
from copilot.evaluation.experience import Experience
from copilot.evaluation.problems import Problem
from copilot.learning.bench import LineBench, is_silent, solver_used
from copilot.learning.learn import Desk, Learnt
from copilot.learning.models import GateAttempt, GateRecord, LearningJob
from copilot.learning.suites import problem_from
from copilot.learning.verdicts import Verdict, Word, verdict
from copilot.library import releases
from copilot.library.access import LibraryRefused
from copilot.library.insights import CARRIED
from copilot.library.models import InsightVersion, LibraryRelease
from copilot.library.serving import lesson_of
from copilot.runs.experience import text_of

BASELINE, CANDIDATE = GateAttempt.Arm.BASELINE.value, GateAttempt.Arm.CANDIDATE.value
Tried = dict[tuple[str, int, int], Attempt]  # arm, place of the problem in the suite, seed


@dataclass(slots=True)
class Gate:
    """A gate in progress; what was tried is in rows, so that another worker goes on from there."""

    job: LearningJob
    desk: Desk
    bench: LineBench
    pinned: Mapping[str, tuple[LibraryRelease, ...]]
    tried: Tried
    shown: dict[tuple[str, int], tuple[InsightText, ...]] = field(default_factory=dict)

    def pair(self, place: int, problem: Problem, seed: int) -> None:
        """Try both arms at a seed. Where both are shown the same, one attempt counts for both: the release makes no
        difference there, and chance must not make one. Raises BudgetSpent, or what ends a job."""
        for arm, other in ((BASELINE, CANDIDATE), (CANDIDATE, BASELINE)):
            if (arm, place, seed) in self.tried:
                continue
            lessons = self._lessons(arm, place, problem)
            twin = self.tried.get((other, place, seed))
            same = twin is not None and set(twin.insights) == {one.key for one in lessons}
            made = twin if twin is not None and same else self.bench.made(problem, lessons, seed)
            self._keep(arm, place, seed, made, is_copy=same)

    def _lessons(self, arm: str, place: int, problem: Problem) -> tuple[InsightText, ...]:
        """What an arm is shown for a problem: chosen once, and the same at every seed."""
        known = next((one for (a, p, _), one in self.tried.items() if (a, p) == (arm, place)), None)
        if (arm, place) not in self.shown:
            found = self._chosen(arm, problem) if known is None else _texts(known.insights)
            self.shown[arm, place] = found
        return self.shown[arm, place]

    def _chosen(self, arm: str, problem: Problem) -> tuple[InsightText, ...]:
        self.bench.budget.require(1)
        calls: list[int] = []
        experience = Experience(
            self.pinned[arm],
            self.bench.drafter,
            self.job.cycle.workspace,
            self.bench.solver,
            self.bench.should_stop,
            lambda: calls.append(1),
        )
        found = experience.insights(problem.text)
        self.bench.budget.spend(len(calls), 0)
        return found

    def _keep(self, arm: str, place: int, seed: int, made: Attempt, *, is_copy: bool) -> None:
        self.desk.tell(f"{len(self.tried) + 1} tries made")  # raises where the job is no longer ours to write
        if is_silent(made.how):  # says nothing of the release, and is tried again when the job is
            self.tried[arm, place, seed] = replace(made, outcome="unjudged")
            return
        self.tried[arm, place, seed] = made
        fields = {"outcome": made.outcome, "is_copy": is_copy, "details": made.to_json()}
        GateAttempt.objects.get_or_create(job=self.job, arm=arm, place=place, seed=seed, defaults=fields)


def carry_out(job: LearningJob, desk: Desk, bench: LineBench) -> Learnt:
    """Replay the suite of a job, both arms of a problem side by side, and say what the pairs say."""
    suite, release = job.gate_suite, LibraryRelease.objects.get(id=job.payload["release"])
    assert suite is not None
    named = job.payload["against"]
    against = LibraryRelease.objects.get(id=named) if named else None
    pinned = {BASELINE: (against,) if against else (), CANDIDATE: (release,)}
    gate = Gate(job, desk, bench, pinned, _known(job))
    seeds = [int(seed) for seed in job.payload["seeds"]]
    many = 2 * suite.size * len(seeds)
    for place, raw in enumerate(suite.problems):
        problem = problem_from(raw)
        for seed in seeds:
            gate.pair(place, problem, seed)
        done = sum(one <= place for _, one, _ in gate.tried)
        desk.tell(f"{done} of {many} tries made")
    pair, said, unjudged = _judged(gate.tried)
    told = {"outcome": said.why, "verdict": said.word.value, **pair.to_json(), "unjudged": unjudged}
    return Learnt(told, lambda: _write(job, bench, release, against, pair, said, told))


def _judged(tried: Tried) -> tuple[Paired, Verdict, int]:
    before, after = ([one for (a, _, _), one in sorted(tried.items()) if a == arm] for arm in (BASELINE, CANDIDATE))
    pair = paired_problems(before, after)
    unjudged = sum(one.outcome == "unjudged" for one in tried.values())
    return pair, verdict(pair, unjudged=unjudged, tries=len(tried)), unjudged


def _write(
    job: LearningJob,
    bench: LineBench,
    release: LibraryRelease,
    against: LibraryRelease | None,
    pair: Paired,
    said: Verdict,
    told: dict[str, Any],
) -> dict[str, Any]:
    """The record, and the release's status where it may still change; in the transaction that closes the job."""
    suite = job.gate_suite
    assert suite is not None
    record = GateRecord.objects.create(
        release=release,
        against=against,
        suite=suite,
        suite_hash=suite.suite_hash,
        drafter=bench.drafter.name,
        model_id=bench.model_id,
        solver=solver_used(bench.solver),
        seeds=job.payload["seeds"],
        problems=pair.problems,
        both_right=pair.both_right,
        only_baseline=pair.only_first,
        only_candidate=pair.only_second,
        p_value=pair.p_value,
        p_value_wrong=pair.p_value_wrong,
        verdict=said.word,
        why=said.why,
        details=told,
        created_by=job.cycle.created_by,
    )
    figures = {**told, "against": str(against.id) if against else "", "record": str(record.id)}
    passed = {Word.PASS: True, Word.FAIL: False}.get(said.word)
    try:
        releases.record_gate(release, passed=passed, figures=figures, actor=job.cycle.created_by)
    except LibraryRefused as refused:  # the record stands, and so does what an earlier gate said
        return {"record": str(record.id), "note": str(refused)}
    return {"record": str(record.id)}


def _known(job: LearningJob) -> Tried:
    rows = GateAttempt.objects.filter(job=job).values_list("arm", "place", "seed", "details")
    return {(arm, place, seed): _attempt(raw) for arm, place, seed, raw in rows}


def _attempt(raw: Mapping[str, Any]) -> Attempt:
    return Attempt(**{**raw, "insights": tuple(raw["insights"])})


def _texts(keys: Sequence[str]) -> tuple[InsightText, ...]:
    rows = {str(row.id): row for row in InsightVersion.objects.filter(id__in=keys).prefetch_related(CARRIED)}
    return tuple(text_of(lesson_of(rows[key])) for key in keys if key in rows)
