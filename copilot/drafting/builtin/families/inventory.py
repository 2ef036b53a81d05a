"""Inventory: what to order in each period, with a lead time, storage, lost sales and a full store."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.drafting.builtin.families.phrases import Said, patterns
from copilot.drafting.builtin.families.plan import Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, columns, constant_of, place_of
from copilot.drafting.formulation import Formulation, Term

FAMILY = "inventory"
_PERIODS = re.compile(r"(?:t\s*=\s*)?1\s*,?\s*(?:…|\.\.\.|\\l?dots)\s*,?\s*(?P<last>\d+)")
_NUMBER = r"(\d[\d,]*\.?\d*)"
_RANGE = re.compile(
    rf"\bbetween\s+{_NUMBER}\s*[\w ]{{0,20}}?and\s+{_NUMBER}|\[\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\]"
    rf"|\bfrom\s+{_NUMBER}\s+to\s+{_NUMBER}"
)
_START = re.compile(
    r"(?:(?:start|beginning|outset|dawn|commencement) of|prior to|before) "
    r"(?:week|day|month|period|quarter|leg|shift) 1\b",
    re.IGNORECASE,
)
_HORIZON = re.compile(
    r"[\s\-‑]*(?:consecutive |operational )?(?:day|week|month|period|quarter|year|hour|shift|leg)s?\b"
)
_DELAY = re.compile(r"(?:lead time|delay|lag|takes?|after)\W+(?:\w+\W+){0,4}$")
_NEEDED = ("initial", "order", "storage")


@dataclass(frozen=True, slots=True)
class _Store:
    """The numbers of the prose; `least` and `most` bound an order, and `room` the stock."""

    initial: Said
    lead: Said | None
    room: Said | None
    least: Said | None
    most: Said | None
    order: Said
    storage: Said
    lost: Said | None


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    if (
        len(blocks) != 1
        or account.says(patterns(FAMILY, "goal")) is None
        or account.says(patterns(FAMILY, "store")) is None
    ):
        raise NotThisFamily
    table = columns(blocks[0])
    periods = [label_of(label) for label in blocks[0].labels]
    numbered = [re.search(r"(\d+)$", label) for label in periods]
    if len(table) != 1 or [int(m.group(1)) if m else 0 for m in numbered] != list(range(1, len(periods) + 1)):
        raise NotThisFamily
    demand = dict(zip(periods, next(iter(table.values())).values(), strict=True))
    constant = constant_of(reading)
    _count_periods(reading, len(periods))
    store = _store(reading)
    reading.settle(FAMILY, len(periods))
    return _written(reading, periods, demand, store, constant)


def _count_periods(reading: Reading, count: int) -> None:
    """ "t = 1, ..., 6" says how many periods there are."""
    account = reading.account
    for match in _PERIODS.finditer(reading.layout.prose):
        if int(match["last"]) != count:
            raise InDoubt(f"The text speaks of {match['last']} periods and lists {count}.")
        for said in [n for n in account.numbers if match.start() <= n.start < match.end()]:
            account.counts.append(account.take(said))
        account.explain(*match.span())
    for said in tuple(account.numbers):
        spoken = _HORIZON.match(reading.layout.prose, said.end)
        if said.value == count and spoken and not _DELAY.search(reading.layout.prose[: said.start]):
            account.counts.append(account.take(said))


def _store(reading: Reading) -> _Store:
    account = reading.account
    least = most = None
    for match in _RANGE.finditer(reading.layout.prose):
        pair = [n for n in account.numbers if match.start() <= n.start < match.end()]
        if len(pair) != 2 or least is not None:
            raise InDoubt("There are two ranges, and I know only the one of an order.")
        least, most = (account.take(said) for said in pair)
        account.taken += pair
        account.explain(*match.span())
    for match in _START.finditer(reading.layout.prose):
        for said in [n for n in account.numbers if match.start() <= n.start < match.end()]:
            account.take(said)
    found = account.fill(FAMILY)
    for name, several in found.items():
        if len(several) > 1 and len({said.value for said in several}) > 1:
            raise InDoubt(f"There are two numbers for the {name} ({', '.join(f'{s.value:g}' for s in several)}).")
    one = {name: several[0] for name, several in found.items()}
    missing = [name for name in _NEEDED if name not in one]
    if missing:
        raise InDoubt(f"I found no number for: {', '.join(missing)}.")
    lost = account.says(patterns(FAMILY, "lost"))
    if (lost is None) != ("lost" not in one):
        raise InDoubt("Say what becomes of demand that is not met, and what a lost unit costs.")
    return _Store(
        one["initial"], one.get("lead"), one.get("room"), least, most, one["order"], one["storage"], one.get("lost")
    )


def _written(
    reading: Reading, periods: list[str], demand: dict[str, float], store: _Store, constant: float
) -> Formulation:
    goal = reading.account.says(patterns(FAMILY, "goal"))
    assert goal
    said, place = reading.account.sentence_at(goal.start()), place_of(reading.layout.blocks[0])
    plan = Plan(reading.layout.text, reading.layout.sources)
    time = plan.index("periods", periods, place)
    unit = store.initial.unit
    needs = plan.table("demand", (time,), dict(demand), place, unit=unit)
    order = plan.variable("order", (time,), said, label="amount ordered", unit=unit)
    stock = plan.variable("stock", (time,), said, label="stock at the end of the period", unit=unit)
    total = [term(order, plan.said("cost of ordering a unit", store.order))]
    total.append(term(stock, plan.said("cost of keeping a unit", store.storage)))
    short = ""
    if store.lost:
        short = plan.variable("unmet", (time,), store.lost.sentence, label="demand that is lost", unit=unit)
        total.append(term(short, plan.said("cost of a lost unit", store.lost)))
        plan.rule(
            "lost at most the demand", [term(short)], "<=", needs, store.lost.sentence, kind="bound", indices=(time,)
        )
    _balances(plan, reading, periods, store, place, lost=bool(short))
    if store.least and store.most:
        least, most = plan.said("least order", store.least), plan.said("most in an order", store.most)
        plan.rule("order at least", [term(order)], ">=", least, store.least.sentence, kind="bound", indices=(time,))
        plan.rule("order at most", [term(order)], "<=", most, store.most.sentence, kind="bound", indices=(time,))
        if store.least.value:
            plan.assume("An order is placed in every period, so the least order holds in each.", order)
    if store.room:
        room = plan.said("room in store", store.room)
        plan.rule("stock at most", [term(stock)], "<=", room, store.room.sentence, kind="bound", indices=(time,))
        _room_at_any_moment(plan, reading, periods, store, room)
    title = "Inventory: orders and stock at least cost"
    return plan.formulation(title, "total cost", "minimize", total, said, constant=constant)


def _room_at_any_moment(plan: Plan, reading: Reading, periods: list[str], store: _Store, room: str) -> None:
    """What lies in store and what arrives fit together, before anything is taken out."""
    assert store.room
    start, end = store.room.sentence
    said = reading.layout.prose[start:end]
    if any(phrase.search(said) for phrase in patterns(FAMILY, "at_the_end")):
        return
    if not any(phrase.search(said) for phrase in patterns(FAMILY, "at_any_moment")):
        plan.assume("The store must hold what is left and what arrives together, before anything is taken out.", room)
    lead = int(store.lead.value) if store.lead else 0
    for position, period in enumerate(periods):
        terms = [term(f"order[{periods[position - lead]}]")] if position >= lead else []
        terms += [term(f"stock[{periods[position - 1]}]")] if position else []
        limit = room if position else f"{room} - initial_stock"
        if terms:
            plan.rule(f"room for arrivals in {period}", terms, "<=", limit, store.room.sentence, kind="resource")


def _balances(plan: Plan, reading: Reading, periods: list[str], store: _Store, place: Place, *, lost: bool) -> None:
    """Stock before, and what arrives, cover the demand that is met and the stock after, in each period."""
    lead = int(store.lead.value) if store.lead else 0
    if store.lead and store.lead.value != lead:
        raise InDoubt(f"The lead time of {store.lead.value:g} is no whole number of periods.")
    initial = plan.said("initial stock", store.initial)
    where = (store.lead.sentence, place) if store.lead else (place,)
    if store.lead:
        plan.said("lead time", store.lead)
    for position, period in enumerate(periods):
        terms: list[Term] = [term(f"order[{periods[position - lead]}]")] if position >= lead else []
        terms += [term(f"unmet[{period}]")] if lost else []
        terms += [term(f"stock[{periods[position - 1]}]")] if position else []
        terms.append(term(f"stock[{period}]", minus=True))
        limit = f"demand[{period}]" if position else f"demand[{period}] - {initial}"
        plan.rule(f"balance of {period}", terms, "==", limit, *where, kind="balance")
