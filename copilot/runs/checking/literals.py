"""Whether the program holds numbers or labels that belong into the data, or that come from nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.base import Draft, Table
from copilot.drafting.builtin import BuiltinDrafter
from copilot.drafting.literals import Traced, traced
from copilot.runs.checking.check import Check

TITLE = "Every number in the program comes from the request or the data"
_SHOWN = 4


def literals(draft: Draft, text: str, tables: Sequence[Table]) -> Check | None:
    """Fail for data written into a program that has tables bound, unknown for a number from nowhere in any other.

    None for what our own writer wrote: it holds no number.
    """
    if draft.drafter == BuiltinDrafter.name:
        return None
    found = traced(draft.program, draft.formulation, draft.data, text, tables)
    loose = [one for one in found if one.origin in ("data", "nowhere")]
    if not loose:
        told = (
            f"; {len(found)} of the request are written into the program."
            if found
            else ", and none is written into it."
        )
        return Check("literals", TITLE, "pass", f"Each number is traced{told}")
    told = "; ".join(_told(one) for one in loose[:_SHOWN])
    if tables:
        detail = f"New data would not reach it: {told}. Read it from data instead."
        return Check("literals", TITLE, "fail", detail, tuple(one.text for one in loose))
    return Check("literals", TITLE, "unknown", f"{told}. Check that the model needs it.")


def _told(one: Traced) -> str:
    where = "is a cell of a table" if one.origin == "data" else "stands neither in the request nor in the formulation"
    return f"line {one.line}: {one.text} {where}"
