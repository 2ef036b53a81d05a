"""The building stage: the program becomes an instance in the sandbox, and both are checked against the formulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from copilot.drafting.base import Data, Draft, DraftRequest, Feedback, Table
from copilot.runs import checks as checking
from copilot.runs import engines
from copilot.runs.checking.evidence import with_evidence
from copilot.runs.checking.literals import literals
from copilot.runs.checking.second import second_program, second_reading
from copilot.runs.checks import Check
from copilot.runs.events import EventType, Payload
from copilot.runs.stage import Stage
from copilot.sandbox.outcome import BuildOutcome
from solvers.fingerprint import fingerprint
from solvers.instance import Instance


@dataclass(frozen=True, slots=True)
class Built:
    """An instance, its fingerprint, and how it was built."""

    instance: Instance
    fingerprint: str
    summary: dict[str, Any]


def build(stage: Stage, draft: Draft) -> Built | Feedback:
    """Run the program in the sandbox; an expected failure comes back as feedback for the drafter."""
    stage.check()
    stage.record(EventType.BUILD_STARTED)
    outcome = engines.sandbox().build(
        draft.program,
        draft.data,
        limits=engines.build_limits(),
        seed=stage.run.seed,
        should_stop=stage.lease.should_stop,
    )
    stage.check()
    how: Payload = {"tier": outcome.tier, "seconds": round(outcome.seconds, 4), "seed": outcome.seed}
    if outcome.instance is None:
        failure = outcome.failure
        assert failure is not None
        payload = {"kind": failure.kind, "message": failure.message, "line": failure.line, "printed": outcome.printed}
        stage.record(EventType.BUILD_FAILED, payload | how)
        return Feedback(stage="build", kind=failure.kind, message=failure.message, line=failure.line)
    built = Built(outcome.instance, fingerprint(outcome.instance), summary_of(outcome.instance) | how)
    stage.record(
        EventType.INSTANCE_BUILT, built.summary | {"fingerprint": built.fingerprint, "printed": outcome.printed}
    )
    return built


def check(stage: Stage, draft: Draft, built: Built, tables: Sequence[Table] = ()) -> list[Check]:
    """Compare request, formulation, program and instance; says pass, fail or unknown for each."""
    text, is_first = stage.run.request_text, stage.run.base_id is None
    found = checking.before_solve(draft.formulation, built.instance, text, tables=tables, is_first=is_first)
    if (written := literals(draft, text, tables)) is not None:
        found.append(written)
    found += _second_paths(stage, draft, built.instance, tables)
    found = with_evidence(found, draft.formulation, text)
    stage.record(EventType.CHECKS_FINISHED, {"checks": [asdict(one) for one in found]})
    return found


def _second_paths(stage: Stage, draft: Draft, instance: Instance, tables: Sequence[Table]) -> list[Check]:
    """The same model by another way, where there is one; a sandbox or a reader that fails here costs only the check."""
    run = stage.run
    build = trial_build(stage)
    checks = [second_program(draft, instance, build)]
    stage.check()
    if run.base_id is None:
        request = DraftRequest(run.request_text, tables=tuple(tables), seed=run.seed)
        checks.append(second_reading(draft, instance, request, build))
        stage.check()
    return [check for check in checks if check is not None]


def trial_build(stage: Stage) -> Callable[[str, Data], BuildOutcome]:
    """Builds for a check: nothing is told of them."""

    def build(program: str, data: Data) -> BuildOutcome:
        stage.check()
        limits, should_stop = engines.build_limits(), stage.lease.should_stop
        return engines.sandbox().build(program, data, limits=limits, seed=stage.run.seed, should_stop=should_stop)

    return build


def summary_of(instance: Instance) -> dict[str, Any]:
    """Size of an instance, for people."""
    return {
        "rows": instance.row_count,
        "columns": instance.column_count,
        "nonzeros": instance.nonzero_count,
        "integers": int(instance.integrality.sum()),
        "sense": str(instance.sense),
    }
