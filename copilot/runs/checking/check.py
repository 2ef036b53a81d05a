"""One check: what it asks, what it found, and where its word ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "fail", "unknown"]
Axis = Literal["request", "model", "behaviour", "numbers"]
# name -> (what it is about, what it cannot see)
KINDS: dict[str, tuple[Axis, str]] = {
    "ledger": ("request", "A phrase that was read wrongly counts as explained."),
    "numbers": ("request", "A number may be linked to an item and still be used in the wrong place."),
    "wording": ("request", "Only limits with a phrase such as “at most” right before their own number."),
    "sources": ("request", "A number that is misread in its phrase and said again elsewhere in it."),
    "stated": ("request", "Only limits with a phrase such as “at most”; which sum it limits is not looked at."),
    "shares": ("request", "Only shares and multiples whose phrase says “at least”, “at most” or the like."),
    "places": ("request", "Only clauses that name one item; not which of that item’s numbers it is."),
    "goal": ("request", "Only the direction, not what is made largest or smallest."),
    "domains": ("request", "Only words such as “how many” and “whole”."),
    "parameters": ("request", "A number may be used, and in the wrong rule."),
    "units": ("request", "Only units that are written down, and only time, mass, volume and length."),
    "indices": ("model", "A sum over a set that is the wrong one, and fits."),
    "labels": ("model", "A number that is missing for a label is left to the build."),
    "rows": ("model", "A rule that is missing in the formulation is missing on both sides."),
    "variables": ("model", "Whether whole numbers are meant at all."),
    "objective": ("model", "Whether this is the goal that you have in mind."),
    "program": ("model", "Both programs follow the same formulation: a rule missing there is missing in both."),
    "reading": ("model", "Two readers can misunderstand a sentence in the same way."),
    "opinion": ("model", "Two language models can misunderstand a sentence in the same way."),
    "literals": ("model", "A number that stands in the request by chance, or one that is computed from others."),
    "limits": ("model", "A limit may be there and be the wrong one."),
    "refused": ("behaviour", "Only rules that were read, one row of each; a rule that was not read is not looked for."),
    "alone": ("behaviour", "Only plans of one decision."),
    "switches": ("behaviour", "A big M that the request itself states is taken for granted."),
    "idle": ("behaviour", "Doing nothing may be the best plan."),
    "used": ("behaviour", "A number that matters may still stand in the wrong rule."),
    "moves": ("behaviour", "Says the direction, not the amount; only for numbers whose purpose the formulation tells."),
    "residuals": ("numbers", "That the model is the right one."),
    "value": ("numbers", "That the model is the right one."),
    "scaling": ("numbers", "Trouble that arises only inside the solver."),
}
AXES: dict[Axis, str] = {
    "request": "Request",
    "model": "Model",
    "behaviour": "Behaviour",
    "numbers": "Numbers",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """An item of the formulation that a check is about: its phrase of the request, its sentence, and its LaTeX."""

    name: str
    phrase: str = ""
    sentence: str = ""
    latex: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it asks, what it found, and the evidence in words; `cases` names each thing that fails.

    `name` is a key of KINDS. `items` are the items of the formulation that a failure is about, `example` a case that
    shows it: a plan that breaks the rule, or numbers that do not fit. `evidence` says the items in words and maths.
    """

    name: str
    title: str
    status: Status
    detail: str
    cases: Sequence[str] = ()
    items: Sequence[str] = ()
    example: str = ""
    evidence: Sequence[Evidence | Mapping[str, str]] = ()
