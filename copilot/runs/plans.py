"""The plans that a run keeps, as the command and the API answer with them."""

from __future__ import annotations

from typing import Any

from copilot.runs.explain import values_of
from copilot.runs.instances import Known, known_of
from copilot.runs.models import Run, Solution
from copilot.runs.pool import Pool, pool_of
from copilot.runs.solutions import UnreadableVector, unpacked
from solvers.instance import InstanceError

MOST_VALUES = 200_000  # of all plans together in one answer


def answer_of(run: Run) -> dict[str, Any] | None:
    """Plain JSON: what is promised, and every plan, the final one first; None where no other plans were asked for.

    `variables` is None where the values of all plans would be too many (each can be had as CSV), or cannot be read.
    """
    pool = pool_of(run)
    if pool is None:
        return None
    said = {name: value for name, value in pool.said.items() if name not in ("members", "message")}
    known = _known(run) if pool.others else None
    plans = [_plan(run, pool, one, known) for one in (pool.final, *pool.others) if one is not None]
    return said | {"sentence": pool.said["message"], "solutions": plans if pool.others else []}


def _plan(run: Run, pool: Pool, one: Solution, known: Known | None) -> dict[str, Any]:
    is_final = one.kind == Solution.Kind.FINAL
    return {
        "number": one.number,
        "objective_value": one.objective_value,
        "distance": 0.0 if is_final else pool.distance(one),
        "verification": run.verification if is_final else one.verification,
        "violation": one.violation,
        "changes": None if is_final else one.changes,
        "variables": _values(one, known, plans=1 + len(pool.others)),
    }


def _values(one: Solution, known: Known | None, *, plans: int) -> dict[str, float] | None:
    if known is None or plans * known.instance.column_count > MOST_VALUES:
        return None
    stored = Solution.objects.values_list("values", flat=True).get(id=one.id)
    try:
        return values_of(known.instance, unpacked(stored, known.instance.column_count))
    except UnreadableVector:
        return None


def _known(run: Run) -> Known | None:
    try:
        return known_of(run)
    except InstanceError:
        return None
