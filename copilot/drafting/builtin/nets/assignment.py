"""Assignment: who does what, one each, at the least total cost or the greatest total rating."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.counts import Count, Counts, counts_of
from copilot.drafting.builtin.nets.data import Matrix, matrix_of
from copilot.drafting.builtin.nets.pairs import PairRule, pair_rules
from copilot.drafting.builtin.nets.reading import Reading, goal_of
from copilot.drafting.formulation import Formulation, Relation, Term
from copilot.drafting.measures import spent

FAMILY = "assignment"
_UP_TO = re.compile(r"[^.;\d]{0,24}?\b(?:to|through|and)\b[^.;\d]{0,12}|\s*[-–]\s*|[^.;\d]{0,24}?[,–-][^.;\d]{0,12}")


@dataclass(frozen=True, slots=True)
class _Match:
    matrix: Matrix
    sense: Literal["maximize", "minimize"]
    goal: Place
    counts: Counts
    rules: Sequence[PairRule]
    longest: bool


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the matrix and how many of the other each of it takes."""

    count: Count
    sign: Relation
    index: str
    what: str
    labels: Sequence[str]
    place: Place


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    data = reading.data
    matrix = matrix_of(data)
    if matrix is None or matrix.is_square or any(column.role == "fixed" for column in data.columns):
        raise NotThisFamily
    if reading.heard(FAMILY, "assign") is None:
        raise NotThisFamily
    longest = reading.heard(FAMILY, "bottleneck")
    most, least = (None, longest) if longest else goal_of(reading, FAMILY)
    if (most is None) == (least is None):
        raise NotThisFamily if most is None else InDoubt("It is not clear whether the total is to be small or large.")
    goal = most or least
    assert goal
    rules = pair_rules(reading, matrix)
    _scale(reading, matrix)
    counts = counts_of(reading, matrix)
    reading.settle(FAMILY, len(matrix.rows), len(matrix.heads))
    sense: Literal["maximize", "minimize"] = "maximize" if most else "minimize"
    return _written(reading, _Match(matrix, sense, reading.sentence(goal.start()), counts, rules, longest is not None))


def _scale(reading: Reading, matrix: Matrix) -> None:
    """ "Points from 1 to 10": the first and the last of a scale that all numbers of the matrix lie on."""
    if not matrix.values:
        raise NotThisFamily
    low, high = min(matrix.values.values()), max(matrix.values.values())
    for one, other in itertools.pairwise(tuple(reading.account.numbers)):
        gap = reading.marks.prose[one.end : other.start]
        if one.value <= low and high <= other.value and _UP_TO.fullmatch(gap) and reading.says(FAMILY, "scale"):
            reading.account.counts += [reading.account.take(one), reading.account.take(other)]
    for said in tuple(reading.account.numbers):
        if said.value >= high and re.search(r"\b(?:out of|of)\s*$", reading.marks.prose[: said.start]):
            reading.account.counts.append(reading.account.take(said))


def _written(reading: Reading, match: _Match) -> Formulation:
    matrix, counts = match.matrix, match.counts
    plan, place = Plan(reading.data.text, reading.data.sources), matrix.place
    here, there = plan.index("agents", matrix.rows, place), plan.index("tasks", matrix.heads, place)
    full: dict[Key, float] = {(a, b): matrix.values.get((a, b), 0.0) for a in matrix.rows for b in matrix.heads}
    words = "rating" if match.sense == "maximize" else spent(matrix.unit)
    worth = plan.table(words, (here, there), full, place, unit=matrix.unit, label=f"{words} of each pair")
    take = plan.variable("assign", (here, there), match.goal, domain="binary", label="the agent does the task")
    _sums(plan, take, _Side(counts.rows, counts.row_sign, here, "agent", matrix.rows, match.goal))
    _sums(plan, take, _Side(counts.heads, counts.head_sign, there, "task", matrix.heads, match.goal))
    barred = {one for rule in match.rules if not rule.needed for one in rule.pairs}
    missing = {pair for pair in full if pair not in matrix.values}
    if missing or barred:
        none: dict[Key, float] = {pair: float(pair in missing or pair in barred) for pair in full}
        gap = plan.table("barred", (here, there), none, place, label="1 where the pair is not possible")
        plan.rule("only possible pairs", [term(take, gap)], "==", 0, place, kind="logical")
    if missing and reading.says("any", "gap") is None:
        plan.assume("A pair without a number is not possible.", take)
    for rule in match.rules:
        if rule.needed:
            for a, b in rule.pairs:
                plan.rule(f"{a} with {b}", [term(f"assign[{a},{b}]")], "==", 1, rule.place, kind="logical")
    if match.longest:
        return _longest(plan, match, (here, there), term(take, worth))
    return plan.formulation(
        "Assignment: who does what",
        f"total {words}",
        match.sense,
        [term(take, worth)],
        match.goal,
        unit=matrix.unit,
    )


def _longest(plan: Plan, match: _Match, sets: tuple[str, str], part: Term) -> Formulation:
    """The one that takes longest decides; an agent with several tasks does them one after the other."""
    most = plan.variable("longest", (), match.goal, label="the longest of all", unit=match.matrix.unit)
    plan.rule("none longer", [part, term(most, minus=True)], "<=", 0, match.goal, kind="other", indices=(sets[0],))
    return plan.formulation("Assignment: who does what", "the longest", "minimize", [term(most)], match.goal)


def _sums(plan: Plan, take: str, side: _Side) -> None:
    """How many of the other side each one gets."""
    count, words = side.count, f"one {side.what} each"
    limit: float | str = count.most
    if count.own or count.most != 1:
        values: dict[Key, float] = {label: count.own.get(label, count.most) for label in side.labels}
        limit = plan.table(
            f"{side.what} share", (side.index,), values, side.place, label=f"how many each {side.what} takes"
        )
        words = f"share of each {side.what}"
    plan.rule(words, [term(take)], side.sign, limit, side.place, kind="balance", indices=(side.index,))
    if count.least is not None and side.sign == "<=":
        plan.rule(f"least of each {side.what}", [term(take)], ">=", count.least, side.place, indices=(side.index,))
