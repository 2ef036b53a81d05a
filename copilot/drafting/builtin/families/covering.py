"""Set covering: the cheapest choice of options that together reach everything that must be reached."""

from __future__ import annotations

import re

from copilot.drafting.builtin.families.blocks import Block, Record
from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, place_of
from copilot.drafting.formulation import Formulation

FAMILY = "covering"
_REACHES = re.compile(
    r"\b(?:covers?|reaches|reach|serves?|spans?|includes?|contains?|can handle|can serve|visits?)\b[:\s]*"
)
_COST = re.compile(r"(?P<money>[$€£¥]\s?)?(?<![\w.])(?P<value>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?!\w)")


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    goal, every = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "every"))
    if len(blocks) != 1 or goal is None or every is None:
        raise NotThisFamily
    reached, costs = _reached(blocks[0])
    wanted = list(dict.fromkeys(one for several in reached.values() for one in several))
    number = account.says(patterns(FAMILY, "fewest"))
    if not costs and number is None:
        raise InDoubt("I found no cost of the options, and the text does not ask for the fewest.")
    reading.settle(FAMILY, len(reached), len(wanted))
    said, rule = account.sentence_at(goal.start()), account.sentence_at(every.start())
    plan, place = Plan(reading.layout.text, reading.layout.sources), place_of(blocks[0])
    options, parts = plan.index("options", reached, place), plan.index("wanted", wanted, place)
    inside: dict[Key, float] = {(a, b): float(b in reached[a]) for a in reached for b in wanted}
    covers = plan.table("covers", (options, parts), inside, place, label="1 where the option reaches it")
    take = plan.variable("take", (options,), said, domain="binary", label="the option is taken")
    plan.rule("each is reached", [term(take, covers)], ">=", 1, rule, kind="requirement", indices=(parts,))
    cost = plan.table("cost", (options,), dict(costs), place) if costs else ""
    what = "total cost" if costs else "number of options"
    title = f"Covering: reach everything with the least {what}"
    return plan.formulation(title, what, "minimize", [term(take, cost)], said)


def _reached(block: Block) -> tuple[dict[str, list[str]], dict[str, float]]:
    """(what each option reaches, what it costs: empty where none has a cost)."""
    reached: dict[str, list[str]] = {}
    costs: dict[str, float] = {}
    for record in block.records:
        label = label_of(record.label)
        reached[label], cost = _parts(record)
        if cost is not None:
            costs[label] = cost
    if len(reached) < len(block.records):
        raise InDoubt("Two records have the same name; give each its own.")
    if costs and len(costs) < len(reached):
        raise InDoubt("Some options have a cost and some have none; give each one.")
    return reached, costs


def _parts(record: Record) -> tuple[list[str], float | None]:
    match = _REACHES.search(record.said)
    if not match:
        raise NotThisFamily
    before, behind = record.said[: match.start()], record.said[match.end() :]
    cost = re.search(r"[;,(]?\s*(?:at|for|and)?\s*(?:a )?cost\w*\b.*$|[;(,]\s*(?:at |for )?[$€£¥].*$", behind)
    found = list(_COST.finditer(f"{before} {cost.group() if cost else ''}"))
    if len(found) > 1:
        raise InDoubt(f"I found several numbers beside what “{record.label}” reaches.")
    listed = behind[: cost.start()] if cost else behind
    names = [label_of(re.sub(r"^and\s+", "", name.strip(" .{}[]"))) for name in re.split(r",|;|\band\b", listed)]
    names = [name for name in names if name]
    prefix = re.match(r"([A-Za-z]+)s\s+(?=\d|[A-Z]\b)", names[0]) if names else None
    if prefix:
        singular = prefix.group(1).capitalize()
        names = [f"{singular} {name.removeprefix(prefix.group())}".strip() for name in names]
    if not names or any(len(name) > 40 for name in names):
        raise NotThisFamily
    return names, float(found[0]["value"].replace(",", "")) if found else None
