"""Measures the built-in drafter on public word problems that lie beside the checkout.

Usage: python -m tests.bench.drafter SUITE [--half dev|held] [--show ID|STATUS] [--programs N]
SUITE is a file of JSON lines with id, question and answer (the optimum, or null). Right means: complete, and the
formulation's optimum, solved from its terms, within 1e-4 relative of the answer. Corrected means: wrong by the label,
and right by the correction of it in errata.jsonl.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from copilot.drafting.base import Draft, DraftOutcome, DraftRequest
from copilot.drafting.builtin import BuiltinDrafter
from copilot.drafting.formulation import Formulation
from tests.drafting.builtin.asking import optimum

ERRATA = Path(__file__).with_name("errata.jsonl")
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "nl"


def main() -> None:
    """Print counts per status, the ids that are not right, and the time a text takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("--half", choices=("dev", "held"))
    parser.add_argument("--show", default="", help="print the drafts with this status, or of this id")
    parser.add_argument("--programs", type=int, default=0, help="solve the Pyomo program of that many drafts too")
    options = parser.parse_args()
    statuses: dict[str, list[str]] = collections.defaultdict(list)
    seconds: list[float] = []
    left = options.programs
    errata = {entry["id"]: entry for entry in map(json.loads, ERRATA.read_text().splitlines())}
    for line in (DATA / f"{options.suite}.jsonl").read_text().splitlines():
        problem = json.loads(line)
        if options.half and half(problem["id"]) != options.half:
            continue
        started = time.perf_counter()
        outcome = BuiltinDrafter().draft(DraftRequest(problem["question"]), lambda event, payload: None, lambda: False)
        seconds.append(time.perf_counter() - started)
        status, value = judged(outcome, problem["answer"])
        if status == "wrong" and fits_correction(value, errata.get(problem["id"], {})):
            status = "corrected"
        statuses[status].append(problem["id"])
        if outcome.draft and left and value is not None:
            left -= 1
            assert math.isclose(optimum(outcome.draft), value, rel_tol=1e-6, abs_tol=1e-6), problem["id"]
        if options.show in (status, problem["id"]):
            show(problem, outcome, value)
    report(options, statuses, seconds)


def half(identity: str) -> str:
    """Which half a problem belongs to: dev is read during development, held is only counted."""
    return "dev" if hashlib.sha256(str(identity).encode()).digest()[0] % 2 == 0 else "held"


def judged(outcome: DraftOutcome, answer: float | None) -> tuple[str, float | None]:
    """The status of an outcome, and the optimum where there is a draft."""
    if outcome.draft is None:
        return outcome.status, None
    value = value_of(outcome.draft)
    if answer is None:
        return "answered", value
    close = value is not None and math.isclose(value, answer, rel_tol=1e-4, abs_tol=1e-4)
    return ("right" if close else "wrong"), value


def fits_correction(value: float | None, entry: Mapping[str, Any]) -> bool:
    """Whether the value is right by a correction of the label; such answers are counted apart."""
    answers = [entry.get("answer"), *entry.get("accepted", ())]
    return value is not None and any(
        answer is not None and math.isclose(value, answer, rel_tol=1e-4, abs_tol=1e-4) for answer in answers
    )


def value_of(draft: Draft) -> float | None:
    """Optimum of a draft, or None where it has none; where its sums are written over sets, that of its program."""
    if _is_plain(draft.formulation):
        return solved(draft.formulation)
    try:
        return optimum(draft)
    except (AssertionError, RuntimeError):  # no optimum, or no point to load
        return None


def _is_plain(formulation: Formulation) -> bool:
    """Whether every rule is a sum over decisions without indices, with a limit that is a number."""
    names = {variable.name for variable in formulation.variables if not variable.indices}
    sums = (formulation.objective.terms, *(rule.terms for rule in formulation.constraints))
    limited = all(rule.terms and rule.relation and rule.limit is not None for rule in formulation.constraints)
    return limited and all(term.variable in names for terms in sums for term in terms)


def solved(formulation: Formulation) -> float | None:
    """Optimum of a formulation whose items are plain sums, or None where there is none."""
    position = {variable.name: index for index, variable in enumerate(formulation.variables)}
    size = len(position)
    sign = -1.0 if formulation.objective.sense == "maximize" else 1.0
    costs = np.zeros(size)
    for term in formulation.objective.terms:
        costs[position[term.variable]] += sign * term.coefficient
    rules = []
    for rule in formulation.constraints:
        line = np.zeros(size)
        for term in rule.terms:
            line[position[term.variable]] += term.coefficient
        limit = rule.limit or 0.0
        lower, upper = (-np.inf if rule.relation == "<=" else limit), (np.inf if rule.relation == ">=" else limit)
        rules.append(LinearConstraint(line, lower, upper))
    bounds = Bounds(
        [-np.inf if variable.lower is None else variable.lower for variable in formulation.variables],
        [np.inf if variable.upper is None else variable.upper for variable in formulation.variables],
    )
    whole = np.array([variable.domain != "continuous" for variable in formulation.variables])
    result = milp(costs, constraints=rules, integrality=whole, bounds=bounds)
    return None if result.x is None else sign * result.fun + formulation.objective.constant


def show(problem: dict[str, object], outcome: DraftOutcome, value: float | None) -> None:
    """One problem with what was read."""
    print("###", problem["id"], outcome.status, "answer", problem["answer"], "value", value)
    print(problem["question"])
    formulation = outcome.draft.formulation if outcome.draft else outcome.partial
    if formulation:
        for item in (formulation.objective, *formulation.constraints):
            print("   ", item.label, "|", item.latex)
        for assumption in formulation.assumptions:
            print("    assumed:", assumption.text)
    for reason in (*outcome.reasons, *(question.text for question in outcome.questions)):
        print("    -", reason)


def report(options: argparse.Namespace, statuses: dict[str, list[str]], seconds: list[float]) -> None:
    """Counts, ids and times."""
    total = sum(len(ids) for ids in statuses.values())
    for status, ids in sorted(statuses.items()):
        print(
            f"{options.suite} {options.half or 'all'} {status}: {len(ids)} of {total} ({100 * len(ids) / total:.1f} %)"
        )
        if status != "right":
            print("   ", " ".join(ids))
    ordered = sorted(seconds)
    print(f"milliseconds a text: median {1e3 * ordered[len(ordered) // 2]:.0f}, worst {1e3 * ordered[-1]:.0f}")


if __name__ == "__main__":
    main()
