"""Whether options are taken whole and once, in whole numbers, or in any amount; and which limits are averages."""

from __future__ import annotations

import re
from dataclasses import replace

from copilot.drafting.builtin import wholeness
from copilot.drafting.builtin.sheets.choice import Choice
from copilot.drafting.builtin.sheets.limits import Limit
from copilot.drafting.builtin.sheets.problem import Doubt, phrases
from copilot.drafting.builtin.sheets.sheet import stems_of
from copilot.drafting.builtin.words import lexicon, load, stem

FAMILY = "options"
_KEYS = ("once", "many", "pick", "take", "any_amount", "whole", "mixed", "output", "made", "partly", "not_whole")
_RELATIVE = re.compile(r"\b(?:at|by|under)\s+$", re.IGNORECASE)
_PARTED = re.compile(r"\b(?:split|divided)\b", re.IGNORECASE)
_UNCLEAR = (
    "The text does not say whether an option may be taken more than once: say “each at most once”, or ask how many "
    "of each."
)


def settle_domain(choice: Choice) -> None:
    """Whole things once, whole numbers of each, or any amount."""
    problem = choice.problem
    said = _said(choice)
    measured = any(
        limit.kind == "amount" and not limit.members and _is_measure(limit.unit) for limit in choice.limits
    ) or (not said["many"] and any(limit.kind in ("share", "each share") for limit in choice.limits))
    for key in ("once", "many", "pick", "take", "any_amount", "whole", "partly", "not_whole"):
        problem.absorb(FAMILY, key)
    repeated = [limit for limit in choice.limits if limit.kind == "each" and limit.value > 1 and limit.relation == "<="]
    if repeated and said["once"]:
        raise Doubt(_UNCLEAR)
    if _in_parts(said, several=measured or bool(repeated)):
        choice.domain, choice.part = "binary", True
        return
    several = repeated or said["many"] or measured or said["mixed"] or _are_several(choice)
    ruled = _is_ruled(choice, clear=bool(said["once"] or said["pick"]))
    taken = said["take"] and choice.goal.sense == "maximize" and not _leaves_all_in(choice)
    picked = ruled or said["pick"] or taken
    if said["once"] or (picked and not several and not said["made"]):
        _check_once(said)
        choice.domain, choice.part = "binary", said["any_amount"] is not None and said["whole"] is None
        if not said["once"]:
            choice.assumed.append("Each option is taken whole, once at most, or left.")
        return
    product = {stem(word) for word in choice.frame.sheet.corner.split()} & {stem("product")}
    if not (several or product or said["any_amount"] or choice.goal.sense == "minimize" or said["output"]):
        raise Doubt(_UNCLEAR)
    if said["whole"]:
        return
    if said["any_amount"]:
        choice.domain = "continuous"
    elif measured or (said["mixed"] and not said["many"]) or (_is_diet(choice) and not said["many"]):
        choice.domain = "continuous"
        choice.assumed.append("Any amount may be taken.")
    else:
        choice.assumed.append("Quantities are whole numbers.")


def _is_ruled(choice: Choice, *, clear: bool) -> bool:
    """Whether a rule says yes or no to options; Doubt where they may be portions of food as well as projects."""
    ruled = any(rule.yes_no for rule in choice.rules)
    if ruled and choice.goal.sense == "minimize" and not clear:
        raise Doubt(_UNCLEAR)
    return ruled


def _are_several(choice: Choice) -> bool:
    """Whether a limit on one option speaks of more than one of it."""
    return any(limit.kind == "amount" and len(limit.members) == 1 and limit.value > 1 for limit in choice.limits)


def _leaves_all_in(choice: Choice) -> bool:
    """Whether each of the options once would keep to every limit, so that there would be nothing to choose."""
    most = [limit for limit in choice.limits if limit.kind == "column" and limit.relation == "<=" and not limit.members]
    totals = {column.name: sum(column.values) for column in choice.frame.amounts if column.numeric}
    return bool(most) and all(limit.value >= totals.get(limit.column, limit.value + 1) for limit in most)


def _said(choice: Choice) -> dict[str, re.Match[str] | None]:
    """What the text says of the options, by the keys of the lexicon."""
    account = choice.problem.account
    said = {key: choice.problem.says(FAMILY, key) for key in _KEYS}
    whole, parts = wholeness.heard(account, choice.frame.sheet.labels)
    if whole or parts:
        said |= {"whole": whole, "any_amount": parts or said["any_amount"]}
    said["many"], said["pick"] = _amounts_asked(choice), _picked(choice)
    if (once := said["once"]) and _is_diet(choice) and _PARTED.search(once.group()) and _are_goods(choice):
        said["once"] = None  # "products cannot be divided", of which several are bought
    if (free := said["any_amount"]) and (whole := said["whole"]) and free.start() <= whole.start() < free.end():
        said["whole"] = None  # "not only whole litres"
    if said["not_whole"]:  # "need not be whole"
        said |= {"whole": None, "any_amount": said["not_whole"]}
    return said


def _amounts_asked(choice: Choice) -> re.Match[str] | None:
    """Where the text asks how many of each; "how many points" asks for the total of a column."""
    prose = choice.problem.prose
    totals = frozenset[str]().union(*(column.stems for column in choice.frame.amounts)) - choice.nouns
    for phrase in phrases(FAMILY, "many"):
        for match in choice.problem.account.matches(phrase):
            behind = stems_of(" ".join(re.findall(r"[^\W\d_]+", prose[match.end() : match.end() + 60])[:3]))
            if not (match.group().lower().split()[0] == "how" and behind & totals):
                return match
    return None


def _are_goods(choice: Choice) -> bool:
    """Whether the options are food and the like, by what stands above their names."""
    goods = {stem(word) for word in load("sheets")["names"]["goods"]}
    return bool({stem(word.lower()) for word in choice.frame.sheet.corner.split()} & goods)


def _picked(choice: Choice) -> re.Match[str] | None:
    """Where the text asks which to take; "the lowest cost at which we can" does not."""
    prose, account = choice.problem.prose, choice.problem.account
    found = [match for phrase in phrases(FAMILY, "pick") for match in account.matches(phrase)]
    asked = [match for match in found if not _RELATIVE.search(prose, max(0, match.start() - 8), match.start())]
    return min(asked, key=lambda match: match.start(), default=None)


def _in_parts(said: dict[str, re.Match[str] | None], *, several: bool) -> bool:
    """Whether a part of each option is taken, up to the whole of it."""
    return said["partly"] is not None and not (said["whole"] or said["many"] or several)


def _check_once(said: dict[str, re.Match[str] | None]) -> None:
    """Doubt where each is taken once and the text asks how many of each."""
    if said["once"] and said["many"]:
        raise Doubt(_UNCLEAR)


def _is_measure(unit: str) -> bool:
    return bool(unit) and (unit in "$€£¥" or stem(unit.split()[0]) in lexicon().measure_stems)


def settle_averages(choice: Choice) -> None:
    """Limits that hold for the average of what is mixed: where a sum could not come near the number."""
    mixed = choice.problem.says(FAMILY, "mixed") is not None
    for at, limit in enumerate(choice.limits):
        if limit.kind != "column" or limit.members:
            continue
        values = choice.frame.sheet.column(limit.column).values
        if limit.average:
            choice.limits[at] = _scaled(choice, limit, max(values))
        elif mixed and min(values) <= limit.value <= max(values):
            total = choice.totals[0] if choice.totals else None
            if total is None or not min(values) * total <= limit.value <= max(values) * total:
                choice.limits[at] = replace(limit, average=True)
    if not any(limit.average for limit in choice.limits):
        return
    if choice.domain == "binary":
        raise Doubt("An average over options that are taken or left is not read; say it as a total.")
    choice.domain = "continuous"
    if not choice.totals and choice.goal.sense == "minimize":
        choice.limits.append(Limit("amount", "==", 1.0, choice.goal.place))
        choice.assumed.append("The amounts are for one unit of the mix.")


def _scaled(choice: Choice, limit: Limit, largest: float) -> Limit:
    """A percentage of a column that is written without the sign: 12 % of a column with 30 and 5."""
    written = "%" in choice.frame.sheet.column(limit.column).unit
    if limit.unit == "%" and not written and largest > 1:
        return replace(limit, value=100 * limit.value)
    return limit


def check_counted(choice: Choice) -> None:
    """Doubt where a limit counts the options that are used, and amounts of them are decided."""
    for limit in choice.limits:
        word = limit.unit.split()[0] if limit.unit else ""
        alone = limit.kind == "amount" and not limit.members and not _is_measure(limit.unit)
        kinds = stem(word) in stems_of(" ".join(load("sheets")["names"]["kinds"]))
        counted = kinds if choice.domain == "integer" else stem(word) in choice.nouns or kinds
        if alone and counted and choice.domain != "binary":
            raise Doubt(
                f"I did not understand whether {limit.value:g} limits the amounts or how many options are used."
            )


def check_bounds(choice: Choice) -> None:
    """Doubt where a column bounds shares, or more than one of what is taken once."""
    for column in (*choice.frame.most, *choice.frame.least):
        values = [cell for cell in column.cells if cell.value is not None]
        if "%" in column.unit or any(cell.unit == "%" for cell in values):
            raise Doubt(f"“{column.head}” gives shares; say them in a sentence, as in “at most 30% in A”.")
        if choice.domain == "binary" and any((cell.value or 0) > 1 for cell in values):
            raise Doubt(
                f"“{column.head}” speaks of several of an option; say whether each may be taken more than once."
            )


def check_scale(choice: Choice) -> None:
    """Doubt where a limit cannot bind, or lets nothing in: the number is in another unit, or about something else."""
    for limit in choice.limits:
        if limit.kind != "column" or limit.average:
            continue
        column = choice.frame.sheet.column(limit.column)
        if limit.unit != "%" and ("%" in column.unit or {"percent", "percentage", "pct"} & set(column.name.split())):
            raise Doubt(f"“{column.head}” is in percent, and {limit.value:g} is an amount; give both in one unit.")
        if limit.members or limit.relation == ">=":
            continue
        values = [value for value in choice.frame.sheet.column(limit.column).values if value > 0]
        idle = choice.domain == "binary" and limit.value >= sum(values)
        if values and (idle or limit.value < min(values)):
            raise Doubt(f"The limit {limit.value:g} on {limit.column} does not go with its numbers; check their units.")


def _is_diet(choice: Choice) -> bool:
    """Whether needs are met at least cost, so that amounts are not counted."""
    needs = [limit for limit in choice.limits if limit.kind == "column" and limit.relation == ">="]
    return choice.goal.sense == "minimize" and bool(needs)
