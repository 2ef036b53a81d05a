"""The words for a verdict and its level, the same on the terminal and on pages."""

from __future__ import annotations

from typing import Protocol

from solvers.equivalence.changes import number_text


class Judged(Protocol):
    """An `Equivalence` or a `ModelDiff`."""

    @property
    def how(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def shift(self) -> float: ...
    @property
    def value_scale(self) -> float: ...


PROOFS = {
    "LP-certified": "the rows that differ follow from the others, in exact arithmetic",
    "after elimination": "with the variables below replaced, a mapping was found and checked, number by number",
    "under a change of variables": "a mapping with a scale and a shift per variable was found and checked",
    "objective scaled": "the same optimal plans; a mapping was found and checked, number by number",
}
MAPPED = "a mapping was found and checked, number by number"


def kind_text(found: Judged, *, maximised: bool = False) -> str:
    """Return which kind of equivalence it is: `renamed`, `shifted by 100`, `under a change of variables`.

    Optima are those of minimisations, unless both models are `maximised`.
    """
    shift = -found.shift if maximised else found.shift
    said = f"shifted by {number_text(shift)}" if found.how == "shifted" else found.how
    value = f" × {number_text(found.value_scale)}" if found.value_scale != 1 else ""
    if shift and found.how != "shifted":
        value += f" {'+' if shift > 0 else '−'} {number_text(abs(shift))}"
    return f"{said}, optimum{value}" if value else said


def proof_text(found: Judged) -> str:
    """Return what stands behind an equivalence, without a full stop."""
    return PROOFS.get(found.how, MAPPED)
