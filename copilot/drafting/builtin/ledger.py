"""The ledger's gates: what a reading leaves unexplained, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.drafting.builtin.context import Context
from copilot.drafting.builtin.facts import Gap, Limit, Quantity, Row
from copilot.drafting.builtin.roles import no_role
from copilot.drafting.builtin.rownames import row_name, written
from copilot.drafting.builtin.words import lexicon

if TYPE_CHECKING:
    from copilot.drafting.builtin.reading import Reading

_INTENSIVE = frozenset({"quality", "rat", "grad", "purity", "octan", "concentration", "strength", "density", "acidity"})
_MIXED = frozenset({"mix", "mixtur", "blend"})


def check(reading: Reading) -> None:
    """The ledger's gates; each leaves a gap in words."""
    used = {row for limit in reading.limits for row in limit.all_rows} | {
        index for index, _ in (reading.goal.rows if reading.goal else ())
    }
    for index, row in enumerate(reading.rows):
        spans = tuple(fact.quantity.span for fact in row.facts.values())
        if index in used and _is_average(row, reading):
            text = f'"{row_name(row)}" of a mixture is an average, not a sum, which I cannot write yet.'
            reading.gaps.append(Gap(text, spans, kind="gate"))
        if not (row.words or row.said or row.money or row.said_as_sum or row.unit or row.is_rate):
            reading.gaps.append(nameless(row))
        torn = any(index in gap.rows for gap in reading.gaps)
        if index not in used and index in reading.settled:
            reading.notes.append(f'Nothing limits "{row_name(row)}".')
        elif index not in used and not torn:
            text = f'"{row_name(row)}" is given, but no limit and no objective uses it.'
            reading.gaps.append(
                Gap(text, spans, weight=0.5 + 0.5 * len(row.facts), unused=True, rows=(index,), kind="unused")
            )
    _check_holes(reading)
    _check_room(reading)
    _check_items(reading)
    _check_twice(reading)
    _check_capped_goal(reading)
    _check_guesses(reading)
    if not reading.limits and not any(gap.kind == "target" and gap.rows for gap in reading.gaps):
        text = "Nothing in the text limits the choice. Say what there is, or what is needed."
        reading.gaps.append(Gap(text, (), kind="limitless"))
    for limit in reading.limits:
        reading.notes.extend(limit.notes)
    if reading.goal:
        reading.notes.extend(reading.goal.notes)


def _is_average(row: Row, reading: Reading) -> bool:
    """ "quality ratings of 50 and 90" under "a mix with a quality of at least 80": amounts are not added up."""
    measured = row.words | row.said
    limits = [limit.quantity for limit in reading.limits if limit.quantity and reading.rows[limit.row] is row]
    mixed = any(part.stem in _MIXED for quantity in limits for part in quantity.clause)
    return bool(measured & _INTENSIVE) and mixed and not row.unit and not row.money


def _check_holes(reading: Reading) -> None:
    aimed = {index for index, _ in reading.goal.rows} if reading.goal else set()
    for index, row in enumerate(reading.rows):
        missing = [item for item in reading.context.everything if item not in row.facts]
        if not missing or row.said_as_sum:
            continue
        names = " and ".join(reading.context.items[item].label for item in missing)
        if index in aimed:
            text = f'The objective "{row_name(row)}" has no number for {names}.'
            reading.gaps.append(Gap(text, tuple(fact.quantity.span for fact in row.facts.values())))
        elif any(limit.row == index for limit in reading.limits):
            measured = row.unit in lexicon().measure_stems or _is_for_all(row, index, reading)
            text = f'No "{row_name(row)}" is given for {names}; it is taken as 0.'
            if not measured:
                reading.notes.append(text)
                continue
            text = f'No "{row_name(row)}" is given for {names}. Say how much, or that it takes none.'
            reading.gaps.append(Gap(text, tuple(fact.quantity.span for fact in row.facts.values())))


def _is_for_all(row: Row, index: int, reading: Reading) -> bool:
    """ "each van takes one driver", "30,000 people in total": what holds for all, so that a hole is no zero."""
    if all(fact.value == 1 for fact in row.facts.values()):
        return True
    return any(
        limit.sign == ">=" and limit.quantity and {"total", "altogether"} & {part.low for part in limit.quantity.clause}
        for limit in reading.limits
        if limit.row == index
    )


def _check_room(reading: Reading) -> None:
    """A limit that not even one of a thing fits into was probably read of the wrong number."""
    for limit in reading.limits:
        if limit.row < 0 or limit.sign != "<=" or limit.quantity is None or limit.kind == "ratio":
            continue
        facts, most = reading.rows[limit.row].facts, limit.quantity.part.value
        tight = [item for item in limit.items if item in facts and facts[item].value > most > 0]
        if tight:
            name = reading.context.items[tight[0]].label
            text = f'Not even one "{name}" fits within "{written(limit.quantity)}"; is that the limit?'
            reading.gaps.append(Gap(text, (limit.quantity.span, facts[tight[0]].quantity.span)))


def _check_capped_goal(reading: Reading) -> None:
    """ "Maximize profit", with profit at most 170: the limit was probably meant of something else."""
    goal = reading.goal
    most = goal.rows if goal and goal.sense == "maximize" else ()
    aimed = {row for row, sign in most if sign > 0 and reading.rows[row].money}
    for limit in reading.limits:
        if limit.row in aimed and limit.sign == "<=" and limit.kind == "resource" and limit.quantity:
            name = row_name(reading.rows[limit.row])
            text = f'"{written(limit.quantity)}" would limit "{name}", which is to be made as large as possible.'
            reading.gaps.append(Gap(text, (limit.quantity.span,)))


def _check_guesses(reading: Reading) -> None:
    """A limit whose noun fits nothing, beside an objective whose noun fits nothing: each may be of the other's row."""
    goal = reading.goal
    if goal is None or not (goal.notes and goal.rows):
        return
    for limit in reading.limits:
        counted = limit.quantity is not None and limit.quantity.unit and not _is_measured(limit.quantity)
        if limit.kind == "sum" and limit.notes and limit.quantity and counted:
            text = f'Neither "{written(limit.quantity)}" nor "{goal.label}" names a quantity of the text.'
            reading.gaps.append(Gap(text, (limit.quantity.span,), kind="target"))


def _is_measured(quantity: Quantity) -> bool:
    """ "200 acres of land" are of all things together, whatever the objective is called."""
    return quantity.unit in lexicon().measure_stems


def _check_items(reading: Reading) -> None:
    known = {item for row in reading.rows for item in row.facts}
    known |= {item for limit in reading.limits for item in limit.items if len(limit.items) == 1}
    for index, item in enumerate(reading.context.items):
        if index not in known:
            reading.gaps.append(Gap(f'Nothing is said about "{item.label}".', ((item.start, item.end),)))


def _check_twice(reading: Reading) -> None:
    """Two different numbers for the same limit contradict one another, or belong to two things."""
    seen: dict[tuple[object, ...], Limit] = {}
    for limit in reading.limits:
        if limit.quantity is None:
            continue
        key = (limit.items, limit.row, limit.sign)
        other = seen.setdefault(key, limit)
        if other is not limit and other.quantity is not None:
            one, two = other.quantity, limit.quantity
            text = (
                f'Two different limits stand on the same thing: "{one.part.text} {one.phrase}" and '
                f'"{two.part.text} {two.phrase}". Keep the one that counts.'
            )
            reading.gaps.append(Gap(text, (one.span, two.span), kind="twice", limits=(other, limit)))
    for (items, row, sign), limit in seen.items():
        upper = seen.get((items, row, "<=")) if sign == ">=" else None
        if upper and upper.quantity and limit.quantity and upper.quantity.part.value < limit.quantity.part.value:
            text = (
                f"The limits contradict one another: at least {limit.quantity.part.text} and at most "
                f"{upper.quantity.part.text} of the same thing."
            )
            reading.gaps.append(Gap(text, (*limit.spans, *upper.spans), kind="twice", limits=(limit, upper)))


def reaches(limit: Limit, reading: Reading, *, sums: bool) -> bool:
    """Whether a limit is on all items though its clause names only some, or on one though it speaks of a sum."""
    quantity, everything = limit.quantity, set(reading.context.everything)
    if quantity is None or limit.row >= 0:
        return False
    if set(limit.items) != everything:
        summed = {"combined", "sum", "together"} & {part.low for part in quantity.clause}
        return bool(summed) and len(limit.items) == 1
    named = {part.item for part in quantity.clause if part.kind == "item"}
    return sums and bool(named) and named != everything


def overreach(limit: Limit, context: Context) -> Gap:
    assert limit.quantity is not None
    names = " and ".join(item.label for item in context.items)
    text = f'It is not clear whether "{written(limit.quantity)}" limits all of {names}.'
    return Gap(text, (limit.quantity.span,))


def nameless(row: Row) -> Gap:
    """ "300 for X": nothing says of what the numbers are."""
    return replace(no_role(next(iter(row.facts.values())).quantity), kind="")
