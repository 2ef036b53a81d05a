"""Sends canaries into a real child and names what the wall on this machine amounts to."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from typing import Any

from copilot.sandbox.canaries import CANARIES, Cage, Canary
from copilot.sandbox.host import Sandbox
from copilot.sandbox.outcome import FailureKind, Tier
from copilot.sandbox.process import TemplateError
from copilot.sandbox.template import REHEARSAL, REHEARSAL_DATA


@dataclass(frozen=True, slots=True)
class Row:
    """One canary: whether the wall stopped it, and what it was answered."""

    canary: str
    stopped: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The tier, the canaries that it rests on, and the layers that a child got; `reason` says why a tier is none."""

    tier: Tier
    rows: tuple[Row, ...]
    seccomp: bool
    landlock_abi: int
    rlimits: bool
    uid: int
    start_seconds: float
    machine: str
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    def as_table(self) -> str:
        """The canaries as lines of text, then the layers, then the tier."""
        width = max((len(row.canary) for row in self.rows), default=0)
        words = {True: "stopped", False: "GOT THROUGH"}
        lines = [f"{row.canary:<{width}}  {words[row.stopped]:<11}  {row.answer}" for row in self.rows]
        landlock = f"ABI {self.landlock_abi}" if self.landlock_abi else "no"
        lines.append("")
        lines.append(f"seccomp {_yes(self.seccomp)} · Landlock {landlock} · resource limits {_yes(self.rlimits)}")
        lines.append(f"runs as uid {self.uid} on {self.machine}, template started in {self.start_seconds:.1f} s")
        lines.append(f"tier: {self.tier}{' — ' + self.reason if self.reason else ''}")
        return "\n".join(lines).strip()


def examine() -> Diagnosis:
    """Start a template of its own, let every canary fly, and name the tier; takes a few seconds."""
    with Cage() as cage:
        sandbox = Sandbox(gate=False, unsafe=True)  # canaries are harmless, and must fly where there is no wall, too
        try:
            return _examine(sandbox, cage)
        except TemplateError as error:
            return Diagnosis(Tier.NONE, (), False, 0, False, -1, 0.0, platform.machine(), reason=str(error))
        finally:
            sandbox.close()


def _examine(sandbox: Sandbox, cage: Cage) -> Diagnosis:
    template = sandbox.start()
    rows = [_fly(sandbox, cage, canary) for canary in CANARIES]
    clean = sandbox.build(REHEARSAL, REHEARSAL_DATA, seed=0)
    answer = clean.failure.message if clean.failure else "built as before"
    rows.append(Row("spoil the next build", clean.failure is None, answer))
    escaped = [row.canary for row in rows if not row.stopped]
    layers = template.layers
    missing = [name for name, held in (("seccomp", layers.seccomp), ("resource limits", layers.rlimits)) if not held]
    reason = ""
    if missing:
        reason = f"this machine gives a process no {' and no '.join(missing)}; use Linux, or a Linux container"
    elif escaped:
        reason = f"got through: {', '.join(escaped)}"
    return Diagnosis(
        Tier.NONE if escaped else template.tier,
        tuple(rows),
        layers.seccomp,
        layers.landlock,
        layers.rlimits,
        template.uid,
        template.start_seconds,
        platform.machine(),
        reason,
    )


def _fly(sandbox: Sandbox, cage: Cage, canary: Canary) -> Row:
    outcome = sandbox.build(canary.program, cage.data(), seed=0, limits=canary.limits)
    failure = outcome.failure
    if failure is None or failure.kind is FailureKind.NO_MODEL:  # it ran to its end
        answer = "ran without effect"
    else:
        answer = f"{failure.kind}, {failure.detail.partition(': ')[0]}".rstrip(", ")
    stopped = not canary.got_through(cage, outcome)
    return Row(canary.name, stopped, answer if stopped else "left its trace")


def _yes(held: bool) -> str:
    return "yes" if held else "no"
