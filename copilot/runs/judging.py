"""What the checks before a solve mean for a draft: which cases fail, which cannot tell, and what a drafter may mend."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.base import Feedback
from copilot.drafting.repair import Trial
from copilot.runs.checking.check import Check

# A part of the request left over, or a number without a phrase, is said to the person: a repair could only hide it.
MENDABLE = ("rows", "variables", "objective", "program", "wording", "units", "labels", "limits", "literals")
_CASES_TOLD = 20


def judged(built: object, checks: Sequence[Check]) -> Trial:
    """A draft that built, under its checks."""
    failing = {case for check in checks if check.status == "fail" for case in _cases(check)}
    unknown = {check.name for check in checks if check.status == "unknown"}
    return Trial(built, frozenset(failing), frozenset(unknown), _feedback(checks))


def refused(feedback: Feedback) -> Trial:
    """A draft that did not build."""
    return Trial(None, frozenset({"build"}), frozenset(), feedback)


def _cases(check: Check) -> list[str]:
    return [f"{check.name}: {case}" for case in check.cases] or [check.name]


def _feedback(checks: Sequence[Check]) -> Feedback | None:
    failed = [check for check in checks if check.status == "fail" and check.name in MENDABLE]
    if not failed:
        return None
    told = [{"check": one.title, "detail": one.detail, "cases": list(one.cases[:_CASES_TOLD])} for one in failed]
    message = " ".join(f"{one.title}: no. {one.detail}" for one in failed)
    return Feedback("check", failed[0].name, message, details={"failing": told})
