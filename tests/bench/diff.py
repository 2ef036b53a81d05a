"""What it costs to tell two models apart, line by line: one edit, or every right-hand side, with and without names.

Processor seconds of a whole diff, verdict included, and of what lies below the verdict: pairing rows and columns,
laying the models over each other, counting and wording the changes. A figure stands beside the number of changes told.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from solvers.equivalence.compare import equivalence
from solvers.equivalence.diff import diff
from solvers.instance import Instance
from tests.bench.equivalence import FAMILIES, shuffled
from tests.bench.measured import against, least

TARGETS = {10_000: 0.2, 100_000: 1.0}  # processor seconds, by nonzeros


def one_coefficient(instance: Instance) -> Instance:
    """Return the model with its middle coefficient half as large again."""
    values = instance.values.copy()
    values[len(values) // 2] *= 1.5
    return replace(instance, values=values)


def every_upper_side(instance: Instance) -> Instance:
    """Return the model with a tenth less on the upper side of every row."""
    upper = instance.row_upper.copy()
    upper[np.isfinite(upper)] *= 0.9
    return replace(instance, row_upper=upper)


EDITS: dict[str, Callable[[Instance], Instance]] = {
    "one coefficient": one_coefficient,
    "upper sides": every_upper_side,
    "nothing": lambda instance: instance,
}


def measured(before: Instance, after: Instance, *, target: float, rounds: int) -> dict[str, Any]:
    """Return the seconds of a diff, those of them below the verdict, and what it told."""
    found = diff(before, after)
    whole = least(lambda: diff(before, after), rounds=rounds)
    verdict = least(lambda: equivalence(before, after), rounds=rounds)
    return {
        "seconds": against(target=target, found=whole, at_most=True),
        "below the verdict": round(max(whole - verdict, 0.0), 3),
        "verdict": found.verdict,
        "changes": found.entry_count,
    }


def main() -> None:
    """Print one JSON object; a line per case on the way."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.diff", description=__doc__)
    parser.add_argument("--size", type=int, choices=TARGETS, action="append")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    report: dict[str, Any] = {}
    started = time.monotonic()
    for size in options.size or TARGETS:
        for family, made in FAMILIES.items():
            before = made(size).validate()
            for edit, change in EDITS.items():
                after = change(before)
                for names, other in (("same names", after), ("names lost", shuffled(after))):
                    row = measured(before, other, target=TARGETS[size], rounds=options.rounds)
                    name = f"{family}, {size} nonzeros, {edit}, {names}"
                    report[name] = row
                    print(f"{name}: {json.dumps(row)}", file=sys.stderr, flush=True)
    print(json.dumps(report, indent=2))
    print(f"{time.monotonic() - started:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
