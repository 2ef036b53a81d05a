"""Whether the goal points the way that the request says: "as cheap as possible" must not be made largest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from copilot.drafting.formulation import Formulation
from copilot.runs.checking.check import Check
from copilot.runs.checking.request import sentences

TITLE = "The goal points the way that the request says"
_UP = re.compile(
    r"\b(?:maximi[sz]\w*|highest|largest|greatest|biggest|best|the most|most (?:profit|money|revenue|income)"
    r"|as (?:much|many|high|large|great|big)\b[\w\s,'’-]{0,60}? as (?:possible|it can|they can|we can))\b"
    r"|\b(?:make|earn|clear|gain) the most\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:minimi[sz]\w*|cheapest|cheaply|lowest|smallest|fewest|shortest|earliest|(?<!at )least"
    r"|as (?:little|few|low|small|early|short|cheap\w*|soon|cost-effective\w*)\b[\w\s,'’-]{0,60}? as"
    r" (?:possible|it can|they can|we can))\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:minimum|maximum|at (?:most|least)|at the (?:most|least)(?! (?:total|possible|cost))"
    r"|the (?:most|least) that)\b",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"\b(?:maximi[sz]|minimi[sz])\w*|\bas possible\b", re.IGNORECASE)


def goal(formulation: Formulation, text: str) -> Check | None:
    """Pass or fail where the words around the goal's phrase say one direction; None where they say none or both."""
    found = _ways(_places(formulation, text))
    if len(found) != 1:
        found = _ways(said for said in _sentences(text) if _PURPOSE.search(said))
    if len(found) != 1:
        return None
    (sense, phrase), *_ = found.items()
    if sense == formulation.objective.sense:
        return Check("goal", TITLE, "pass", f"The request says “{phrase}”.")
    detail = f"The draft is to {formulation.objective.sense}, but the request says “{phrase}”."
    return Check("goal", TITLE, "fail", detail, items=(formulation.objective.name,))


def _sentences(text: str) -> Iterator[str]:
    return (text[sentence[0].start : sentence[-1].end] for sentence in sentences(text))


def _places(formulation: Formulation, text: str) -> Iterator[str]:
    """The sentences that hold a phrase of the objective."""
    for sentence in sentences(text):
        start, end = sentence[0].start, sentence[-1].end
        if any(span.start < end and start < span.end for span in formulation.objective.spans):
            yield text[start:end]


def _ways(said: Iterable[str]) -> dict[str, str]:
    """Direction -> the first phrase that says it."""
    found: dict[str, str] = {}
    for one in said:
        plain = _LIMIT.sub("-", one)
        for sense, pattern in (("maximize", _UP), ("minimize", _DOWN)):
            if match := pattern.search(plain):
                found.setdefault(sense, " ".join(match.group().split()))
    return found
