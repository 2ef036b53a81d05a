"""Where each change of a diff comes from: the lines that build it in both programs, and the message that asked for it.

Everything here is added to the stored diff: `lines`, `phrase`, `requested` and `unrequested` per family.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from copilot.drafting.formulation import Formulation
from copilot.drafting.requested import COMPONENT_SUFFIXES, Judgement, Revision, judge
from copilot.drafting.source import component_lines, lines_of
from copilot.runs.models import ModelVersion

BETWEEN_MESSAGES = "\n\n"
SHOWN = 3
BY_HAND = "edited by hand"
TITLE = 200


@dataclass(frozen=True, slots=True)
class Side:
    """One of two versions: what it was drafted as, its program, its whole request, the name of its objective."""

    formulation: Formulation | None
    program: str
    text: str
    objective: str = ""


def formulation_of(version: ModelVersion) -> Formulation | None:
    """What a stored version was drafted as; None where an older release wrote it."""
    try:
        return Formulation.model_validate(version.formulation)
    except ValidationError:
        return None


def with_origins(diff: dict[str, Any], before: Side, after: Side) -> dict[str, Any]:
    """The diff as nested dictionaries, each family with its lines and whether the messages since asked for it."""
    families: Sequence[dict[str, Any]] = diff.get("families", ())
    start = newest_start(before.text, after.text)
    judged = judge(families, Revision(before.formulation, after.formulation, after.text, start))
    lines = component_lines(before.program), component_lines(after.program)
    told = []
    for family, one in zip(families, judged, strict=True):
        names = [str(family["family"]), str(family.get("renamed") or family["family"])]
        if family["kind"] == "objective":
            names = [before.objective or names[0], after.objective or names[1]]
        places = {
            side: lines_of(name, known) for side, name, known in zip(("before", "after"), names, lines, strict=True)
        }
        told.append(family | {"lines": places} | _json(one))
    return diff | {"families": told}


def with_hand(diff: dict[str, Any], read: Formulation, edited: Sequence[str]) -> dict[str, Any]:
    """The diff where what a person edited, and what reads an edited number, counts as asked for."""
    if not edited:
        return diff
    names = set(edited)
    goal = read.objective
    sums = [(item.name, item.terms, item.limit_parameter) for item in read.constraints] + [(goal.name, goal.terms, "")]
    for name, terms, limit in sums:
        sources = " ".join((limit, *(term.parameter for term in terms)))
        if names & set(re.findall(r"\w+", sources)):
            names.add(name)
    asked = {"requested": "yes", "phrase": BY_HAND, "unrequested": ()}
    told = [family | asked if _is_among(family, names) else family for family in diff.get("families", ())]
    return diff | {"families": told}


def _is_among(family: dict[str, Any], names: set[str]) -> bool:
    own = {str(family["family"]), str(family.get("renamed") or "")}
    return any(name in own or f"{name}{suffix}" in own for name in names for suffix in COMPONENT_SUFFIXES)


def newest_start(before: str, after: str) -> int:
    """Where the messages begin that the later request has more than the earlier; 0 where it is another request."""
    return len(before) + len(BETWEEN_MESSAGES) if after.startswith(before + BETWEEN_MESSAGES) else 0


def title_of(diff: dict[str, Any] | None) -> str:
    """One line for a revision: its riskiest families by their patterns, or that nothing changed."""
    if not diff:
        return ""
    families: Sequence[dict[str, Any]] = diff.get("families", ())
    parts = [_part(family) for family in families[:SHOWN]]
    more = len(families) - len(parts)
    if not parts:
        return str(diff.get("summary", ""))[:TITLE]
    return ("; ".join(parts) + (f"; {more} more" if more > 0 else ""))[:TITLE]


def _part(family: dict[str, Any]) -> str:
    name, change = str(family["family"]), str(family["change"])
    patterns: Sequence[str] = family.get("patterns", ())
    if change != "changed" or not patterns:
        return f"{name} {change}"
    return f"{name}: {', '.join(patterns[:2])}" + (", …" if len(patterns) > 2 else "")


def _json(one: Judgement) -> dict[str, Any]:
    return {"phrase": one.phrase, "requested": one.requested, "unrequested": one.unrequested}
