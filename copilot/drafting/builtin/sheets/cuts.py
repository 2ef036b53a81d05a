"""Cutting stock from a sheet of lengths and counts: as few pieces of stock as possible, or the cheapest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.cutting import ways_of
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt
from copilot.drafting.builtin.sheets.cells import Cell
from copilot.drafting.builtin.sheets.goal import explain_goals, goals_of
from copilot.drafting.builtin.sheets.limits import first_word, window_of
from copilot.drafting.builtin.sheets.marks import marked_members
from copilot.drafting.builtin.sheets.measures import factor
from copilot.drafting.builtin.sheets.numbers import read_whole
from copilot.drafting.builtin.sheets.problem import Doubt, NotRead, Problem, phrases
from copilot.drafting.builtin.sheets.sheet import Column, Sheet, named, stems_of
from copilot.drafting.formulation import Formulation

FAMILY = "cutting"
_PRICE = re.compile(r"\s*(?:[^\W\d_]+\s+){0,3}(?:\(|for|at|costs?)?\s*[(]?[$€£]\s?(?P<price>\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class _Stock:
    size: float
    price: float | None
    place: tuple[int, int]


def read(problem: Problem) -> Formulation:
    """The formulation. Raises NotRead or Doubt."""
    if problem.says(FAMILY, "cut") is None or len(problem.sheets) != 1:
        raise NotRead
    goals = [goal for goal in goals_of(problem) if goal.sense == "minimize"]
    if not goals:
        raise NotRead
    labels, sizes, counts, unit = _pieces(problem.sheets[0])
    read_whole(problem.account)
    stock, kerf = _stock(problem, unit)
    if not stock:
        raise Doubt("I found no length of the stock.")
    priced = [one for one in stock if one.price is not None]
    if len(stock) > 1 and len(priced) < len(stock):
        raise Doubt("There are several lengths of stock and not each has a price.")
    problem.absorb(FAMILY, "no_loss")
    for goal in goals:
        explain_goals(problem, goal)
    problem.settle(FAMILY, len(labels))
    length = {label: value + kerf for label, value in zip(labels, sizes, strict=True)}
    need = dict(zip(labels, counts, strict=True))
    return _written(problem, length, need, stock, goals[0].place)


def _pieces(sheet: Sheet) -> tuple[list[str], list[float], list[float], str]:
    """(labels, lengths, counts, unit of the lengths); NotRead where the sheet is no list of pieces."""
    for standing in (sheet, sheet.turned()):
        columns = [column for column in standing.columns if column.numeric]
        if len(columns) == len(standing.columns) == 1:
            columns = [_labels_as_column(standing), *columns]
        if len(columns) != 2 or not all(column.numeric for column in columns):
            continue
        counted = [c for c in columns if stems_of(f"{c.name} {c.unit}") & stems_of(_COUNTED)]
        strict = [c for c in counted if not stems_of(c.name) <= stems_of("piece part item")]
        counted = strict if len(counted) > 1 else counted
        if len(counted) != 1:
            continue
        other = next(column for column in columns if column is not counted[0])
        labels = [label_of(label) for label in standing.labels]
        return labels, list(other.values), list(counted[0].values), other.unit
    raise NotRead


_COUNTED = (
    "needed need demand required ordered order quantity pieces needs orders requires pcs qty number count copies"
    " units wanted wants sold call rolls reels bars planks boards strips amount"
)


def _labels_as_column(sheet: Sheet) -> Column:
    name, unit = named(sheet.corner)
    cells = [re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([^\W\d_]*)\s*", label) for label in sheet.labels]
    unit = unit or next((match[2] for match in cells if match and match[2]), "")
    values = tuple(Cell(match[0], float(match[1]), unit) if match else Cell("x") for match in cells)
    return Column(name, unit, values, sheet.corner)


def _stock(problem: Problem, unit: str) -> tuple[list[_Stock], float]:
    """The lengths of the stock, and what a piece loses to the saw."""
    account, found, kerf = problem.account, list[_Stock](), 0.0
    marked = marked_members(problem.prose, ())
    for said in sorted(account.numbers, key=lambda one: one.start):
        if said not in account.numbers:
            continue
        window = window_of(problem, marked, said)
        scale = factor(first_word(window), unit) if first_word(window) else None
        if scale is None and any(phrase.search(window.left) for phrase in phrases(FAMILY, "long")):
            scale = 1.0
        if scale is None:
            continue
        near = f"{window.near_left}|{window.near_right}"
        if any(phrase.search(near) for phrase in phrases(FAMILY, "loss")):
            if not any(phrase.search(problem.prose, said.end) for phrase in phrases(FAMILY, "per_piece")):
                raise Doubt("Say what each piece loses to the saw, as in “5 mm per piece”.")
            kerf = said.value * scale
            account.explain(window.start, said.end + len(window.near_right))
        else:
            found.append(_Stock(said.value * scale, _price(problem, said), said.sentence))
        account.taken.append(account.take(said))
    sizes = {one.size for one in found}
    if len(sizes) < len(found) and not any(one.price for one in found):
        found = [next(one for one in found if one.size == size) for size in sizes]
    return found, kerf


def _price(problem: Problem, said: Said) -> float | None:
    match = _PRICE.match(problem.prose, said.end)
    if match is None:
        return None
    for other in [one for one in problem.account.numbers if match.start("price") == one.start]:
        problem.account.taken.append(problem.account.take(other))
    return float(match["price"])


def _written(
    problem: Problem, length: dict[str, float], need: dict[str, float], stock: list[_Stock], said: tuple[int, int]
) -> Formulation:
    place = problem.sheets[0].place
    long = [label for label, value in length.items() if value > max(one.size for one in stock)]
    if long:
        raise Doubt(f"{long[0]} is larger than the stock, so it cannot be cut.")
    found: dict[str, dict[str, int]] = {}
    cost: dict[str, float] = {}
    for at, one in enumerate(stock):
        try:
            ways = ways_of({k: v for k, v in length.items() if v <= one.size}, need, one.size)
        except InDoubt as doubt:
            raise Doubt(*doubt.args) from doubt
        for name, counts in ways.items():
            key = name if len(stock) == 1 else f"{one.size:g}: {name}"
            found[key] = {label: counts.get(label, 0) for label in length}
            cost[key] = one.price or 1.0
        del at
    plan = Plan(problem.text)
    pieces, ways_set = plan.index("pieces", length, place), plan.index("ways", found, stock[0].place)
    wanted = plan.table("needed", (pieces,), dict(need), place)
    inside: dict[Key, float] = {(a, way): float(counts[a]) for a in length for way, counts in found.items()}
    share = plan.table("in_a_way", (pieces, ways_set), inside, place, label="how many of a piece a way to cut gives")
    cut = plan.variable("cut", (ways_set,), said, domain="integer", label="pieces of stock cut in each way")
    plan.rule("enough of each", [term(cut, share)], ">=", wanted, place, kind="requirement", indices=(pieces,))
    plan.assume("The ways to cut are all those that fit into the stock and leave no room for a further piece.")
    if len(stock) == 1 and stock[0].price is None:
        return plan.formulation("Cutting stock: as few as possible", "pieces of stock", "minimize", [term(cut)], said)
    price = plan.table("price", (ways_set,), dict(cost), stock[0].place, label="price of the stock of each way")
    return plan.formulation("Cutting stock: the cheapest stock", "cost of stock", "minimize", [term(cut, price)], said)
