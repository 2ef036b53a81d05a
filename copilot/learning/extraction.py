"""From an attempt that failed to candidate insights that nothing speaks against; why others were refused is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from copilot.learning.cases import Bench, Case, Program, Task, Tried
from copilot.learning.checks import examine
from copilot.learning.curator import Curator
from copilot.learning.trials import Attempts
from copilot.library.content import Content
from copilot.library.lint import Finding

ROUNDS = 2  # a curator hears once why its proposals were refused
MOST = 4  # candidates of one case
WRONG = "It was built and solved, and its answer is not the right one."


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal that something speaks against."""

    content: Content
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Extracted:
    """Candidates, and what was refused and why."""

    candidates: list[Content] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def right_program(task: Task, attempts: Attempts, seeds: Sequence[int]) -> Program | None:
    """A program that is right: the task's own, or of an attempt whose answer was met; no attempt is told the answer."""
    if task.reference is not None:
        return task.reference
    for seed in seeds:
        tried = attempts.of(task, (), seed)
        if tried.correct and tried.program is not None:
            return tried.program
    return None


def failed_attempt(task: Task, attempts: Attempts, seeds: Sequence[int]) -> Tried | None:
    """The first attempt that wrote a program and failed; None where there is none, and so nothing to learn."""
    tried = (attempts.of(task, (), seed) for seed in seeds)
    return next((one for one in tried if one.correct is False and one.program is not None), None)


def case_of(task: Task, failed: Tried, right: Program, *, correction: str = "") -> Case:
    """What the curator sees; of a wrong answer it hears that it is wrong, not which one would be right."""
    assert failed.program is not None
    reason = failed.reason or (WRONG if failed.how == "solved" else f"It ended as: {failed.how}.")
    return Case(task.problem.text, failed.program.text, reason, right.text, correction)


def extract(case: Case, curator: Curator, bench: Bench, mates: Callable[[Content], Sequence[Content]]) -> Extracted:
    """Ask for candidates and check them; `mates` are the insights of the library that stand under a label of one."""
    found = Extracted()
    for _ in range(ROUNDS):
        refused = []
        for proposal in curator.extract(case)[:MOST]:
            beside = [*mates(proposal), *found.candidates]
            content, findings = examine(proposal, source=f"{case.text}\n{case.correction}", mates=beside, bench=bench)
            if content is not None:
                found.candidates.append(content)
            else:
                refused.append(Refused(proposal, findings))
        found.refused += refused
        if found.candidates or not refused:
            break
        case = replace(case, problem=_told(refused))
    return found


def _told(refused: Sequence[Refused]) -> str:
    lines = [
        f"{number}. {finding.message}"
        for number, one in enumerate(refused, 1)
        for finding in one.findings
        if finding.severity == "error"
    ]
    return "\n".join(lines)
