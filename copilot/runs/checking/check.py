"""One check: what it asks, what it found, and where its word ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "fail", "unknown"]
Axis = Literal["request", "model", "behaviour", "numbers"]
# name -> (what it is about, what it cannot see)
KINDS: dict[str, tuple[Axis, str]] = {
    "ledger": ("request", "A phrase that was read wrongly counts as explained."),
    "numbers": ("request", "A number may be linked to an item and still be used in the wrong place."),
    "wording": ("request", "Only limits with a phrase such as “at most” right before their own number."),
    "units": ("request", "Only units that are written down, and only time, mass, volume and length."),
    "labels": ("model", "A number that is missing for a label is left to the build."),
    "rows": ("model", "A rule that is missing in the formulation is missing on both sides."),
    "variables": ("model", "Whether whole numbers are meant at all."),
    "objective": ("model", "Whether this is the goal that you have in mind."),
    "program": ("model", "Both programs follow the same formulation: a rule missing there is missing in both."),
    "reading": ("model", "Two readers can misunderstand a sentence in the same way."),
    "opinion": ("model", "Two language models can misunderstand a sentence in the same way."),
    "literals": ("model", "A number that stands in the request by chance, or one that is computed from others."),
    "limits": ("model", "A limit may be there and be the wrong one."),
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
class Check:
    """One check: what it asks, what it found, and the evidence in words; `cases` names each thing that fails.

    `name` is a key of KINDS.
    """

    name: str
    title: str
    status: Status
    detail: str
    cases: Sequence[str] = ()
