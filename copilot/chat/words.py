"""Words, tones and one-sentence meanings of every status; the four kinds of status are never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from copilot.runs.models import Lifecycle, Run, Verification
from solvers.registry import AUTO, TITLES
from solvers.result import Certificate, TerminationCondition

T = TerminationCondition


@dataclass(frozen=True, slots=True)
class Status:
    """One status for people; `tone` is good, bad, warn, busy or idle and picks colour and icon."""

    title: str
    word: str
    tone: str
    meaning: str


LIFECYCLE: Mapping[str, tuple[str, str]] = {
    Lifecycle.QUEUED: ("idle", "Waiting for a worker to take it."),
    Lifecycle.RUNNING: ("busy", "A worker is on it."),
    Lifecycle.AWAITING_INPUT: ("warn", "Waits for your answer."),
    Lifecycle.CANCELLING: ("busy", "Asked to stop; the best solution so far is kept."),
    Lifecycle.CANCELLED: ("idle", "Stopped by a person."),
    Lifecycle.SUCCEEDED: ("good", "Went down the whole line."),
    Lifecycle.FAILED: ("bad", "Could not go on; the reason is in the conversation."),
    Lifecycle.TIMED_OUT: ("warn", "The time was up."),
}
TERMINATION: Mapping[str, tuple[str, str, str]] = {
    T.OPTIMAL: ("Optimal", "good", "The solver claims that nothing is better."),
    T.OPTIMAL_WITHIN_TOLERANCE: ("Optimal within tolerance", "good", "Nothing is better by more than the gap."),
    T.LOCALLY_OPTIMAL: ("Local optimum", "warn", "No small step improves it; a better plan may exist elsewhere."),
    T.FEASIBLE: ("Feasible", "warn", "A plan that keeps the rules; a better one may exist."),
    T.INFEASIBLE: ("Infeasible", "warn", "The rules contradict each other."),
    T.LOCALLY_INFEASIBLE: ("Locally infeasible", "warn", "No plan was found nearby; one may exist elsewhere."),
    T.UNBOUNDED: ("Unbounded", "warn", "Nothing stops the objective from growing."),
    T.INFEASIBLE_OR_UNBOUNDED: ("Infeasible or unbounded", "warn", "The solver could not tell which."),
    T.TIME_LIMIT: ("Time limit", "warn", "Stopped because the time was up."),
    T.NODE_LIMIT: ("Node limit", "warn", "Stopped at the node limit."),
    T.ITERATION_LIMIT: ("Iteration limit", "warn", "Stopped at the iteration limit."),
    T.MEMORY_LIMIT: ("Memory limit", "bad", "Stopped because it may not use more memory."),
    T.INTERRUPTED: ("Interrupted", "idle", "Stopped by a person."),
    T.NUMERICAL: ("Numerical trouble", "bad", "The numbers are too far apart for a trustworthy answer."),
    T.LICENCE: ("No licence", "bad", "The solver has no licence here."),
    T.UNSUPPORTED: ("Unsupported", "bad", "The solver cannot solve this kind of model."),
    T.INVALID_INSTANCE: ("Invalid instance", "bad", "The built model has a fault."),
    T.CRASHED: ("Crashed", "bad", "The solver process ended without an answer."),
    T.ERROR: ("Error", "bad", "The solver stopped with an error."),
}
VERIFICATION: Mapping[str, tuple[str, str]] = {
    Verification.NOT_RUN: ("idle", "Our own checks have not run yet."),
    Verification.PASSED: ("good", "Every check of ours passed."),
    Verification.FAILED: ("bad", "A check of ours failed; see Checks."),
    Verification.INCONCLUSIVE: ("warn", "No check failed, but some could not tell; see Checks."),
}
CERTIFICATE: Mapping[str, tuple[str, str, str]] = {
    Certificate.RESIDUALS_CHECKED: ("Residuals checked", "good", "Every rule was recomputed from the original model."),
    Certificate.CROSSOVER_DONE: ("Crossover done", "good", "A vertex solution, recomputed from the original model."),
    Certificate.UNVERIFIED: ("Unverified", "idle", "No solution has been recomputed."),
}
CHECK: Mapping[str, tuple[str, str]] = {
    "pass": ("Pass", "good"),
    "fail": ("Fail", "bad"),
    "unknown": ("Unknown", "warn"),
}
TIERS: Mapping[str, str] = {
    "full": "full wall: own process, no network, no files, system calls filtered",
    "no-landlock": "own process, system calls filtered; this kernel has no file rules",
    "none": "none on this machine: programs are refused",
}
SOLVER_NAMES: Mapping[str, str] = {AUTO: "Auto solver"} | TITLES
VERDICTS: Mapping[str, tuple[str, str]] = {
    "identical": ("Identical", "good"),
    "equivalent": ("Equivalent", "good"),
    "different": ("Different", "busy"),
    "undecided": ("Undecided", "warn"),
    "invalid": ("Not comparable", "warn"),
}


def statuses_of(run: Run) -> tuple[Status, Status, Status, Status]:
    """Lifecycle, solver's claim, our checks and certificate of a run, in that order, each by itself."""
    return lifecycle_of(run), _termination(run), _verification(run), _certificate(run)


def lifecycle_of(run: Run) -> Status:
    """Where the run stands."""
    tone, meaning = LIFECYCLE.get(run.lifecycle, ("idle", ""))
    return Status("Run", Lifecycle(run.lifecycle).label, tone, meaning)


def tone_of(run: Run) -> str:
    """The tone of how it ended: the gravest of lifecycle, solver's claim and our checks."""
    return gravest(status.tone for status in (lifecycle_of(run), _termination(run), _verification(run)))


def gravest(tones: Iterable[str]) -> str:
    """The one of several tones that people must see; busy counts as nothing yet."""
    found = set(tones)
    return next((tone for tone in ("bad", "warn", "good") if tone in found), "idle")


def solver_name(name: str) -> str:
    """What people call a backend; one that this page does not know keeps the name it has."""
    return SOLVER_NAMES.get(name, name)


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 rows`, `1,200 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def seconds_text(seconds: float | None) -> str:
    """A duration for people: `0.02 s`, `12 s`, `3 min 5 s`."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return " ".join(part for part in (f"{minutes} min" if minutes else "", f"{rest} s" if rest else "") if part)


def _termination(run: Run) -> Status:
    if not run.termination_condition and run.question.get("ask") == "sweep" and not run.is_active:
        return Status("Solver says", "Each point apart", "idle", "Every point was a solve of its own; see the table.")
    if not run.termination_condition:
        return Status("Solver says", "Nothing yet", "idle", "The solver has not finished.")
    fallback = (run.termination_condition, "idle", "")
    word, tone, meaning = TERMINATION.get(run.termination_condition, fallback)
    return Status("Solver says", word, tone, meaning)


def _verification(run: Run) -> Status:
    tone, meaning = VERIFICATION.get(run.verification, ("idle", ""))
    return Status("Our checks", Verification(run.verification).label, tone, meaning)


def _certificate(run: Run) -> Status:
    word, tone, meaning = CERTIFICATE.get(run.certificate, (run.certificate, "idle", ""))
    return Status("Certificate", word, tone, meaning)
