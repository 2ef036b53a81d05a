"""Staffing: how many start on each day of a week that repeats, each at work for a number of days in a row."""

from __future__ import annotations

from copilot.drafting.builtin.families.phrases import patterns
from copilot.drafting.builtin.families.plan import Key, Plan, label_of, term
from copilot.drafting.builtin.families.reading import InDoubt, NotThisFamily, Reading, columns, place_of, unit_of
from copilot.drafting.formulation import Formulation

FAMILY = "staffing"


def read(reading: Reading) -> Formulation:
    """The formulation. Raises NotThisFamily or InDoubt."""
    account, blocks = reading.account, reading.layout.blocks
    goal, row = account.says(patterns(FAMILY, "goal")), account.says(patterns(FAMILY, "row"))
    if len(blocks) != 1 or goal is None or row is None:
        raise NotThisFamily
    block, table = blocks[0], columns(blocks[0])
    wages = [name for name in table if unit_of(block, name) in ("$", "€", "£", "¥")]
    needs = [name for name in table if name not in wages]
    if len(needs) != 1 or len(wages) > 1:
        raise NotThisFamily
    days = [label_of(label) for label in block.labels]
    length = [said for said in account.fill(FAMILY).get("length", []) if 0 < said.value < len(days)]
    if len(length) != 1 or length[0].value != int(length[0].value):
        raise InDoubt("I found no number of days that each works in a row.")
    repeats = account.says(patterns(FAMILY, "repeats"))
    reading.settle(FAMILY, len(days))
    said, place = account.sentence_at(goal.start()), place_of(block)
    plan = Plan(reading.layout.text, reading.layout.sources)
    first, at_work = plan.index("first days", days, place), plan.index("days", days, place)
    count, size = len(days), int(length[0].value)
    last = count if repeats else count - 1
    works: dict[Key, float] = {
        (a, b): float((j - i) % count < size and (i <= j or last == count))
        for i, a in enumerate(days)
        for j, b in enumerate(days)
    }
    duty = plan.table("works", (first, at_work), works, length[0].sentence, label="1 on days at work, by the first day")
    need = plan.table("needed", (at_work,), {label_of(k): v for k, v in table[needs[0]].items()}, place)
    start = plan.variable("start", (first,), said, domain="integer", label="how many start on each day")
    plan.rule("enough each day", [term(start, duty)], ">=", need, place, kind="requirement", indices=(at_work,))
    if not repeats:
        plan.assume("The days do not repeat, so a row ends with the last day.", start)
    if not wages:
        return plan.formulation("Staffing: as few as possible", "number of people", "minimize", [term(start)], said)
    pay = plan.table("pay", (first,), {label_of(k): v for k, v in table[wages[0]].items()}, place, unit="$")
    title = "Staffing: how many start on each day, for the least pay"
    return plan.formulation(title, "total pay", "minimize", [term(start, pay)], said, unit="$")
