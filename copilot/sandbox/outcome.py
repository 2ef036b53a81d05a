"""What a build is allowed and what it says: limits, the outcome and the closed set of failures."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from solvers.instance import Instance


class Tier(enum.StrEnum):
    """How much of the wall stands on this machine; `none` refuses model code."""

    FULL = "full"
    NO_LANDLOCK = "no-landlock"
    NONE = "none"


class FailureKind(enum.StrEnum):
    """Why a program gave no instance."""

    SYNTAX = "syntax"
    FORBIDDEN = "forbidden"
    RAISED = "raised"
    TIMEOUT = "timeout"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"
    NO_FUNCTION = "no_function"
    NO_MODEL = "no_model"
    UNSUPPORTED = "unsupported"
    INFEASIBLE_CONSTRAINT = "infeasible_constraint"
    INVALID_REPLY = "invalid_reply"
    CRASHED = "crashed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one build: seconds, and bytes.

    `memory_bytes` is what the build may add to the template's own address space. `printed_bytes` are kept (128 KiB
    at most); a program that prints `wire.PRINT_FACTOR` times as much is ended.
    """

    wall_seconds: float = 20
    cpu_seconds: int = 15
    memory_bytes: int = 1 << 30
    reply_bytes: int = 256 << 20
    printed_bytes: int = 64 << 10


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """`message` is a sentence for the user with the next step; `line` is counted in the program, from 1."""

    kind: FailureKind
    message: str
    line: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """One Pyomo component as written: `kind` is set, param, var, constraint or objective; `size` its members."""

    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """Exactly one of `instance` and `failure` is set; everything in it came from the child and was checked."""

    instance: Instance | None
    failure: BuildFailure | None
    printed: str
    warnings: tuple[str, ...]
    seconds: float
    tier: Tier
    seed: int
    counts: tuple[Family, ...] = ()
