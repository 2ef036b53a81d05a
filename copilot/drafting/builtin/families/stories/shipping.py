"""Amounts of a story of shipping: what each place has and needs, and what it costs to open one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from copilot.drafting.builtin.families.cells import Cell
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, stems
from copilot.drafting.builtin.families.stories.amounts import Told
from copilot.drafting.builtin.families.stories.graph import MONEY, Graph, Pair
from copilot.drafting.builtin.families.stories.telling import Telling
from copilot.drafting.builtin.words import load


@dataclass(frozen=True, slots=True)
class Shipping:
    """What is had and needed, and the cost and the limit of each link."""

    supply: Told
    demand: Told
    costs: dict[Pair, float]
    limits: dict[Pair, float]


@dataclass(frozen=True, slots=True)
class Sites:
    """What a site costs and holds, what each client needs, and what a unit costs between them."""

    fixed: Told
    capacity: Told | None
    demand: Told
    costs: dict[Pair, float]


def shipped(telling: Telling, graph: Graph) -> Shipping:
    """The amounts of shipping. Raises NotThisFamily or InDoubt."""
    told = _told(telling)
    told = _merged(told, graph.sources, graph.sinks)
    supply = [one for one in told if set(one.values) == set(graph.sources) and not _is_money(one)]
    demand = [one for one in told if set(one.values) == set(graph.sinks) and not _is_money(one)]
    if len(supply) != 1 or len(demand) != 1:
        raise NotThisFamily
    if len(told) != 2:
        raise InDoubt("The text tells more of the places than what each has and needs.")
    if supply[0].is_least or demand[0].is_most:
        raise InDoubt("It is not clear whether what the places have and need are bounds or amounts.")
    costs, limits = _numbers(graph)
    gaps = [(a, b) for a in graph.sources for b in graph.sinks if (a, b) not in costs]
    if gaps and not graph.inner:
        raise InDoubt(f"There is no cost from {gaps[0][0]} to {gaps[0][1]}.")
    if sum(supply[0].values.values()) < sum(demand[0].values.values()):
        raise InDoubt("The places need more in total than there is.")
    return Shipping(supply[0], demand[0], costs, limits)


def sited(telling: Telling, graph: Graph) -> Sites:
    """The amounts of opening sites. Raises NotThisFamily or InDoubt."""
    told = _told(telling)
    fixed = [one for one in told if _is_money(one)]
    if len(fixed) != 1 or graph.inner:
        raise NotThisFamily
    sites, clients = set(fixed[0].values), set(graph.nodes) - set(fixed[0].values)
    rest = _merged([one for one in told if one is not fixed[0]], sites, clients)
    demand = [one for one in rest if set(one.values) == clients]
    capacity = [one for one in rest if set(one.values) == sites]
    if len(demand) != 1 or len(capacity) > 1 or len(rest) != 1 + len(capacity):
        raise InDoubt("It is not clear what each place that may open holds and what each of the others needs.")
    if demand[0].is_most or any(one.is_least for one in capacity):
        raise InDoubt("It is not clear whether what the places hold and need are bounds or amounts.")
    costs, limits = _numbers(graph)
    if limits:
        raise NotThisFamily
    if {head for _, head in costs} == sites:
        costs = {(head, tail): value for (tail, head), value in costs.items()}
    if set(costs) != {(site, client) for site in sites for client in clients}:
        raise InDoubt("There must be one cost for each place that may open and each place that needs something.")
    return Sites(fixed[0], capacity[0] if capacity else None, demand[0], costs)


def _told(telling: Telling) -> list[Told]:
    """The amounts of sentences, and the columns of what lines tell of the place in front."""
    columns: list[Told] = []
    widths = {len(cells) for cells in telling.owned.values()}
    if len(widths) > 1:
        raise InDoubt("Some places are told more amounts than others; give each the same.")
    for at in range(next(iter(widths), 0)):
        cells = {owner: own[at] for owner, own in telling.owned.items()}
        columns.append(_column(cells))
    return [*columns, *telling.amounts]


def _merged(told: list[Told], *sides: Iterable[str]) -> list[Told]:
    """Amounts told one place at a time belong together where they make up one side and no place is told twice."""
    kept = list(told)
    for side in map(set, sides):
        parts = [one for one in kept if set(one.values) < side and not _is_money(one)]
        names = [name for one in parts for name in one.values]
        if len(parts) > 1 and set(names) == side and len(names) == len(side):
            values = {name: value for one in parts for name, value in one.values.items()}
            words = " ".join(one.words for one in parts)
            whole = Told(values, parts[0].unit, words, parts[0].start, parts[0].end)
            kept = [one for one in kept if one not in parts] + [whole]
    return kept


def _column(cells: dict[str, Cell]) -> Told:
    words = [set(cell.also) for cell in cells.values()]
    shared = set.intersection(*words)
    money = {cell.unit for cell in cells.values() if cell.unit in MONEY}
    if not shared and not money:
        raise InDoubt("The amounts of the places are not called alike.")
    first = min(cells.values(), key=lambda cell: cell.start)
    values = {owner: cell.value for owner, cell in cells.items()}
    return Told(values, next(iter(money), ""), " ".join(sorted(shared)), first.start, first.start)


def _is_money(one: Told) -> bool:
    spoken = stems(" ".join(load("stories")["graph"]["money"]))
    return one.unit in MONEY or bool(stems(one.unit) & spoken)


def _numbers(graph: Graph) -> tuple[dict[Pair, float], dict[Pair, float]]:
    """(cost, limit) of each link; a link has both or a cost alone."""
    costs: dict[Pair, float] = {}
    limits: dict[Pair, float] = {}
    for ends, leg in graph.links.items():
        limit = [cell for cell in leg.cells if _says(cell, "limit")]
        cost = [cell for cell in leg.cells if cell not in limit]
        if len(cost) != 1 or len(limit) > 1:
            raise InDoubt(f"I did not understand the numbers of the link from {ends[0]} to {ends[1]}.")
        costs[ends] = cost[0].value
        limits.update((ends, cell.value) for cell in limit)
    if limits and len(limits) < len(costs):
        raise InDoubt("Some links have a limit and some have none; give each one.")
    return costs, limits


def _says(cell: Cell, key: str) -> bool:
    said: Iterable[str] = (cell.name, *cell.also)
    return bool(stems(" ".join(said)) & stems(" ".join(load("stories")["graph"][key])))
