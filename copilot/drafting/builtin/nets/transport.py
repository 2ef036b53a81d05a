"""Transportation: ship from places with a supply to places with a need, over pairs with a cost per unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.bounds import Bound, bounds_of, check_sources
from copilot.drafting.builtin.nets.data import Column, Ends, Matrix, matrix_of
from copilot.drafting.builtin.nets.pairs import PairRule, pair_rules
from copilot.drafting.builtin.nets.reading import Reading, goal_of, said_number
from copilot.drafting.formulation import Formulation, Relation
from copilot.drafting.measures import spent

FAMILY = "transport"
_DENIED = re.compile(r"\b(?:not|never|nor)\s+(?:quite\s+)?$", re.IGNORECASE)
_DENIAL = re.compile(r"\b(?:not|never)\b|n't\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shipping:
    """Rows that supply, columns that need, and the rules beside."""

    matrix: Matrix
    supply: Column
    demand: Column
    sense: Literal["maximize", "minimize"]
    goal: Place
    signs: tuple[Relation, Relation]
    rules: Sequence[PairRule]
    bounds: Sequence[Bound]


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    data = reading.data
    whole = matrix_of(data)
    if whole is None or any(column.role == "fixed" for column in data.columns):
        raise NotThisFamily
    matrix, supply, demand = _sides(whole, data.columns)
    most, least = goal_of(reading, FAMILY)
    goal = least or most
    if goal is None:
        raise InDoubt("The text does not say what is to be smallest.")
    signs = _signs(reading, supply, demand, profit=least is None)
    rules, bounds = pair_rules(reading, matrix), bounds_of(reading)
    check_sources(reading)
    reading.settle(
        FAMILY, len(matrix.rows), len(matrix.heads), int(sum(supply.values.values())), int(sum(demand.values.values()))
    )
    sense: Literal["maximize", "minimize"] = "minimize" if least else "maximize"
    place = reading.sentence(goal.start())
    return _written(reading, Shipping(matrix, supply, demand, sense, place, signs, rules, bounds))


def _sides(matrix: Matrix, columns: Sequence[Column]) -> tuple[Matrix, Column, Column]:
    """The matrix with the suppliers as its rows, their supply and the others' need."""
    own = [column for column in columns if set(column.values) == set(matrix.rows)]
    across = [column for column in columns if set(column.values) == set(matrix.heads)]
    if len(own) != 1 or len(across) != 1 or len(columns) != 2:
        raise NotThisFamily
    one, other = own[0].role, across[0].role
    if one == "demand" and other in ("supply", "limit", ""):
        return _turned(matrix), across[0], own[0]
    if other == "demand" and one in ("supply", "limit", ""):
        return matrix, own[0], across[0]
    if one == "supply" and other in ("limit", ""):  # what is there goes where there is room for it
        return matrix, own[0], across[0]
    if other == "supply" and one in ("limit", ""):
        return _turned(matrix), across[0], own[0]
    raise NotThisFamily if {one, other} <= {""} else InDoubt("It is not clear which places supply and which need.")


def _turned(matrix: Matrix) -> Matrix:
    turned = {(b, a): value for (a, b), value in matrix.values.items()}
    return Matrix(matrix.heads, matrix.rows, turned, matrix.words, matrix.place, matrix.unit)


def _signs(reading: Reading, supply: Column, demand: Column, *, profit: bool) -> tuple[Relation, Relation]:
    """How supply and need hold: what there is of the one must suffice for the other, unless the text says otherwise."""
    have, want = sum(supply.values.values()), sum(demand.values.values())
    all_sent, partly = _all_sent(reading), reading.heard(FAMILY, "partly")
    if demand.role == "limit" and (all_sent or profit):
        if all_sent and have > want:
            raise InDoubt(f"{have:g} must go somewhere, and there is only room for {want:g}.")
        return "==" if all_sent else "<=", "<="
    if demand.role == "limit":
        raise InDoubt("Say whether all that is there must be shipped.")
    if all_sent and have > want:
        return "==", ">="
    if have >= want:
        return "<=", "<=" if profit and reading.says(FAMILY, "meet") is None else ">="
    if partly or all_sent or (profit and reading.says(FAMILY, "meet") is None):
        return "<=" if profit else "==", "<="
    raise InDoubt(
        f"The places need {want:g} in total and only {have:g} are there. Say what happens with what is short, or that "
        "as much as possible is shipped."
    )


def _all_sent(reading: Reading) -> bool:
    """Whether all that is there must go; "not every crate has to be sent" says the opposite."""
    text = reading.marks.text
    told = [
        match
        for match in reading.places(FAMILY, "empty")
        if not _DENIED.search(text[max(0, match.start() - 12) : match.start()]) and not _DENIAL.search(match.group())
    ]
    for match in told:
        reading.explain(match)
    return bool(told)


def _written(reading: Reading, shipping: Shipping) -> Formulation:
    matrix, supply, demand = shipping.matrix, shipping.supply, shipping.demand
    plan, place = Plan(reading.data.text, reading.data.sources), matrix.place
    here, there = plan.index("origins", matrix.rows, place), plan.index("destinations", matrix.heads, place)
    unit = demand.unit or supply.unit
    have = plan.table("supply", (here,), dict(supply.values), supply.place, unit=unit)
    need = plan.table("demand", (there,), dict(demand.values), demand.place, unit=unit)
    full: dict[Key, float] = {(a, b): matrix.values.get((a, b), 0.0) for a in matrix.rows for b in matrix.heads}
    words = spent(matrix.unit) if shipping.sense == "minimize" else "profit"
    cost = plan.table(words, (here, there), full, place, unit=matrix.unit, label=f"{words} of a unit on each link")
    ship = plan.variable("ship", (here, there), shipping.goal, label="amount shipped on each link", unit=unit)
    plan.rule("supply", [term(ship)], shipping.signs[0], have, supply.place, kind="resource", indices=(here,))
    plan.rule("demand", [term(ship)], shipping.signs[1], need, demand.place, kind="requirement", indices=(there,))
    barred = {pair for rule in shipping.rules if not rule.needed for pair in rule.pairs}
    missing = {pair for pair in full if pair not in matrix.values}
    if any(rule.needed for rule in shipping.rules):
        raise InDoubt("It is not clear how much must go on the link that the text asks for.")
    if missing or barred:
        none: dict[Key, float] = {pair: float(pair in missing or pair in barred) for pair in full}
        gap = plan.table("no_link", (here, there), none, place, label="1 where nothing can be sent")
        plan.rule("only on links", [term(ship, gap)], "==", 0, place, kind="logical")
    if missing and reading.says("any", "gap") is None:
        plan.assume("Nothing can be sent where the table has no number.", ship)
    for bound in shipping.bounds:
        _bounded(plan, shipping, bound, (here, there))
    title = "Transportation: what each place sends to each other"
    return plan.formulation(
        title, f"total {words}", shipping.sense, [term(ship, cost)], shipping.goal, unit=matrix.unit
    )


def _bounded(plan: Plan, shipping: Shipping, bound: Bound, sets: Ends) -> None:
    """A bound on a link, on what a place sends or gets, or on every link."""
    rows, heads = set(shipping.matrix.rows), set(shipping.matrix.heads)
    limit = said_number(plan, "bound", bound.said)
    if bound.every:
        indices: tuple[str, ...] = sets
        terms = [term(f"ship[{sets[0]},{sets[1]}]")]
    else:
        indices = ()
        froms = [label for mark in bound.marks for label in mark if label in rows]
        tos = [label for mark in bound.marks for label in mark if label in heads]
        if len(froms) + len(tos) != sum(map(len, bound.marks)) or len(bound.marks) > 2 or max(len(froms), len(tos)) > 1:
            raise InDoubt("It is not clear which amounts a bound of the text is for.")
        terms = [term(f"ship[{froms[0] if froms else sets[0]},{tos[0] if tos else sets[1]}]")]
    plan.rule("bound", terms, bound.relation, limit, bound.said.sentence, kind="bound", indices=indices)
