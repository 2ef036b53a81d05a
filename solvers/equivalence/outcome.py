"""What a comparison of two instances answers, and the levels of rewriting that an answer may allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from solvers.equivalence.certificate import Mapping

Verdict = Literal["identical", "equivalent", "different", "undecided", "invalid"]
Level = Literal["L0", "L1", "L2", "L3", "L4"]
LEVELS: dict[Level, str] = {
    "L0": "the same numbers under the same names",
    "L1": "other names, another order",
    "L2": "rows and bounds written in another way",
    "L3": "a change of variables, an objective times a positive number",
    "L4": "rows that the others imply, in exact arithmetic",
}
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The verdict on two instances; `how` says which kind of equivalence, `reason` why there is no verdict.

    With both written as minimisation, the second optimum is `value_scale` times the first plus `shift`. `mapping` is
    there when equivalent, and so is `level`, the lowest that is enough. `formulas` are the variables that were
    eliminated, in words. `evidence` is what speaks for or against sameness without proving it.
    """

    verdict: Verdict
    how: str = ""
    shift: float = 0.0
    witness: str = ""
    reason: str = ""
    path: str = ""
    mapping: Mapping | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    level: Level | Literal[""] = ""
    value_scale: float = 1.0
    evidence: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()


def reaches(level: Level, wanted: Level) -> bool:
    """Whether a comparison up to `level` includes `wanted`."""
    return list(LEVELS).index(level) >= list(LEVELS).index(wanted)
