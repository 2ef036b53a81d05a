"""The solving stage: one killable child per solve, progress as events, the result judged by our own residuals."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings

from copilot.drafting.formulation import Formulation
from copilot.runs import checks as checking
from copilot.runs import diagnosis, events, pool, scenario, solutions, trials
from copilot.runs import explain as explaining
from copilot.runs.checking.evidence import with_evidence
from copilot.runs.checks import Check
from copilot.runs.events import EventType, LeaseLost, Payload
from copilot.runs.findings import Findings, look
from copilot.runs.models import VERTEX, Lifecycle, ModelVersion, Run
from copilot.runs.stage import Stage, StageFailed, Throttle
from solvers import runner
from solvers.instance import Instance
from solvers.numerics import remarks
from solvers.plan import Plan
from solvers.registry import UnknownSolver
from solvers.result import Progress, Result, SolveOptions, TerminationCondition

PROGRESS_SECONDS = 0.2  # at most 5 progress events a second


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ends, in the words of its lifecycle, with a sentence."""

    lifecycle: Lifecycle
    message: str


def solve(stage: Stage, instance: Instance) -> Result:
    """Solve the version's instance; a stop keeps the best solution found so far."""
    stage.check()
    options = replace(options_of(stage.run), pool_size=pool.size_of(stage.run, instance))
    plan = _planned(instance, stage.run.solver, options)
    stage.record(EventType.SOLVE_STARTED, _started(stage.run, instance, plan))
    reports = _Reports(stage, solutions.Keeper(stage, instance))
    result = runner.solve(
        instance,
        solver=stage.run.solver,
        options=options,
        core_count=_cores(),
        report=reports,
        should_stop=stage.lease.should_stop,
    )
    reports.flush()
    if stage.lease.cancelled and _discarded(stage.run):
        solutions.forget(stage)
    elif explaining.is_plan(result):
        solutions.keep_final(stage, instance, result)
    stage.record(EventType.SOLVE_FINISHED, _finished(result))
    return result


def explain(stage: Stage, version: ModelVersion, instance: Instance, result: Result) -> Outcome:
    """Say the result in plain words, judge it, and store it on the run."""
    formulation = Formulation.model_validate(version.formulation)
    checks = [Check(**raw) for raw in version.checks] + checking.after_solve(formulation, instance, result)
    checks += trials.put_to_test(stage, version, instance, result)
    discard = stage.lease.cancelled and _discarded(stage.run)
    findings = _looked_into(stage, instance, result)
    cause = diagnosis.cause_of(formulation, findings, held=scenario.fixed_by(stage.run))
    explained = explaining.explain(formulation, instance, result, cause, keep_solution=not discard)
    explained |= scenario.teller(stage.run, version, formulation, instance).told(findings)
    explained |= {"remarks": remarks(instance)} | scenario.compared(stage.run, explained)
    checks = with_evidence(scenario.applicable(stage.run, checks), formulation, version.request_text)
    verification = checking.verdict(checks)
    payload = explained | {"checks": [asdict(check) for check in checks], "verification": verification}
    stored = Run.objects.filter(id=stage.run.id, owner=stage.lease.owner).update(
        termination_condition=result.termination_condition,
        verification=verification,
        certificate=result.certificate,
        result=events.plain(payload),
    )
    if not stored:
        raise LeaseLost(str(stage.run.id))
    stage.record(EventType.RESULT_EXPLAINED, payload)
    return _outcome(result, explained["headline"], cancelled=stage.lease.cancelled)


def _looked_into(stage: Stage, instance: Instance, result: Result) -> Findings:
    """What can be found out beyond the answer; each search that takes solves of its own is told as it begins."""
    told: list[str] = []

    def say(message: str) -> None:
        stage.record(EventType.EXPLAIN_PROGRESS if told else EventType.EXPLAIN_STARTED, {"message": message})
        told.append(message)

    reach = scenario.reach_of(stage.run)
    options, should_stop = options_of(stage.run), stage.lease.should_stop
    return look(instance, result, reach=reach, options=options, should_stop=should_stop, say=say)


def _planned(instance: Instance, requested: str, options: SolveOptions) -> Plan:
    try:
        return runner.planned(instance, solver=requested, options=options, core_count=_cores())
    except UnknownSolver as error:
        raise StageFailed(str(error)) from error


def _cores() -> int | None:
    """Cores of one solve; None: all that this process may use."""
    return settings.COPILOT["SOLVE_CORES"] or None


def _outcome(result: Result, headline: str, *, cancelled: bool) -> Outcome:
    condition = result.termination_condition
    if cancelled and condition is TerminationCondition.INTERRUPTED:
        kept = "The best solution found is kept." if explaining.is_plan(result) else "No solution had been found yet."
        return Outcome(Lifecycle.CANCELLED, f"Cancelled. {kept}")
    if condition in explaining.FAILURES:
        return Outcome(Lifecycle.FAILED, headline)
    if condition in explaining.LIMITS and not explaining.is_plan(result):
        return Outcome(Lifecycle.TIMED_OUT, headline)
    return Outcome(Lifecycle.SUCCEEDED, headline)


def _discarded(run: Run) -> bool:
    return Run.objects.filter(id=run.id, cancel_requested=Run.Cancel.DISCARD).exists()


def options_of(run: Run) -> SolveOptions:
    """Limits of one solve of the run, for its best plan alone."""
    return SolveOptions(
        time_limit_seconds=run.time_limit_seconds,
        memory_limit_bytes=settings.COPILOT["SOLVE_MEMORY_MB"] << 20,
        threads=settings.COPILOT["SOLVE_THREADS"],
        seed=run.seed % 2**31,
        method="choose" if run.method == VERTEX else run.method,
        polish=run.method == VERTEX,
        relative_gap=run.relative_gap,
    )


def _started(run: Run, instance: Instance, plan: Plan) -> Payload:
    return {
        "requested": run.solver,
        "solver": plan.legs[0].solver,
        "reason": plan.reason,
        "plan": [{"solver": leg.solver, "method": leg.method, "reason": leg.reason} for leg in plan.legs],
        "at_once": plan.at_once,
        "time_limit_seconds": run.time_limit_seconds,
        "pool_size": run.pool_size,
        "integers": instance.is_mip,
    }


def _finished(result: Result) -> Payload:
    return {
        "termination_condition": result.termination_condition,
        "solution_status": result.solution_status,
        "certificate": result.certificate,
        "objective_value": result.objective_value,
        "objective_bound": result.objective_bound,
        "relative_gap": result.relative_gap,
        "solver": result.solver,
        "solver_version": result.solver_version,
        "device": result.device,
        "requested": result.requested,
        "reason": result.reason,
        "message": result.message,
        "seconds": round(result.seconds, 3),
        "iterations": result.iterations,
        "nodes": result.nodes,
        "legs": [
            {
                "solver": leg.solver,
                "method": leg.method,
                "outcome": leg.outcome,
                "termination_condition": leg.termination_condition,
                "seconds": leg.seconds,
            }
            for leg in result.legs
        ],
        "log": result.log,
    }


class _Reports:
    """Turns solver progress into events, at most five a second; the newest held back is sent at the end.

    The point comes first, its numbers after it: what a page shows of it is stored already when this process dies.
    """

    def __init__(self, stage: Stage, keeper: solutions.Keeper) -> None:
        self._stage, self._keeper = stage, keeper
        self._throttle = Throttle(PROGRESS_SECONDS)
        self._held: Payload | None = None
        self._log = ""

    def __call__(self, progress: Progress) -> None:
        """Record the progress, or hold it back; LeaseLost ends the solve, whose child the runner then kills."""
        self._log += progress.log
        self._held = _progress(progress)
        self._keeper.offer(progress)
        if self._keeper.ready() and self._throttle.due():
            self.flush()

    def flush(self) -> None:
        """Record what was held back."""
        if self._held is None:
            return
        payload, self._held = self._held | {"log": self._log[-4_000:]}, None
        self._log = ""
        self._keeper.write()
        self._stage.record(EventType.SOLVE_PROGRESS, payload)


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "phase": progress.phase,
        "elapsed_seconds": round(progress.elapsed_seconds, 2),
        "objective_value": progress.objective_value,
        "objective_bound": progress.objective_bound,
        "relative_gap": progress.relative_gap,
        "iterations": progress.iterations,
        "nodes": progress.nodes,
        "solver": progress.solver,
    }
