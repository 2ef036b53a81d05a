"""Reads and solves the gold plan of a corpus entry, by itself: it shares no code with the drafter that is measured.

A plan is one line: "max 3 x + 2 y; 2 x + y <= 10; x - y >= 0; int x, y". Amounts are never negative.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

HERE = Path(__file__).parent
_TERM = re.compile(r"([+-]?)\s*(\d+(?:\.\d+)?)?\s*([a-z]\w*)")
_RULE = re.compile(r"(.+?)(<=|>=|=)\s*(-?\d+(?:\.\d+)?)$")


@dataclass(frozen=True)
class Entry:
    """One text; `optimum` is None where no plan may be answered with a number."""

    id: str
    group: str
    text: str
    gold: str
    sense: str
    optimum: float | None

    @property
    def half(self) -> str:
        """Which half the entry belongs to; the held half is counted and not read while the drafter is worked on."""
        return "held" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "dev"


def entries() -> list[Entry]:
    """Every text of the corpus, in the order of the file names."""
    found = []
    for path in sorted(HERE.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            found.append(
                Entry(raw["id"], path.stem, raw["text"], raw.get("gold", ""), raw.get("sense", ""), raw.get("optimum"))
            )
    return found


def solved(plan: str) -> float | None:
    """The optimum of a gold plan, or None where it has none."""
    goal, *lines = [piece.strip() for piece in plan.split(";")]
    whole = {name.strip() for line in lines if line.startswith("int ") for name in line[4:].split(",")}
    rules = [line for line in lines if not line.startswith("int ")]
    names = sorted({match[2] for line in (goal[4:], *rules) for match in _TERM.findall(line)})
    sign = -1.0 if goal.startswith("max ") else 1.0
    constraints = [_constraint(line, names) for line in rules]
    result = milp(
        sign * _vector(goal[4:], names),
        constraints=constraints,
        integrality=np.array([name in whole for name in names], dtype=int),
        bounds=Bounds(0, np.inf),
    )
    return None if result.x is None else float(sign * result.fun)


def _vector(expression: str, names: list[str]) -> np.ndarray:
    vector = np.zeros(len(names))
    for sign, number, name in _TERM.findall(expression):
        vector[names.index(name)] += (-1.0 if sign == "-" else 1.0) * float(number or 1)
    return vector


def _constraint(line: str, names: list[str]) -> LinearConstraint:
    match = _RULE.fullmatch(line)
    assert match, line
    bound = float(match[3])
    lower, upper = (-np.inf if match[2] == "<=" else bound), (np.inf if match[2] == ">=" else bound)
    return LinearConstraint(_vector(match[1], names), lower, upper)
