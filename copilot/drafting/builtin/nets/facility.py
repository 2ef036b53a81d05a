"""Facility location: which sites to open, and which of them serve whom, at the least total cost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Said
from copilot.drafting.builtin.families.plan import Key, Place, Plan, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily
from copilot.drafting.builtin.nets.axes import axes_of
from copilot.drafting.builtin.nets.data import Column, Ends, Matrix, matrix_of, role_in, stems_of
from copilot.drafting.builtin.nets.opened import OpenRule, open_rules, sites_opened, uniform_cost
from copilot.drafting.builtin.nets.reading import Reading, said_number
from copilot.drafting.formulation import Formulation, Relation, Term

FAMILY = "facility"
_WHICH = re.compile(r"\bwhich (?:of the )?(?:[^\W\d_]+ ){0,2}?(?P<noun>[^\W\d_]+s)\b", re.IGNORECASE)
_EACH = re.compile(
    r"\b(?:per|for (?:each|every|one)) (?!year|month|week|day|quarter|annum|season|customer|client)[^\W\d_]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Sites:
    """Sites and clients with their numbers; costs by (site, client)."""

    sites: tuple[str, ...]
    clients: tuple[str, ...]
    costs: Mapping[Ends, float]
    matrix: Matrix
    fixed: Column | None
    demand: Column | None
    capacity: Column | None


@dataclass(frozen=True, slots=True)
class _Wish:
    goal: Place
    count: tuple[Relation, Said] | None
    rules: Sequence[OpenRule]
    single: bool
    per_unit: bool


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    data = reading.data
    goal = reading.heard(FAMILY, "goal") or reading.heard(FAMILY, "least_bare")
    matrix = matrix_of(data)
    if matrix is None or goal is None or reading.says(FAMILY, "open") is None:
        raise NotThisFamily
    if _reaches(reading):
        raise NotThisFamily
    sites = _sites(reading, matrix)
    count = sites_opened(reading, len(sites.sites))
    if sites.fixed is None and count is None:
        raise NotThisFamily
    single = _single(reading)
    rules = open_rules(reading, sites.sites)
    wish = _Wish(reading.sentence(goal.start()), count, rules, single, _per_unit(reading, sites))
    if sites.capacity:
        reading.heard(FAMILY, "capped")
    sizes = [int(sum(column.values.values())) for column in (sites.demand, sites.capacity) if column]
    sizes += [int(count[1].value)] if count else []
    reading.settle(FAMILY, len(sites.sites), len(sites.clients), *sizes)
    return _written(reading, sites, wish)


def _reaches(reading: Reading) -> bool:
    """Whether a client is to be near an open site; "all demand is covered" only says that it is met."""
    met = [match.span() for match in reading.places(FAMILY, "covered_need")]
    return any(not any(a <= one.start() < b for a, b in met) for one in reading.places(FAMILY, "cover"))


def _single(reading: Reading) -> bool:
    """Whether one site must serve each client; "its single depot" before and "from one shop to another" are none."""
    reading.heard(FAMILY, "grown")
    places = [m.span() for m in reading.places(FAMILY, "grown")]
    found = [m for m in reading.places(FAMILY, "single") if not any(a < m.end() and m.start() < b for a, b in places)]
    several = list(reading.places(FAMILY, "several"))
    for match in (*found, *several):
        reading.explain(match)
    if found and several:
        raise InDoubt("The text says that one site serves each client, and that several may.")
    return bool(found)


def _sites(reading: Reading, matrix: Matrix) -> _Sites:
    """Which side of the matrix may be opened, and what the columns are."""
    roles: dict[str, Column] = {}
    uniform = uniform_cost(reading)
    for column in reading.data.columns:
        role = {"supply": "limit"}.get(column.role, column.role) or _by_side(reading, column)
        role = (role if role_in(column.words) or not _is_told(reading, column) else "") or _by_noun(reading, column)
        role = "fixed" if role == "measure" and len(reading.data.columns) == 1 else role
        role = role or ("demand" if not any(one.role == "fixed" for one in reading.data.columns) else "")
        if role not in ("fixed", "demand", "limit") or role in roles:
            raise InDoubt(f"It is not clear whether “{column.words}” is a fixed cost, a demand or a capacity.")
        roles[role] = column
    fixed, demand, capacity = roles.get("fixed"), roles.get("demand"), roles.get("limit")
    named = set((fixed or capacity).values) if fixed or capacity else set()  # type: ignore[union-attr]
    if not named and demand:
        named = set(matrix.heads if set(demand.values) == set(matrix.rows) else matrix.rows)
    side = _side(reading, matrix, named)
    sites, clients = (matrix.rows, matrix.heads) if side == "rows" else (matrix.heads, matrix.rows)
    for one, axis in ((fixed, sites), (capacity, sites), (demand, clients)):
        if one and set(one.values) != set(axis):
            raise InDoubt(f"“{one.words}” is not given for each of {', '.join(axis)}.")
    if fixed is None and uniform is not None:
        fixed = Column("fixed", dict.fromkeys(sites, uniform.value), (uniform.start, uniform.end), uniform.unit)
    costs = {(a, b) if side == "rows" else (b, a): value for (a, b), value in matrix.values.items()}
    return _Sites(sites, clients, costs, matrix, fixed, demand, capacity)


def _by_side(reading: Reading, column: Column) -> str:
    """Numbers without a word of their own are a demand where the fixed costs are of the others."""
    fixed = [one for one in reading.data.columns if one.role == "fixed"]
    return "demand" if fixed and not fixed[0].values.keys() & column.values.keys() else ""


def _is_told(reading: Reading, column: Column) -> bool:
    """Whether another column has by its own words the role that this one has by those above it."""
    role = column.role
    return role != "" and any(role_in(one.words) == role for one in reading.data.columns if one is not column)


def _by_noun(reading: Reading, column: Column) -> str:
    """ "Batches" of each site, beside the batches that each client needs: what a site can give."""
    wanted = [one for one in reading.data.columns if one.role == "demand" and one is not column]
    same = [one for one in wanted if stems_of(column.words) & (stems_of(one.words) | stems_of(one.unit))]
    return "limit" if len(same) == 1 and not set(same[0].values) & set(column.values) else ""


def _side(reading: Reading, matrix: Matrix, named: set[str]) -> str:
    if named:
        if named == set(matrix.rows) or named == set(matrix.heads):
            return "rows" if named == set(matrix.rows) else "heads"
        raise NotThisFamily
    if set(matrix.rows) == set(matrix.heads):
        return "rows"
    match = reading.says(FAMILY, "open")
    assert match
    start, end = reading.sentence(match.start())
    size = [said.value for said in reading.account.numbers if start <= said.start < end]
    sides = {"rows": len(matrix.rows), "heads": len(matrix.heads)}
    fitting = [side for side, length in sides.items() if length in size]
    if len(fitting) == 1 and len(set(sides.values())) == 2:
        return fitting[0]
    axes = axes_of(matrix, reading.account)
    prose = reading.marks.prose
    side = axes.side(prose[match.start() : end])
    if not side:  # "at which two posts"
        told = {axes.side(one["noun"]) for one in _WHICH.finditer(prose)} - {""}
        side = told.pop() if len(told) == 1 else ""
    if not side:
        raise InDoubt("It is not clear which side of the table holds the places that may be opened.")
    return side


def _per_unit(reading: Reading, sites: _Sites) -> bool:
    """Whether the costs are for each unit of a client's demand."""
    if sites.demand is None:
        return False
    return _EACH.search(sites.matrix.words) is not None or reading.says(FAMILY, "whole_cost") is None


def _written(reading: Reading, sites: _Sites, wish: _Wish) -> Formulation:
    plan, place = Plan(reading.data.text, reading.data.sources), sites.matrix.place
    here, there = plan.index("sites", sites.sites, place), plan.index("clients", sites.clients, place)
    pairs = [(a, b) for a in sites.sites for b in sites.clients]
    full: dict[Key, float] = {pair: sites.costs.get(pair, 0.0) for pair in pairs}
    cost = plan.table("cost", (here, there), full, place, unit=sites.matrix.unit, label="cost of serving on each link")
    is_open = plan.variable("open", (here,), wish.goal, domain="binary", label="the site is opened")
    serve = plan.variable(
        "serve",
        (here, there),
        wish.goal,
        domain="binary" if wish.single else "continuous",
        label="share of the client served by the site",
    )
    plan.rule("each client served", [term(serve)], "==", 1, wish.goal, kind="requirement", indices=(there,))
    only = [term(serve), term(is_open, minus=True)]
    plan.rule("only from open sites", only, "<=", 0, wish.goal, kind="logical", indices=(here, there))
    total = [term(serve, cost)]
    if sites.demand is not None:
        total = _with_demand(plan, sites, wish, (here, there, cost, serve, is_open))
    missing = [pair for pair in pairs if pair not in sites.costs]
    if missing:
        none: dict[Key, float] = {pair: float(pair in missing) for pair in pairs}
        gap = plan.table("no_link", (here, there), none, place, label="1 where the site cannot serve the client")
        plan.rule("only on links", [term(serve, gap)], "==", 0, place, kind="logical")
    if sites.fixed is not None:
        opening = plan.table("fixed cost", (here,), dict(sites.fixed.values), sites.fixed.place, unit=sites.fixed.unit)
        total = [term(is_open, opening), *total]
    _ruled(plan, wish, is_open)
    if not wish.single and sites.capacity is not None:
        plan.assume("A client may be served from several sites.", serve)
    title = "Facility location: which sites to open, and whom each serves"
    words = "total cost" if sites.fixed is not None else "total distance"
    return plan.formulation(title, words, "minimize", total, wish.goal)


def _with_demand(plan: Plan, sites: _Sites, wish: _Wish, names: tuple[str, str, str, str, str]) -> list[Term]:
    """The demand in the cost and in the capacity."""
    here, there, cost, serve, is_open = names
    assert sites.demand
    need = plan.table("demand", (there,), dict(sites.demand.values), sites.demand.place, unit=sites.demand.unit)
    if sites.capacity is not None:
        room = plan.table(
            "capacity", (here,), dict(sites.capacity.values), sites.capacity.place, unit=sites.capacity.unit
        )
        within = [term(serve, need), term(is_open, room, minus=True)]
        plan.rule("capacity of open sites", within, "<=", 0, sites.capacity.place, kind="resource", indices=(here,))
    if not wish.per_unit:
        plan.assume("The numbers of the table are the cost of serving a client entirely.")
        return [term(serve, cost)]
    plan.assume("The numbers of the table are for each unit of demand.")
    return [term(serve, f"{cost} * {need}")]


def _ruled(plan: Plan, wish: _Wish, is_open: str) -> None:
    name = is_open.partition("[")[0]
    if wish.count is not None:
        relation, said = wish.count
        plan.rule(
            "number of open sites",
            [term(is_open)],
            relation,
            said_number(plan, "sites to open", said),
            said.sentence,
            kind="sum",
        )
    for rule in wish.rules:
        terms = [term(f"{name}[{label}]", minus=minus) for label, minus in rule.terms]
        plan.rule(rule.words, terms, rule.relation, rule.limit, rule.place, kind="logical")
