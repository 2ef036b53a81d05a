"""Inventory: what to order in each period, with a lead time, storage, lost sales and a full store."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from copilot.drafting.builtin.families.account import Account, Said
from copilot.drafting.builtin.families.periods import PeriodLimit, period_limits, unreachable
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Place, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, columns, constant_of, place_of
from copilot.drafting.formulation import RELATION_WORDS, Formulation, Term

FAMILY = "inventory"
_DENIED = re.compile(r"\b(?:not|never|no|cannot|lost|forfeited|nor)\b", re.IGNORECASE)
_PERIODS = re.compile(r"(?:t\s*=\s*)?1\s*,?\s*(?:…|\.\.\.|\\l?dots)\s*,?\s*(?P<last>\d+)")
_NUMBER = r"(\d[\d,]*\.?\d*)"
_RANGE = re.compile(
    rf"\b(?:between|within)\s+{_NUMBER}\s*[\w ]{{0,20}}?and\s+{_NUMBER}|\[\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\]"
    rf"|\bfrom\s+{_NUMBER}\s+to\s+{_NUMBER}"
    rf"|\brange\s+(?:of|from)\s+{_NUMBER}\s*[\w ]{{0,20}}?(?:to|and|through)\s+{_NUMBER}"
    rf"|\b(?:at least|a minimum of)\s+{_NUMBER}\s*[\w ]{{0,20}}?(?:and|but)\s+(?:at most|up to)\s+{_NUMBER}"
    rf"|\b(?:no|not) less than\s+{_NUMBER}\s*[\w ]{{0,20}}?(?:and|but)\s+(?:no|not) (?:more|greater) than\s+{_NUMBER}"
)
_START = re.compile(
    r"(?:(?:start|beginning|outset|dawn|commencement|onset|opening|inception) of|prior to|before|at|when|as) "
    r"(?:week|day|month|period|quarter|leg|shift|interval|voyage|cycle|hour|year|season|port call|session|stage) 1"
    r"(?: (?:begins|starts|opens|dawns))?\b",
    re.IGNORECASE,
)
_HORIZON = re.compile(
    r"[\s\-‑]*(?:consecutive |operational |successive )?"
    r"(?:day|week|month|period|quarter|year|hour|shift|leg|interval|cycle|voyage|port call)s?\b"
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
    limits: list[PeriodLimit]


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
    if _is_owed(account):
        raise InDoubt("The text says that demand is met later. Say instead that it is lost, or give the algebra lines.")
    constant = constant_of(reading)
    _count_periods(reading, periods)
    nouns = {re.sub(r"\s*\d+$", "", label).lower() for label in periods}
    limits = period_limits(reading, sorted(nouns - {""}), len(periods))
    store = _store(reading, limits)
    _check(store, periods, list(demand.values()))
    reading.settle(FAMILY, len(periods))
    return _written(reading, periods, demand, store, constant)


def _is_owed(account: Account) -> bool:
    """Whether demand that is not met is met later; "it is lost and cannot be deferred" says that it is not."""
    for phrase in patterns(FAMILY, "owed"):
        for match in phrase.finditer(account.prose):
            start, _ = account.sentence_at(match.start())
            if not _DENIED.search(account.prose, start, match.end()):
                return True
    return False


def _count_periods(reading: Reading, periods: list[str]) -> None:
    """ "t = 1, ..., 6" says how many periods there are."""
    account, count = reading.account, len(periods)
    for match in _PERIODS.finditer(reading.layout.prose):
        if int(match["last"]) != count:
            raise InDoubt(f"The text speaks of {match['last']} periods and lists {count}.")
        for said in [n for n in account.numbers if match.start() <= n.start < match.end()]:
            account.counts.append(account.take(said))
        account.explain(*match.span())
    for said in tuple(account.numbers):
        spoken = _HORIZON.match(reading.layout.prose, said.end)
        weeks = periods[0].lower().startswith("day") and said.value * 7 == count and said.unit.startswith("week")
        if (said.value == count or weeks) and spoken and not _DELAY.search(reading.layout.prose[: said.start]):
            account.counts.append(account.take(said))


def _store(reading: Reading, limits: list[PeriodLimit]) -> _Store:
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
        account.explain(*match.span())
        for said in [n for n in account.numbers if match.start() <= n.start < match.end()]:
            account.take(said)
    found = account.fill(FAMILY)
    for name, several in found.items():
        if len(several) > 1 and len({said.value for said in several}) > 1:
            raise InDoubt(f"There are two numbers for the {name} ({', '.join(f'{s.value:g}' for s in several)}).")
    one = {name: several[0] for name, several in found.items()}
    if "order" not in one and "storage" in one and (bought := _unnamed_cost(reading)):
        one["order"] = bought
    missing = [name for name in _NEEDED if name not in one]
    if missing:
        raise InDoubt(f"I found no number for: {', '.join(missing)}.")
    _add_lead(reading, one)
    lost = account.says(patterns(FAMILY, "lost"))
    if (lost is None) != ("lost" not in one):
        raise InDoubt("Say what becomes of demand that is not met, and what a lost unit costs.")
    return _Store(
        one["initial"],
        one.get("lead"),
        one.get("room"),
        least,
        most,
        one["order"],
        one["storage"],
        one.get("lost"),
        limits,
    )


def _unnamed_cost(reading: Reading) -> Said | None:
    """The one cost of a unit that is neither keeping nor lacking it: "a launch cost of 3 per ton launched"."""
    account, prose = reading.account, reading.layout.prose
    found = []
    for said in account.numbers:
        start = max([other.end for other in account.taken if other.end <= said.start], default=said.sentence[0])
        clause = re.split(r"[,;:]", prose[max(start, said.sentence[0]) : said.start])[-1]
        following = re.split(r"[,;.\d]", prose[said.end : said.sentence[1]])[0]
        named = any(phrase.search(clause) for phrase in patterns(FAMILY, "costs"))
        named = named or any(phrase.search(prose, *said.sentence) for phrase in patterns(FAMILY, "costs"))
        if named and re.search(r"\b(?:per|each|for every|for each|a)\b", following):
            found.append(said)
    if len(found) != 1:
        return None
    account.taken.append(account.take(found[0]))
    return found[0]


def _add_lead(reading: Reading, one: dict[str, Said]) -> None:
    """A lead time of one period that is told without a number. Raises InDoubt for a delay of unknown length."""
    account = reading.account
    if "lead" in one:
        return
    following = account.says(patterns(FAMILY, "next_period"))
    if following:
        start, end = following.span()
        account.explain(start, end)
        one["lead"] = Said(1.0, "", start, end, account.sentence_at(start))
        account.taken.append(one["lead"])
    elif account.says(patterns(FAMILY, "delayed")):
        raise InDoubt("The text speaks of a delay before an order can be used, and I found no number for it.")


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
    _in_one_period(plan, periods, store.limits)
    title = "Inventory: orders and stock at least cost"
    return plan.formulation(title, "total cost", "minimize", total, said, constant=constant)


def _check(store: _Store, periods: list[str], demand: list[float]) -> None:
    """Raise InDoubt where a least stock could only be kept by turning demand away before."""
    low = unreachable(
        store.limits,
        demand,
        initial=store.initial.value,
        lead=int(store.lead.value) if store.lead else 0,
        most=store.most.value if store.most else math.inf,
        room=store.room.value if store.room else math.inf,
    )
    if low:
        raise InDoubt(
            f"The stock of {periods[low.period - 1]} can be {low.said.value:g} only if demand is turned away before, "
            "although there is stock, and the text does not say that it may be. Lower that stock, or leave it out."
        )


def _in_one_period(plan: Plan, periods: list[str], limits: list[PeriodLimit]) -> None:
    """Limits on the order or on the stock at the end of one period."""
    for limit in limits:
        period, sense = periods[limit.period - 1], RELATION_WORDS[limit.relation]
        number = plan.said(f"{limit.what} of {period} {sense}", limit.said)
        place = limit.said.sentence
        plan.rule(
            f"{limit.what} of {period} {sense} so much",
            [term(f"{limit.what}[{period}]")],
            limit.relation,
            number,
            place,
            kind="bound",
        )
        if limit.what == "stock":
            plan.assume(f"The limit on the stock of {period} holds at its end.", f"stock[{period}]")


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
