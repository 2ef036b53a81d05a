"""What a gate says of a release: pass, fail, or unknown where its test has nothing to decide on."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from copilot.evaluation.counting import Paired

LEVEL = 0.05
DECIDES = 6  # the fewest problems that differ on which the exact test can come below LEVEL: 2 / 2**6 = 0.03
UNJUDGED = 0.1  # share of tries without an answer from the model, beyond which the rest says too little


class Word(enum.StrEnum):
    """The three answers; none of them is a proof."""

    PASS = "pass"  # noqa: S105 -- a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and why in a sentence."""

    word: Word
    why: str


def verdict(pair: Paired, *, unjudged: int, tries: int) -> Verdict:
    """The rule. `pair` compares the baseline, first, with the candidate; `unjudged` of `tries` say nothing.

    Fail: fewer problems right, or more of them wrong, at LEVEL by the two-sided exact test of McNemar. Otherwise pass,
    where the two differ on at least DECIDES problems, so that the test could have said fail; unknown where they do not.
    """
    counts = f"{pair.only_second} problems are right with it alone and {pair.only_first} without it alone"
    if pair.only_first > pair.only_second and pair.p_value < LEVEL:
        return Verdict(Word.FAIL, f"Significantly worse: {counts} (p = {pair.p_value:.3g}).")
    if pair.more_wrong > pair.fewer_wrong and pair.p_value_wrong < LEVEL:
        told = f"{pair.more_wrong} problems are wrong with it alone and {pair.fewer_wrong} without it alone"
        return Verdict(Word.FAIL, f"Significantly more wrong answers: {told} (p = {pair.p_value_wrong:.3g}).")
    if unjudged > UNJUDGED * tries:
        return Verdict(Word.UNKNOWN, f"{unjudged} of {tries} tries got no answer from the language model.")
    differing = pair.only_first + pair.only_second
    if differing < DECIDES:
        told = f"The two differ on {differing} of {pair.problems} problems; on fewer than {DECIDES} the test decides"
        return Verdict(Word.UNKNOWN, f"{told} nothing.")
    return Verdict(Word.PASS, f"Not significantly worse: {counts} (p = {pair.p_value:.3g}).")
