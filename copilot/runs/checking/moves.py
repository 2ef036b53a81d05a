"""Changed numbers must move the model, and the right way: more of a resource cannot make the best plan worse.

Each number of the data is raised by a tenth, the program is built again and solved again. What must happen follows from
what the formulation says the number is for, not from the program: the counterfactual idea of ORMind (Wang et al. 2025).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.base import Data, Datum, Draft
from copilot.drafting.formulation import Formulation, Term
from copilot.drafting.source import roles_of
from copilot.runs.checking.check import Check
from copilot.runs.checking.loose import shaping
from copilot.sandbox.outcome import BuildOutcome
from solvers.instance import Instance, Sense
from solvers.result import Result, TerminationCondition

T = TerminationCondition
USED = "Every given number changes the model"
MOVES = "Changing a number moves the best value the right way"
SECONDS = 2.0
MOST = 10
MAX_NONZEROS = 20_000
STEP = 0.1
TOLERANCE = 1e-6
_PLAIN = re.compile(r"([A-Za-z]\w*)\s*(?:\[[^\]]*\])?")
Build = Callable[[str, Data], BuildOutcome]
Solve = Callable[[Instance], Result]
_RIGHT = {1: "rise or stay", -1: "fall or stay"}


@dataclass(frozen=True, slots=True)
class Known:
    """The draft, what it built, and the best value that was found for it, with the gap it was found to."""

    draft: Draft
    instance: Instance
    value: float
    relative_gap: float


@dataclass(slots=True)
class _Seen:
    unused: list[str]
    moved: list[str]
    wrong: list[str]
    built: int = 0


def moves(known: Known, build: Build, solve: Solve, *, seconds: float = SECONDS) -> tuple[Check, ...]:
    """Two checks, or fewer where nothing could be changed; gives up after about `seconds`."""
    if known.instance.nonzero_count > MAX_NONZEROS:
        return ()
    seen, deadline = _Seen([], [], []), time.monotonic() + seconds
    for name in _names(known.draft):
        if time.monotonic() > deadline:
            break
        _try(known, name, build, solve, seen)
    return tuple(_checks(seen))


def expected(formulation: Formulation, name: str, sense: Sense) -> int:
    """1: raising the number can only raise the best value; -1: only lower it; 0: the formulation does not say."""
    positive = {item.name for item in formulation.variables if item.lower is not None and item.lower >= 0}
    found = set(_signs(formulation.objective.terms, name, positive))
    better = 1 if sense is Sense.MAXIMIZE else -1
    for rule in formulation.constraints:
        kind = {"resource": better, "requirement": -better}.get(rule.kind, 0)
        turned = (rule.kind, rule.relation) not in (("resource", "<="), ("requirement", ">="))
        limit = _PLAIN.fullmatch(rule.limit_parameter.strip())
        if limit and limit.group(1) == name:
            found.add(kind)
        elif name in rule.limit_parameter:
            found.add(0)
        found |= {0 if turned else -kind * sign for sign in _signs(rule.terms, name, positive)}
    return found.pop() if len(found) == 1 else 0


def _signs(terms: Sequence[Term], name: str, positive: set[str]) -> Iterator[int]:
    """The sign with which the number enters a sum, per term; 0 where that cannot be said."""
    for term in terms:
        if not re.search(rf"\b{re.escape(name)}\b", term.parameter):
            continue
        match = _PLAIN.fullmatch(term.parameter.strip().removeprefix("-"))
        is_plain = match is not None and term.variable.partition("[")[0] in positive
        sign = -1 if term.coefficient < 0 or term.parameter.strip().startswith("-") else 1
        yield sign if is_plain else 0


def _try(known: Known, name: str, build: Build, solve: Solve, seen: _Seen) -> None:
    raised = _raised(known.draft.data[name])
    if raised is None:
        return
    built = build(known.draft.program, {**known.draft.data, name: raised})
    if built.instance is None:
        return  # the program refuses such a number; that says nothing about the model
    seen.built += 1
    if built.instance.digest() == known.instance.digest():
        seen.unused.append(name)
        return
    way = expected(known.draft.formulation, name, known.instance.sense)
    if way and _is_nonnegative(raised):
        _compare(known, name, way, solve(built.instance), seen)


def _compare(known: Known, name: str, way: int, result: Result, seen: _Seen) -> None:
    told = _change(known.draft.data[name])
    ended = result.termination_condition
    helps = way == (1 if known.instance.sense is Sense.MAXIMIZE else -1)
    if ended is T.INFEASIBLE:
        if helps:
            seen.wrong.append(f"with {name} {told} no plan is possible any more, though it should only help")
        else:
            seen.moved.append(name)
        return
    if ended not in (T.OPTIMAL, T.OPTIMAL_WITHIN_TOLERANCE) or result.objective_value is None:
        return
    slack = (TOLERANCE + 2 * known.relative_gap) * max(1.0, abs(known.value))
    if way * (result.objective_value - known.value) < -slack:
        values = f"{known.value:,.6g} to {result.objective_value:,.6g}"
        seen.wrong.append(f"with {name} {told} the best value goes from {values}, though it can only {_RIGHT[way]}")
    else:
        seen.moved.append(name)


def _checks(seen: _Seen) -> Iterator[Check]:
    if seen.unused:
        yield Check(
            "used", USED, "fail", f"The program builds the same model whatever {', '.join(seen.unused[:4])} is."
        )
    elif seen.built:
        yield Check("used", USED, "pass", f"{seen.built} numbers or tables were raised by a tenth, and each mattered.")
    if seen.wrong:
        yield Check("moves", MOVES, "fail", f"{seen.wrong[0][0].upper()}{seen.wrong[0][1:]}.")
    elif seen.moved:
        yield Check("moves", MOVES, "pass", f"Raised and solved again: {', '.join(seen.moved[:6])}.")


def _names(draft: Draft) -> list[str]:
    """Parameters that the data hold and that neither size something nor decide what is written."""
    roles = roles_of(draft.program)
    kept = roles.sizes | roles.switches | shaping(draft.formulation)
    return [p.name for p in draft.formulation.parameters if p.name in draft.data and p.name not in kept][:MOST]


def _raised(value: Datum) -> Datum | None:
    if isinstance(value, bool | str):
        return None
    if isinstance(value, int | float):
        return _more(value) if value else None
    if isinstance(value, Mapping) and any(value.values()):
        return {key: _more(number) for key, number in value.items()}
    return None


def _is_nonnegative(value: Datum) -> bool:
    """Whether raising its size has raised every number."""
    numbers = value.values() if isinstance(value, Mapping) else (value,)
    return all(isinstance(number, int | float) and number >= 0 for number in numbers)


def _more(number: float) -> float:
    """A tenth more in size and of the same sign; a whole number stays whole."""
    if number == int(number) and abs(number) < 1e15:
        step = max(1, round(abs(number) * STEP)) if number else 0
        return type(number)(number + (step if number > 0 else -step))
    return number * (1 + STEP)


def _change(value: Datum) -> str:
    if isinstance(value, int | float):
        return f"raised from {value:,.6g} to {_more(value):,.6g}"
    return "raised by a tenth"
