"""Measures the questions of the built-in drafter: an oracle answers them with what leads to the known optimum.

Usage: python -m tests.bench.questions SUITE [--half dev|held] [--count] [--show ID|FATE]
SUITE is a file of JSON lines as for tests.bench.drafter. A text that cannot be read without an answer is asked about;
one that is read, though in a doubtful way, is answered and the question offered beside the answer. The oracle gives at
most two answers. `--count` prints no ids.
"""

from __future__ import annotations

import argparse
import collections
import json
import math

from copilot.drafting.base import DraftOutcome, DraftRequest, Question
from copilot.drafting.builtin import BuiltinDrafter
from tests.bench.drafter import DATA, half, judged

ANSWERS = 2


def main() -> None:
    """Print how many texts are right at once, and after one and two answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("--half", choices=("dev", "held"))
    parser.add_argument("--count", action="store_true", help="print no ids")
    parser.add_argument("--show", default="", help="print the question of this id, or of every text with this fate")
    options = parser.parse_args()
    fates: dict[str, list[str]] = collections.defaultdict(list)
    triggers: collections.Counter[str] = collections.Counter()
    for line in (DATA / f"{options.suite}.jsonl").read_text().splitlines():
        problem = json.loads(line)
        if problem["answer"] is None or (options.half and half(problem["id"]) != options.half):
            continue
        outcome = drafted(problem["question"])
        fate = fate_of(problem["question"], outcome, problem["answer"])
        fates[fate].append(problem["id"])
        if outcome.questions:
            asked = weightiest(problem["question"], outcome.questions)
            triggers[f"{asked.trigger}, {'asked' if outcome.draft is None else 'offered'}"] += 1
            if options.show in (fate, problem["id"]):
                show(problem, outcome, asked)
    report(options, fates, triggers)


def drafted(text: str) -> DraftOutcome:
    """What the drafter makes of a text."""
    return BuiltinDrafter().draft(DraftRequest(text), lambda event, payload: None, lambda: False)


def fate_of(text: str, outcome: DraftOutcome, answer: float) -> str:
    """What becomes of a text: its status at once, and how many answers make it right, if any do."""
    status, _ = judged(outcome, answer)
    if not outcome.questions:
        return status
    how = {"question": "asked"}.get(status, f"{status}, offered")
    needed = answers_needed(text, outcome, answer, left=ANSWERS)
    if status == "right":
        return how
    if needed:
        return f"{how}, right after {needed}"
    ends = {judged(drafted(f"{text}\n\n{option}"), answer)[0] for option in weightiest(text, outcome.questions).options}
    return f"{how}, no answer makes it right" + (", some make it wrong" if "wrong" in ends else "")


def answers_needed(text: str, outcome: DraftOutcome, answer: float, *, left: int) -> int:
    """The fewest answers to the questions as they come that lead to the optimum; 0 where none do within `left`."""
    if not left or not outcome.questions:
        return 0
    found = []
    for option in weightiest(text, outcome.questions).options:
        longer = f"{text}\n\n{option}"
        then = drafted(longer)
        if judged(then, answer)[0] == "right":
            return 1
        further = answers_needed(longer, then, answer, left=left - 1)
        found.extend([further + 1] if further else [])
    return min(found, default=0)


def weightiest(text: str, questions: tuple[Question, ...]) -> Question:
    """The question that the line would put: the one whose answers lie farthest apart, the first of several."""
    return max(questions, key=lambda question: _spread(text, question))


def _spread(text: str, question: Question) -> float:
    values = [judged(drafted(f"{text}\n\n{option}"), 0.0)[1] for option in question.options]
    known = [value for value in values if value is not None]
    if len(known) not in (0, len(values)):
        return math.inf
    return (max(known) - min(known)) / max(1.0, *map(abs, known)) if known else 0.0


def show(problem: dict[str, object], outcome: DraftOutcome, asked: Question) -> None:
    """One problem with its question and what each answer leads to."""
    print("###", problem["id"], outcome.status, "answer", problem["answer"], "value", judged(outcome, 0.0)[1])
    print(problem["question"])
    print("   ", asked.text, f"[{asked.trigger}]")
    for option in asked.options:
        then = drafted(f"{problem['question']}\n\n{option}")
        print("    -", option, "->", then.status, judged(then, 0.0)[1], "(usual)" if option == asked.default else "")


def report(options: argparse.Namespace, fates: dict[str, list[str]], triggers: collections.Counter[str]) -> None:
    """Counts by fate, the shares before and after, and the kinds of question."""
    total = sum(map(len, fates.values()))
    if not total:
        print("No problem of this suite has a known optimum.")
        return
    for fate, ids in sorted(fates.items()):
        print(f"{options.suite} {options.half or 'all'} {fate}: {len(ids)} of {total} ({100 * len(ids) / total:.1f} %)")
        if not options.count and fate != "right":
            print("   ", " ".join(ids))
    for name, wanted in (
        ("right at once", lambda fate: fate.startswith("right")),
        ("right after one answer at most", lambda fate: fate.startswith("right") or fate.endswith("right after 1")),
        ("right after two answers at most", lambda fate: fate.startswith("right") or "right after" in fate),
        ("wrong at once", lambda fate: fate.startswith("wrong")),
        (
            "wrong, and no question offers what is right",
            lambda fate: fate.startswith("wrong") and "right after" not in fate,
        ),
    ):
        count = sum(len(ids) for fate, ids in fates.items() if wanted(fate))
        print(f"{name}: {count} of {total} ({100 * count / total:.1f} %)")
    print("questions:", dict(sorted(triggers.items())))


if __name__ == "__main__":
    main()
