"""One job of learning from a task: attempts, candidates, trials; then the library's rows, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot.learning.cases import Bench, Ending, Program, Task, Tried
from copilot.learning.curator import Curator
from copilot.learning.extraction import Extracted, case_of, extract, failed_attempt, right_program
from copilot.learning.storing import as_text, content_from, content_json, label_mates, store
from copilot.learning.trials import SEEDS, Attempts, Proof, prove
from copilot.library.content import Content
from copilot.library.insights import Reach

LOOKED_AT = range(3)  # seeds at which a failure is looked for
EXPLORED = range(8)  # and at which a right program is, where nobody gave one
TRIED = range(1_000, 1_000 + SEEDS + 1)  # fresh seeds: those that chose the failure would favour the insight
_TEXT_MOST = 20_000
NOTHING_FAILED = "Every attempt was right, or wrote no program: there is nothing to learn."
NOTHING_RIGHT = "No right program is known and no attempt found one, so nobody can say what went wrong."
NOTHING_KEPT = "No candidate passed the checks."


@dataclass(slots=True)
class Desk:
    """What one job works with; `keep(kept)` stores what was paid for, `tell(sentence)` where it stands."""

    bench: Bench
    curator: Curator
    reach: Reach
    kept: dict[str, Any]
    keep: Callable[[dict[str, Any]], None]
    tell: Callable[[str], None]


@dataclass(slots=True)
class Learnt:
    """What a job found; `write()` is called inside the transaction that closes the job."""

    result: dict[str, Any]
    write: Callable[[], dict[str, Any]] = field(default=dict)


def learn(task: Task, desk: Desk, *, failed: Program | None = None, correction: str = "", source: Any = None) -> Learnt:
    """Learn from a task; `failed` is a program that a user has corrected, else an attempt has to fail first."""
    attempts = attempts_of(desk)
    desk.tell("Looking for an attempt that fails")
    tried = _user_attempt(failed) if failed else failed_attempt(task, attempts, LOOKED_AT)
    if tried is None:
        return Learnt({"outcome": NOTHING_FAILED})
    desk.tell("Looking for a right program")
    right = right_program(task, attempts, EXPLORED)
    if right is None:
        return Learnt({"outcome": NOTHING_RIGHT})
    desk.tell("Writing down what went wrong")
    candidates, refused = _candidates(task, tried, right, correction, desk)
    if not candidates:
        return Learnt({"outcome": NOTHING_KEPT, "refused": refused})
    desk.tell(f"Trying {len(candidates)} with and without")
    proofs = prove(task, [as_text(content) for content in candidates], attempts, TRIED)
    return Learnt(_told(candidates, proofs, refused), lambda: _write(task, desk, candidates, proofs, source or {}))


def attempts_of(desk: Desk) -> Attempts:
    """Attempts on the desk's bench; those that were paid for before are not made again."""
    known = {name: Tried.from_json(raw) for name, raw in desk.kept.get("attempts", {}).items()}

    def kept(name: str, tried: Tried) -> None:
        desk.kept.setdefault("attempts", {})[name] = tried.to_json()
        desk.keep(desk.kept)

    return Attempts(desk.bench, known, kept)


def _user_attempt(failed: Program) -> Tried:
    return Tried(False, "corrected by a user", Ending("unknown"), failed, reason="A user has corrected it.")


def _candidates(
    task: Task, tried: Tried, right: Program, correction: str, desk: Desk
) -> tuple[list[Content], list[dict[str, Any]]]:
    """Candidates and refusals, from what was kept or from the curator."""
    if "candidates" not in desk.kept:
        case = case_of(task, tried, right, correction=correction)
        found = extract(
            case,
            desk.curator,
            desk.bench,
            lambda content: [mate for _, mate in label_mates(content, desk.reach)],
        )
        desk.kept |= {"candidates": [content_json(one) for one in found.candidates], "refused": _refusals(found)}
        desk.keep(desk.kept)
    return [content_from(raw) for raw in desk.kept["candidates"]], desk.kept["refused"]


def _refusals(found: Extracted) -> list[dict[str, Any]]:
    return [
        {"title": one.content.title[:160], "findings": [finding.to_json() for finding in one.findings]}
        for one in found.refused
    ]


def _told(candidates: list[Content], proofs: list[Proof], refused: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [
        {
            "title": content.title,
            "proven": proof.is_proven,
            "why": proof.why,
            "lift": proof.against_none.to_json() if proof.against_none else None,
            "attempts": len(proof.records),
        }
        for content, proof in zip(candidates, proofs, strict=True)
    ]
    proven = sum(proof.is_proven for proof in proofs)
    return {"outcome": f"{proven} of {len(proofs)} candidates proven.", "insights": rows, "refused": refused}


def _write(
    task: Task, desk: Desk, candidates: list[Content], proofs: list[Proof], source: Mapping[str, Any]
) -> dict[str, Any]:
    told = {"text": task.problem.text[:_TEXT_MOST]} if desk.reach.workspace else {}  # what may not leak later either
    versions = store(
        candidates,
        proofs,
        reach=desk.reach,
        bench=desk.bench,
        model_id=desk.curator.model_id,
        source={"task": task.key, **told, **source},
    )
    return {"versions": [str(version.id) for version in versions]}
