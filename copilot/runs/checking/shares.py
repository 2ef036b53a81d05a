"""Whether a share is one of what its phrase says, and points its way: "35 % of all" is not 35 % of the others."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from copilot.drafting.formulation import RELATION_WORDS, Constraint, Formulation, Relation
from copilot.drafting.grounding import GroundingError, ground_rows
from copilot.drafting.render import number_text
from copilot.runs.checking.check import Check
from copilot.runs.checking.request import Stated, sentences, stated_numbers

TITLE = "Each share and multiple is of what its phrase says, and points its way"
_OF_ALL = re.compile(r"\bof (?:all\b|the (?:total|whole|entire|overall|combined)|total|everything)|\bin total\b", re.I)
_OTHER: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


def shares(formulation: Formulation, text: str) -> Check | None:
    """Pass or fail for rules of one share or multiple whose number stands in their own sentence; None without such."""
    compared, wrong = 0, list[tuple[str, str]]()
    for rule in formulation.constraints:
        if rule.kind not in ("ratio", "multiple") or rule.indices:
            continue
        for one, said in _numbers(rule, text):
            problem = _problem(formulation, rule, one, said)
            if problem is None:
                continue
            compared += 1
            wrong += [(rule.name, problem)] if problem else []
            break
    if wrong:
        detail = "; ".join(problem for _, problem in wrong[:3])
        return Check("shares", TITLE, "fail", f"{detail}.", items=tuple(name for name, _ in wrong[:3]))
    return Check("shares", TITLE, "pass", f"{compared} compared with their phrases.") if compared else None


def _numbers(rule: Constraint, text: str) -> Iterator[tuple[Stated, str]]:
    """The numbers in the sentences of a rule that give a direction, each with its sentence."""
    cut = sentences(text)
    for one in stated_numbers(text):
        start, end = cut[one.sentence][0].start, cut[one.sentence][-1].end
        if one.sign and any(span.start < end and start < span.end for span in rule.spans):
            yield one, text[start:end]


def _problem(formulation: Formulation, rule: Constraint, one: Stated, said: str) -> str | None:
    """What is wrong, empty where nothing is; None where the number is not the one of the rule."""
    try:
        (row,) = ground_rows(formulation, rule)
    except (GroundingError, ValueError):
        return None
    share = one.token.value
    terms = {name: value for name, value in row.terms.items() if value}
    if row.limit or len(terms) < 2 or share in (0.5, 1.0):  # of half, neither side leads
        return None
    leader = _leader(terms, share, is_share=rule.kind == "ratio")
    if leader is None:
        return None
    name, of_others = leader
    if rule.kind == "ratio" and of_others and _OF_ALL.search(said):
        return (
            f"{rule.name} takes {_percent(share)} of the others, but the request says “{_OF_ALL.search(said).group()}”"  # type: ignore[union-attr]
        )
    way: Relation = row.relation if terms[name] > 0 else _OTHER[row.relation]
    if one.sign not in (way, "==") and way != "==":
        return f"{rule.name} makes {name} {_words(way)} {_amount(rule, share)}, but the request says {_words(one.sign)}"
    return ""


def _leader(terms: Mapping[str, float], share: float, *, is_share: bool) -> tuple[str, bool] | None:
    """(what has the share or the multiple, whether it is one of the others alone), from the sizes of the numbers."""
    for name, value in terms.items():
        others = [abs(other) for key, other in terms.items() if key != name]
        opposite = all(other * value < 0 for key, other in terms.items() if key != name)
        if not opposite:
            continue
        if is_share and all(math.isclose(other * (1 - share), abs(value) * share, rel_tol=1e-6) for other in others):
            return name, False
        if all(math.isclose(other, abs(value) * share, rel_tol=1e-6) for other in others):
            return name, True
    return None


def _amount(rule: Constraint, share: float) -> str:
    return _percent(share) if rule.kind == "ratio" else f"{number_text(share)} times the other"


def _percent(share: float) -> str:
    return f"{number_text(round(100 * share, 6))} %"


def _words(sign: Relation | None) -> str:
    return RELATION_WORDS[sign or "=="]
